"""Deployments: what a ledger tells of the changes in one, and what hangs on what it is."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.chronicle import Chronicle
from fitgate.core.contained import Contained
from fitgate.core.facts import Facts, Restoration
from fitgate.core.findings import Classification
from fitgate.core.standing import Standing

_ACCEPTED = {
    Standing.NOT_IO: True, Standing.ALLOWED: True, Standing.OVERRIDDEN: True,
    Standing.WOULD_HOLD: True, Standing.BYPASS: False, Standing.UNJUDGED: None,
}  # fmt: skip
"""Whether what stood there was accepted, by how it landed; in shadow mode all of it was."""


def recalled(facts: Facts, told: Chronicle) -> Facts:
    """Return a deployment's facts with what a ledger tells: of its changes, of what it restores."""
    deployment, change = facts.deployment, facts.change
    if deployment is None:
        return facts
    contains = deployment.contains and tuple(_known(each, told) for each in deployment.contains)
    restores = change.restores and tuple(
        replace(one, accepted=_accepted(one, facts, told)) for one in change.restores
    )
    return replace(
        facts,
        deployment=replace(deployment, contains=contains),
        change=replace(change, restores=restores),
    )


def _known(each: Contained, told: Chronicle) -> Contained:
    """Return a change as it counts by now: as it was judged when it landed, or what people say."""
    row = next((row for row in told.rows_of(each.change) if row.stage == "merge"), None)
    if row is None:
        return each
    nature = row.nature
    why = "it could not be told when it landed" if nature.is_io is None else ""
    return replace(
        each, told="ledger", at=each.at or row.landed_at, is_io=nature.is_io,
        categories=nature.categories, classes=nature.classes, io_sr=nature.io_sr,
        layer=row.layer, why=why,
    )  # fmt: skip


def _accepted(state: Restoration, facts: Facts, told: Chronicle) -> bool | None:
    """Say whether a state that was there before was accepted: by the ledger, if it tells of then.

    What was there before the ledger told of this environment was accepted by whoever ran it.
    """
    there = [
        row
        for row in told.rows()
        if row.stage == "deployment" and row.environment == facts.change.environment
    ]
    same = [row for row in there if row.route == "deployment" and row.commit == state.of]
    if same:
        last = max(same, key=lambda row: row.landed_at)
        return _ACCEPTED[last.standing]
    began = min((row.landed_at for row in there), default=None)
    good_at = facts.deployment and facts.deployment.good_at
    if began is None or (good_at and good_at < began):
        return state.accepted
    return None


def settled(facts: Facts, found: Classification) -> Facts:
    """Return a deployment's facts with its clock and declarations, once it is known what it is.

    The clock runs from when the last IO in it landed; from when it was asked for, if a rule speaks
    of where it goes, or that time is not known. What a change declares that is none counts not.
    """
    deployment = facts.deployment
    if deployment is None:
        return facts
    held = [each for each in deployment.contains or () if each.is_io is not False]
    times = [each.at for each in held if each.at is not None]
    own = any(match.kind != "contained" for match in found.matches)
    since = deployment.asked_at
    if held and not own and len(times) == len(held):
        since = min(max(times), since)
    plain = {each.change for each in deployment.contains or () if each.is_io is False}
    trailers = tuple(t for t in facts.change.trailers if t.source not in plain)
    change = replace(facts.change, material_at=min(since, facts.as_of), trailers=trailers)
    return replace(facts, change=change)
