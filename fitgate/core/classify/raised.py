"""What people say a change is besides: it is asked for all that the rules would have it asked."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.classes import in_order
from fitgate.core.facts import Facts
from fitgate.core.findings import Classification, Match
from fitgate.core.policy import Policy

RAISED = "fitgate-reclassified"
"""What stands for a rule where a person says that a change is an IO of a category."""


def raised(facts: Facts, found: Classification, policy: Policy) -> Classification:
    """Return what was found with what people add to it.

    What they take away is for the register alone: no gate opens because two people say so
    (fit.md 2.3; who may pass one says so by an override).
    """
    if not facts.reclassified:
        return found
    from fitgate.core.reclassified import Ruled, Word, reclassify  # noqa: PLC0415 - seldom needed

    ruled = in_order(policy, (match.category for match in found.matches))
    words = [Word.of(said) for said in facts.reclassified]
    said = reclassify(Ruled(found.is_io, ruled, found.matches, facts, policy), words)
    if said is None or not said.counted.is_io:
        return found
    added = (category for category in said.counted.categories if category not in ruled)
    proofs = tuple(_proof(facts, category) for category in added)
    return replace(found, is_io=True, matches=(*found.matches, *proofs))


def _proof(facts: Facts, category: str) -> Match:
    """Return the last word for a category as proof."""
    words = [said for said in facts.reclassified if category in (said.categories or ())]
    last = max(words, key=lambda said: said.at)
    by = facts.person(last.by).login or last.by
    return Match(RAISED, category, "word", key=by, after=last.why or "")
