"""What a finding means and what to do next: one table, by the code of the finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fitgate.core.inert import inert


class Words(NamedTuple):
    """What is so, and what to do next."""

    sentence: str
    remedy: str


_DONE = "Nothing needs to be done for this."
_UNREAD = "Make sure that FITGate may read it; it then looks again by itself."
_DESCRIBE = "in the description of the change"
_PLAN = (
    "The author names a file that is there before the change, in a line"
    f" `Rollback-Plan: docs/rollback.md` {_DESCRIBE}."
)

# By the code of a finding. `:moment` and `:length` say that a param is a time (RFC 3339)
# or a length of time (ISO 8601), to be put in plain words.
WORDS: Mapping[str, Words] = {
    "signatures-given": Words("Every signature asked for is there: {have}.", _DONE),
    "signatures-missing": Words(
        "Signatures are missing: {missing}. Given: {have}. Not counted: {not_counted}.",
        "Ask one more person for each of these to approve: {missing}. Neither the author, nor a"
        " contributor, nor a bot can sign, and nobody can sign twice.",
    ),
    "signatures-unknown": Words(
        "It cannot be told whether everybody has signed who must. Not surely given: {missing}."
        " Surely given: {have}. Not, or not surely, counted: {not_counted}. Also unknown:"
        " {unknown}.",
        "Make sure that FITGate may read approvals, memberships and contributors, or ask one more"
        " person for each of these to approve: {missing}.",
    ),
    "cooldown-waived": Words(
        "No cool-down: the change brings back a state that was accepted before.", _DONE
    ),
    "cooldown-passed": Words(
        "The cool-down of {cooldown:length} is over; it began at {since:moment}.", _DONE
    ),
    "cooldown-running": Words(
        "The cool-down of {cooldown:length} runs until {ends:moment}; it began with the last"
        " material change at {since:moment}.",
        "Wait until {ends:moment}; nobody needs to push a button. A material change starts the"
        " cool-down anew.",
    ),
    "cooldown-unknown": Words(
        "It cannot be told whether the cool-down of {cooldown:length} is over. Not readable:"
        " {unknown}.",
        _UNREAD,
    ),
    "rationale-given": Words("The rationale is on record.", _DONE),
    "rationale-missing": Words(
        "There is no rationale.",
        f"The author writes a line `IO-Rationale: why this must be done` {_DESCRIBE}.",
    ),
    "rationale-unknown": Words(
        "It cannot be told whether there is a rationale: the description could not be read.",
        _UNREAD,
    ),
    "artifact-resolved": Words("There is something to go back to: {artifact}.", _DONE),
    "artifact-undeclared": Words(
        "No rollback artifact is declared.",
        "The author names what to go back to in a line `Rollback-Artifact: tag, commit or image"
        f" digest` {_DESCRIBE}; it must be older than the change.",
    ),
    "artifact-unproven": Words(
        "No declared rollback artifact holds: {why}.",
        "The author declares one that can be found, cannot be pointed elsewhere and was made"
        f" before the change, in a line `Rollback-Artifact: …` {_DESCRIBE}.",
    ),
    "artifact-unknown": Words(
        "It cannot be told whether there is something to go back to: the description or a declared"
        " artifact could not be read. Declared: {why}.",
        _UNREAD,
    ),
    "plan-resolved": Words("There is a rollback plan: {plan}.", _DONE),
    "plan-undeclared": Words("No rollback plan is declared.", _PLAN),
    "plan-unproven": Words("No declared rollback plan was found: {why}.", _PLAN),
    "plan-unknown": Words(
        "It cannot be told whether there is a rollback plan: the description or a declared plan"
        " could not be read. Declared: {why}.",
        _UNREAD,
    ),
    "drill-passed": Words("The way back was rehearsed: {drill} passed at {at:moment}.", _DONE),
    "drill-planned": Words(
        "A rehearsal of the way back is planned for {at}.",
        "Run the drill on that day and record how it ended.",
    ),
    "drill-missing": Words(
        "The way back was not rehearsed within {within:length}, and no drill is planned within as"
        " long. Drills: {why}.",
        "Run a drill and record how it ended, or the author plans one in a line"
        f" `Rollback-Drill: year-month-day` {_DESCRIBE}.",
    ),
    "drill-unknown": Words(
        "It cannot be told whether the way back was rehearsed within {within:length}. Drills:"
        " {why}.",
        "Make sure that FITGate may read drills and their measured recovery, or the author plans"
        f" one in a line `Rollback-Drill: year-month-day` {_DESCRIBE}.",
    ),
    "evaluation-plan-given": Words("It is said how the change will be evaluated.", _DONE),
    "closure-declared": Words(
        "The policy says which checks validate every change: {checks}.", _DONE
    ),
    "evaluation-plan-missing": Words(
        "It is not said how the change will be evaluated.",
        f"The author writes a line `Evaluation-Plan: which evaluation, by whom` {_DESCRIBE}.",
    ),
    "evaluation-plan-unknown": Words(
        "It cannot be told how the change will be evaluated: the description could not be read.",
        _UNREAD,
    ),
    "evaluation-passed": Words("The evaluation {check} passed.", _DONE),
    "evaluation-failed": Words(
        "The evaluation {check} failed: {failed}.",
        "The author mends what failed, or takes the change back.",
    ),
    "evaluation-pending": Words(
        "The evaluation {check} has not ended: {pending}.",
        "Wait for it to end; FITGate then looks again by itself.",
    ),
    "evaluation-missing": Words("The evaluation {check} was not run.", "Run it on this change."),
    "evaluation-unknown": Words(
        "It cannot be told whether the evaluation {check} passed: evaluations could not be read.",
        _UNREAD,
    ),
    "layers-apart": Words(
        "The change does not mix fast and slow files; it touches: {layers}.", _DONE
    ),
    "layers-mixed": Words(
        "The change touches what changes fast and what changes slowly: {layers}.",
        "The author splits it in two, one for the fast files and one for the slow ones.",
    ),
    "layers-unknown": Words(
        "It cannot be told whether the change mixes fast and slow files: its files could not be"
        " read.",
        _UNREAD,
    ),
    "breakers-closed": Words("No breaker has tripped.", _DONE),
    "breakers-unknown": Words(
        "It cannot be told whether a breaker has tripped.",
        "Make sure that FITGate may read the ledger, where the state of the breakers is kept.",
    ),
    "breakers-unattended": Words(
        "It cannot be told of these breakers whether they have tripped: {breakers}; {why}.",
        "Run `fitgate breaker watch`: once a day, and after what landed, was evaluated or drilled.",
    ),
    "breaker-probation": Words(
        "The breaker {breaker} is on probation: it was reset and may trip again.", _DONE
    ),
    "breaker-degrades": Words(
        "The breaker {breaker} has tripped and tightens the terms: twice the cool-down and one"
        " signature more.",
        "Its owner files a recovery plan, and somebody else resets it.",
    ),
    "freeze": Words(
        "The breaker {breaker} has tripped: no irreversible operation may pass.",
        "Its owner ({owner}) files a recovery plan, and somebody else resets it. A change that"
        " brings back an accepted state may pass meanwhile.",
    ),
    "freeze-passed": Words(
        "The breaker {breaker} has tripped, but this change brings back a state that was accepted"
        " before, and passes.",
        _DONE,
    ),
    "freeze-unknown": Words(
        "The breaker {breaker} has tripped. Only a change that brings back an accepted state may"
        " pass, and whether this one does cannot be told.",
        "Make sure that FITGate may read the ledger, where accepted states are recorded.",
    ),
    "audit-signed": Words("The breaker {breaker} has tripped, and an auditor has signed.", _DONE),
    "audit-missing": Words(
        "The breaker {breaker} has tripped: an auditor must sign.",
        "Ask one of these to approve: {auditors}. Neither the author nor a contributor can.",
    ),
    "audit-unknown": Words(
        "The breaker {breaker} has tripped: an auditor must sign, and whether one has cannot be"
        " told.",
        "Make sure that FITGate may read approvals, or ask one of these to approve: {auditors}.",
    ),
    "auditors-unnamed": Words(
        "The breaker {breaker} has tripped: an auditor must sign, but the policy names none.",
        "Name them in the policy, as in `auditors: [login]`.",
    ),
    "gate-may-apply": Words(
        "It cannot be told whether this gate is for this deployment: its environment could not be"
        " read. The gate is not satisfied.",
        "Name the environment of the deployment.",
    ),
    "gate-may-apply-unseen": Words(
        "It cannot be told whether this gate is for this change, because not all of it could be"
        " classified: {what}. The gate is not satisfied.",
        "Make what could not be read available, or meet this gate as well.",
    ),
    "not-available": Words(
        "The policy asks for {what}, which is not available in this version.",
        "Take it out of the policy, or use a version of FITGate that can judge it.",
    ),
    "extends-not-available": Words(
        "The policy has the key `extends`, which is not available in this version.",
        "Copy what it extends into the policy, and take `extends` out.",
    ),
    "exception-not-available": Words(
        "The policy has the key `exceptions`, which is not available in this version.",
        "Take `exceptions` out of the policy, or change the rule itself.",
    ),
    "policy-unreadable": Words(
        "The policy cannot be used: {why}.",
        "Correct the policy file; `fitgate policy lint` names every problem with its line.",
    ),
    "unclassifiable": Words(
        "It cannot be told whether this is an irreversible operation: {what} ({why}).",
        "Make it readable; or somebody who may override settles the question, with a reason.",
    ),
    "settled": Words("{name} settled that this is not an irreversible operation: {reason}.", _DONE),
    "override-used": Words(
        "{name} broke the glass: {reason}.",
        "The override is recorded and counted; close its follow-up.",
    ),
}

_LENGTH = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.ASCII)
_LONGEST, _MOST = 200, 20  # characters and values shown of what somebody else chose


def sentence_for(code: str, params: Mapping[str, object]) -> str:
    """Say what a finding means, calling people by name. A KeyError is our bug."""
    return _filled(WORDS[code].sentence, {"name": params.get("by", "unknown"), **params})


def remedy_for(code: str, params: Mapping[str, object]) -> str:
    """Say what to do next about a finding. A KeyError is our bug: the table lacks the code."""
    return _filled(WORDS[code].remedy, params)


def plain(value: object) -> str:
    """Put a value in plain words, inert: it ends no line, turns no text round, has no end of it."""
    match value:
        case datetime():
            clock = (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None)
            return f"{clock.isoformat(' ', 'seconds').removesuffix(':00')} UTC"
        case timedelta():
            return _plain_length(value)
        case tuple():
            more = (f"and {len(value) - _MOST} more",) if len(value) > _MOST else ()
            return ", ".join((*map(plain, value[:_MOST]), *more)) or "none"
        case _:
            return inert(str(value), _LONGEST)


def _plain_length(length: timedelta) -> str:
    """Put a length of time in words: "48 h", "30 days", "1 h 30 min"."""
    if length > timedelta(hours=72) and not length % timedelta(days=1):
        return f"{length.days} days"
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    parts = zip((*divmod(minutes, 60), seconds), ("h", "min", "s"), strict=True)
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 h"


class _Param:
    """A param as a template inserts it."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        text = str(self._value)
        try:
            if spec == "moment":
                return plain(datetime.fromisoformat(text))
            if spec == "length" and (found := _LENGTH.fullmatch(text)):
                hours, minutes, seconds = (int(part or 0) for part in found.groups())
                return plain(timedelta(hours=hours, minutes=minutes, seconds=seconds))
        except (ValueError, OverflowError):  # not what we write: shown as it stands
            pass
        return plain(self._value)


class _Params(dict[str, _Param]):
    """The params of a finding; what an older version did not record is called unknown."""

    def __missing__(self, key: str) -> _Param:
        return _Param("unknown")


def _filled(template: str, params: Mapping[str, object]) -> str:
    return template.format_map(_Params({key: _Param(value) for key, value in params.items()}))
