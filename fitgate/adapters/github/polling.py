"""What happened in a repository on GitHub since a moment, read where no delivery told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, takewhile
from typing import Any

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.passing import SUITES_HIDDEN, period
from fitgate.adapters.github.records import pages, seen
from fitgate.core.events import Happening, Pointer
from fitgate.core.facts import Unread

_WAITS = timedelta(days=30)
"""A deployment may wait so long for a gate ("Creating custom deployment protection rules")."""
_BRANCH, _QUEUE = "refs/heads/", "refs/heads/gh-readonly-queue/"
_ENDED = {
    "success": Happening.LANDED,
    "failure": Happening.EVALUATED,
    "error": Happening.EVALUATED,
}
Node = Mapping[str, Any]
When = tuple[datetime, Pointer]


class Polling:
    """Asks one repository what deliveries would have told."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name, self._root = session, name, f"/repos/{name}"

    def happened(self, since: datetime, now: datetime) -> list[When]:
        """Return where something happened since a moment, and when, oldest first.

        What a permission hides of rule suites, deployments and releases is left out, and `doctor`
        says so. Landings hang on pull requests and pushes: without these nothing was looked at.

        Raises:
            ForgeError: when GitHub does not answer, or there is more than can be read.
        """
        repo = f"github:{self._session.read(self._root)['id']}"
        sure = [*self._pulls(repo, since), *self._pushes(repo, since)]
        polls = (
            self._suites(repo, since, now), self._deployments(repo, since),
            self._releases(repo, since),
        )  # fmt: skip
        found = [seen(lambda poll=poll: [*poll], SUITES_HIDDEN) for poll in polls]  # type: ignore[misc] # each its own
        told = chain(sure, *(each for each in found if not isinstance(each, Unread)))
        distinct = {pointer: at for at, pointer in sorted(told, key=_by_time, reverse=True)}
        return sorted(((at, pointer) for pointer, at in distinct.items()), key=_by_time)

    def _pointer(self, happening: Happening, repo: str, **more: Any) -> Pointer:  # noqa: ANN401 - its fields
        return Pointer(happening, repo, self._name, **more)

    def _pulls(self, repo: str, since: datetime) -> Iterator[When]:
        """Yield the pull requests that were touched ("List pull requests", by `updated`)."""
        asked = {"state": "all", "sort": "updated", "direction": "desc"}
        listed = pages(self._session, f"{self._root}/pulls", **asked)
        for pull in takewhile(lambda one: _at(one, "updated_at") >= since, listed):
            merged_at = moment(pull.get("merged_at"))
            happening = Happening.PROPOSED if pull["state"] == "open" else Happening.WITHDRAWN
            if merged_at is not None:
                happening = Happening.LANDED
            head = pull["head"]["sha"]
            where = self._pointer(happening, repo, kind="pull", number=pull["number"], head=head)
            yield merged_at or _at(pull, "updated_at"), where

    def _pushes(self, repo: str, since: datetime) -> Iterator[When]:
        listed = pages(self._session, f"{self._root}/activity")
        for move in takewhile(lambda one: _at(one, "timestamp") >= since, listed):
            by, at = (move.get("actor") or {}).get("id"), _at(move, "timestamp")
            ends = _oid(move["before"]), _oid(move["after"])
            yield from self._pushed(at, str(move["ref"]), repo=repo, ends=ends, by=by)

    def _pushed(
        self, at: datetime, ref: str, *, repo: str, ends: tuple[str | None, str | None], by: object
    ) -> Iterator[When]:
        if ref.startswith(_BRANCH) and not ref.startswith(_QUEUE):
            yield at, self._pointer(
                Happening.LANDED, repo, kind="push", ref=ref, base=ends[0], head=ends[1],
                by=f"github:{by}" if by else None,
            )  # fmt: skip

    def _suites(self, repo: str, since: datetime, now: datetime) -> Iterator[When]:
        asked = {"rule_suite_result": "bypass", "time_period": period(now - since)}
        for suite in pages(self._session, f"{self._root}/rulesets/rule-suites", **asked):
            at, by = _at(suite, "pushed_at"), suite.get("actor_id")
            ends = _oid(suite["before_sha"]), _oid(suite["after_sha"])
            if at >= since:
                yield from self._pushed(at, str(suite["ref"]), repo=repo, ends=ends, by=by)

    def _deployments(self, repo: str, since: datetime) -> Iterator[When]:
        """Yield deployments that were made, or that ended: listed are the newest that were made."""
        listed = pages(self._session, f"{self._root}/deployments")
        for one in takewhile(lambda one: _at(one, "created_at") >= since - _WAITS, listed):
            if _at(one, "updated_at") < since:
                continue
            about = {
                "kind": "deployment", "number": one["id"], "environment": one["environment"],
                "head": one["sha"],
            }  # fmt: skip
            if _at(one, "created_at") >= since:
                where = self._pointer(Happening.PROPOSED, repo, **about)
                yield _at(one, "created_at"), where
            for status in pages(self._session, f"{self._root}/deployments/{one['id']}/statuses"):
                happening = _ENDED.get(str(status["state"]))
                if happening is not None and _at(status, "created_at") >= since:
                    yield _at(status, "created_at"), self._pointer(happening, repo, **about)

    def _releases(self, repo: str, since: datetime) -> Iterator[When]:
        """Yield what was released; a draft may lie for a month before it is."""
        listed = pages(self._session, f"{self._root}/releases")
        for one in takewhile(lambda one: _at(one, "created_at") >= since - _WAITS, listed):
            at = moment(one.get("published_at"))
            if at is not None and at >= since and not one.get("draft"):
                where = {"kind": "release", "number": one["id"], "ref": one["tag_name"]}
                yield at, self._pointer(Happening.LANDED, repo, **where)


def _at(node: Node, name: str) -> datetime:
    """Return a time that GitHub always tells."""
    return datetime.fromisoformat(str(node[name]))


def _oid(said: str) -> str | None:
    return said if said.strip("0") else None


def _by_time(when: When) -> datetime:
    return when[0]
