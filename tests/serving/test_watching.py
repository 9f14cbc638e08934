"""Breakers: what governance lets slip stops what is open, at once and by itself."""

from __future__ import annotations

from fitgate.core.breaker.told import move_draft
from fitgate.core.records.changes import Landed
from fitgate.core.records.controls import Reset, Tripped
from tests.adapters.github.hosted import POLICY
from tests.serving.deployed import POLICY as DEPLOYED
from tests.serving.deployed import check, deployed, merged, opened, plain
from tests.serving.office import office

BREAKERS = """\
breakers:
  - {name: CB-GBR, when: {metric: gbr_per_week, limit: 1, any_unauthorised: true}, then: freeze}
"""


def test_a_bypass_trips_a_breaker_and_what_is_open_is_denied_until_a_reset() -> None:
    with office(policy=POLICY + BREAKERS) as here:
        here.repo.push("other", {"eval.yaml": "threshold: 0.7\n"}, by="alice", message="Lower")
        waiting = here.repo.open_pull("other", "main", "Lower it too", "", by="alice")
        pull = here.hosted.lowered()
        here.settle()
        assert here.check(waiting.head_sha).conclusion == "action_required"
        pull.merge("carol", "merge")
        here.settle()
        assert [passed.how for passed in here.told(Landed)[0].bypasses] == ["against-verdict"]
        assert [trip.breaker for trip in here.told(Tripped)] == ["CB-GBR"]
        assert here.check(waiting.head_sha).conclusion == "failure"
        assert "CB-GBR" in here.check(waiting.head_sha).output["text"]
        moved = move_draft(Reset("CB-GBR", "probation", by="bob"), here.twin.clock.now)
        here.ledger.append([moved], here.twin.clock.now)
        here.watch()
        assert here.check(waiting.head_sha).conclusion == "failure"  # nobody had planned a recovery


def test_a_deployment_that_waits_is_denied_as_well_with_no_event_of_its_own() -> None:
    with opened(f"{DEPLOYED}{BREAKERS}") as here:
        plain(here)
        merged(here)
        one = deployed(here)
        assert check(here, one).conclusion == "action_required"
        here.repo.push("main", {"eval.yaml": "threshold: 0.5\n"}, by="carol", message="Get it out")
        here.settle()
        assert [trip.breaker for trip in here.told(Tripped)] == ["CB-GBR"]
        assert check(here, one).conclusion == "failure"
