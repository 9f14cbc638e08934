"""What is written down when a deployment ends: what took effect by it, and what that validates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fitgate.core.check_names import names_it
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.entries import Draft, moment
from fitgate.core.facts import Evaluation, Facts
from fitgate.core.policy import Policy
from fitgate.core.recording import landed_key, reverted_draft
from fitgate.core.records import draft
from fitgate.core.records.changes import Evaluated, Landed


def landed_drafts(facts: Facts, policy: Policy, told: Chronicle) -> Iterator[Draft]:
    """Yield that the changes in a deployment took effect there, as far as their merge is told of.

    The deployment's own landing is the recorder's. What it took out again was undone by it.
    """
    change, deployment = facts.change, facts.deployment
    if deployment is None or change.landed_at is None:
        return
    for each in deployment.contains or ():
        merged = told.landed(each.change)
        if merged is None:
            continue
        if each.undone:
            if _counts(policy, change.environment):
                yield reverted_draft(each.change, change.id, change.landed_at)
            continue
        said = merged.record
        nature = next(row.nature for row in told.rows_of(each.change))
        record = Landed(
            change=each.change, stage="deployment", nature=nature, standing=said.standing,
            mode=said.mode, layer=said.layer, environment=change.environment, commit=said.commit,
            number=said.number, route="contained",
            required=policy.boundary.closure.checks or None, decided=said.decided,
            bypasses=said.bypasses, note=f"by {change.id}",
        )  # fmt: skip
        yield draft(
            record, change.landed_at, landed_key(each.change, "deployment", change.environment)
        )


def _counts(policy: Policy, environment: str | None) -> bool:
    known = policy.boundary.environments
    return not known or environment in known


def evaluated_name(environment: str | None) -> str:
    """Return what a policy calls it that a deployment to an environment went well."""
    return f"deploy/{environment or ''}"


def ended_drafts(facts: Facts, told: Chronicle, *, passed: bool, at: datetime) -> Iterator[Draft]:
    """Yield that a deployment ended, for those of its changes that wait for it by its name."""
    deployment, name = facts.deployment, evaluated_name(facts.change.environment)
    ended = Evaluation(name, "passed" if passed else "failed", at)
    contains = deployment.contains or () if deployment else ()
    contained = (each.change for each in contains if not each.undone)
    for change in (facts.change.id, *contained):
        yield from _evaluated(told.rows_of(change), ended, facts.change.id)


def checked_drafts(
    rows: Sequence[Row], evaluations: Sequence[Evaluation], source: str
) -> Iterator[Draft]:
    """Yield which evaluations ended that landings wait for; each of a landing once."""
    for ended in evaluations:
        yield from _evaluated(rows, ended, source)


def _evaluated(rows: Sequence[Row], ended: Evaluation, source: str) -> Iterator[Draft]:
    if ended.result == "pending" or ended.at is None:
        return
    waiting = (
        row.change for row in rows if any(names_it(glob, ended.name) for glob in row.required or ())
    )
    for change in dict.fromkeys(waiting):
        key = f"evaluated/{change}/{ended.name}/{ended.result}/{moment(ended.at)}"
        record = Evaluated(change, ended.name, ended.result, source=source)
        yield draft(record, ended.at, key)


def deployed_at(commit: str, told: Chronicle) -> tuple[Row, ...]:
    """Return the landings by deployments of a commit: the deployments, and the changes in them."""
    if not any(
        row.route == "deployment" for c in told.landed_as(commit) for row in told.rows_of(c)
    ):
        return ()
    rows = [row for row in told.rows() if row.stage == "deployment"]
    by = {
        (row.environment, row.landed_at)
        for row in rows
        if row.route == "deployment" and row.commit == commit
    }
    return tuple(row for row in rows if (row.environment, row.landed_at) in by)
