"""What holds of breakers whatever happens: hypothesis looks for what does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fitgate.core.breaker.levels import level
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.timelines import timeline
from fitgate.core.breaker.watched import all_watched
from fitgate.core.entries import Draft
from fitgate.core.findings import Outcome
from fitgate.core.policy import Policy
from fitgate.core.records import draft
from fitgate.core.records.changes import Decided, Evaluated, Judge, PassedBy, Seen
from fitgate.core.standing import Standing
from tests.builders import DAY, DIGEST, HOUR, NOW
from tests.chronicles import AN_IO, NO_IO, NOT_TOLD, chronicle_of, closed, drilled, landed, missed

START = NOW - 60 * DAY
MOMENTS = st.integers(0, 60 * 24).map(lambda hours: START + hours * HOUR)
WAYS = st.sampled_from(
    [
        PassedBy("direct-push"),
        PassedBy("against-verdict"),
        PassedBy("override", authorised=True, visibility="escalation"),
    ]
)
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


def a_policy(*triggers: dict[str, Any], mode: str = "enforce", **over: Any) -> Policy:  # noqa: ANN401
    breakers = [
        {"name": f"CB-{n}", "when": when, "then": "freeze"} for n, when in enumerate(triggers)
    ]
    return Policy.model_validate({"version": 1, "mode": mode, "breakers": breakers, **over})


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
        standing=draw(st.sampled_from([Standing.ALLOWED, Standing.UNJUDGED, Standing.BYPASS])),
        required=draw(st.sampled_from([None, ("eval/regression",)])),
        bypasses=bypasses,
    )
    drafts = [told]
    if draw(st.booleans()):
        drafts.append(closed(name, at + draw(st.integers(-10, 300)) * HOUR))
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
    for n in range(draw(st.integers(0, 5))):
        drafts.append(drilled(n, draw(MOMENTS), passed=draw(st.booleans())))
    for n in range(draw(st.integers(0, 2))):
        drafts.append(missed(f"m{n}", draw(MOMENTS)))
    for n in range(draw(st.integers(0, 5))):
        name, result = (
            f"CB-{draw(st.sampled_from([13, 14]))}",
            draw(st.sampled_from(["passed", "failed"])),
        )
        drafts.append(draft(Evaluated(f"c{n}", name, result), draw(MOMENTS), f"evaluated/{n}"))
    return drafts


def at_last(marks: Iterable[Mark]) -> tuple[bool | None, bool | None]:
    """Return what a timeline says at its end."""
    over, green = None, None
    for mark in marks:
        over, green = mark.over, mark.green
    return over, green


@settings(max_examples=60)
@given(histories(), st.lists(MOMENTS, min_size=3, max_size=3))
def test_one_pass_over_all_moments_says_what_looking_at_each_says(
    drafts: list[Draft], moments: list[Any]
) -> None:
    policy = a_policy(*TRIGGERS)
    chronicle = chronicle_of(*drafts)
    for watched in all_watched(policy, chronicle):
        turns = [mark.at for mark in timeline(watched, NOW + 300 * DAY) if mark.at > START]
        for at in {*moments, *turns[:6], *(turn - timedelta(seconds=1) for turn in turns[:6])}:
            said = level(watched, at)
            assert at_last(timeline(watched, at)) == (said.over, said.green), (watched.breaker, at)
