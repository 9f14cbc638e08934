"""Pull requests from their deliveries to their checks, and to the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.records.changes import Decided, Landed, Seen, Signed
from tests.serving.office import Office, office


@pytest.fixture
def here() -> Iterator[Office]:
    with office() as opened:
        yield opened


def test_a_pull_request_is_held_and_its_cool_down_ends_with_no_event(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    assert here.check(pull.head_sha).conclusion == "action_required"
    assert "io:evaluation" in here.labels(pull)
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=1)
    assert here.check(pull.head_sha).conclusion == "action_required"
    here.settle(hours=48)
    assert here.check(pull.head_sha).conclusion == "success"
    assert [d.outcome for d in here.told(Decided)] == ["HOLD", "HOLD", "ALLOW"]
    assert len(here.told(Seen)) == 1
    assert {s.by for s in here.told(Signed)} == {
        f"github:{here.twin.users[who].id}" for who in ("bob", "carol")
    }


def test_nothing_new_is_neither_written_nor_shown_again(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    before = here.ledger.head()
    here.twin.calls.clear()
    pull.label("bug", by="bob")
    here.settle()
    assert here.ledger.head() == before
    assert here.twin.calls.kinds().get("write", 0) == 0


def test_a_merge_is_written_down_as_it_stood_then(here: Office) -> None:
    pull = here.hosted.lowered()
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=49)
    pull.merge("bob", "squash")
    here.settle()
    (landed,) = here.told(Landed)
    assert (landed.change, landed.standing, landed.bypasses) == ("github:acme/app#1", "allowed", ())


def test_who_merges_against_the_verdict_passes_the_gate_by(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    pull.merge("carol", "merge")
    here.settle()
    (landed,) = here.told(Landed)
    assert [passed.how for passed in landed.bypasses] == ["against-verdict"]


def test_what_was_merged_before_it_was_looked_at_is_no_proposal_any_more(here: Office) -> None:
    pull = here.hosted.lowered()
    pull.merge("carol", "merge")
    here.settle()
    assert [(decided.of, decided.outcome) for decided in here.told(Decided)] == [
        ("landing", "HOLD")
    ]
    assert here.labels(pull) == set()
