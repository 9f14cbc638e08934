"""The service looks at the breakers before a verdict that would have to wait for somebody to."""

from __future__ import annotations

from fitgate.core.findings import Outcome
from fitgate.core.records.changes import Decided
from fitgate.core.records.controls import BreakersWatched, Tripped
from tests.adapters.github.hosted import POLICY
from tests.serving.office import office

BREAKERS = """\
breakers:
  - {name: CB-GBR, when: {metric: gbr_unauthorised, limit: 0}, then: freeze}
"""


def test_a_proposal_is_judged_by_breakers_that_were_looked_at_and_a_bypass_freezes_the_next() -> (
    None
):
    with office(policy=POLICY + BREAKERS) as here:
        first = here.hosted.lowered()
        here.settle()
        (decided,) = here.told(Decided)
        assert {f.code: f.outcome for f in decided.findings}["breakers-closed"] == Outcome.ALLOW
        assert len(here.told(BreakersWatched)) == 1
        lower = {"eval.yaml": "threshold: 0.2\n"}
        here.repo.push("more", lower, by="alice", message="Lower it more")
        second = here.repo.open_pull("more", "main", "Lower it more", "", by="alice")
        here.settle()
        assert len(here.told(BreakersWatched)) == 1
        first.merge("carol", "merge")
        here.settle(hours=1)
        second.label("bug", by="bob")
        here.settle()
        assert [trip.breaker for trip in here.told(Tripped)] == ["CB-GBR"]
        assert here.check(second.head_sha).conclusion == "failure"
        assert len(here.told(BreakersWatched)) == 2
