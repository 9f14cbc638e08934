"""Rollback window: a proven way back, that is an artifact, a plan and a drill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from fitgate.core.facts import Artifact, Change, Drill, Facts
from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.gates.bounds import both, declared, iso_length, iso_moment
from fitgate.core.people import some
from fitgate.core.policy import DrillTerms, RollbackWindow

_GATE = "rollback-window"
_AUTHOR = ("author",)
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)


class _Proof(NamedTuple):
    """Whether something proves what is asked, and why it does not."""

    holds: bool | None
    why: str = ""


class _Evidence(NamedTuple):
    """What of all that is declared holds, whether something unknown may, and why each does not."""

    proven: tuple[str, ...]
    unknown: bool
    whys: tuple[str, ...]


def rollback_window(gate: RollbackWindow, case: Case) -> tuple[Finding, ...]:
    """Judge rollback evidence: snapshot, runnable procedure, drill plan or recent drill (G3)."""
    facts = case.facts
    return (
        *(_artifact(facts) if gate.artifact == "required" else ()),
        *(_plan(facts) if gate.plan == "required" else ()),
        *(_drill(gate.drill, facts) if gate.drill else ()),
    )


def _artifact(facts: Facts) -> Iterator[Finding]:
    found = _evidence("Rollback-Artifact", facts, plan=False)
    if found.proven:
        yield finding(_GATE, Outcome.ALLOW, "artifact-resolved", artifact=found.proven)
    elif found.unknown:
        yield finding(_GATE, Outcome.UNDECIDED, "artifact-unknown", who=_AUTHOR, why=found.whys)
    elif found.whys:
        yield finding(_GATE, Outcome.HOLD, "artifact-unproven", who=_AUTHOR, why=found.whys)
    else:
        yield finding(_GATE, Outcome.HOLD, "artifact-undeclared", who=_AUTHOR)


def _plan(facts: Facts) -> Iterator[Finding]:
    found = _evidence("Rollback-Plan", facts, plan=True)
    if found.proven:
        yield finding(_GATE, Outcome.ALLOW, "plan-resolved", plan=found.proven)
    elif found.unknown:
        yield finding(_GATE, Outcome.UNDECIDED, "plan-unknown", who=_AUTHOR, why=found.whys)
    elif found.whys:
        yield finding(_GATE, Outcome.HOLD, "plan-unproven", who=_AUTHOR, why=found.whys)
    else:
        yield finding(_GATE, Outcome.HOLD, "plan-undeclared", who=_AUTHOR)


def _evidence(key: str, facts: Facts, *, plan: bool) -> _Evidence:
    """Weigh all that the description declares; one that holds is enough."""
    refs = tuple(dict.fromkeys(declared(facts.change, key)))
    proofs = [(ref, _look_up(ref, facts, plan=plan)) for ref in refs]
    return _Evidence(
        proven=tuple(ref for ref, proof in proofs if proof.holds),
        unknown=facts.change.body is None or any(proof.holds is None for _, proof in proofs),
        whys=tuple(f"{ref} {proof.why}" for ref, proof in proofs),
    )


def _look_up(ref: str, facts: Facts, *, plan: bool) -> _Proof:
    """Return how far a declared name is borne out by what was looked up."""
    if facts.artifacts is None:
        return _Proof(None, "could not be looked up")
    found = [a for a in facts.artifacts if a.ref.strip() == ref and (a.kind == "plan") is plan]
    proofs = [_resolved(a) if plan else _fit(a, facts.change) for a in found]
    holds = some(proof.holds for proof in proofs)
    whys = {proof.why for proof in proofs if proof.holds is holds}
    return _Proof(holds, " and ".join(sorted(whys)) or "is not among what was looked up")


def _resolved(artifact: Artifact) -> _Proof:
    if artifact.resolved:
        return _Proof(holds=True)
    if artifact.resolved is None:
        return _Proof(None, f"could not be looked up{_because(artifact)}")
    return _Proof(holds=False, why=f"was not found{_because(artifact)}")


def _because(artifact: Artifact) -> str:
    return f" ({artifact.why})" if artifact.why else ""


def _fit(artifact: Artifact, change: Change) -> _Proof:
    """Return whether an artifact is there, is fixed, and is older than what it is to undo."""
    older = _older(artifact, change)
    if artifact.resolved is False:
        return _resolved(artifact)
    if artifact.movable:
        return _Proof(holds=False, why="can be pointed elsewhere: name it with its digest")
    if older is False:
        return _Proof(holds=False, why="was not there before the change")
    if artifact.resolved and older is None:
        return _Proof(None, "may be younger than the change")
    return _resolved(artifact)


def _older(artifact: Artifact, change: Change) -> bool | None:
    """Say whether the artifact came to be strictly before the change.

    A proposal is older than its landing: where only the landing is known, what came after it is too
    young, and of what came before it nothing can be told.
    """
    if artifact.made_at is None:
        return None
    if change.material_at is not None:
        return artifact.made_at < change.material_at
    if change.landed_at is None:
        return None
    if artifact.made_at >= change.landed_at:
        return False
    return None if change.kind in {"pull", "group"} else True


def _drill(terms: DrillTerms, facts: Facts) -> Iterator[Finding]:
    newest = sorted(facts.drills or (), key=lambda d: (d.at, d.id, repr(d)), reverse=True)
    proofs = [(drill, _rehearsed(drill, terms, facts)) for drill in newest]
    proven = [drill for drill, proof in proofs if proof.holds]
    dates = _planned(terms, facts)
    within = iso_length(terms.within)
    whys = tuple(f"{drill.id}: {proof.why}" for drill, proof in proofs)
    if proven:
        last = proven[0]
        yield finding(_GATE, Outcome.ALLOW, "drill-passed", drill=last.id, at=iso_moment(last.at))
    elif dates:
        yield finding(_GATE, Outcome.ALLOW, "drill-planned", at=dates[0].isoformat())
    elif (
        facts.drills is None
        or facts.change.body is None
        or any(proof.holds is None for _, proof in proofs)
    ):
        yield finding(_GATE, Outcome.UNDECIDED, "drill-unknown", within=within, why=whys)
    else:
        yield finding(_GATE, Outcome.HOLD, "drill-missing", who=_AUTHOR, within=within, why=whys)


def _rehearsed(drill: Drill, terms: DrillTerms, facts: Facts) -> _Proof:
    """Return whether a drill passed, recently enough, within the objectives."""
    if not drill.passed:
        return _Proof(holds=False, why="failed" if drill.passed is False else "has not been run")
    if drill.at > facts.as_of:
        return _Proof(holds=False, why="was later")
    if facts.as_of - drill.at > terms.within:
        return _Proof(holds=False, why="is too long ago")
    recovered, kept = _met(drill.recovery, terms.rto), _met(drill.loss, terms.rpo)
    if recovered is False:
        return _Proof(holds=False, why="took too long to recover")
    if kept is False:
        return _Proof(holds=False, why="lost too much")
    return _Proof(both(recovered, kept), "was not measured")


def _met(measured: timedelta | None, objective: timedelta | None) -> bool | None:
    """Say whether an objective was met, as written: equal is enough."""
    if objective is None:
        return True
    return None if measured is None else measured <= objective


def _planned(terms: DrillTerms, facts: Facts) -> tuple[date, ...]:
    """Return the days, soonest first, for which a drill is planned soon enough."""
    as_of = facts.as_of
    moments = (d.at for d in facts.drills or () if d.passed is None and d.at >= as_of)
    soon = {at.date() for at in moments if at - as_of <= terms.within}
    for value in declared(facts.change, "Rollback-Drill"):
        soon |= {
            day
            for day in _dates(value)
            # A day counts until it is over, and if it begins in time.
            if day >= as_of.date() and datetime.combine(day, time(), UTC) - as_of <= terms.within
        }
    return tuple(sorted(soon))


def _dates(text: str) -> Iterator[date]:
    for found in _DATE.findall(text):
        try:
            yield date.fromisoformat(found)
        except ValueError:  # such as 2026-13-45: no day, no plan
            continue
