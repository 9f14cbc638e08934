"""What is said of breakers: what trips them, how they stand, what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from fitgate.core.acting import ACTING
from fitgate.core.breaker.because import number
from fitgate.core.breaker.levels import Level
from fitgate.core.breaker.moves import PROBATION, State
from fitgate.core.breaker.recorded import Recorded
from fitgate.core.breaker.replaying import Replayed
from fitgate.core.breaker.resetting import Lacking
from fitgate.core.breaker.walking import Move, Walk
from fitgate.core.breaker.watched import LESS_IS_WORSE, Watched
from fitgate.core.entries import Draft
from fitgate.core.inert import inert
from fitgate.core.policy import Breaker
from fitgate.core.records.controls import RecoveryPlanned, Reset, Tripped
from fitgate.core.remedies import plain

ACTIONS: Mapping[str, str] = {
    "freeze": "no irreversible change may pass, but the way back",
    "degrade": "twice the cool-down and one signature more",
    "audit": "every irreversible change needs an auditor's signature",
}
TABLE = ("breaker", "state", "since", "trips when", "now", "does", "owner")
REPLAY = ("breaker", "would trip", "for", "until", "landings in it")
_LIMIT = 300
_NAMED = 5
"""So many landings are named; of more it is told how many."""


def trigger_words(breaker: Breaker) -> str:
    """Say what would trip a breaker, as in `vl_hours > 72, 3 in a row`."""
    when = breaker.when
    parts = []
    if when.limit is not None:
        sign = "<" if when.metric in LESS_IS_WORSE else ">"
        parts.append(f"{when.metric} {sign} {when.limit:g}")
    elif when.consecutive is None and not when.any_unauthorised:
        by_hand = when.metric == "declared"
        parts.append("by hand only" if by_hand else f"{when.metric} without a limit: never")
    else:
        parts.append(when.metric)
    if when.consecutive is not None:
        parts.append(f"{when.consecutive} in a row")
    if when.last is not None:
        parts.append(f"over the last {when.last}")
    if when.window is not None:
        parts.append(f"within {plain(when.window)}")
    if when.any_unauthorised:
        parts.append("or any unauthorised")
    return ", ".join(parts)


def effect_words(breaker: Breaker, *, dry: bool) -> str:
    """Say what a breaker does when it is open."""
    if breaker.when.metric not in ACTING:
        return f"advises {breaker.then}: this figure stops nothing"
    if dry:
        return f"dry: would {breaker.then}"
    return f"{breaker.then}: {ACTIONS[breaker.then]}"


def stands_words(watched: Watched, level: Level) -> str:
    """Say how a figure stands to its limit, as in `50 of 72`."""
    if (
        watched.metric == "declared"
        and watched.limit is None
        and not watched.breaker.when.consecutive
    ):
        return "-"
    limit = (
        number(watched.limit) if watched.limit is not None else f"{watched.consecutive} in a row"
    )
    said = number(level.value, 4)
    if not (watched.limit is None and watched.breaker.when.any_unauthorised):
        said += f" of {limit}"
    if oldest := level.beside.get("oldest_open_hours"):
        late, n = level.beside["late_in_a_row"], watched.consecutive
        said += f"; {late:g} late in a row of {n}, oldest open {oldest:.0f} h"
    if level.beside.get("unauthorised"):
        said += f"; {level.beside['unauthorised']:g} unauthorised"
    return said


def name_words(breaker: str, environment: str | None) -> str:
    """Name a breaker, and where, as in `CB-VL in production`."""
    where = f" in {inert(environment, _LIMIT)}" if environment else ""
    return f"{inert(breaker, _LIMIT)}{where}"


def state_words(walk: Walk, *, dry: bool) -> str:
    """Say in which state a breaker is; of a dry one that it stops nothing."""
    return (
        f"{walk.state.value} (dry)" if dry and walk.state is not State.CLOSED else walk.state.value
    )


def table_row(watched: Watched, walk: Walk, level: Level) -> tuple[str, ...]:
    """Return a line of the list of breakers."""
    breaker = watched.breaker
    return (
        name_words(breaker.name, watched.environment),
        state_words(walk, dry=watched.dry),
        plain(walk.since) if walk.since else "-",
        trigger_words(breaker),
        stands_words(watched, level),
        effect_words(breaker, dry=watched.dry),
        inert(breaker.owner, _LIMIT) or "-",
    )


def move_words(told: Move) -> str:
    """Say one move in a line: when, what, by whom and why."""
    record, at = told.record, plain(told.at)
    match record:
        case Tripped():
            kind = _kind(record.drill, record.dry)
            by = f" by {inert(record.by, _LIMIT)}" if record.by else ""
            over = f" ({_changes(record.changes)})" if record.changes else ""
            return f"{at}  tripped{kind}{by}: {inert(record.because, _LIMIT)}{over}"
        case RecoveryPlanned():
            by, plan = inert(record.by, _LIMIT), inert(record.plan, _LIMIT)
            return f"{at}  recovery planned by {by}: {plan}"
        case Reset():
            kind = _kind(record.drill, record.dry)
            by = f" by {inert(record.by, _LIMIT)}" if record.by else ""
            why = f": {inert(record.because, _LIMIT)}" if record.because else ""
            waived = ""
            if record.waiver is not None and record.waiver_until is not None:
                waived = (
                    f"; waived until {plain(record.waiver_until)}: {inert(record.waiver, _LIMIT)}"
                )
            to = {"probation": "reset, on probation", "closed": "closed", "open": "opened"}
            return f"{at}  {to[record.to]}{kind}{by}{why}{waived}"


def _kind(drill: bool, dry: bool) -> str:  # noqa: FBT001 - two flags of a record
    return " (drill)" if drill else " (dry)" if dry else ""


def _changes(changes: Sequence[str]) -> str:
    """Name some changes, the newest first; of many it is told how many there are."""
    named = [*reversed(changes)][:_NAMED]
    more = len(changes) - len(named)
    return ", ".join(inert(each, _LIMIT) for each in named) + (f" and {more} more" if more else "")


def next_words(watched: Watched, walk: Walk, missing: Sequence[Lacking]) -> Iterator[str]:
    """Yield what there is to do about a breaker."""
    breaker = watched.breaker
    match walk.state:
        case State.CLOSED:
            yield f"It trips when: {trigger_words(breaker)}."
        case State.PROBATION:
            waived = walk.waived_until
            yield "It holds nothing, and opens at once when its figure is over the limit again."
            yield f"It closes once its figure was green for {PROBATION.days} days without a break."
            if waived is not None:
                yield f"Its figure may be bad until {plain(waived)}; if it still is then, it opens."
        case State.OPEN:
            yield f"It does: {effect_words(breaker, dry=watched.dry)}."
            if walk.plan is not None:
                yield f"The plan: {inert(walk.plan.record.plan, _LIMIT)}"
            yield "A reset needs a plan, a person who did not trip it, its figure back or a waiver."
            yield from (f"  missing: {each.what} ({each.remedy})" for each in missing)
            if not missing:
                yield f"  nothing is missing: fitgate breaker reset {inert(breaker.name, _LIMIT)}"


def unattended_lines(known: Recorded, watched: Iterable[Watched]) -> Iterator[str]:
    """Yield which breakers a verdict does not take for closed, as nobody looks at them."""
    names: dict[str, list[str]] = {}
    for each in watched:
        why = known.attended.unattended(each.breaker)
        if why and known.recorded(each.breaker, each.environment).state is not State.OPEN:
            names.setdefault(why, []).append(name_words(each.breaker.name, each.environment))
    for why, mine in names.items():
        yield (
            f"To verdicts it is unknown whether {', '.join(mine)} tripped: {why}. "
            "`fitgate breaker watch` looks."
        )


def due_words(draft: Draft) -> str:
    """Say a move that has come about and is not written down yet."""
    what = "tripped" if draft.kind == "Tripped" else "closed"
    name = name_words(str(draft.body["breaker"]), _text(draft.body.get("environment")))
    because = inert(str(draft.body["because"]), _LIMIT)
    dry = " (dry: it stops nothing)" if draft.body.get("dry") else ""
    return f"{name} {what}{dry} at {plain(draft.at)}: {because}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def replay_rows(found: Sequence[Replayed], as_of: datetime) -> Iterator[tuple[str, ...]]:
    """Yield a line for each time that a breaker would have been open."""
    for each in found:
        for episode in each.episodes:
            until = plain(episode.until) if episode.until else "still open"
            yield (
                name_words(episode.breaker, episode.environment),
                plain(episode.at),
                plain(_rounded(episode.length(as_of))),
                until,
                str(episode.landings),
            )


def replay_lines(found: Sequence[Replayed], as_of: datetime) -> Iterator[str]:
    """Yield what a replay came to, breaker by breaker."""
    for each in found:
        name = name_words(each.watched.breaker.name, each.watched.environment)
        if not each.known:
            yield f"{name}: {each.watched.metric} was never known, so nothing can be told."
            continue
        if not each.episodes:
            yield f"{name} would not have tripped."
            continue
        held = sum(episode.landings for episode in each.episodes)
        length = sum((e.length(as_of) for e in each.episodes), timedelta())
        times = "once" if len(each.episodes) == 1 else f"{len(each.episodes)} times"
        only = "" if each.acts else "; it only advises"
        yield (
            f"{name} would have tripped {times}, open for {plain(_rounded(length))} in all; "
            f"{held} of {each.landings} irreversible landings fell into that{only}."
        )


def _rounded(length: timedelta) -> timedelta:
    """Return a length of time in whole hours from one on, in whole days from three on."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    if length < hour:
        return length
    unit = hour if length < 3 * day else day
    return length // unit * unit
