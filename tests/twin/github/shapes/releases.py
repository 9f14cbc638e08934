"""Releases, as REST and webhooks tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.releases import Release
from tests.twin.github.shapes.accounts import node_id, user

if TYPE_CHECKING:
    from tests.twin.github.repository import Repository


def release(repo: Repository, one: Release) -> Json:
    """Return a Release."""
    twin = repo.twin
    url = f"{repo.url}/releases/{one.id}"
    who = user(twin, twin.user(one.author))
    return {
        "id": one.id,
        "node_id": node_id("Release", one.id),
        "url": url,
        "html_url": f"{repo.html}/releases/tag/{one.tag}",
        "assets_url": f"{url}/assets",
        "tag_name": one.tag,
        "target_commitish": repo.default_branch,
        "name": one.tag,
        "body": "",
        "draft": one.draft,
        "prerelease": one.prerelease,
        "immutable": one.immutable,
        "created_at": stamp(one.at),
        "published_at": None if one.draft else stamp(one.at),
        "author": who,
        "assets": [
            {
                "id": one.id + number,
                "name": name,
                "size": size,
                "digest": None if digest is None else f"sha256:{digest}",
                "state": "uploaded",
                "content_type": "application/octet-stream",
                "url": f"{repo.url}/releases/assets/{one.id + number}",
                "browser_download_url": f"{repo.html}/releases/download/{one.tag}/{name}",
                "created_at": stamp(one.at),
                "updated_at": stamp(one.at),
                "uploader": who,
            }
            for number, (name, (size, digest)) in enumerate(one.assets.items(), 1)
        ],
    }
