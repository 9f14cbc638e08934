"""GBR, the gate bypass rate: IOs that landed past a gate, as a share and as counts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fitgate.core.chronicle import Row
from fitgate.core.controls import Hidden
from fitgate.core.measure.landings import WEEK
from fitgate.core.measure.reading import Estimator, Reading, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import poisson, wilson
from fitgate.core.measure.validation_lag import share
from fitgate.core.records.changes import How, PassedBy
from fitgate.core.standing import Standing

OF_THE_TEAM: frozenset[How] = frozenset(
    {"direct-push", "forced-push", "gate-weakened", "own-review-skipped", "own-check-skipped",
     "rule-skipped", "environment-skipped", "imported"}
)  # fmt: skip
"""Bypasses of gates that a team has without FITGate: all that shadow mode counts (contract.md)."""
SEEN = ", of which a clone tells direct and forced pushes alone"
_HOSTED = "github:"
"""What the id of a repository begins with whose ledger is written from its forge."""
_COUNTS = (
    "events", "event_ratio", "unauthorised", "authorised", "silent", "overridden", "would_hold",
)  # fmt: skip
RATIO = Estimator(
    figure="gbr_ratio",
    formula="IO landings with a bypass / IO landings that could be judged",
    unit="share",
    state="IO landings in the window",
    boundary="",
    window="as asked",
    statistics=(*_COUNTS, "lowest", "highest"),
)
PER_WEEK = Estimator(
    figure="gbr_per_week",
    formula="bypasses of IO landings",
    unit="a week",
    state="landings of the last 7 x 24 h, IO or not",
    boundary="",
    window="7 x 24 h up to the end",
    statistics=(*_COUNTS, "io_landings", "highest_in_window"),
)
UNAUTHORISED = Estimator(
    figure="gbr_unauthorised",
    formula="bypasses of IO landings that nobody entitled answers for",
    unit="bypasses",
    state="landings in the window, IO or not",
    boundary="",
    window="as asked",
    statistics=(*_COUNTS, "io_landings"),
)


FIGURES = frozenset(each.figure for each in (RATIO, PER_WEEK, UNAUTHORISED))


def events(row: Row) -> tuple[PassedBy, ...]:
    """Return the bypasses of one landing that count.

    In shadow mode those of the team's own gates. An override counts as authorised; a standing that
    says there was a bypass counts as one where none is listed.
    """
    if row.mode == "shadow":
        return tuple(each for each in row.bypasses if each.how in OF_THE_TEAM)
    if row.standing is Standing.OVERRIDDEN and not any(b.how == "override" for b in row.bypasses):
        overridden = PassedBy("override", authorised=True, visibility="escalation")
        return (*row.bypasses, overridden)
    if row.standing is Standing.BYPASS and not row.bypasses:
        return (PassedBy("against-verdict"),)
    return row.bypasses


def is_judged(row: Row) -> bool:
    """Say whether it could be told if a landing passed a gate by, whatever the answer.

    A verdict that could not be reached leaves it open. In shadow mode the gate is the team's own:
    how a landing came is enough.
    """
    return row.standing is not Standing.UNJUDGED or (row.mode == "shadow" and row.route is not None)


@dataclass(frozen=True, slots=True)
class _Tally:
    """IO landings, their bypasses, and which of them could be judged."""

    rows: Sequence[Row]
    passed: Sequence[tuple[Row, PassedBy]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Tally:
        return cls(rows, [(row, passed) for row in rows for passed in events(row)])

    @property
    def bypassed(self) -> int:
        return sum(bool(events(row)) for row in self.rows)

    @property
    def bypassed_of_judged(self) -> int:
        return sum(bool(events(row)) for row in self.rows if is_judged(row))

    @property
    def innocent_or_unknown(self) -> int:
        """Return how many neither accuse nor acquit: not judged, and no bypass is known."""
        return sum(not (is_judged(row) or events(row)) for row in self.rows)

    @property
    def judged(self) -> int:
        return sum(map(is_judged, self.rows))

    def count(self, *, authorised: bool) -> int:
        return sum(passed.authorised is authorised for _, passed in self.passed)

    def beside(self) -> dict[str, float | None]:
        standings = [row.standing for row in self.rows]
        return {
            "events": len(self.passed),
            "event_ratio": share(sum(is_judged(row) for row, _ in self.passed), self.judged),
            "unauthorised": self.count(authorised=False),
            "authorised": self.count(authorised=True),
            "silent": sum(passed.visibility == "silent" for _, passed in self.passed),
            "overridden": standings.count(Standing.OVERRIDDEN),
            "would_hold": standings.count(Standing.WOULD_HOLD),
        }


def gbr_ratio(sample: Sample) -> Reading:
    """Measure which share of the IO landings passed a gate by (fit.md 1.4, A4).

    What could not be judged is in neither number, not even where a bypass is known: to count only
    the guilty of them would be no rate. `lowest` and `highest` are what the ratio could be, were
    all of which nothing is known innocent or guilty. In shadow mode the gates are the team's own,
    and a clone shows how a landing came, but no review or check that was skipped: no `highest`.
    """
    tally = _Tally.of(sample.effective)
    everything, passed = len(tally.rows), tally.bypassed_of_judged
    return sample.reading(
        replace(RATIO, boundary=boundary(sample)),
        share(passed, tally.judged),
        tally.judged,
        sample.effective,
        unjudged=everything - tally.judged + sample.untold,
        interval=wilson(passed, tally.judged),
        beside={
            **tally.beside(),
            "lowest": share(tally.bypassed, everything),
            "highest": (
                None
                if any(row.mode == "shadow" for row in tally.rows)
                else share(tally.bypassed + tally.innocent_or_unknown, everything)
            ),
        },
        why=_why(sample),
    )


def gbr_per_week(sample: Sample) -> Reading:
    """Count the bypasses of the last seven days (fit.md 1.4, 2.6); a breaker's limit is on these.

    Known to be none only if some landing was watched in these days.
    """
    window = sample.window
    last = sample.moved(Window(window.end - WEEK, window.end, window.as_of))
    reading = _counted(last, PER_WEEK, authorised=None)
    times = [row.landed_at for row, _ in _Tally.of(sample.effective).passed]
    beside = {**reading.beside, "highest_in_window": most_in_a_week(times)}
    return replace(reading, window=window, beside=beside)


def gbr_unauthorised(sample: Sample) -> Reading:
    """Count the bypasses in the window that nobody entitled answers for: any one trips."""
    return _counted(sample, UNAUTHORISED, authorised=False)


def boundary(sample: Sample) -> str:
    """Say what landed, and past which gates."""
    return boundary_of(sample, {row.mode for row in sample.effective} or {sample.policy.mode})


def boundary_of(sample: Sample, modes: Collection[str]) -> str:
    """Say so from the modes in which these landed."""
    seen = "" if sample.scope.repo.startswith(_HOSTED) else SEEN
    gates = f"past a gate in force, in shadow mode past the team's own{seen}"
    if len(modes) == 1:
        shadow = f"past the team's own gates (shadow mode){seen}"
        gates = shadow if "shadow" in modes else "past a gate in force"
    return f"{sample.governed_words()} {gates}"


def not_observed(hidden: Iterable[Hidden], window: Window) -> tuple[str, ...]:
    """Return what of the forge could not be looked at in a window, or in a part of it."""
    start, end = window.start, window.end
    during = (
        one.area
        for one in hidden
        if one.since <= end and (start is None or one.until is None or one.until > start)
    )
    return tuple(dict.fromkeys(during))


def beside_hidden(reading: Reading, hidden: Iterable[Hidden]) -> Reading:
    """Return a reading that says what could not be looked at: bypasses there are in no number."""
    areas = not_observed(hidden, reading.window) if reading.figure in FIGURES else ()
    if not areas:
        return reading
    boundary = f"{reading.estimator.boundary}; not observed: {', '.join(areas)}"
    return replace(reading, estimator=replace(reading.estimator, boundary=boundary))


def _counted(sample: Sample, estimator: Estimator, *, authorised: bool | None) -> Reading:
    tally = _Tally.of(sample.effective)
    watched = len(sample.inside) - tally.innocent_or_unknown - sample.untold
    count = sum(authorised in {None, passed.authorised} for _, passed in tally.passed)
    return sample.reading(
        replace(estimator, boundary=boundary(sample)),
        count if watched else None,
        watched,
        {row.change: row for row, _ in tally.passed}.values(),
        unjudged=tally.innocent_or_unknown + sample.untold,
        interval=poisson(count),
        beside={**tally.beside(), "io_landings": len(tally.rows)},
        why=none_watched(sample, len(sample.inside), len(tally.rows), tally.bypassed),
    )


def _why(sample: Sample) -> str:
    rows = sample.effective
    known = sum(bool(events(row)) for row in rows)
    return none_judged(sample, len(rows), known) if rows else sample.nothing()


def none_judged(sample: Sample, n: int, known: int) -> str:
    """Say that of so many none could be judged, and of how many a bypass is known all the same."""
    least = f"; {known} passed a gate by" if known else ""
    return f"none of {n} {sample.governed_words()} could be judged{least}"


def none_watched(sample: Sample, inside: int, n: int, known: int) -> str:
    """Say why no bypass is no news: of these figures the landings that are no IOs count too."""
    if n:
        return none_judged(sample, n, known)
    if inside:
        return f"of none of {inside} {sample.changes()} it could be told whether it is an IO"
    return f"no {sample.changes()} in the window"


def most_in_a_week(times: Iterable[datetime]) -> int:
    """Return how many moments lie in the fullest seven days."""
    ordered = sorted(times)
    return max(_runs(ordered), default=0)


def _runs(ordered: Sequence[datetime]) -> Iterator[int]:
    for number, last in enumerate(ordered):
        yield number + 1 - bisect_right(ordered, last - WEEK)
