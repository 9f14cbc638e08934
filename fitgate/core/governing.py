"""The policy in force by what a ledger tells."""

from __future__ import annotations

from typing import TypeVar

from fitgate.core.chronicle import Chronicle
from fitgate.core.records import Record
from fitgate.core.records.changes import Decided
from fitgate.core.records.controls import PolicyChanged
from fitgate.core.verdict import PolicyRef

R = TypeVar("R", bound=Record)


def policy_in_force(told: Chronicle) -> PolicyRef | None:
    """Return which policy judged the last landing; None: nothing was judged at all.

    Where nothing has landed it is that of the last verdict. Once something has, a proposal has no
    say in it: its base may be any branch, with a policy of its own.
    """
    if changed := _last(told, PolicyChanged):
        return PolicyRef(changed.source, changed.commit, changed.after)
    if decided := _last(told, Decided):
        judge = decided.judge
        return PolicyRef(judge.source, judge.commit, judge.policy)
    return None


def _last(told: Chronicle, kind: type[R]) -> R | None:
    found = max(told.told(kind), key=lambda each: (each.at, each.seq), default=None)
    return None if found is None else found.record
