"""Which earlier state a change brings back."""

from __future__ import annotations

from datetime import UTC, datetime

from fitgate.core.facts import Restoration
from tests.adapters.git.making import Made
from tests.adapters.git.reading import landed, last


def test_a_revert_restores_the_state_before_what_it_undoes(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    bad = made.commit("Break it", {"a": b"2"})
    made.commit("Go on", {"b": b"1"})
    made.commit(f'Revert "Break it"\n\nThis reverts commit {bad}.', {"a": b"1"})
    assert last(made).change.restores == (Restoration(root),)


def test_what_is_undone_may_be_older_than_what_is_scanned(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    bad = made.commit("Break it", {"a": b"2"})
    made.commit(f'Revert "Break it"\n\nThis reverts commit {bad[:9]}.', {"a": b"1"})
    since = datetime.fromtimestamp(made.clock, UTC)
    (facts,) = landed(made.done(), since)
    assert facts.change.restores == (Restoration(root),)


def test_a_partial_revert_restores_nothing(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    bad = made.commit("Break it", {"a": b"2"})
    made.commit(f'Revert "Break it"\n\nThis reverts commit {bad}.', {"a": b"1", "b": b"1"})
    assert last(made).change.restores == ()


def test_a_revert_of_what_is_not_found_is_unknown(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    made.commit('Revert "Something else"', {"a": b"2"})
    facts = last(made)
    assert facts.change.restores is None
    assert [u.why for u in facts.unknown if u.what == "restores"] == [
        "it says that it undoes 'Something else', not found"
    ]


def test_what_a_branch_undid_of_itself_restores_nothing(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    made.commit("One", {"a": b"2"}, branch="topic")
    two = made.commit("Two", {"a": b"3"}, branch="topic")
    back = made.commit(f'Revert "Two"\n\nThis reverts commit {two}.', {"a": b"2"}, branch="topic")
    made.commit("Merge", {"a": b"2"}, parents=[root, back])
    assert last(made).change.restores == ()
