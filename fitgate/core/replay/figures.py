"""What a replay comes to: numbers, the worst cases first, what is otherwise than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from fitgate.core.facts import STRICT
from fitgate.core.replay.cases import Case, Ruling

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Delay:
    """What the cool-downs of the candidate would have cost, in hours; null: of nothing, unknown.

    `hours_per_change` is measured over all changes. It equals `product_hours`, which is `io_share`
    times `hours_per_io`, because what is no IO is never held (fit.md 1.10).
    """

    __pydantic_config__ = STRICT
    total_hours: float
    hours_per_change: float | None
    io_share: float | None
    hours_per_io: float | None
    product_hours: float | None
    others_hours: float


@dataclass(frozen=True, slots=True)
class Gate:
    """How many landings one gate would have held: surely, or as far as this clone can tell."""

    __pydantic_config__ = STRICT
    gate: str
    held: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Faults:
    """How many landings turned out to be faults, and what the candidate would have done with them.

    `known_before`: the fault was known while the change would still have been held (D3);
    `maybe_before`: that hangs on when it was last pushed.
    """

    __pydantic_config__ = STRICT
    landings: int
    held: int
    known_before: int
    maybe_before: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a replay; `replayable` are those of which it is known whether they are IOs."""

    __pydantic_config__ = STRICT
    changes: int
    replayable: int
    not_replayable: int
    io: int
    held: int
    held_surely: int
    gates: tuple[Gate, ...]
    delay_at_least: Delay
    delay_at_most: Delay
    faults: Faults


@dataclass(frozen=True, slots=True)
class Difference:
    """What the candidate says otherwise than the other policy: the ids of the changes, by kind.

    Of `not_comparable` one of the two could not tell whether it is an IO.
    """

    __pydantic_config__ = STRICT
    newly_held: tuple[str, ...]
    no_longer_held: tuple[str, ...]
    newly_io: tuple[str, ...]
    no_longer_io: tuple[str, ...]
    other_categories: tuple[str, ...]
    not_comparable: tuple[str, ...]

    @property
    def loosens(self) -> bool:
        """Say whether the candidate lets something pass that the other policy holds."""
        return bool(self.no_longer_held or self.no_longer_io)


def figures(cases: Sequence[Case]) -> Figures:
    """Return what a replay comes to in numbers."""
    told = [case for case in cases if case.candidate.is_io is not None]
    held = [case for case in told if case.candidate.is_held]
    faulty = [case for case in told if case.faults]
    known = Counter(case.known_before for case in faulty)
    return Figures(
        changes=len(cases),
        replayable=len(told),
        not_replayable=len(cases) - len(told),
        io=sum(case.candidate.is_io is True for case in told),
        held=len(held),
        held_surely=sum(case.candidate.held == "held" for case in held),
        gates=_gates(held),
        delay_at_least=_delay([(case, case.hold.at_least) for case in told]),
        delay_at_most=_delay([(case, case.hold.at_most) for case in told]),
        faults=Faults(
            landings=len(faulty),
            held=sum(case.candidate.is_held for case in faulty),
            known_before=known[True],
            maybe_before=known[None],
        ),
    )


def _gates(held: Iterable[Case]) -> tuple[Gate, ...]:
    """Count by gate; of one that says both, the surer word counts."""
    surely: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    for case in held:
        waits = case.candidate.waits
        sure = {wait.gate for wait in waits if wait.outcome in {"HOLD", "DENY"}}
        surely.update(sure)
        perhaps.update({wait.gate for wait in waits} - sure)
    names = sorted(surely | perhaps, key=lambda name: (-surely[name], -perhaps[name], name))
    return tuple(Gate(name, surely[name], perhaps[name]) for name in names)


def _delay(holds: Sequence[tuple[Case, timedelta]]) -> Delay:
    everything = _hours(hold for _, hold in holds)
    io = [hold for case, hold in holds if case.candidate.is_io]
    share = Fraction(len(io), len(holds)) if holds else None
    mean = _hours(io) / len(io) if io else None
    product = None if share is None else share * (mean or 0)
    return Delay(
        total_hours=float(everything),
        hours_per_change=float(everything / len(holds)) if holds else None,
        io_share=None if share is None else float(share),
        hours_per_io=None if mean is None else float(mean),
        product_hours=None if product is None else float(product),
        others_hours=float(everything - _hours(io)),
    )


def _hours(holds: Iterable[timedelta]) -> Fraction:
    return Fraction(
        sum(holds, timedelta()) // timedelta(microseconds=1), _HOUR // timedelta(microseconds=1)
    )


def difference(cases: Iterable[Case]) -> Difference:
    """Return what the candidate says otherwise than the policy that it is compared with."""
    kinds: dict[str, list[str]] = {name: [] for name in Difference.__dataclass_fields__}
    for case in cases:
        for kind in _kinds(case.against, case.candidate):
            kinds[kind].append(case.landing.change)
    return Difference(**{kind: tuple(changes) for kind, changes in kinds.items()})


def _kinds(before: Ruling, after: Ruling) -> Iterable[str]:
    if before.is_io is None or after.is_io is None:
        if before.is_io is not after.is_io:
            yield "not_comparable"
        return
    if before.is_held is not after.is_held:
        yield "newly_held" if after.is_held else "no_longer_held"
    if before.is_io is not after.is_io:
        yield "newly_io" if after.is_io else "no_longer_io"
    elif before.categories != after.categories:
        yield "other_categories"


def worst_first(cases: Iterable[Case]) -> list[Case]:
    """Return the landings that would have been held: those whose fault would have been known first.

    Then those of which that hangs on the last push, other faults, the longest held, the newest.
    """
    held = [case for case in cases if case.candidate.is_held]
    return sorted(held, key=_badness)


def _badness(case: Case) -> tuple[int, timedelta, timedelta, float, str]:
    known = {True: 0, None: 1, False: 2 if case.faults else 3}[case.known_before]
    return (
        known, -case.hold.at_least, -case.hold.at_most, -case.landing.landed_at.timestamp(),
        case.landing.change,
    )  # fmt: skip
