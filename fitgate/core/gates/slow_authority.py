"""Slow authority: delay, distinct signatures, a rationale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.gates.bounds import breakers, declared, iso_length, iso_moment, restoration
from fitgate.core.people import Seat, Signer, Voice, holds, match_roles, signers, taken, voices
from fitgate.core.policy import SlowAuthority

_GATE = "slow-authority"
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the gate asks for in one reading of what is unknown."""

    seats: tuple[Seat, ...]
    cooldown: timedelta


def slow_authority(gate: SlowAuthority, case: Case) -> tuple[Finding, ...]:
    """Judge dual sign-off (S-RIOCS G1), cool-down (G2) and the recorded rationale (TAS 5.3)."""
    strict, lenient = (_terms(gate, case, sure=sure) for sure in (True, False))
    return (
        *_signatures(gate, case, strict, lenient),
        *_cooldown(gate, case, strict, lenient),
        *_rationale(gate, case),
    )


def _terms(gate: SlowAuthority, case: Case, *, sure: bool) -> _Terms:
    """Return the terms; those of the sure reading are met only by what no unknown can undo.

    A restoration needs one signature and no cool-down: the way back is never slower than the fault.
    A breaker that degrades asks for one signature more and doubles the delay. Where a policy names
    no role nobody could give that signature, and none is asked for.
    """
    each = tuple(frozenset({role}) for role in gate.signatures)
    any_of_them = each and (frozenset(gate.signatures),)
    if taken(restoration(case.facts), sure=sure):
        return _Terms(any_of_them, timedelta(0))
    if taken(_untightened(case), sure=sure):
        return _Terms(each, gate.cooldown)
    return _Terms((*each, *any_of_them), min(gate.cooldown, timedelta.max // 2) * 2)


def _untightened(case: Case) -> bool | None:
    states = breakers(case)
    if states is None:
        return None
    degrading = [b.state for b in states if b.then == "degrade"]
    if "open" in degrading:
        return False
    return None if "unknown" in degrading else True


def _unknown(case: Case) -> tuple[str, ...]:
    """Name what could not be read of that which sets the terms."""
    unread = (
        ("whether this restores an accepted state", restoration(case.facts)),
        ("the state of the breakers", _untightened(case)),
    )
    return tuple(name for name, answer in unread if answer is None)


def _signatures(
    gate: SlowAuthority, case: Case, strict: _Terms, lenient: _Terms
) -> Iterator[Finding]:
    if not strict.seats:
        return
    facts, said = case.facts, voices(case.facts, case.policy)
    surely = signers(said, gate.signatures, case.policy, sure=True)
    perhaps = signers(said, gate.signatures, case.policy, sure=False)
    seated = tuple(zip(strict.seats, match_roles(strict.seats, surely), strict=True))
    have = tuple(f"{_of(seat)}: {signer.name}" for seat, signer in seated if signer)
    empty = tuple(seat for seat, signer in seated if not signer)
    if not empty:
        yield finding(_GATE, Outcome.ALLOW, "signatures-given", have=have)
        return
    missing = tuple(map(_of, empty))
    who = tuple(role for role in gate.signatures if any(role in seat for seat in empty))
    rest = _not_counted(said, surely, gate, case)
    if facts.approvals is None or None not in match_roles(lenient.seats, perhaps):
        unread = ("the approvals",) if facts.approvals is None else ()
        yield finding(
            _GATE, Outcome.UNDECIDED, "signatures-unknown", who=dict.fromkeys(who),
            missing=missing, have=have, not_counted=rest, unknown=(*unread, *_unknown(case)),
        )  # fmt: skip
        return
    yield finding(
        _GATE, Outcome.HOLD, "signatures-missing", who=dict.fromkeys(who),
        missing=missing, have=have, not_counted=rest,
    )  # fmt: skip


def _of(seat: Seat) -> str:
    return " or ".join(sorted(seat))


def _not_counted(
    said: tuple[Voice, ...], surely: tuple[Signer, ...], gate: SlowAuthority, case: Case
) -> tuple[str, ...]:
    """Say of each approval that does not surely count why, once a person."""
    counted = {signer.human for signer in surely}
    whys = {
        (voice.person.login or voice.person.id, voice.why or _roleless(voice, gate, case))
        for voice in said
        if voice.human not in counted
    }
    return tuple(f"{name}: {why}" for name, why in sorted(whys))


def _roleless(voice: Voice, gate: SlowAuthority, case: Case) -> str:
    has = {holds(voice.person, role, case.policy) for role in gate.signatures}
    return "roles unknown" if None in has else "no role that is asked for"


def _cooldown(
    gate: SlowAuthority, case: Case, strict: _Terms, lenient: _Terms
) -> Iterator[Finding]:
    """Judge the delay: from the last material change, and over at the very moment it ends."""
    if not gate.cooldown:
        return
    facts = case.facts
    since = facts.change.material_at
    if not strict.cooldown:
        yield finding(_GATE, Outcome.ALLOW, "cooldown-waived")
    elif since is None:
        yield finding(
            _GATE, Outcome.UNDECIDED, "cooldown-unknown",
            cooldown=iso_length(strict.cooldown),
            unknown=("the time of the last material change", *_unknown(case)),
        )  # fmt: skip
    elif facts.as_of - since >= strict.cooldown:
        yield finding(
            _GATE, Outcome.ALLOW, "cooldown-passed",
            cooldown=iso_length(strict.cooldown), since=iso_moment(since),
        )  # fmt: skip
    elif not lenient.cooldown or facts.as_of - since >= lenient.cooldown:
        ends = _later(since, strict.cooldown)
        yield finding(
            _GATE, Outcome.UNDECIDED, "cooldown-unknown", until=ends,
            cooldown=iso_length(strict.cooldown), unknown=_unknown(case),
        )  # fmt: skip
    else:
        ends = _later(since, lenient.cooldown)
        yield finding(
            _GATE, Outcome.HOLD, "cooldown-running", until=ends,
            cooldown=iso_length(lenient.cooldown), since=iso_moment(since), ends=iso_moment(ends),
        )  # fmt: skip


def _later(moment: datetime, length: timedelta) -> datetime:
    return moment + length if length <= _END_OF_TIME - moment else _END_OF_TIME


def _rationale(gate: SlowAuthority, case: Case) -> Iterator[Finding]:
    if gate.rationale == "optional":
        return
    change = case.facts.change
    if declared(change, "IO-Rationale"):
        yield finding(_GATE, Outcome.ALLOW, "rationale-given")
    elif change.body is None:
        yield finding(_GATE, Outcome.UNDECIDED, "rationale-unknown", who=("author",))
    else:
        yield finding(_GATE, Outcome.HOLD, "rationale-missing", who=("author",))
