"""What is written down of evaluations that ended: those that something that landed waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fitgate.core.check_names import names_it
from fitgate.core.chronicle import Row
from fitgate.core.entries import Draft, moment
from fitgate.core.facts import Evaluation
from fitgate.core.records import draft
from fitgate.core.records.changes import Evaluated


@dataclass(frozen=True, slots=True)
class Checked:
    """A commit, the id of its tree, and its evaluations; None: these could not be read."""

    commit: str
    tree: str
    evaluations: tuple[Evaluation, ...] | None


def is_awaited(rows: Sequence[Row]) -> bool:
    """Say whether a change that landed, a row a landing, waits for any evaluation."""
    return any(row.required and row.closed_at is None for row in rows)


def closing_drafts(rows: Sequence[Row], landing: Checked, head: Checked | None) -> Iterator[Draft]:
    """Yield which evaluations ended that a change waits for, of those on the commit it landed as.

    What passed on the head of its pull request counts where that has the very tree that landed, and
    is marked so (contract.md, "Closure"). What was required is frozen in the rows.
    """
    required = {check for row in rows for check in row.required or ()}
    places = [(landing, False)]
    if head is not None and head.commit != landing.commit and head.tree == landing.tree:
        places.append((head, True))
    for place, early in places:
        for ended in place.evaluations or ():
            if ended.result == "pending" or ended.at is None:
                continue
            if any(names_it(check, ended.name) for check in required):
                change = rows[0].change
                record = Evaluated(change, ended.name, ended.result, early, place.commit)
                key = f"evaluated/{change}/{ended.name}/{ended.result}/{moment(ended.at)}"
                yield draft(record, ended.at, key)
