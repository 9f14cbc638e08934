"""An earlier decision that no ledger tells of, proved by the check that showed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft, moment
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.recording import decided_record
from fitgate.core.records import draft
from fitgate.core.records.changes import Seen
from fitgate.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Shown:
    """What the check on a head says: how it was decided, on facts with which digest, and when."""

    outcome: Outcome
    facts: str
    at: datetime


def proven_drafts(
    facts: Facts, verdict: Verdict, shown: Shown | None, told: Chronicle
) -> Iterator[Draft]:
    """Yield that a change was seen and decided on before it landed, where only its check knows.

    So it is where strangers may cause the run that decides, as of a fork: that run shows and writes
    nothing down. What the change is, is told by the facts as they were read again at its landing;
    the check adds that it was decided at all, when, how, and on which facts.
    """
    change = facts.change
    if shown is None or change.landed_at is None or shown.at > change.landed_at:
        return
    if told.decided(change.id) is not None:
        return
    seen = Seen(change.id, change.kind, change.number, change.author)
    yield draft(seen, shown.at, f"seen/{change.id}")
    said = decided_record(facts, verdict, "proposal")
    decided = replace(said, outcome=shown.outcome, facts=shown.facts, eligible_at=None, findings=())
    key = f"decided/{change.id}/{shown.facts}/shown/{moment(shown.at)}"
    yield draft(decided, shown.at, key)
