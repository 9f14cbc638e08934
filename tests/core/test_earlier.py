"""Approvals and the clock are bound to content, not to commits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.earlier import bound_to_content
from fitgate.core.facts import Facts
from tests.builders import DIGEST, HOUR, NOW, OTHER_DIGEST, a_change, an_approval, facts_of

HEAD, OLD, OLDER = "c" * 40, "b" * 40, "a" * 40


def state(commit: str, digest: str | None, hours: int | None = None) -> Facts:
    """Return how the change stood; `hours` ago it was pushed so."""
    at = None if hours is None else NOW - hours * HOUR
    return facts_of(a_change(head=commit, digest=digest, material_at=at))


def now(*commits: str | None) -> Facts:
    """Return the change, pushed an hour ago, with an approval on each of these commits."""
    approvals = tuple(
        an_approval(f"person{n}", commit=commit, digest=None) for n, commit in enumerate(commits)
    )
    return replace(state(HEAD, DIGEST, 1), approvals=approvals)


def test_an_approval_counts_for_the_digest_of_the_commit_it_was_made_on() -> None:
    facts = bound_to_content(
        now(HEAD, OLD, OLDER, None), [state(OLD, DIGEST), state(OLDER, OTHER_DIGEST)]
    )
    digests = [approval.digest for approval in facts.approvals or ()]
    assert digests == [DIGEST, DIGEST, OTHER_DIGEST, None]


def test_a_push_that_altered_nothing_leaves_the_clock_as_it_was() -> None:
    rebased = [state(OLD, DIGEST, 30), state(OLDER, DIGEST, 50), state("9" * 40, OTHER_DIGEST, 60)]
    assert bound_to_content(now(), rebased).change.material_at == NOW - 50 * HOUR


def test_a_material_push_sets_the_clock_and_nothing_older_is_read() -> None:
    def states() -> Iterator[Facts]:
        yield state(OLD, OTHER_DIGEST, 30)
        raise AssertionError("an older push was read")

    assert bound_to_content(now(), states()).change.material_at == NOW - HOUR


def test_what_cannot_be_compared_is_not_the_same() -> None:
    facts = bound_to_content(now(OLD), [state(OLD, None), state(OLD, None, 30)])
    assert facts.change.material_at == NOW - HOUR
    assert [approval.digest for approval in facts.approvals or ()] == [None]


def test_an_unknown_clock_stays_unknown() -> None:
    facts = replace(now(), change=a_change(head=HEAD, digest=DIGEST, material_at=None))
    assert bound_to_content(facts, [state(OLD, DIGEST, 30)]).change.material_at is None


def test_without_a_digest_no_approval_is_bound_and_nothing_is_read() -> None:
    facts = replace(now(OLD), change=a_change(head=HEAD, digest=None))
    states = iter([state(OLD, DIGEST)])
    bound = bound_to_content(facts, states)
    assert [approval.digest for approval in bound.approvals or ()] == [None]
    assert next(states).change.head == OLD
