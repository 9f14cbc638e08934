"""What no run was told of is found by schedule, and what it does not get to is said."""

from __future__ import annotations

import pytest

from fitgate.bootstrap.workflows import open_desk
from fitgate.entrypoints.cli import action_work
from fitgate.entrypoints.cli.action_event import Occasion
from fitgate.entrypoints.cli.action_work import Done, Job
from fitgate.settings import GitHubSettings
from tests.action.job import Workshop
from tests.twin.github.pulls import Pull


def opened(shop: Workshop, branch: str) -> Pull:
    """Open a pull request now."""
    shop.repo.push(branch, {f"{branch}.md": "# Hi\n"}, by="alice")
    return shop.repo.open_pull(branch, "main", "Say hi", "", by="alice")


def worked(shop: Workshop, event: str = "schedule") -> Done:
    """Do a job for the default branch at the twin's time."""
    settings = GitHubSettings(api_url=shop.twin.url, token=shop.token())
    why = Occasion(event, (), "main", is_trusted=True, is_fork=False)
    repo = f"github:{shop.repo.id}"
    with open_desk(repo, shop.repo.full_name, settings, writes_ledger=True) as desk:
        return Job(desk, why, shop.twin.clock.now.replace(microsecond=0)).work()


def pushed_past(shop: Workshop) -> None:
    """Begin the ledger, and push past it an hour later; the run for that push was cancelled."""
    opened(shop, "first")
    assert worked(shop).failed == []
    shop.twin.clock.forward(hours=1)
    shop.repo.push("main", {"eval.yaml": "threshold: 0.1\n"}, by="carol", message="Quickly")


def routes(shop: Workshop) -> list[object]:
    return [e.body.get("route") for e in shop.ledger() if e.kind == "Landed"]


def test_what_the_same_job_wrote_before_is_not_where_it_catches_up_from(shop: Workshop) -> None:
    pushed_past(shop)
    shop.twin.clock.forward(hours=4)
    opened(shop, "second")
    assert worked(shop).failed == []
    assert routes(shop) == ["push"]


def test_what_a_run_for_a_later_push_wrote_is_not_either(shop: Workshop) -> None:
    pushed_past(shop)
    shop.twin.clock.forward(minutes=20)
    shop.repo.pulls[1].merge("carol", "squash")
    assert worked(shop, "push").failed == []
    assert routes(shop) == ["squash"]
    shop.twin.clock.forward(minutes=15)
    assert worked(shop).failed == []
    assert routes(shop) == ["squash", "push"]


def test_before_the_ledger_nothing_was_ours(shop: Workshop) -> None:
    shop.repo.push("main", {"eval.yaml": "threshold: 0.1\n"}, by="carol", message="Quickly")
    shop.twin.clock.forward(minutes=30)
    opened(shop, "first")
    for _ in range(2):
        worked(shop)
        shop.twin.clock.forward(minutes=30)
    assert routes(shop) == []


def test_what_one_job_does_not_get_to_is_said(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed_past(shop)
    shop.twin.clock.forward(minutes=30)
    monkeypatch.setattr(action_work, "_MOST", 2)
    (said,) = worked(shop).failed
    assert "more after 2, which one job does" in said
