"""The adversarial audit: a blind second label of a weekly sample, and what it says of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fitgate.core.canonical import sha256
from fitgate.core.chronicle import Row, Told
from fitgate.core.measure.statistics import wilson
from fitgate.core.records.changes import Audited

SIZE = 5
"""Landings that were no IO, a week."""
DECOYS = 4
"""One IO is mixed in for so many that were none: who labels must not know what the rules said."""
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, from Monday 00:00 UTC until before the next (ISO 8601, 4.1.4)."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> Week:
        """Return the week that a moment is in."""
        year, number, _ = at.astimezone(UTC).isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, said: str) -> Week:
        """Read `2026-W05`.

        Raises:
            ValueError: when it is no week.
        """
        found = _WEEK.fullmatch(said)
        if not found:
            raise ValueError(f"{said!r} is no week; write one as in 2026-W05")
        week = cls(int(found[1]), int(found[2]))
        _ = week.start
        return week

    @property
    def start(self) -> datetime:
        """Return its first moment."""
        return datetime.fromisocalendar(self.year, self.number, 1).replace(tzinfo=UTC)

    def holds(self, at: datetime) -> bool:
        """Say whether a moment is in it."""
        return self.start <= at < self.start + timedelta(weeks=1)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def sample(rows: Iterable[Row], week: Week, seed: str, size: int = SIZE) -> tuple[Row, ...]:
    """Return the landings of a week to label again: `size` that were no IO, and a few that were.

    Drawn by the hash of seed, week and change, so that the same ledger gives the same sample
    whoever asks, and shuffled by it.
    """
    landed = {row.change: row for row in rows if week.holds(row.landed_at)}

    def lot(row: Row) -> str:
        return sha256(f"{seed}\n{week}\n{row.change}".encode())

    others = sorted((r for r in landed.values() if r.nature.is_io is False), key=lot)[:size]
    ios = sorted((r for r in landed.values() if r.nature.is_io is True), key=lot)
    mixed = [*others, *ios[: -(-len(others) // DECOYS)]]
    return tuple(sorted(mixed, key=lambda row: sha256(lot(row).encode())))


@dataclass(frozen=True, slots=True)
class Labelled:
    """One landing with what the rules said and what its auditor said."""

    row: Row
    said: Audited

    @property
    def is_missed(self) -> bool:
        """Say whether the auditor takes for an IO what the rules took for none."""
        return self.said.is_io and self.row.nature.is_io is False

    @property
    def agrees(self) -> bool:
        """Say whether both call it the same."""
        return self.said.is_io == self.row.nature.is_io


@dataclass(frozen=True, slots=True)
class Score:
    """What an audit came to. `others` are landings that the rules took for no IO.

    `kappa` is Cohen's over all labels (fit.md 3.3); None where one side always said the same.
    `by_hand` counts labels of landings that no lot drew: they are in none of these.
    """

    labelled: tuple[Labelled, ...]
    others: int
    missed: int
    disagreed: int
    kappa: float | None
    by_hand: int = 0

    @property
    def miss_interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the miss rate."""
        return wilson(self.missed, self.others)

    @property
    def miss_rate(self) -> float | None:
        """Return the share of the audited no-IOs that are IOs; None if none was audited."""
        return self.missed / self.others if self.others else None


def score(rows: Iterable[Row], audited: Sequence[Told[Audited]]) -> Score:
    """Compare second labels with the rules' own; of one change the last label counts.

    What the rules could not judge (`is_io` null) has nothing to be compared with.
    """
    known: Mapping[str, Row] = {row.change: row for row in rows if row.nature.is_io is not None}
    last = {told.record.change: told.record for told in audited}
    drawn = {change: said for change, said in last.items() if said.sample}
    labelled = tuple(Labelled(known[c], said) for c, said in drawn.items() if c in known)
    return Score(
        labelled=labelled,
        others=sum(each.row.nature.is_io is False for each in labelled),
        missed=sum(each.is_missed for each in labelled),
        disagreed=sum(not each.agrees for each in labelled),
        kappa=_kappa([(bool(each.row.nature.is_io), each.said.is_io) for each in labelled]),
        by_hand=len(last) - len(drawn),
    )


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Return Cohen's kappa of two labellers (Cohen 1960, doi:10.1177/001316446002000104)."""
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    yes_a, yes_b = (sum(side) / n for side in zip(*pairs, strict=True))
    by_chance = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)
