"""What is written down of a proposal that was judged: what is new of it, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from fitgate.core.facts import Facts
from fitgate.core.people import voices
from fitgate.core.policy import Policy
from fitgate.core.recording import decided_draft, decided_record
from fitgate.core.records import draft
from fitgate.core.records.changes import Seen, Signed
from fitgate.core.verdict import Verdict


def seen_draft(facts: Facts) -> Draft:
    """Return that a change was proposed; it is told once."""
    change = facts.change
    seen = Seen(change.id, change.kind, change.number, change.author)
    return draft(seen, facts.as_of, f"seen/{change.id}")


def proposal_drafts(
    facts: Facts, verdict: Verdict, policy: Policy, told: Chronicle
) -> Iterator[Draft]:
    """Yield that a change was seen, signed and decided on, as far as a ledger does not tell it yet.

    A decision is told again when it says something else: who looks later and finds the same has
    decided nothing.
    """
    change = facts.change
    yield seen_draft(facts)
    given = zip(voices(facts, policy), facts.approvals or (), strict=True)
    for voice, approval in given if verdict.is_io else ():
        if voice.counts:
            signed = Signed(change.id, approval.by, verdict.digest)
            yield draft(signed, approval.at, f"signed/{change.id}/{approval.by}/{verdict.digest}")
    now, last = decided_record(facts, verdict, "proposal"), told.decided(change.id)
    if last is None or replace(now, facts=last.record.facts) != last.record:
        yield decided_draft(facts, verdict, "proposal")
