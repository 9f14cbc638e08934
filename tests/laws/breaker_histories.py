"""Histories of landings, drills and bypasses, for the laws of breakers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from hypothesis import strategies as st

from fitgate.core.entries import Draft
from fitgate.core.findings import Outcome
from fitgate.core.records import draft
from fitgate.core.records.changes import Decided, Evaluated, Judge, PassedBy, Seen
from fitgate.core.standing import Standing
from tests.builders import DAY, DIGEST, HOUR, NOW
from tests.chronicles import (
    AN_IO,
    NO_IO,
    NOT_TOLD,
    closed,
    drilled,
    landed,
    missed,
)

START = NOW - 60 * DAY
MOMENTS = st.integers(0, 60 * 24).map(lambda hours: START + hours * HOUR)
WAYS = st.sampled_from(
    [
        PassedBy("direct-push"),
        PassedBy("against-verdict"),
        PassedBy("override", authorised=True, visibility="escalation"),
    ]
)
LAGS = st.one_of(
    st.integers(-10, 300).map(lambda hours: hours * HOUR),
    st.sampled_from([hours * HOUR + timedelta(seconds=1) for hours in (24, 72, 100)]),
)
RESULTS: st.SearchStrategy[Literal["passed", "failed"]] = st.sampled_from(["passed", "failed"])
TRIGGERS: Sequence[dict[str, Any]] = [
    {"metric": "vl_hours", "limit": 72, "consecutive": 3},
    {"metric": "vl_hours", "limit": 100, "consecutive": 2},
    {"metric": "vl_hours", "limit": 24},
    {"metric": "rdpr", "limit": 0.8, "last": 3},
    {"metric": "rdpr", "limit": 0.5},
    {"metric": "gbr_per_week", "limit": 1, "any_unauthorised": True},
    {"metric": "gbr_per_week", "limit": 2},
    {"metric": "gbr_unauthorised", "limit": 0, "window": "P3D"},
    {"metric": "gbr_ratio", "limit": 0.3},
    {"metric": "tempo_ratio", "limit": 1.37},
    {"metric": "open_unvalidated", "limit": 2},
    {"metric": "io_approval_latency_hours", "limit": 30},
    {"metric": "io_count", "limit": 3},
    {"metric": "declared", "limit": 1},
    {"metric": "declared", "consecutive": 2},
    {"metric": "declared"},
]


@st.composite
def landings(draw: st.DrawFn, number: int) -> list[Draft]:
    """Draw a change: it lands, perhaps past a gate; it may be proposed, and closed, at any time."""
    name, at = f"c{number}", draw(MOMENTS)
    nature = draw(st.sampled_from([AN_IO, AN_IO, AN_IO, NO_IO, NOT_TOLD]))
    bypasses = tuple(draw(st.lists(WAYS, max_size=2))) if nature is AN_IO else ()
    told = landed(
        name,
        at,
        nature,
        mode=draw(st.sampled_from(["enforce", "shadow"])),
        route=draw(st.sampled_from([None, "merge", "push"])),
        standing=draw(st.sampled_from([Standing.ALLOWED, Standing.UNJUDGED, Standing.BYPASS])),
        required=draw(st.sampled_from([None, ("eval/regression",)])),
        bypasses=bypasses,
    )
    drafts = [told]
    if draw(st.booleans()):
        drafts.append(closed(name, at + draw(LAGS)))
    if draw(st.booleans()):
        drafts.append(
            draft(Seen(name, "pull"), at - draw(st.integers(0, 90)) * HOUR, f"seen/{name}")
        )
        drafts.append(
            draft(allowed(name), at + draw(st.integers(-60, 30)) * HOUR, f"decided/{name}")
        )
    return drafts


def allowed(change: str) -> Decided:
    """Return that a proposal was allowed."""
    judge = Judge("a policy", None, DIGEST, "1", "built-in")
    return Decided(change, "proposal", Outcome.ALLOW, "enforce", AN_IO, None, DIGEST, judge)


@st.composite
def histories(draw: st.DrawFn) -> list[Draft]:
    """Draw what happened in two months."""
    drafts = [each for n in range(draw(st.integers(0, 14))) for each in draw(landings(n))]
    times = draw(st.lists(st.tuples(MOMENTS, st.booleans()), max_size=5))
    drafts += [drilled(n, at, passed=passed) for n, (at, passed) in enumerate(times)]
    drafts += [missed(f"m{n}", at) for n, at in enumerate(draw(st.lists(MOMENTS, max_size=2)))]
    for n in range(draw(st.integers(0, 5))):
        name, result = (
            f"CB-{draw(st.sampled_from([13, 14]))}",
            draw(RESULTS),
        )
        drafts.append(draft(Evaluated(f"c{n}", name, result), draw(MOMENTS), f"evaluated/{n}"))
    return drafts
