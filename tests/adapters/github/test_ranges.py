"""What is between two deployments, as GitHub tells it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.adapters.github.answering import Told
from fitgate.adapters.github.deployed import (
    declared,
    exposure_of,
    payload_of,
    read_statuses,
    run_of,
)
from fitgate.adapters.github.deployed import reviews as reviews_of
from fitgate.adapters.github.ranges import Range, Ranges
from tests.adapters.github.hosted import Hosted, hosted
from tests.builders import HOUR, NOW


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def between(here: Hosted, before: str | None, after: str = "main") -> Range:
    """Return what a forge that knows nothing yet finds between two commits."""
    head = here.repo.commit(after)
    return Ranges(here.session, here.repo.full_name).between(before, head, "main")


def merged(here: Hosted, name: str, how: str = "squash") -> None:
    """Merge a pull request of alice's with two commits."""
    here.repo.push(name, {f"{name}.md": "One\n"}, by="alice", message="One")
    here.repo.push(name, {f"{name}.txt": "Two\n"}, by="alice", message="Two")
    body = f"IO-Rationale: for {name}\nRollback-Plan: {name}.md"
    here.repo.open_pull(name, "main", name, body, by="alice").merge("bob", how)


def names(found: Range) -> list[tuple[str, bool]]:
    """Return what is in a range: a number or the start of a commit, and whether it goes."""
    return [(one.change.removeprefix("github:acme/app")[:4], one.undone) for one in found.contains]


@pytest.mark.parametrize("how", ["squash", "merge", "rebase"])
def test_a_pull_request_is_one_change_however_it_was_merged(here: Hosted, how: str) -> None:
    before = here.repo.commit("main")
    merged(here, "docs", how)
    (one,) = between(here, before).contains
    assert (one.change, one.number, one.base) == ("github:acme/app#1", 1, before)
    assert one.commit == here.repo.commit("main")


def test_what_came_by_no_pull_request_is_a_push(here: Hosted) -> None:
    before = here.repo.commit("main")
    here.repo.push("main", {"a.md": "A\n"}, by=None, message="A")
    merged(here, "docs")
    found = between(here, before)
    assert [one.kind for one in found.contains] == ["push", "pull"]
    assert found.contains[0].ref == "refs/heads/main"
    assert [trailer.key for trailer in found.trailers] == ["IO-Rationale", "Rollback-Plan"]


def test_the_way_back_takes_out_what_came_and_its_reason_is_another(here: Hosted) -> None:
    before = here.repo.commit("main")
    merged(here, "docs")
    here.repo.tag("v1", before)
    found = between(here, here.repo.commit("main"), "v1")
    assert names(found) == [("#1", True)]
    assert [trailer.key for trailer in found.trailers] == ["Rollback-Plan"]


def test_another_line_takes_out_one_and_puts_in_another(here: Hosted) -> None:
    fork = here.repo.commit("main")
    merged(here, "docs")
    here.repo.push("hotfix", {"b.md": "B\n"}, by="alice", message="B", onto=fork)
    found = between(here, here.repo.commit("main"), "hotfix")
    assert [one.undone for one in found.contains] == [True, False]


def test_the_same_commit_changes_nothing(here: Hosted) -> None:
    merged(here, "docs")
    assert between(here, here.repo.commit("main")) == Range()


def test_without_a_deployment_before_it_is_all_that_ever_landed(here: Hosted) -> None:
    merged(here, "docs")
    merged(here, "more")
    assert names(between(here, None)) == [("#1", False), ("#2", False)]


def test_a_commit_that_is_gone_makes_the_range_unknown(here: Hosted) -> None:
    assert "not there" in between(here, "f" * 40).why


def test_pull_requests_that_may_not_be_read_make_it_unknown(here: Hosted) -> None:
    before = here.repo.commit("main")
    merged(here, "docs")
    for installation in here.twin.installations.values():
        installation.permissions.pop("pull_requests")
    assert "accessible" in between(here, before).why


class TestAnswers:
    def test_statuses_are_read_as_of_a_moment(self) -> None:
        said = [
            {"state": "success", "created_at": (NOW + HOUR).isoformat()},
            {"state": "in_progress", "created_at": NOW.isoformat()},
            {"state": "waiting", "created_at": (NOW - HOUR).isoformat()},
        ]
        then = read_statuses(said, NOW)
        assert (then.state, then.succeeded_at, then.started_at) == ("in_progress", None, NOW)
        later = read_statuses(said, NOW + 2 * HOUR)
        assert (later.state, later.succeeded_at) == ("success", NOW + HOUR)

    def test_a_run_is_told_from_the_address_of_its_log(self) -> None:
        address = "https://github.com/acme/app/actions/runs/42/job/7"
        assert run_of([{"log_url": None}, {"log_url": address}]) == 42
        assert run_of([{"target_url": "https://deploys.example/42"}]) is None

    @pytest.mark.parametrize(
        ("said", "exposure"),
        [
            ({"exposure": 25}, 25.0),
            ('{"exposure": "5%"}', 5.0),
            ({"exposure": 250}, None),
            ({"exposure": True}, None),
            ({"exposure": "many"}, None),
            ("no json", None),
            (None, None),
        ],
    )
    def test_exposure_is_in_percent_or_not_told(self, said: object, exposure: float | None) -> None:
        assert exposure_of(payload_of({"payload": said})) == exposure

    def test_a_deployment_declares_in_its_description_and_its_payload(self) -> None:
        node = {"description": "IO-Rationale: it burns", "payload": {"rollback-plan": "back.md"}}
        said = [(t.key, t.value, t.source) for t in declared(node, payload_of(node))]
        assert said == [
            ("IO-Rationale", "it burns", "description"),
            ("Rollback-Plan", "back.md", "payload"),
        ]

    def test_the_last_review_of_each_counts_and_only_of_that_environment(self) -> None:
        def review(who: int, state: str, *names: str) -> dict[str, object]:
            user = {"id": who, "login": f"u{who}", "type": "User"}
            return {"state": state, "user": user, "environments": [{"name": n} for n in names]}

        said = [
            review(1, "approved", "production"),
            review(2, "approved", "production"),
            review(2, "rejected", "production"),
            review(3, "approved", "staging", "production/sign/safety"),
            review(4, "approved", "production/eu"),
        ]
        assert [who.id for who, _ in reviews_of(said, "production", NOW)] == [
            "github:1",
            "github:3",
        ]

    def test_what_the_check_remembers_is_read_as_it_was_written(self) -> None:
        for told in (Told(7), Told(7, "approved", 3, "abc"), Told(7, last="")):
            assert Told.read(str(told)) == told
        for other in ("", "sha256:abc", "deploy/x/-/0/", "deploy/1/-/x/"):
            assert Told.read(other) is None
