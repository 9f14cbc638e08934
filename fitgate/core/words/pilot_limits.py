"""What limits the pilot report, in words: section 8."""

from __future__ import annotations

LIMITS = {
    "no-closure": "No evaluation is declared to close a change (`boundary.closure.checks`), or "
    "none was told: the validation lag is unknown, not zero.",
    "unknown-changes": "Some changes could not be classified; they are counted apart and are "
    "neither IOs nor none.",
    "unjudged": "Approvals and checks of some landings could not be read: they are unjudged, and "
    "accuse nobody.",
    "no-drill": "No way back was rehearsed: that changes could be undone is a belief.",
    "self-reported-drill": "The drill was told, not measured.",
    "from-a-clone": "What landed is read from a clone: labels, reviews and deployments of the "
    "forge are not in it.",
}
"""A limit → what it means for the reader."""
