"""One change from its opening to its deployment, then a bypass, a breaker, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from fitgate.core.records.changes import Evaluated, Landed
from fitgate.core.records.controls import Reset, Tripped
from tests.serving.deployed import check, signed
from tests.serving.story import Teller, teller
from tests.twin.github.pulls import Pull

PAGE = Path(__file__).parents[2] / "docs" / "story.md"
GATE = "fitgate/deploy: production"


def test_the_story_runs_and_the_page_tells_it_as_it_was(pytestconfig: pytest.Config) -> None:
    page = told()
    if pytestconfig.getoption("bless"):
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8")


def told() -> str:
    """Run the story; return the page that it tells."""
    with teller() as tells:
        here = tells.here
        here.repo.deploy_by_api("production", by="maintainer").report("success", by="maintainer")
        here.settle(hours=1)
        tells.ledger()
        tells.lines.clear()
        pull = opened(tells)
        merged(tells, pull)
        deployed(tells)
        evaluated(tells, pull)
        went_past(tells)
        return tells.page()


def opened(tells: Teller) -> Pull:
    """Open it, and see it held until two people and the clock have said yes."""
    here, repo = tells.here, tells.here.repo
    repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice", message="Lower the bar")
    body = "The old bar was measured on a broken set.\n\nIO-Rationale: the set was broken"
    pull = repo.open_pull("fix", "main", "Lower the bar of the evaluation", body, by="alice")
    here.settle()
    tells.chapter(
        "It is opened, labelled and held",
        "alice opens a pull request that lowers the bar of an evaluation from 0.9 to 0.8, and says "
        "why.",
    )
    assert tells.check(pull.head_sha) == "action_required"
    tells.labels(pull)
    assert here.labels(pull) >= {"io:evaluation", "io-sr:4"}
    tells.ledger()
    here.settle(hours=2)
    pull.approve("bob")
    here.settle(hours=1)
    pull.approve("carol")
    here.settle()
    tells.chapter(
        "Two people in two roles sign",
        "bob approves, an hour later carol. Their approvals are bound to what the change says. "
        "The clock still runs.",
    )
    assert tells.check(pull.head_sha) == "action_required"
    tells.ledger()
    return pull


def merged(tells: Teller, pull: Pull) -> None:
    """Let the cool-down end by itself, and merge."""
    here = tells.here
    here.settle(hours=45)
    tells.chapter("The cool-down ends by itself", "Two days have passed. Nobody pressed a button.")
    assert tells.check(pull.head_sha) == "success"
    tells.ledger()
    here.settle(hours=1)
    pull.merge("bob", "squash")
    here.settle()
    tells.chapter("It is merged", "bob merges it.")
    tells.ledger()
    landed = here.told(Landed)[-1]
    assert (landed.standing, landed.bypasses) == ("allowed", ())


def deployed(tells: Teller) -> None:
    """Deploy it: the gate of production waits for two people again, and for the clock."""
    here = tells.here
    one = here.repo.deploy("production", by="alice")
    here.settle()
    tells.chapter(
        "It is deployed",
        "alice deploys to production. The deployment is of the categories that were recorded of "
        "the changes in it, so the gate of the environment waits for two people and for the clock. "
        "GitHub takes one review an environment: carol's is given to `production/sign/safety`, "
        "which is deployed beside it and stays held.",
    )
    assert tells.check(one.sha, GATE) == "action_required"
    tells.reports(one)
    signed(here, one)
    here.settle(hours=48)
    tells.lines += ["", "Both sign in the run, and two days pass."]
    assert check(here, one).conclusion == "success"
    tells.check(one.sha, GATE)
    one.succeed()
    here.settle()
    tells.ledger()


def evaluated(tells: Teller, pull: Pull) -> None:
    """Let the evaluation end: the change is closed, and its lag known."""
    here = tells.here
    here.settle(hours=3)
    here.repo.check("eval/nightly", str(here.repo.sha_of("main")), "success", app="ci")
    here.settle()
    tells.chapter(
        "It is evaluated",
        "The evaluation that the policy asks for ends on what landed, and with that the change is "
        "validated. From the landing until now is its validation lag.",
    )
    tells.ledger()
    assert here.told(Evaluated)
    assert pull.merged_at is not None
    said = tells.run("metrics", only=("figure", "vl_hours ", "io_approval_latency_hours "))
    assert "vl_hours                   51.0 h" in said


def went_past(tells: Teller) -> None:
    """Push an IO directly: a bypass, a breaker, a denial, a plan, a reset."""
    here, repo = tells.here, tells.here.repo
    repo.push("more", {"search/eval.yaml": "threshold: 0.7\n"}, by="alice", message="Lower search")
    body = "IO-Rationale: search is not what is measured there"
    waits = repo.open_pull("more", "main", "Lower the bar of search", body, by="alice")
    here.settle(hours=1)
    repo.push("main", {"eval.yaml": "threshold: 0.5\n"}, by="carol", message="Get it out")
    here.settle()
    tells.chapter(
        "Somebody goes past the gate",
        "Another pull request of alice's waits. carol pushes a lower bar to the default branch, "
        "with no pull request. Nobody reports that; it is derived from what landed. The breaker "
        "for bypasses trips, whose rule is that one without authority is one too many.",
    )
    tells.ledger()
    assert [p.how for landed in here.told(Landed) for p in landed.bypasses] == ["direct-push"]
    assert [trip.breaker for trip in here.told(Tripped)] == ["CB-GBR"]
    counted = tells.run("metrics", only=("figure", "gbr_ratio ", "gbr_unauthorised "))
    assert "gbr_unauthorised           1" in counted
    tells.chapter(
        "What waits is denied",
        "While the breaker is open no irreversible change passes, except on the way back.",
    )
    assert tells.check(waits.head_sha) == "failure"
    here.settle(hours=2)
    repo.push("main", {"eval.yaml": "threshold: 0.8\n"}, by="carol", message="Put it back")
    here.settle()
    tells.chapter(
        "A plan, and a reset",
        "carol puts the bar back where it was, and says how it will not happen again. bob, who "
        "did not trip the breaker, resets it; its figure counts a week, so he answers for it until "
        "then. The service hears of it when it next catches up, within a quarter of an hour.",
    )
    planned = "Nobody bypasses the ruleset"
    tells.run("breaker", "plan", "CB-GBR", "--plan", planned, "--by", "carol")
    tells.run(
        "breaker", "reset", "CB-GBR", "--by", "bob", "--because", "the ruleset has no bypass list",
        "--waiver", "the push was undone", "--until", f"{here.twin.clock.now:%Y-%m}-28",
    )  # fmt: skip
    here.watch()
    assert tells.check(waits.head_sha) == "action_required"
    tells.ledger()
    assert [reset.to for reset in here.told(Reset)] == ["probation"]
