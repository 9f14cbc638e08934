"""Catching up: a service that was away accounts for every landing of that time, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fitgate.core.records.changes import Landed, Seen
from fitgate.core.records.controls import GateChanged
from fitgate.errors import ForgeError
from tests.serving.office import Office, office


@pytest.fixture
def here() -> Iterator[Office]:
    with office() as opened:
        opened.reconcile()
        yield opened


def changes(here: Office) -> list[str]:
    """Return what landed, in the order of the ledger."""
    return [one.change.rpartition("#")[2] if one.number else "push" for one in here.told(Landed)]


def away(here: Office) -> None:
    """Lose all that was sent, and start again."""
    here.only()
    here.restart()


def test_a_merge_and_a_push_of_which_nobody_told_are_written_down(here: Office) -> None:
    pull = here.hosted.lowered()
    here.twin.clock.forward(hours=30)
    pull.merge("carol")
    here.twin.clock.forward(hours=30)
    pushed = here.repo.push("main", {"eval.yaml": "threshold: 0.7\n"}, by="bob")
    here.twin.clock.forward(hours=12)
    away(here)
    here.reconcile()
    assert changes(here) == ["1", "push"]
    assert here.told(Landed)[1].commit == pushed


def test_what_was_told_of_too_is_written_down_once(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    pull.merge("carol")
    here.settle()
    before = [one.key for one in here.ledger.entries if one.kind == "Landed"]
    here.reconcile()
    here.reconcile()
    assert [one.key for one in here.ledger.entries if one.kind == "Landed"] == before


def test_a_pull_request_opened_unheard_gets_its_check(here: Office) -> None:
    pull = here.hosted.lowered()
    away(here)
    here.reconcile()
    assert here.check(pull.head_sha).conclusion == "action_required"
    assert [one.number for one in here.told(Seen)] == [1]


def test_a_label_taken_off_unheard_is_put_back_and_written_down(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle(hours=1)
    pull.unlabel("io:evaluation", by="alice")
    away(here)
    here.reconcile()
    assert "io:evaluation" in here.labels(pull)
    moved = [one.moved for one in here.told(GateChanged) if one.change]
    assert moved == ["weakened", "strengthened"]


def test_rules_edited_unheard_are_seen_though_not_by_whom(here: Office) -> None:
    here.repo.require(checks=[("fitgate", here.twin.app.id)], by="maintainer")
    away(here)
    here.reconcile()
    moved = {one.gate: (one.moved, one.by) for one in here.told(GateChanged)}
    assert moved["rules: check fitgate"] == ("strengthened", None)


def test_the_last_good_point_is_when_it_began_to_look_and_moves_only_when_all_is_queued(
    here: Office,
) -> None:
    name = f"reconciled/github:{here.repo.id}"
    good = here.marks.reached(name)
    assert good == here.twin.clock.now
    pull = here.hosted.lowered()
    pull.merge("carol")
    here.twin.clock.forward(hours=1)
    away(here)
    here.twin.troubles.fail(
        "GET /repos/{owner}/{repo}/activity", 502, times=4
    )  # as often as is tried
    with pytest.raises(ForgeError):
        here.reconcile()
    assert here.marks.reached(name) == good
    here.twin.clock.forward(hours=100)
    here.reconcile()
    assert changes(here) == ["1"]
    assert here.marks.reached(name) == here.twin.clock.now


def test_who_is_killed_after_the_mark_was_asked_for_looks_at_the_same_time_again(
    here: Office,
) -> None:
    """A task says by itself since when, whatever the mark has become."""
    here.twin.clock.forward(hours=2)
    pull = here.hosted.lowered()
    pull.merge("carol")
    away(here)
    (task,) = [t for t in here.serving.done(here.everywhere()) if "since" in t.about]
    here.marks.reach(f"reconciled/github:{here.repo.id}", here.twin.clock.now + timedelta(days=1))
    here.queue.put(here.serving.done(task))
    here.settle()
    assert changes(here) == ["1"]


def test_without_a_mark_the_ledger_says_since_when(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    here.twin.clock.forward(hours=80)
    pull.merge("carol")
    away(here)
    here.marks.marks.clear()
    here.reconcile()
    assert changes(here) == ["1"]


@pytest.mark.parametrize("hidden", ["pulls", "activity"])
def test_what_landings_hang_on_is_not_taken_for_quiet_where_it_is_hidden(
    here: Office, hidden: str
) -> None:
    name = f"reconciled/github:{here.repo.id}"
    good = here.marks.reached(name)
    here.twin.clock.forward(hours=1)
    here.twin.troubles.fail(f"GET /repos/{{owner}}/{{repo}}/{hidden}", 403)
    with pytest.raises(ForgeError):
        here.reconcile()
    assert here.marks.reached(name) == good
