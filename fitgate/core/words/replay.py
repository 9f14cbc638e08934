"""A replay in rows, columns and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from fitgate.core.inert import inert
from fitgate.core.remedies import plain
from fitgate.core.replay.cases import Case, Hold, Known, Ruling
from fitgate.core.replay.figures import Delay, Figures
from fitgate.core.replay.report import Report
from fitgate.core.words.cells import cell, counted

TABLE = ("landed", "change", "gates", "held for", "fault", "what")
CSV = (
    "change_id", "sha", "number", "landed_at", "title", "is_io", "held", "outcome", "categories",
    "gates", "signatures", "hold_at_least_hours", "hold_at_most_hours", "faults", "known_before",
    "before_is_io", "before_held", "before_outcome", "before_categories",
)  # fmt: skip
NONE = (
    "No change of this history that was later undone would still have been held when it was undone."
)
"""The honest sentence, where there is no counterfactual case."""
_ID = 10
_TITLE = 100
_HOUR = timedelta(hours=1)
_LONG = timedelta(days=365 * 100)
_DIFFERENCE = {
    "newly_held": "newly held",
    "no_longer_held": "no longer held",
    "newly_io": "newly an IO",
    "no_longer_io": "no longer an IO",
    "other_categories": "of other categories",
    "not_comparable": "not comparable, as one of the two cannot tell",
}


def table_row(case: Case) -> tuple[str, ...]:
    """Return a held landing's cells in the order of TABLE."""
    landing = case.landing
    number = f" #{landing.number}" if landing.number is not None else ""
    return (
        landing.landed_at.date().isoformat(),
        inert((landing.sha or landing.change)[:_ID]) + number,
        gate_words(case.candidate),
        hold_words(case.hold, case.candidate),
        "; ".join(map(fault_words, case.faults)),
        inert(landing.title, _TITLE),
    )


def gate_words(ruling: Ruling) -> str:
    """Name the gates that hold, and with a question mark those of which that cannot be told."""
    sure = {wait.gate for wait in ruling.waits if wait.outcome in {"HOLD", "DENY"}}
    names = dict.fromkeys(wait.gate for wait in ruling.waits)
    return ", ".join(name if name in sure else f"{name}?" for name in names)


def hold_words(hold: Hold, ruling: Ruling) -> str:
    """Say how long a change would have been held, as far as that can be told."""
    many = len(ruling.signatures)
    parts = [f"{many} signature{'' if many == 1 else 's'}"] if many else []
    if hold.at_least:
        parts.insert(0, f"at least {_length(hold.at_least)}")
    elif hold.at_most:
        parts.insert(0, f"up to {_length(hold.at_most)}")
    return " + ".join(parts) or "till it is put right"


def fault_words(known: Known) -> str:
    """Say how a landing turned out to be a fault, and whether it would still have been held."""
    by = inert(known.fault.by, _ID)
    if known.after is None:
        return f"{known.fault.how} by {by}, its clock says before"
    said = f"{known.fault.how} by {by} after {_length(known.after)}"
    if known.before:
        return f"{said}: still held"
    if known.before is None and known.pushed_within is not None:
        return f"{said}: still held if last pushed less than {_length(known.pushed_within)} before"
    return said


def _length(length: timedelta) -> str:
    """Say a length to the hour where it is long, as "3 h 36 min" or "6 days 23 h"."""
    if length >= _LONG:
        return "ever"
    length -= length % timedelta(minutes=1)
    days, rest = divmod(length, timedelta(days=1))
    if days < 3 or not rest // _HOUR:  # noqa: PLR2004 - "72 h" is a cool-down, "4 days" a while
        return plain(length)
    return f"{days} days {rest // _HOUR} h"


def csv_row(case: Case) -> tuple[str, ...]:
    """Return a case's cells in the order of CSV: empty is unknown, `;` stands between several."""
    landing, ruling, before = case.landing, case.candidate, case.against
    cells = (
        landing.change,
        landing.sha,
        landing.number,
        plain_moment(case),
        landing.title,
        ruling.is_io,
        ruling.held,
        ruling.outcome,
        "; ".join(ruling.categories),
        gate_words(ruling).replace(", ", "; "),
        "; ".join(ruling.signatures),
        _hours(case.hold.at_least),
        _hours(case.hold.at_most),
        "; ".join(map(fault_words, case.faults)),
        case.known_before,
        before.is_io,
        before.held,
        before.outcome,
        "; ".join(before.categories),
    )
    return tuple(map(cell, cells))


def plain_moment(case: Case) -> str:
    """Return when a case landed, as RFC 3339 has it."""
    return case.landing.landed_at.isoformat().replace("+00:00", "Z")


def _hours(length: timedelta) -> str:
    return f"{length / _HOUR:g}"


def summary(told: Report) -> Iterator[str]:
    """Say in a few lines what a replay came to."""
    figures = told.figures
    yield _counts(told)
    if figures.not_replayable:
        yield (
            f"{figures.not_replayable} of {figures.changes} not replayable: whether they are IOs "
            "cannot be told from what this clone holds. They are in none of the figures."
        )
    if not figures.replayable:
        return
    if figures.held:
        gates = (f"{g.gate} {g.held}{_and_undecided(g.undecided)}" for g in figures.gates)
        yield f"Held by: {', '.join(gates)}"
    yield from _delays(figures)
    yield from _faults(figures)
    yield from _otherwise(told)


def _counts(told: Report) -> str:
    figures = told.figures
    if not figures.changes:
        return f"0 changes {_scope(told)}: nothing to replay"
    undecided = figures.held - figures.held_surely
    much = f" ({figures.held_surely} surely{_and_undecided(undecided)})" if figures.held else ""
    many = counted(figures.changes, "change")
    return (
        f"{many} {_scope(told)}: {inert(told.candidate.source, _TITLE)}, had it been enforced, "
        f"would have held {figures.held} of {figures.io} IO{much}"
    )


def _scope(told: Report) -> str:
    since = f"since {plain(told.scope.since)}" if told.scope.since else "in all"
    base = told.scope.base
    return f"in {base[:_ID]}..{told.scope.head[:_ID]}, {since}" if base else since


def _and_undecided(number: int) -> str:
    return f" + {number} undecided" if number else ""


def _delays(figures: Figures) -> Iterator[str]:
    least, most = figures.delay_at_least, figures.delay_at_most
    yield f"Cool-downs alone would have added at least {_delay(least)}"
    if most != least:
        yield f"… and at most, if each was last pushed as it landed, {_delay(most)}"
    if figures.held:
        yield (
            f"What is no IO would have waited {least.others_hours:g} h. Signatures and evidence "
            "come on top of that for IOs: how long people take is in no clone."
        )


def _delay(delay: Delay) -> str:
    if delay.hours_per_change is None or delay.product_hours is None:
        return "nothing that could be told"
    each = f"{delay.total_hours:g} h, {delay.hours_per_change:.3g} h a change"
    if delay.hours_per_io is None:
        return f"{each}: there is no IO"
    return (
        f"{each} = {delay.product_hours:.3g} h ({delay.io_share or 0:.3g} of changes are IOs, "
        f"{delay.hours_per_io:.3g} h each)"
    )


def _faults(figures: Figures) -> Iterator[str]:
    faults = figures.faults
    if not (faults.known_before or faults.maybe_before):
        undone = f"{faults.landings} turned out faulty (undone, mended by a hotfix, an incident)"
        yield NONE + (f" {undone}." if faults.landings else "")
        return
    yield (
        f"Had there been a slow gate: of {faults.landings} changes that turned out faulty it would "
        f"have held {faults.held}, and {faults.known_before} surely still when the fault was known"
    )
    if faults.maybe_before:
        yield (
            f"… and {faults.maybe_before} perhaps still: if the last push came so shortly before "
            "the landing as the table says, which is in no clone"
        )


def _otherwise(told: Report) -> Iterator[str]:
    kinds = ((name, getattr(told.difference, name)) for name in _DIFFERENCE)
    told_of = [f"{len(changes)} {_DIFFERENCE[name]}" for name, changes in kinds if changes]
    against = inert(told.against.source, _TITLE)
    yield f"Against {against}: {', '.join(told_of) or 'nothing is otherwise'}"


def listed(told: Report, most: int) -> Iterator[str]:
    """Name the changes of which the policies say otherwise, at most so many of a kind."""
    cases = {case.landing.change: case for case in (*told.held, *told.passed)}
    for name, words in _DIFFERENCE.items():
        changes: Sequence[str] = getattr(told.difference, name)
        for change in changes[:most]:
            case = cases.get(change)
            yield f"  {words}: {_named(case) if case else inert(change)}"
        if len(changes) > most:
            yield f"  {words}: and {len(changes) - most} more (--json names all)"


def _named(case: Case) -> str:
    landing = case.landing
    number = f" #{landing.number}" if landing.number is not None else ""
    name = inert((landing.sha or landing.change)[:_ID])
    moved = ""
    if case.against.categories != case.candidate.categories:
        before, after = (
            ", ".join(map(inert, ruling.categories)) or "none"
            for ruling in (case.against, case.candidate)
        )
        moved = f" ({before} → {after})"
    return f"{name}{number} {inert(landing.title, _TITLE)}{moved}"
