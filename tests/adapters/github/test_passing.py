"""How landings came past GitHub's gates, and what of that a permission hides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fitgate.adapters.github.passing import Passages, period
from fitgate.core.events import Happening, Pointer
from fitgate.core.passage import Passage
from tests.adapters.github.hosted import Hosted, hosted
from tests.builders import a_change, facts_of


def pushed(here: Hosted, head: str) -> Passage:
    """Return how what was pushed to the default branch came there."""
    pointer = Pointer(
        Happening.LANDED, f"github:{here.repo.id}", here.repo.full_name, "push",
        head=head, ref="refs/heads/main",
    )  # fmt: skip
    now = here.twin.clock.now
    change = a_change(kind="push", landed_as="push", number=None, head=head, landed_at=now)
    return Passages(here.session, here.repo.full_name).of(facts_of(change), None, pointer, now)


def test_who_pushed_past_a_rule_is_told_with_the_rule() -> None:
    with hosted() as here:
        (installation,) = here.twin.installations.values()
        here.twin.grant(installation, administration="write")
        here.repo.require(approvals=1, bypass=[("carol", "always")])
        head = here.repo.push("main", {"a.txt": "a\n"}, by="carol", bypass=True)
        passage = pushed(here, head)
        assert passage.past == ("pull_request",)
        assert passage.by == f"github:{here.twin.users['carol'].id}"
        assert pushed(here, "0" * 39 + "1").past == ()


def test_an_actor_who_is_exempt_leaves_no_rule_suite_that_tells_of_it() -> None:
    with hosted() as here:
        (installation,) = here.twin.installations.values()
        here.twin.grant(installation, administration="write")
        here.repo.require(approvals=1, bypass=[("carol", "exempt")])
        head = here.repo.push("main", {"a.txt": "a\n"}, by="carol", bypass=True)
        assert pushed(here, head).past == ()


def test_what_a_permission_hides_is_unknown_and_says_which_is_missing() -> None:
    with hosted() as here:
        head = here.repo.push("main", {"a.txt": "a\n"}, by="bob")
        passage = pushed(here, head)
        assert (passage.past, passage.by) == (None, None)
        assert "administration: write" in passage.areas["rule suites"].hidden


def test_of_a_landing_older_than_github_keeps_rule_suites_nothing_is_known() -> None:
    with hosted() as here:
        (installation,) = here.twin.installations.values()
        here.twin.grant(installation, administration="write")
        head = here.repo.push("main", {"a.txt": "a\n"}, by="bob")
        pointer = Pointer(Happening.LANDED, None, here.repo.full_name, "push", head=head)
        now = here.twin.clock.now
        change = a_change(kind="push", head=head, landed_at=now - timedelta(days=31))
        passages = Passages(here.session, here.repo.full_name)
        assert passages.of(facts_of(change), None, pointer, now).past is None


@pytest.mark.parametrize(
    ("hours", "name"), [(1, "day"), (25, "week"), (24 * 8, "month"), (24 * 90, "month")]
)
def test_rule_suites_are_asked_for_as_far_back_as_the_landing_was(hours: int, name: str) -> None:
    assert period(timedelta(hours=hours)) == name
