"""Releases and attestations: evidence of what can be gone back to."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, listed, serves
from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.people import LEVELS, at_least
from tests.twin.github.releases import Release
from tests.twin.github.shapes.accounts import node_id, user


def _visible(asked: Asked) -> list[Release]:
    """Return the releases, newest first; drafts for who may write."""
    if asked.caller.permissions is not None:
        writes = asked.caller.may("contents=write", asked.repo)
    else:
        writes = at_least(LEVELS, asked.repo.role_of(asked.user.login), "write")
    return [one for one in reversed(asked.repo.releases) if writes or not one.draft]


def _release(asked: Asked, one: Release) -> Json:
    repo, twin = asked.repo, asked.twin
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


@serves("GET /repos/{owner}/{repo}/releases", "contents=read")
def releases(asked: Asked) -> Answer:
    return listed(asked, [_release(asked, one) for one in _visible(asked)])


@serves("GET /repos/{owner}/{repo}/releases/tags/{tag}", "contents=read")
def release(asked: Asked) -> Answer:
    for one in _visible(asked):
        if one.tag == asked.given["tag"] and not one.draft:
            return Answer(_release(asked, one))
    raise NOT_FOUND


@serves("GET /repos/{owner}/{repo}/attestations/{subject_digest}", "attestations=read")
def attestations(asked: Asked) -> Answer:
    found = asked.repo.attestations.get(asked.given["subject_digest"], [])
    return Answer({"attestations": found})
