"""Releases and attestations: evidence of what can be gone back to."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, listed, serves
from tests.twin.github.people import LEVELS, at_least
from tests.twin.github.releases import Release
from tests.twin.github.shapes.releases import release as release_shape


def _visible(asked: Asked) -> list[Release]:
    """Return the releases, newest first; drafts for who may write."""
    if asked.caller.permissions is not None:
        writes = asked.caller.may("contents=write", asked.repo)
    else:
        writes = at_least(LEVELS, asked.repo.role_of(asked.user.login), "write")
    return [one for one in reversed(asked.repo.releases) if writes or not one.draft]


@serves("GET /repos/{owner}/{repo}/releases", "contents=read")
def releases(asked: Asked) -> Answer:
    return listed(asked, [release_shape(asked.repo, one) for one in _visible(asked)])


@serves("GET /repos/{owner}/{repo}/releases/tags/{tag}", "contents=read")
def release(asked: Asked) -> Answer:
    for one in _visible(asked):
        if one.tag == asked.given["tag"] and not one.draft:
            return Answer(release_shape(asked.repo, one))
    raise NOT_FOUND


@serves("GET /repos/{owner}/{repo}/attestations/{subject_digest}", "attestations=read")
def attestations(asked: Asked) -> Answer:
    found = asked.repo.attestations.get(asked.given["subject_digest"], [])
    return Answer({"attestations": found})
