"""When a change counts as validated: all that was required of it at landing has passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fitgate.core.check_names import names_it


@dataclass(frozen=True, slots=True)
class Ended:
    """An evaluation that ended: its name, whether it passed, when, and whether before landing."""

    name: str
    passed: bool
    at: datetime
    pre_landing: bool = False


def closure(
    required: tuple[str, ...] | None, ended: Iterable[Ended]
) -> tuple[datetime, bool] | None:
    """Return when the last required evaluation passed, and whether all did before landing.

    `required` are names or globs, frozen at landing (contract.md, "Closure"; fit.md A28). Of each
    name the first pass counts, a failure closes nothing; a glob waits for all names seen that it
    meets. None: not closed, or nothing was required.
    """
    if not required:
        return None
    first: dict[str, Ended | None] = {}
    for each in sorted(ended, key=lambda e: e.at):
        if first.get(each.name) is None:
            first[each.name] = each if each.passed else None
    closing: list[Ended] = []
    for glob in required:
        met = [passed for name, passed in first.items() if names_it(glob, name)]
        if not met or None in met:
            return None
        closing += [passed for passed in met if passed is not None]
    return max(each.at for each in closing), all(each.pre_landing for each in closing)
