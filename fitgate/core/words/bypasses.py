"""What people read of bypasses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fitgate.core.bypasses import Event
from fitgate.core.chronicle import Row
from fitgate.core.controls import Hidden
from fitgate.core.inert import inert
from fitgate.core.records.changes import How
from fitgate.core.remedies import plain
from fitgate.core.standing import Standing
from fitgate.core.words.cells import counted

_LONGEST = 300
TABLE = ("landed", "change", "category", "how", "gates", "who answers for it")
_MOST = 10  # follow-ups named
HOW: dict[How, str] = {
    "direct-push": "pushed directly",
    "forced-push": "pushed by force",
    "no-decision": "landed without a decision",
    "against-verdict": "landed against the verdict",
    "approvals-not-counted": "approvals that do not count",
    "gate-weakened": "the gate was open for it",
    "label-lowered": "its label was lowered by one person",
    "own-review-skipped": "merged without the required review",
    "own-check-skipped": "merged without the required check",
    "override": "override",
    "imported": "told from outside",
    "before-eligible": "landed before its cool-down ended",
    "check-not-passed": "merged without success of our check",
    "rule-skipped": "landed past a rule of the branch",
    "environment-skipped": "deployed past the environment's gate",
}
"""How a gate was passed by, in words."""


def table_row(event: Event) -> tuple[str, ...]:
    """Return a line of the table."""
    row, passed = event.row, event.passed
    who = f"{inert(passed.by or 'somebody')}: {inert(passed.reason or 'no reason')}"
    return (
        f"{event.at:%Y-%m-%d %H:%M}",
        name_of(row),
        ", ".join(map(inert, row.nature.categories)),
        HOW[passed.how],
        ", ".join(map(inert, passed.gates)),
        who if passed.authorised else f"nobody ({passed.visibility})",
    )


def name_of(row: Row) -> str:
    """Return what a person calls a change: its number, else the head of its commit, else its id.

    A deployment is called by its own number: its commit is another change's.
    """
    _, is_deployment, number = row.change.partition("!deploy/")
    if is_deployment:
        return inert(f"deploy/{number}")
    if row.number:
        return f"#{row.number}"
    return inert(row.commit[:10] if row.commit else row.change)


def summary(
    events: Sequence[Event],
    rows: Iterable[Row],
    hidden: Iterable[Hidden] = (),
    force_unknown: int = 0,
) -> Iterator[str]:
    """Yield how many there are of each kind; what was not judged, observed or known beside them.

    Changes are counted, not landings: one that was merged and then deployed is one.
    """
    stood = {(row.change, row.standing) for row in rows if row.nature.is_io}
    ios = {change for change, _ in stood}
    passed = {event.row.change for event in events}
    standings = Counter(standing for change, standing in stood if change not in passed)
    authorised = sum(event.passed.authorised for event in events)
    silent = sum(event.passed.visibility == "silent" for event in events)
    yield (
        f"{counted(len(events), 'bypass', 'bypasses')} by {len(passed)} of "
        f"{counted(len(ios), 'irreversible change')}: "
        f"{authorised} authorised, {len(events) - authorised} not; {silent} silent."
    )
    unjudged, held = standings[Standing.UNJUDGED], standings[Standing.WOULD_HOLD]
    if unjudged:
        they = "it is" if unjudged == 1 else "they are"
        yield (
            f"Of the others {unjudged} could not be judged by FITGate's gates: {they} counted "
            "neither as bypasses nor as none."
        )
    if held:
        yield f"{held} would have been held, had the gate been in force (shadow mode)."
    for one in hidden:
        until = "" if one.until is None else f" until {plain(one.until)}"
        why = inert(one.why, _LONGEST)
        yield (
            f"Not observed since {plain(one.since)}{until}: {one.area}. {why}. "
            "What went past a gate there is in no number above."
        )
    if force_unknown:
        yield (
            f"Of {counted(force_unknown, 'irreversible change')} it is not known whether force "
            "brought it: a clone tells of what it fetched or pushed itself, a forge of pushes that "
            "it has on record. Reviews and checks that were required and skipped are known to "
            "forges alone."
        )


def follow_ups(rows: Sequence[Row]) -> Iterator[str]:
    """Yield which overrides have left something to be done that nobody has said is done."""
    if rows:
        named = ", ".join(f"{name_of(row)} ({row.landed_at:%Y-%m-%d})" for row in rows[:_MOST])
        more = f" and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
        yield f"{counted(len(rows), 'follow-up')} of overrides to be closed: {named}{more}."
