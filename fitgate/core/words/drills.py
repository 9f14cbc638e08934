"""What is told of drills: how they ended and why, what is due, what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from pydantic.types import JsonValue

from fitgate.core.chronicle import Chronicle
from fitgate.core.drills import (
    Agenda,
    Due,
    Measured,
    Objectives,
    Shortfall,
    length,
    shortfalls,
)
from fitgate.core.entries import moment
from fitgate.core.inert import inert
from fitgate.core.records import record_adapter
from fitgate.core.records.controls import Drilled, DrillMissed
from fitgate.core.remedies import plain

TABLE = ("when", "result", "name", "what", "recovery", "loss", "known by", "drill")
DUE = ("when", "state", "name", "every", "last done", "change")
NAME_LIMIT = 60
NOTE_LIMIT = 200
NO_LOSS_KNOWN = (
    "An RPO of {rpo} is asked, and nothing tells how much is lost: such a drill cannot pass. "
    "Say --loss PT0S (or how much), {measured}--rpo none if nothing is asked."
)


def no_loss_known(rpo: timedelta, measured: str = "") -> str:
    """Say that a drill cannot pass because its loss is not known."""
    return NO_LOSS_KNOWN.format(rpo=plain(rpo), measured=measured)


def asked_words(asked: Objectives, source: str) -> str:
    """Say what a drill must meet, and who says so."""
    told = [
        f"{name} {plain(limit)}"
        for name, limit in (("RTO", asked.rto), ("RPO", asked.rpo))
        if limit is not None
    ]
    return f"{' and '.join(told)}, {source}" if told else "neither RTO nor RPO is asked"


def why_not(found: Measured, asked: Objectives) -> Iterator[str]:
    """Say why a drill did not pass; nothing: it did. What was not restored has no other figures."""
    if found.restored is False:
        yield "not restored"
        return
    for short in shortfalls(found, asked):
        match short:
            case Shortfall.NOT_RESTORED:
                yield "it is not known to be restored"
            case Shortfall.RECOVERY_UNKNOWN:
                yield f"the recovery was not measured; the RTO is {_limit(asked.rto)}"
            case Shortfall.TOO_SLOW:
                yield f"recovered in {_limit(found.recovery)}; the RTO is {_limit(asked.rto)}"
            case Shortfall.LOSS_UNKNOWN:
                yield f"how much was lost is not known; the RPO is {_limit(asked.rpo)}"
            case Shortfall.LOST_TOO_MUCH:
                yield f"lost {_limit(found.loss)}; the RPO is {_limit(asked.rpo)}"


def _limit(told: timedelta | None) -> str:
    return "unknown" if told is None else plain(told)


def ended(drill: Drilled) -> str:
    """Say in a line how a drill ended."""
    found = Measured(drill.restored, length(drill.recovery), length(drill.loss))
    why = "; ".join(why_not(found, Objectives(length(drill.rto), length(drill.rpo))))
    if drill.passed:
        told = [
            f"recovered in {plain(found.recovery)}" if found.recovery is not None else "",
            f"lost {plain(found.loss)}" if found.loss is not None else "",
        ]
        why = ", ".join(filter(None, told))
    elif drill.note:
        why = f"{why}: {inert(drill.note, NOTE_LIMIT)}" if why else inert(drill.note, NOTE_LIMIT)
    said = "passed" if drill.passed else "failed"
    return f"{inert(drill.drill)}: {said}{why and f' ({why})'}{_by_whom(drill)}"


def _by_whom(drill: Drilled) -> str:
    if drill.self_reported:
        return "; self-reported"
    return f"; told and not measured: {', '.join(drill.told)}" if drill.told else ""


def rows(chronicle: Chronicle, agenda: Agenda) -> list[tuple[str, ...]]:
    """Return the cells of TABLE: what is due, then what was done and missed, the newest first."""
    told: list[tuple[datetime, tuple[str, ...]]] = [
        (each.at, (*_head(each.at, each.record), *_figures(each.record)))
        for each in chronicle.told(Drilled)
    ]
    missed = [(m.at, m.record.name) for m in chronicle.told(DrillMissed)]
    missed += [(d.due, d.name) for d in agenda.missed]
    told += [(at, (plain(at), "missed", _name(name), *[""] * 5)) for at, name in missed]
    told.sort(key=lambda row: row[0], reverse=True)
    ahead = [(plain(d.due), "due", _name(d.name), *[""] * 5) for d in reversed(agenda.ahead)]
    return [*ahead, *(row for _, row in told)]


def _head(at: datetime, drill: Drilled) -> tuple[str, ...]:
    return plain(at), "passed" if drill.passed else "failed", _name(drill.name or ""), drill.what


def _figures(drill: Drilled) -> tuple[str, ...]:
    known = "telling" if drill.self_reported else "measuring"
    known += f", {' and '.join(drill.told)} told" if drill.told else ""
    return (
        _of(drill.recovery, drill.rto),
        _of(drill.loss, drill.rpo),
        known,
        inert(drill.drill, NAME_LIMIT),
    )


def _of(told: int | None, limit: int | None) -> str:
    said = "?" if told is None else plain(length(told))
    return said if limit is None else f"{said} of {plain(length(limit))}"


def _name(name: str) -> str:
    return inert(name, NAME_LIMIT)


def due_rows(agenda: Agenda) -> list[tuple[str, ...]]:
    """Return the cells of DUE: what was missed, then what is to come."""
    return [
        *(_due_row("missed", each) for each in agenda.missed),
        *(_due_row("begins" if d in agenda.begins else "due", d) for d in agenda.ahead),
    ]


def _due_row(state: str, each: Due) -> tuple[str, ...]:
    return (
        plain(each.due),
        state,
        _name(each.name),
        plain(each.every) if each.every else "once",
        plain(each.last) if each.last else "never",
        _name(each.change or ""),
    )


def due_json(each: Due) -> dict[str, JsonValue]:
    """Return a rehearsal of a schedule as JSON values; lengths in seconds."""
    return {
        "name": each.name,
        "due": moment(each.due),
        "every": None if each.every is None else int(each.every.total_seconds()),
        "change": each.change,
        "last": moment(each.last) if each.last else None,
    }


def agenda_json(agenda: Agenda) -> dict[str, JsonValue]:
    """Return what is due and what was missed as JSON values."""

    def listed(dues: Iterable[Due]) -> list[JsonValue]:
        return [due_json(each) for each in dues]

    return {
        "missed": listed(agenda.missed),
        "due": listed(agenda.ahead),
        "begins": listed(agenda.begins),
    }


def agenda_summary(agenda: Agenda, written: Sequence[object]) -> str:
    """Say in a line what is due."""
    ahead = agenda.ahead
    next_ = f"next: {_name(ahead[0].name)} by {plain(ahead[0].due)}" if ahead else "none is due"
    noted = f"; {len(written)} written down" if written else ""
    return f"{len(agenda.missed)} missed now, {len(ahead)} to come; {next_}{noted}"


def drills_json(chronicle: Chronicle, agenda: Agenda) -> dict[str, JsonValue]:
    """Return all drills, in the order of the ledger, and what is due, as JSON values."""
    adapter = record_adapter("Drilled")
    done: list[JsonValue] = [
        {"entry": each.seq, "at": moment(each.at)} | adapter.dump_python(each.record, mode="json")
        for each in chronicle.told(Drilled)
    ]
    missed: list[JsonValue] = [
        {"entry": each.seq, "due": moment(each.at), "name": each.record.name}
        for each in chronicle.told(DrillMissed)
    ]
    return {"drills": done, "missed": missed, **agenda_json(agenda)} | {
        "missed": [*missed, *map(due_json, agenda.missed)]
    }


def drills_summary(chronicle: Chronicle, agenda: Agenda, as_of: datetime) -> str:
    """Say in a line how many there were, and how long ago the last was that passed."""
    done = chronicle.told(Drilled)
    passed = [each.at for each in done if each.record.passed]
    missed = len(chronicle.told(DrillMissed)) + len(agenda.missed)
    if not done and not missed:
        return "no drill is known"
    ago = f"the last passed {_ago(as_of - max(passed))}" if passed else "none passed"
    counts = f"{len(passed)} passed, {len(done) - len(passed)} failed, {missed} missed"
    return f"{counts}; {ago}"


def _ago(age: timedelta) -> str:
    """Say an age in whole days from three on, else in whole minutes."""
    unit = timedelta(days=1) if age > timedelta(hours=72) else timedelta(minutes=1)
    return f"{plain(age // unit * unit)} ago" if age >= unit else "less than a minute ago"
