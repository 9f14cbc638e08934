"""How the evaluations of what landed stand, as GitHub tells."""

from __future__ import annotations

from tests.adapters.github.hosted import hosted


def test_a_landing_and_the_head_of_its_pull_request_are_one_question() -> None:
    with hosted() as here:
        pull = here.lowered()
        here.repo.check("evals", pull.head_sha, "success")
        pull.merge("carol", "squash")
        sha = here.repo.commit("main")
        here.repo.check("fitgate", sha, "success")
        here.twin.calls.clear()
        landing, head = here.forge.ended(sha, pull.number, here.twin.clock.now)
        assert here.twin.calls.counts()["POST /graphql"] == 1
        assert head is not None
        assert landing.tree == head.tree
        assert (landing.commit, landing.evaluations) == (sha, ())
        assert [(one.name, one.result) for one in head.evaluations or ()] == [("evals", "passed")]


def test_a_push_has_no_head_beside_it() -> None:
    with hosted() as here:
        sha = here.repo.commit("main")
        assert here.forge.ended(sha, None, here.twin.clock.now)[1] is None


def test_what_may_not_be_read_or_is_gone_is_unknown_and_not_none() -> None:
    with hosted() as here:
        for installation in here.twin.installations.values():
            installation.permissions.pop("checks")
        sha, now = here.repo.commit("main"), here.twin.clock.now
        assert here.forge.ended(sha, None, now)[0].evaluations is None
        assert here.forge.ended("a" * 40, None, now)[0].evaluations is None


def test_open_and_closed_pull_requests_with_a_head_are_told_apart() -> None:
    with hosted() as here:
        first = here.lowered()
        first.close("alice")
        second = here.repo.open_pull("fix", "main", "Again", "", by="alice")
        found = {one.number: one.is_open for one in here.forge.headed(second.head_sha)}
        assert found == {first.number: False, second.number: True}
        assert here.forge.headed("a" * 40) == ()
