"""When a branch was pushed, and by whom: GitHub's own record, which no author can date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.pulls import Pull
from fitgate.core.facts import Facts, Unknown, Unread
from fitgate.errors import ForgeError

_MOST = 100
_READ_BY_FEW = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Push:
    """A commit that the branch was set to, when, and by whom (None: an account that is gone)."""

    head: str
    at: datetime
    by: str | None


class Pushes:
    """Reads what moved the branches of pull requests; what moved one to its head stays so."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str, str], tuple[Push, ...]] = {}

    def moved(self, name: str, ref: str, head: str) -> Push | Unknown:
        """Return when a branch of a repository was set to a commit last, and by whom."""
        moves = self._moves(name, ref)
        if isinstance(moves, Unread):
            return Unknown("landed_at", moves.why)
        there = (push for push in moves if push.head == head)
        why = "GitHub's record of pushes does not reach back to it"
        return next(there, None) or Unknown("landed_at", why)

    def stood(self, name: str, ref: str, at: datetime) -> str | None:
        """Return where a branch of a repository was at a moment; None: it is not told."""
        moves = self._moves(name, ref)
        known = () if isinstance(moves, Unread) else moves
        return next((push.head for push in known if push.at <= at), None)

    def of(self, pull: Pull) -> tuple[Push, ...] | Unknown:
        """Return the pushes to the branch, newest first, beginning with that of the head.

        Read is the repository that the branch is in, a fork perhaps ("List repository
        activities").
        """
        branch, name = pull.facts.change.branch, pull.branch_repo
        if name is None or branch is None:
            return _unknown("the repository that its branch was in is gone")
        key = (name, branch, pull.head)
        if key not in self._known:
            moves = self._moves(name, f"refs/heads/{branch}")
            if isinstance(moves, Unread):
                return _unknown(moves.why)
            heads = [push.head for push in moves]
            if pull.head not in heads:
                return _unknown("GitHub's record of pushes does not reach back to its head")
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[key] = tuple(moves[heads.index(pull.head) :])
        return self._known[key]

    def _moves(self, name: str, ref: str) -> list[Push] | Unread:
        """Return what a branch of a repository was set to last, newest first."""
        asked = urlencode({"ref": ref, "per_page": _MOST})
        try:
            said = self._session.read(f"/repos/{name}/activity?{asked}")
        except ForgeError as exc:
            if not exc.is_refusal(*_READ_BY_FEW):
                raise
            return Unread(f"the activity of {name} may not be read")
        return sorted(filter(None, map(_push, said)), key=lambda push: push.at, reverse=True)


def _push(node: Mapping[str, Any]) -> Push | None:
    at, head = moment(node.get("timestamp")), str(node.get("after") or "")
    if at is None or not head.strip("0"):  # the branch was deleted
        return None
    actor = (node.get("actor") or {}).get("id")
    return Push(head, at, actor and f"github:{actor}")


def _unknown(why: str) -> Unknown:
    return Unknown("material_at", why)


def clocked(facts: Facts, pull: Pull, pushes: tuple[Push, ...] | Unknown) -> Facts:
    """Return the facts with the time of the last push, and with who pushed among the contributors.

    What was pushed before there was a pull request could not be seen: the clock starts when it was
    opened, or turned to another base.
    """
    change = facts.change
    if isinstance(pushes, Unknown):
        return replace(facts, unknown=(*facts.unknown, pushes))
    pushers = {push.by for push in pushes if push.at >= pull.since} | {pushes[0].by}
    everyone = change.contributors
    if everyone is not None:
        everyone = tuple(sorted({*everyone, *filter(None, pushers)}))
    material_at = max(pushes[0].at, pull.since)
    material_at = min(material_at, facts.as_of)
    change = replace(change, material_at=material_at, contributors=everyone)
    return replace(facts, change=change)
