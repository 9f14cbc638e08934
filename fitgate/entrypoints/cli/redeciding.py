"""The decisions of a ledger made again, for `fitgate ledger verify --decisions`."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

from fitgate.bootstrap import progress, shipped_policies
from fitgate.core.inert import inert
from fitgate.core.records.changes import Decided
from fitgate.core.redeciding import Again, Redecided, Redecider
from fitgate.entrypoints.cli.ledgers import told_by
from fitgate.ports import Ledger

SHOWN = 20
"""Decisions that are named one by one; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the decisions of a ledger stand when they are made again."""

    counts: Counter[Again]
    otherwise: tuple[Redecided, ...]

    @property
    def is_sound(self) -> bool:
        """Say whether none differs under the same decider."""
        return not self.counts[Again.DIFFERS]

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        told = [
            {"seq": r.told.seq, "change": r.told.record.change, "again": r.again, "why": r.why}
            for r in self.otherwise
        ]
        return {"counts": {again.value: self.counts[again] for again in Again}, "otherwise": told}

    def lines(self) -> list[str]:
        """Return what a person reads of it."""
        counts = self.counts
        same, differs = counts[Again.SAME], counts[Again.DIFFERS]
        newer, lost = counts[Again.NEWER], counts[Again.LOST]
        lines = [f"{sum(counts.values())} decisions made again: {same} the same."]
        lines += [f"{differs} differ under the version that made them."] if differs else []
        lines += [f"{newer} decided otherwise by a newer version."] if newer else []
        lines += [f"{lost} not replayable."] if lost else []
        for each in self.otherwise[:SHOWN]:
            name = inert(each.told.record.change)
            lines.append(f"  entry {each.told.seq}  {name}  {each.again}: {inert(each.why)}")
        if len(self.otherwise) > SHOWN:
            lines.append(f"  … and {len(self.otherwise) - SHOWN} more; --json names all")
        return lines


def redecided(ledger: Ledger) -> Outcome:
    """Make all decisions of a ledger again from the bytes that they were made on."""
    decisions = told_by(ledger).told(Decided)
    counts: Counter[Again] = Counter()
    otherwise: list[Redecided] = []
    again = Redecider(ledger.blob, shipped_policies())
    with progress("deciding again", len(decisions), shown=sys.stderr.isatty()) as show:
        for n, each in enumerate(again.all(decisions), 1):
            counts[each.again] += 1
            if each.again is not Again.SAME:
                otherwise.append(each)
            show(n)
    return Outcome(counts, tuple(otherwise))
