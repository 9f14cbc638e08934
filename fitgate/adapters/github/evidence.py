"""What a change declares, as far as GitHub bears it out: ways back, and what it brings back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.blobs import Blobs
from fitgate.adapters.github.elsewhere import Elsewhere
from fitgate.adapters.github.listing import Listings
from fitgate.adapters.github.moments import moment
from fitgate.core.facts import Artifact, Facts, Restoration, Trailer, Unknown, Unread
from fitgate.core.reverts import brings_back, parse_revert
from fitgate.core.trailers import is_declaration, is_placeholder, read_declaration
from fitgate.errors import ForgeError

_ELSEWHERE = "it is not looked up in this version"
_MOST = 20
_MOST_REVERTS = 3
_LEAST_PIN = 7
_NO_COMMIT = frozenset({404, 422})


def declared(facts: Facts, blobs: Blobs) -> Facts:
    """Return the facts with what files of the change in `.fitgate/io/` declare."""
    written = {file.path: file.oid_after for file in facts.files or () if is_declaration(file.path)}
    oids = {path: oid for path, oid in written.items() if oid}
    contents = blobs.read(oids.values()) if oids else {}
    trailers: list[Trailer] = [*facts.change.trailers]
    unknown: list[Unknown] = []
    for path, oid in oids.items():
        data = contents[oid]
        if isinstance(data, Unread):
            unknown.append(Unknown("declarations", f"{path} {data.why}"))
            continue
        said = read_declaration(data.decode("utf-8", "replace"), path)
        trailers += said.trailers
        unknown += [Unknown("declarations", said.problem)] if said.problem else []
    change = replace(facts.change, trailers=tuple(trailers))
    return replace(facts, change=change, unknown=(*facts.unknown, *unknown))


def artifacts(facts: Facts, session: Session, name: str) -> Facts:
    """Return the facts with the artifacts and plans that are declared, looked up on GitHub.

    As in a clone: an artifact must have been there before, so a file is looked up in the base; a
    plan may come with the change, so it is looked up in its head.
    """
    base, head = str(facts.change.base), str(facts.change.head)
    asked = [each for each in facts.change.trailers if not is_placeholder(each.value)]
    kinds = {"Rollback-Artifact": "artifact", "Rollback-Plan": "plan"}
    refs = dict.fromkeys((kinds[t.key], t.value) for t in asked if t.key in kinds)
    elsewhere = Elsewhere(session, name)
    found: dict[tuple[str, str], Artifact] = {}
    for kind, value in [*refs][:_MOST]:
        if kind == "plan" and _is_elsewhere(value):
            found[kind, value] = Artifact(value, "plan", why=_ELSEWHERE)
        elif kind != "plan" and (there := elsewhere.look_up(value)):
            found[kind, value] = there
    here = [ref for ref in [*refs][:_MOST] if ref not in found]
    told: Mapping[str, Any] = {}
    if here:
        names = [value.strip("`") for _, value in here]
        told = session.graph(name, queries.evidence(base, head, names)).repository
    for n, (kind, value) in enumerate(here):
        found[kind, value] = _artifact(kind, value, n, told)
    many = Artifact("", "unknown", why=f"more than {_MOST} are not looked up")
    known = (found.get(ref) or replace(many, ref=ref[1], kind=_kind(ref[0])) for ref in refs)
    return replace(facts, artifacts=tuple(known))


def _is_elsewhere(value: str) -> bool:
    return "://" in value or "@sha256:" in value


def _kind(kind: str) -> str:
    return "plan" if kind == "plan" else "unknown"


def _artifact(kind: str, value: str, n: int, told: Mapping[str, Any]) -> Artifact:
    if kind == "plan":
        there = (told.get(f"a{n}") or {}).get("__typename") == "Blob"
        return Artifact(value, "plan", resolved=there, why="" if there else _NO_PLAN)
    return (
        _tag(value, told.get(f"t{n}"))
        or _commit(value, told.get(f"c{n}"))
        or _file(value, told.get(f"b{n}"), told.get("base"))
        or _nothing(value)
    )


def _nothing(value: str) -> Artifact:
    """Return what no name in Git is: an image by its tag perhaps, which can be moved."""
    is_image = ":" in value
    return Artifact(value, "image" if is_image else "unknown", movable=is_image, why=_NOT_HERE)


_NO_PLAN = "the change holds no such file"
_NOT_HERE = "no tag, commit or file of that name is in this repository"


def _tag(value: str, node: Mapping[str, Any] | None) -> Artifact | None:
    """Return a tag, which can be moved, or the commit that `tag@commit` pins, which cannot."""
    target = (node or {}).get("target")
    if not target:
        return None
    commit = target.get("target") or target
    name, _, pin = value.strip("`").removeprefix("refs/tags/").rpartition("@")
    pinned = bool(name) and len(pin) >= _LEAST_PIN
    oid, made_at = str(commit["oid"]), moment(commit.get("committedDate"))
    if pinned and not oid.startswith(pin):
        return Artifact(value, "tag", resolved=False, why=f"the tag points at {oid}")
    return Artifact(value, "tag", resolved=True, made_at=made_at, movable=not pinned)


def _commit(value: str, node: Mapping[str, Any] | None) -> Artifact | None:
    if not node or node.get("__typename") != "Commit":
        return None
    ref = value.strip("`")
    if len(ref) < _LEAST_PIN or not str(node["oid"]).startswith(ref):  # a branch can be moved
        return None
    return Artifact(value, "commit", resolved=True, made_at=moment(node.get("committedDate")))


def _file(
    value: str, node: Mapping[str, Any] | None, base: Mapping[str, Any] | None
) -> Artifact | None:
    """Return a file that stood in the base commit: it is as old as that commit, or older."""
    if not node or node.get("__typename") != "Blob":
        return None
    return Artifact(value, "file", resolved=True, made_at=moment((base or {}).get("committedDate")))


def restored(facts: Facts, listings: Listings, session: Session, name: str) -> Facts:
    """Return the facts with the earlier state that the change brings back, if it says it does.

    What it says that it undoes is read, and compared with what it does.
    """
    change = facts.change
    claim = parse_revert(change.title, change.body or "", change.branch)
    if claim is None:
        return replace(facts, change=replace(change, restores=()))
    for sha in _undone(claim.commits, claim.numbers, session, name):
        try:
            commit = session.read(f"/repos/{name}/commits/{sha}?per_page=1")
            parent = str(commit["parents"][0]["sha"])
            earlier = listings.between(parent, str(commit["sha"]))
        except (ForgeError, IndexError) as exc:
            if isinstance(exc, ForgeError) and exc.status not in _NO_COMMIT:
                raise
            continue
        if isinstance(earlier.ones, Unread) or earlier.fork != parent:
            continue
        if brings_back(facts.files or (), [one.file for one in earlier.ones]):
            return replace(facts, change=replace(change, restores=(Restoration(parent),)))
        return replace(facts, change=replace(change, restores=()))
    why = Unknown("restores", "it says that it undoes a change, which could not be looked up")
    return replace(facts, unknown=(*facts.unknown, why))


def _undone(
    commits: Iterable[str], numbers: Iterable[int], session: Session, name: str
) -> Iterator[str]:
    yield from list(commits)[:_MOST_REVERTS]
    for number in list(numbers)[:_MOST_REVERTS]:
        try:
            said = session.read(f"/repos/{name}/pulls/{number}")
        except ForgeError as exc:
            if exc.status not in _NO_COMMIT:
                raise
            continue
        if said.get("merged") and said.get("merge_commit_sha"):
            yield str(said["merge_commit_sha"])
