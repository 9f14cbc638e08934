"""The forge's own gates: how strong each is, who moved it, and what nobody could look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft, moment
from fitgate.core.records import draft
from fitgate.core.records.controls import GateChanged

RULES = "rules"
"""What rulesets ask of the default branch."""
ACTORS = "bypass actors"
"""Whom rulesets let past."""
PROTECTION = "branch protection"
"""The classic protection of the default branch."""
ENVIRONMENTS = "environments"
"""Which of them our rule guards, and whether administrators may go past it."""
SUITES = "rule suites"
"""The forge's record of who went past a ruleset."""
PUSHES = "pushes"
"""The forge's record of what moved a branch."""
CHECKS = "checks"
"""The checks on what landed, our own among them."""
BRANCH = frozenset({RULES, ACTORS, PROTECTION})
"""What stands before the default branch."""
AREAS = (RULES, ACTORS, PROTECTION, ENVIRONMENTS, SUITES, PUSHES, CHECKS)


@dataclass(frozen=True, slots=True)
class Level:
    """How strong a gate is, and the same in words.

    `rank` 0 is where there is none; above it the higher is the stronger; what lets somebody past
    the others is below it. A gate `x, y` is a part of the gate `x`.
    """

    rank: int
    words: str


ABSENT = Level(0, "none")
_AS_IT_WAS = "edited, and found as it was"


@dataclass(frozen=True, slots=True)
class _Last:
    """What was told last of a gate, and how many times something was."""

    seq: int
    at: datetime
    record: GateChanged
    count: int


@dataclass(frozen=True, slots=True)
class Area:
    """What can be asked of a forge at once.

    `hidden` says why nobody could look; `gates` null: there are none to hold there, it is a record.
    `changed_at` is when the forge says that the youngest of them was edited.
    """

    gates: Mapping[str, Level] | None = None
    hidden: str = ""
    changed_at: datetime | None = None


Controls = Mapping[str, Area]
"""The areas that were looked at, by name."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """An area that could not be looked at: since when, until when (null: to this day), and why."""

    area: str
    since: datetime
    until: datetime | None
    why: str


def control_drafts(
    found: Controls, told: Chronicle, now: datetime, by: str | None = None, edited: str = ""
) -> Iterator[Draft]:
    """Yield which gates are weaker or stronger than the ledger last told, and what is hidden.

    `by` is who is said to have edited them; `edited` the area in which somebody did, which is
    written down where it is found as it was, too: it may have been another one in between. What is
    seen for the first time moved nowhere, and what is hidden is taken to stand as it last did.
    """
    last = _last_of(told)
    moved = False
    for area, seen in found.items():
        for each in _area_drafts(area, seen, last, now, by):
            moved = moved or area in BRANCH
            yield each
    before = last.get(edited)
    as_it_was = edited in found and not found[edited].hidden and not moved
    if by is not None and before is not None and as_it_was and _last_editor(last) != by:
        yield _draft(GateChanged(edited, "observed", by, _AS_IT_WAS), now, before)


def _last_editor(last: Mapping[str, _Last]) -> str | None:
    """Return who edited the gates before the default branch last, as far as it was told.

    Their next edit is the same one, looked at again, or of no more news.
    """
    edits = [one for gate, one in last.items() if gate.partition(": ")[0] in BRANCH]
    return max(edits, key=lambda one: one.seq).record.by if edits else None


def _area_drafts(
    area: str, seen: Area, last: Mapping[str, _Last], now: datetime, by: str | None
) -> Iterator[Draft]:
    before = last.get(area)
    if seen.hidden:
        if before is None or before.record.moved != "unobserved":
            record = GateChanged(area, "unobserved", detail=seen.hidden)
            yield _draft(record, now, before)
        return
    first = before is None
    if (seen.gates is not None) if before is None else before.record.moved == "unobserved":
        yield _draft(GateChanged(area, "observed"), now, before)
    if seen.gates is None:
        return
    known = {gate: one for gate, one in last.items() if gate.startswith(f"{area}: ")}
    wanted = {f"{area}: {name}": level for name, level in seen.gates.items()}
    newest = max((one.at for one in known.values()), default=None)
    at = seen.changed_at if seen.changed_at is not None else now
    if first or (newest is not None and at <= newest):  # what was deleted names no time
        at = now
    for gate in sorted(known.keys() | wanted.keys()):
        seen_only = first or not _stands(gate.rpartition(", ")[0], known, wanted)
        moved = _moved(gate, known.get(gate), wanted.get(gate, ABSENT), first=seen_only, by=by)
        if moved is not None:
            yield _draft(moved, min(at, now), known.get(gate))


def _stands(of: str, known: Mapping[str, _Last], wanted: Mapping[str, Level]) -> bool:
    """Say whether that of which a gate is a part stood before and stands now, if it is a part.

    Whom new rules let past, or rules that are gone, opened nothing.
    """
    if not of:
        return True
    return of in wanted and of in known and (known[of].record.level or 0) > 0


def _moved(
    gate: str, was: _Last | None, now: Level, *, first: bool, by: str | None
) -> GateChanged | None:
    rank = 0 if was is None else was.record.level or 0
    words = ABSENT.words if was is None else was.record.detail.rpartition(" → ")[2]
    if (rank, words) == (now.rank, now.words):
        return None
    if first:
        return GateChanged(gate, "observed", detail=now.words, level=now.rank)
    detail = f"{words} → {now.words}"
    if rank == now.rank:
        return GateChanged(gate, "observed", by, detail, now.rank)
    return GateChanged(
        gate, "weakened" if now.rank < rank else "strengthened", by, detail, now.rank
    )


def _draft(record: GateChanged, at: datetime, before: _Last | None) -> Draft:
    """Return the next move of a gate: told again after the same one before it, it is the same."""
    return draft(record, at, f"gate-changed/{record.gate}/{before.count + 1 if before else 1}")


def _last_of(told: Chronicle) -> dict[str, _Last]:
    """Return what was told last of each gate and area of a forge."""
    found: dict[str, _Last] = {}
    for each in told.told(GateChanged):
        if is_of_forge(each.record):
            gate = each.record.gate
            count = found[gate].count + 1 if gate in found else 1
            found[gate] = _Last(each.seq, each.at, each.record, count)
    return found


def is_of_forge(record: GateChanged) -> bool:
    """Say whether a gate is one of the forge's own, and no part of a policy."""
    return record.change is None and record.gate.partition(": ")[0] in AREAS


def hidden(told: Iterable[Told[GateChanged]]) -> tuple[Hidden, ...]:
    """Return what could not be looked at, oldest first."""
    since: dict[str, Hidden] = {}
    found: list[Hidden] = []
    for each in told:
        area = each.record.gate
        if area not in AREAS:
            continue
        if each.record.moved == "unobserved":
            since.setdefault(area, Hidden(area, each.at, None, each.record.detail))
        elif (one := since.pop(area, None)) is not None:
            found.append(Hidden(one.area, one.since, each.at, one.why))
    return tuple(sorted((*found, *since.values()), key=lambda one: (one.since, one.area)))


def hidden_json(one: Hidden) -> dict[str, str | None]:
    """Return what could not be looked at as JSON values."""
    until = None if one.until is None else moment(one.until)
    return {"what": one.area, "since": moment(one.since), "until": until, "why": one.why}


@dataclass(frozen=True, slots=True)
class TakenOff:
    """A label of ours that somebody took off a change, and when it was put back, if it was."""

    id: str
    label: str
    by: str | None
    at: datetime
    back_at: datetime | None = None


def label_drafts(change: str, taken: Iterable[TakenOff]) -> Iterator[Draft]:
    """Yield who took labels of ours off a change, and that they were put back."""
    for one in taken:
        gate = f"label {one.label}"
        gone = GateChanged(gate, "weakened", one.by, "taken off", 0, change)
        yield draft(gone, one.at, f"gate-changed/{gate}/{change}/{one.id}")
        if one.back_at is not None:
            back = GateChanged(gate, "strengthened", None, "put back", 1, change)
            yield draft(back, one.back_at, f"gate-changed/{gate}/{change}/{one.id}/back")
