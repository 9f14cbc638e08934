"""Merge groups on the twin: every pull request in one is judged anew, and the worst decides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.events import Event, Happening, Pointer
from fitgate.core.records.changes import Decided, Landed
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import POLICY
from tests.adapters.github.test_client import reads
from tests.serving.office import Office, office
from tests.twin.github.pulls import Pull


@pytest.fixture
def here() -> Iterator[Office]:
    with office() as opened:
        opened.repo.require("gate", checks=[("fitgate", None)])
        opened.repo.use_queue()
        yield opened


def words(here: Office, name: str = "docs") -> Pull:
    """Open a pull request that is no IO."""
    here.repo.push(name, {f"{name}.md": "x\n"}, by="alice")
    return here.repo.open_pull(name, "main", f"Words of {name}", "", by="alice")


def signed(here: Office, pull: Pull) -> Pull:
    """Let a pull request be signed, and its cool-down pass."""
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=49)
    return pull


def test_what_is_allowed_lands_by_the_queue(here: Office) -> None:
    pull = signed(here, here.hosted.lowered())
    entry = here.repo.enqueue(pull, by="bob")
    here.settle()
    assert here.check(entry.head_sha).conclusion == "success"
    assert here.repo.settle() == [pull]
    here.settle()
    (landed,) = here.told(Landed)
    assert (landed.change, landed.commit, landed.standing) == (
        "github:acme/app#1", entry.head_sha, "allowed",
    )  # fmt: skip


def test_who_is_held_fails_in_the_queue_and_leaves_it(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    entry = here.repo.enqueue(pull, by="bob")
    here.settle()
    run = here.check(entry.head_sha)
    assert run.conclusion == "failure"
    assert run.output["title"].startswith("HOLD: waits for owner, keeper")
    assert "Queue it again once" in run.output["summary"]
    assert run.actions == []
    assert here.check(pull.head_sha).conclusion == "action_required"
    assert here.repo.settle() == []
    assert here.repo.queue == []


@pytest.mark.parametrize("grouping", ["ALLGREEN", "HEADGREEN"])
def test_none_rides_along_with_a_later_one_that_passes(here: Office, grouping: str) -> None:
    here.repo.grouping = grouping
    held, good = here.hosted.lowered(), words(here)
    here.settle()
    here.repo.enqueue(held, by="bob")
    last = here.repo.enqueue(good, by="bob")
    here.settle()
    run = here.check(last.head_sha)
    assert run.conclusion == "failure"
    assert run.output["title"].startswith("HOLD: pull request 1 waits for")
    assert "ALLOW pull request 2" in run.output["summary"]
    assert here.repo.settle() == []
    here.settle()  # built again without it
    assert here.repo.settle() == [good]
    here.settle()
    assert [landed.change for landed in here.told(Landed)] == ["github:acme/app#2"]


def test_the_policy_is_that_of_the_base_and_never_one_that_comes_with_it(here: Office) -> None:
    mild = POLICY.replace("mode: enforce", "mode: shadow")
    here.repo.push("mild", {".fitgate.yaml": mild, "eval.yaml": "threshold: 0.1\n"}, by="alice")
    pull = here.repo.open_pull("mild", "main", "Loosen", "", by="alice")
    entry = here.repo.enqueue(pull, by="bob")
    here.settle()
    assert here.check(entry.head_sha).conclusion == "failure"
    decided = [d for d in here.told(Decided) if d.change == "github:acme/app#1"]
    assert {(d.mode, d.judge.commit) for d in decided} == {("enforce", entry.base_sha)}


def test_a_group_is_judged_as_of_now_and_not_as_its_check_says(here: Office) -> None:
    pull = signed(here, here.hosted.lowered())
    assert here.check(pull.head_sha).conclusion == "success"
    pull.dismiss(pull.reviews[0], by="carol")
    entry = here.repo.enqueue(pull, by="bob")
    here.only("merge_group")
    here.settle()
    assert here.check(entry.head_sha).conclusion == "failure"
    assert [d.outcome for d in here.told(Decided)][-1] == "HOLD"


def test_the_same_group_again_is_not_written_again_and_costs_few_reads(here: Office) -> None:
    entry = here.repo.enqueue(signed(here, here.hosted.lowered()), by="bob")
    here.settle()
    before = here.ledger.head()
    here.twin.calls.clear()
    (heard,) = [e for e in here.twin.hooks.heard if e[0].startswith("merge_group")]
    here.twin.hooks.heard.append(heard)
    here.settle()
    assert here.ledger.head() == before
    assert reads(here.hosted) == ["POST /graphql"] * 2  # the group, and the pull request
    assert here.twin.calls.writes == 0
    assert here.check(entry.head_sha).conclusion == "success"


def test_its_check_can_be_asked_for_again(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle(hours=49)
    entry = here.repo.enqueue(pull, by="bob")
    here.settle()
    assert here.check(entry.head_sha).conclusion == "failure"
    pull.approve("bob")
    pull.approve("carol")
    run = here.check(entry.head_sha)
    here.repo.rerun(run, by="bob")
    here.settle()
    assert here.check(entry.head_sha).conclusion == "success"
    run.conclusion = "failure"
    here.repo.rerun_suite(run.suite, by="bob")
    here.settle()
    assert here.check(entry.head_sha).conclusion == "success"


def test_where_the_queue_tells_nothing_the_branch_and_the_messages_tell_whose_each_commit_is() -> (
    None
):
    with office() as here:
        held, good = here.hosted.lowered(), words(here)
        here.repo.enqueue(held, by="bob")
        last = here.repo.enqueue(good, by="bob")
        found = here.place.judged(group(here, last.base_sha, last.head_sha, last.ref))
        assert [one.facts.change.number for one in found] == [1, 2]
        here.settle()


def group(here: Office, base: str, head: str, ref: str) -> Event:
    name = here.repo.full_name
    return Pointer(
        Happening.PROPOSED, f"github:{here.repo.id}", name, "group",
        base=base, head=head, ref=f"refs/heads/{ref}",
    ).event(here.twin.clock.now)  # fmt: skip


def test_a_commit_of_nobody_s_is_undecided(here: Office) -> None:
    entry = here.repo.enqueue(words(here), by="bob")
    git, maker = here.repo.git, here.repo.signature(here.twin.user("bob"))
    tree = git.show(entry.head_sha).tree
    odd = git.commit_tree(tree, [entry.head_sha], "Something", (maker, maker))
    last = git.commit_tree(tree, [odd], "Else (#1)", (maker, maker))
    ref = f"gh-readonly-queue/main/pr-1-{'a' * 40}"
    git.set_ref(f"refs/heads/{ref}", last)
    found = here.place.judged(group(here, here.repo.commit("main"), last, ref))
    assert [(one.facts.change.kind, one.facts.change.number) for one in found] == [
        ("pull", 1), ("group", None), ("pull", 1),
    ]  # fmt: skip
    assert found[1].verdict.outcome == "UNDECIDED"
    here.place.forge.apply_group([(one.facts, one.verdict) for one in found])
    run = here.check(last)
    assert run.conclusion == "failure"
    assert f"commit {odd[:12]}" in run.output["title"]


def test_what_leads_back_to_no_base_or_is_no_group_is_an_error(here: Office) -> None:
    main = here.repo.commit("main")
    with pytest.raises(ForgeError, match="is no branch of a merge queue"):
        here.place.judged(group(here, main, main, "main"))
    git, maker = here.repo.git, here.repo.signature(here.twin.user("bob"))
    orphan = git.commit_tree(git.show(main).tree, [], "Alone", (maker, maker))
    with pytest.raises(ForgeError, match="does not lead back"):
        here.place.judged(group(here, main, orphan, f"gh-readonly-queue/main/pr-1-{main}"))
    with pytest.raises(ForgeError, match="was gathered"):
        here.hosted.restarted().apply_group([])
