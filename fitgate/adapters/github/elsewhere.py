"""Ways back that are not in Git: release assets, images, attestations, and what was deployed."""

# What is named may be moved unless a digest or commit stands in the name itself; GitHub's own word
# on what has that digest is asked for. What GitHub does not tell is unknown, with the reason.

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.core.facts import Artifact
from fitgate.errors import ForgeError

_DIGEST = r"sha256:[0-9a-f]{64}"
_ATTESTED = re.compile(rf"(?:attestation:)?({_DIGEST})")
_DEPLOYED = re.compile(r"deployment:(?P<where>[^@\s]{1,255})(?:@(?P<pin>[0-9a-f]{7,64}))?")
_IMAGE = re.compile(
    rf"(?P<host>[\w.-]+(?::\d+)?)/(?P<owner>[\w.-]+)/(?P<image>[\w./-]+?)(?::[\w.-]+)?"
    rf"@(?P<digest>{_DIGEST})",
    re.ASCII,
)
_PINNED = re.compile(rf"(?P<address>.+?)[@#](?P<digest>{_DIGEST})")
_RELEASE = re.compile(
    r"/(?P<name>[\w.-]+/[\w.-]+)/releases/(?:tag/(?P<tag>[^/]+)|download/(?P<of>[^/]+)/(?P<asset>[^/]+))",
    re.ASCII,
)
_GHCR, _GITHUB, _API = "ghcr.io", "github.com", "api.github.com"
_REFUSED, _ABSENT = frozenset({401, 403}), 404
_PAGE, _PAGES, _MOST_DEPLOYMENTS = 100, 10, 20


class Elsewhere:
    """Looks up what GitHub keeps beside a repository's Git objects."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def look_up(self, ref: str) -> Artifact | None:
        """Return what a name stands for; None: it is a name in Git.

        `https://github.com/o/r/releases/download/v1/app.tgz@sha256:…`, `…/releases/tag/v1`,
        `ghcr.io/o/image@sha256:…`, `sha256:…` (an attestation), `deployment:production@<commit>`.
        """
        value = ref.strip("`")
        if found := _ATTESTED.fullmatch(value):
            return self._attestation(ref, found[1])
        if found := _DEPLOYED.fullmatch(value):
            return self._deployment(ref, unquote(found["where"]), found["pin"])
        if "://" in value:
            return self._address(ref, value)
        if found := _IMAGE.fullmatch(value):
            return self._image(ref, found)
        if "@sha256:" in value:
            return Artifact(ref, "image", why="it names no registry: say ghcr.io/owner/image")
        return None

    def _read(self, path: str) -> tuple[Any, str]:
        """Return what is at a path, or why it is not to be had."""
        try:
            return self._session.read(path), ""
        except ForgeError as exc:
            if exc.is_refusal(*_REFUSED):
                return None, "it may not be read"
            if exc.status != _ABSENT:
                raise
            return None, "there is none, or it may not be read"

    def _address(self, ref: str, value: str) -> Artifact:
        pinned = _PINNED.fullmatch(value)
        parts = urlsplit(pinned["address"] if pinned else value)
        found = _RELEASE.fullmatch(parts.path)
        own = urlsplit(self._session.github.requester.base_url).hostname
        here = parts.hostname in {_GITHUB, own if own != _API else _GITHUB}
        if found is None or not here or found["name"].casefold() != self._name.casefold():
            why = "it is no release of this repository, and nothing else is looked up"
            return Artifact(ref, "address", why=why)
        tag = found["tag"] or found["of"]
        release, why = self._read(f"/repos/{self._name}/releases/tags/{tag}")
        if release is None:
            return Artifact(ref, "release", why=f"of a release of {unquote(tag)} {why}")
        if found["asset"] is None:
            made_at = moment(release.get("published_at"))
            movable = not release.get("immutable")
            return Artifact(ref, "release", resolved=True, made_at=made_at, movable=movable)
        return _asset(ref, release, unquote(found["asset"]), pinned and pinned["digest"])

    def _image(self, ref: str, found: re.Match[str]) -> Artifact:
        """Look an image up by its digest: in GitHub's list of packages, which no App may read."""
        digest = found["digest"]
        if found["host"] != _GHCR:
            return Artifact(ref, "image", why=f"{found['host']} is not looked up in this version")
        if self._session.app:
            return self._attested_image(ref, digest)
        version, why = self._version(found["owner"], found["image"], digest)
        if version is None:
            return Artifact(ref, "image", why=why)
        made_at = moment(version.get("created_at"))
        return Artifact(ref, "image", resolved=True, made_at=made_at)

    def _attested_image(self, ref: str, digest: str) -> Artifact:
        count, _ = self._attestations(digest)
        told = f"GitHub has {count} attestations of it" if count else "no attestation tells of it"
        return Artifact(ref, "image", why=f"no App may read GitHub's packages, and {told}")

    def _version(self, owner: str, image: str, digest: str) -> tuple[Mapping[str, Any] | None, str]:
        """Return the version of a package with a digest: of an organisation's, else of a person's.

        A person's are given without pages ("List package versions for a package owned by a user").
        """
        package = f"{quote(owner)}/packages/container/{quote(image, safe='')}/versions"
        found: list[Mapping[str, Any]] = []
        for page in range(1, _PAGES + 1):
            said, why = self._read(f"/orgs/{package}?per_page=100&page={page}")
            found += said or ()
            if said is None or len(said) < _PAGE:
                break
        if not found:
            said, why = self._read(f"/users/{package}")
            found += said or ()
        version = next((one for one in found if one.get("name") == digest), None)
        return version, why or f"none of the {len(found)} versions listed has this digest"

    def _attestations(self, digest: str) -> tuple[int, str]:
        said, why = self._read(f"/repos/{self._name}/attestations/{digest}?per_page=30")
        return (0, why) if said is None else (len(said.get("attestations") or ()), "")

    def _attestation(self, ref: str, digest: str) -> Artifact:
        """Say whether GitHub has an attestation of a digest.

        Its signature is not verified here, so when it was made is not known ("List attestations").
        """
        count, why = self._attestations(digest)
        if count:
            return Artifact(ref, "attestation", resolved=True, why="its signature was not verified")
        return Artifact(ref, "attestation", why=why or "GitHub has no attestation of it")

    def _deployment(self, ref: str, where: str, pin: str | None) -> Artifact:
        """Return a commit that was deployed with success: the named one, else the last one.

        The last one is another after the next deployment, so it is evidence only by its commit.
        """
        path = f"/repos/{self._name}/deployments?environment={quote(where, safe='')}&per_page=100"
        said, why = self._read(path)
        if said is None:
            return Artifact(ref, "deployment", why=f"of the deployments to {where} {why}")
        wanted = [one for one in said if pin is None or str(one["sha"]).startswith(pin)]
        for one in wanted[:_MOST_DEPLOYMENTS]:
            at = self._succeeded(int(one["id"]))
            if isinstance(at, Artifact):
                return replace(at, ref=ref)
            if at is not None:
                told = "" if pin else f"name its commit: deployment:{where}@{one['sha']}"
                return Artifact(
                    ref, "deployment", resolved=True, made_at=at, movable=pin is None, why=told
                )
        if len(wanted) > _MOST_DEPLOYMENTS or len(said) == _PAGE:
            return Artifact(ref, "deployment", why=f"only the last deployments to {where} are read")
        why = f"nothing of that name was deployed to {where} with success"
        return Artifact(ref, "deployment", resolved=False, why=why)

    def _succeeded(self, number: int) -> datetime | Artifact | None:
        """Return when a deployment first succeeded; that another took its place is no failure."""
        path = f"/repos/{self._name}/deployments/{number}/statuses?per_page=100"
        said, why = self._read(path)
        if said is None:
            return Artifact("", "deployment", why=f"of how its deployment ended {why}")
        times = (moment(one["created_at"]) for one in said if one["state"] == "success")
        return min(filter(None, times), default=None)


def _asset(ref: str, release: Mapping[str, Any], name: str, digest: str | None) -> Artifact:
    """Return an asset: fixed by its digest, or because its release can never be changed."""
    asset = next((one for one in release.get("assets") or () if one["name"] == name), None)
    if asset is None or asset.get("state") != "uploaded":
        return Artifact(ref, "asset", resolved=False, why="the release has no such asset")
    made_at = moment(asset.get("created_at"))
    if digest is None:
        movable = not release.get("immutable")
        return Artifact(ref, "asset", resolved=True, made_at=made_at, movable=movable)
    told = asset.get("digest")
    if told is None:
        return Artifact(ref, "asset", made_at=made_at, why="GitHub knows no digest of it")
    if told != digest:
        return Artifact(ref, "asset", resolved=False, why=f"the asset has the digest {told}")
    return Artifact(ref, "asset", resolved=True, made_at=made_at)
