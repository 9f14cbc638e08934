"""A pull request on the twin becomes facts: what is read, how often, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fitgate.core.events import Event, Happening
from fitgate.core.facts import Unread
from fitgate.core.findings import Outcome
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import POLICY, Hosted, hosted, whys
from tests.builders import HOUR, NOW

APART = ("memberships", "permission", "access_tokens")
"""Membership, permissions and tokens are counted apart."""


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def reads(here: Hosted) -> list[str]:
    """Return what was read since the count began, in its order."""
    kinds = {"read", "graphql"}
    calls = [call for call in here.twin.calls if call.kind in kinds]
    return [call.operation for call in calls if not any(word in call.path for word in APART)]


class TestFacts:
    def test_they_say_who_what_and_since_when(self, here: Hosted) -> None:
        opened = here.twin.clock.now
        facts = here.judge(here.lowered()).facts
        change = facts.change
        alice = f"github:{here.twin.user('alice').id}"
        assert (facts.repo.id, change.id) == (f"github:{here.repo.id}", "github:acme/app#1")
        assert (change.author, change.contributors) == (alice, (alice,))
        assert (change.kind, change.number, change.branch) == ("pull", 1, "fix")
        assert (change.title, change.material_at) == ("Lower the bar", opened)
        assert [(t.key, t.source) for t in change.trailers] == [("IO-Rationale", "description")]
        assert change.base == here.repo.commit("main")
        assert [facts.approvals, facts.evaluations, change.labels, change.restores] == [()] * 4

    def test_another_kind_of_event_is_refused_with_a_reason(self, here: Hosted) -> None:
        with pytest.raises(ForgeError, match="cannot be gathered"):
            list(here.forge.gather(Event(Happening.LANDED, None, "a" * 40, NOW)))

    def test_what_is_no_pull_request_is_not_found(self, here: Hosted) -> None:
        with pytest.raises(ForgeError, match=r"acme/app#9 could not be read") as told:
            here.forge.pull(9, NOW)
        assert told.value.status == 404

    def test_checks_and_statuses_are_evaluations_but_for_our_own(self, here: Hosted) -> None:
        pull = here.lowered()
        for name, conclusion in (
            ("evals", "success"), ("unit", "failure"), ("skipped", "skipped"), ("slow", None),
        ):  # fmt: skip
            here.repo.check(name, pull.head_sha, conclusion)
        here.repo.status("lint", pull.head_sha, "success", by="carol")
        judged = here.judge(pull)
        here.forge.apply(judged.facts, judged.verdict)
        found = here.judge(pull).facts.evaluations or ()
        assert {(each.name, each.result) for each in found} == {
            ("evals", "passed"), ("unit", "failed"), ("slow", "pending"), ("lint", "passed"),
        }  # fmt: skip

    def test_a_clock_that_is_behind_github_s_loses_nothing(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.approve("bob")
        here.repo.check("evals", pull.head_sha, "success")
        early = here.forge.pull(pull.number, here.twin.clock.now - timedelta(seconds=90))
        assert [each.at for each in early.approvals or ()] == [early.as_of]
        assert [(e.result, e.at) for e in early.evaluations or ()] == [("passed", early.as_of)]
        long_ago = here.forge.pull(pull.number, here.twin.clock.now - HOUR)
        assert long_ago.approvals == ()
        assert [e.result for e in long_ago.evaluations or ()] == ["pending"]

    def test_a_landing_is_judged_as_of_its_merge(self, here: Hosted) -> None:
        pull = here.lowered()
        before = here.repo.commit("main")
        here.twin.clock.forward(hours=1)
        pull.merge("carol", "merge")
        at = here.twin.clock.now
        here.twin.clock.forward(hours=100)
        judged = here.judge(pull, landed=True)
        assert judged.facts.as_of == judged.facts.change.landed_at == at
        assert (judged.facts.change.landed_as, judged.facts.change.base) == ("merge", before)
        assert judged.standing == "bypass"


class TestBudget:
    def test_a_hundred_files_cost_four_reads_and_the_same_again_one(self) -> None:
        many = {f"d{n}/eval.yaml": "threshold: 0.9\n" for n in range(100)}
        with hosted(many) as here:
            less = dict.fromkeys(many, "threshold: 0.8\n")
            here.repo.push("fix", less, by="alice")
            pull = here.repo.open_pull("fix", "main", "Lower all", "", by="alice")
            pull.approve("bob")
            here.twin.calls.clear()
            first = here.judge(pull)
            assert first.verdict.is_io
            assert len(first.verdict.matches) == 100
            assert sorted(reads(here)) == [
                "GET /repos/{owner}/{repo}/activity",
                "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
                "POST /graphql",
                "POST /graphql",
            ]
            here.forge.apply(first.facts, first.verdict)
            here.twin.calls.clear()
            again = here.judge(pull)
            assert here.forge.apply(again.facts, again.verdict) == ()
            assert reads(here) == ["POST /graphql"]
            assert here.twin.calls.writes == 0

    def test_what_is_no_io_costs_two_reads_and_one_check(self, here: Hosted) -> None:
        here.repo.push("docs", {"README.md": "x\n"}, by="alice")
        pull = here.repo.open_pull("docs", "main", "Words", "", by="alice")
        here.twin.calls.clear()
        judged = here.judge(pull)
        assert here.forge.apply(judged.facts, judged.verdict) == ("check success",)
        assert len(reads(here)) == 2
        assert here.twin.calls.writes == 1
        assert judged.facts.change.digest is None

    def test_contents_are_read_only_where_a_rule_looks(self, here: Hosted) -> None:
        here.repo.push("a", {"eval.yaml": "threshold: 0.8\n", "big.py": "x\n" * 900}, by="alice")
        pull = here.repo.open_pull("a", "main", "Both", "", by="alice")
        here.twin.calls.clear()
        here.judge(pull)
        questions = [call.body for call in here.twin.calls.of("POST /graphql")]
        blobs = [q["variables"] for q in questions if "o0" in q["variables"]]  # type: ignore[index] # they are objects
        assert [len(v) for v in blobs] == [4]  # owner, name, and the file before and after


class TestLimits:
    def test_a_list_that_is_cut_is_unclassifiable(self, here: Hosted) -> None:
        here.twin.limits.pull_files = 2
        here.repo.push("many", {f"f{n}": "x" for n in range(3)}, by="alice")
        pull = here.repo.open_pull("many", "main", "Many", "", by="alice")
        judged = here.judge(pull)
        assert (judged.facts.files, judged.verdict.outcome) == (None, Outcome.UNDECIDED)
        assert whys(judged.facts, "files") == ["GitHub lists 2 of its 3 files"]

    def test_a_head_that_moves_while_it_is_read_is_read_again(self, here: Hosted) -> None:
        pull = here.lowered()
        pushed: list[str] = []

        def watch(when: str, operation: str) -> None:
            if when == "after" and operation.endswith("/files") and not pushed:
                pushed.append(pull.push({"eval.yaml": "threshold: 0.7\n"}))

        here.twin.troubles.watching = watch
        facts = here.judge(pull).facts
        assert facts.change.head == pushed[0] == pull.head_sha
        assert [s.after for f in facts.files or () for s in f.settings or ()] == [0.7]

    def test_blobs_are_checked_against_their_ids_and_large_ones_are_not_read(
        self, here: Hosted
    ) -> None:
        here.repo.push("b", {"l": b"caf\xe9\n", "n": b"\0\1", "big": "x" * 1_100_000}, by="alice")
        git = here.repo.git
        oids = [git.at(here.repo.commit("b"), name) for name in ("l", "n", "big")]
        latin, binary, big = (entry.oid for entry in oids if entry)
        found = here.forge.read([latin, binary, big, "9" * 40])
        assert (found[latin], found[binary]) == (b"caf\xe9\n", b"\0\1")
        assert isinstance(found[big], Unread)
        assert isinstance(found["9" * 40], Unread)

    def test_a_policy_that_may_not_be_read_is_not_taken_for_none(self, here: Hosted) -> None:
        pull = here.lowered()
        for installation in here.twin.installations.values():
            installation.permissions.pop("contents")
        with pytest.raises(ForgeError, match="could not be read"):
            here.judge(pull)

    def test_checks_that_may_not_be_read_are_unknown(self, here: Hosted) -> None:
        pull = here.lowered()
        for installation in here.twin.installations.values():
            installation.permissions.pop("checks")
        facts = here.judge(pull).facts
        assert facts.evaluations is None
        assert whys(facts, "evaluations")[0].startswith("GitHub refuses them")

    def test_more_commits_than_a_page_has_are_all_read(self, here: Hosted) -> None:
        for n in range(101):
            by = "bob" if n == 100 else "alice"
            here.repo.push("long", {"eval.yaml": f"threshold: 0.8{n}\n"}, by=by)
        pull = here.repo.open_pull("long", "main", "Long", "", by="alice")
        people = {here.twin.user(login).id for login in ("alice", "bob")}
        contributors = here.judge(pull).facts.change.contributors
        assert contributors == tuple(sorted(f"github:{number}" for number in people))


class TestMore:
    def test_every_page_of_files_is_read_with_both_sides(self, here: Hosted) -> None:
        here.repo.push("many", {f"f{n:03}": f"{n}\n" for n in range(150)}, by="alice")
        pull = here.repo.open_pull("many", "main", "Many", "", by="alice")
        here.twin.calls.clear()
        files = here.judge(pull).facts.files or ()
        assert [file.path for file in files] == [f"f{n:03}" for n in range(150)]
        assert all(file.oid_after and file.mode_after == "100644" for file in files)
        listing = "GET /repos/{owner}/{repo}/pulls/{pull_number}/files"
        assert [here.twin.calls.counts()[name] for name in (listing, "POST /graphql")] == [2, 2]

    def test_half_a_list_of_files_is_no_list(self, here: Hosted) -> None:
        here.repo.push("many", {f"f{n:03}": f"{n}\n" for n in range(150)}, by="alice")
        pull = here.repo.open_pull("many", "main", "Many", "", by="alice")
        listing = "GET /repos/{owner}/{repo}/pulls/{pull_number}/files"

        def watch(when: str, operation: str) -> None:
            if (when, operation) == ("after", listing):
                here.twin.troubles.fail(listing, 502, times=9)

        here.twin.troubles.watching = watch
        with pytest.raises(ForgeError, match="could not be read"):
            here.judge(pull)

    def test_a_fork_is_read_and_its_clock_is_unknown(self, here: Hosted) -> None:
        here.repo.collaborator("mallory", "read")
        here.repo.push("forks/mallory/fix", {"eval.yaml": "threshold: 0.8\n"}, by="mallory")
        pull = here.repo.open_pull("mallory:fix", "main", "Lower", "", by="mallory")
        pull.approve("bob")
        judged = here.judge(pull)
        assert (judged.verdict.is_io, judged.facts.change.material_at) == (True, None)
        assert whys(judged.facts, "material_at")
        assert judged.facts.change.digest == (judged.facts.approvals or ())[0].digest
        assert judged.verdict.outcome == "UNDECIDED"

    def test_a_bot_s_approval_counts_for_nothing(self, here: Hosted) -> None:
        pull = here.lowered()
        here.repo.collaborator("helper[bot]", "write")
        pull.approve("helper[bot]")
        judged = here.judge(pull)
        (missing,) = (f for f in judged.verdict.findings if f.code == "signatures-missing")
        assert missing.params["not_counted"] == ("helper: a bot",)


class TestPolicies:
    def test_the_policy_of_the_base_judges_and_not_that_of_the_head(self, here: Hosted) -> None:
        mild = POLICY.replace("mode: enforce", "mode: shadow")
        here.repo.push("fix", {"eval.yaml": "threshold: 0.1\n", ".fitgate.yaml": mild}, by="alice")
        pull = here.repo.open_pull("fix", "main", "Loosen both", "", by="alice")
        verdict = here.judge(pull).verdict
        assert (verdict.mode, verdict.policy.commit) == ("enforce", here.repo.commit("main"))

    def test_a_broken_one_is_followed_back_on_the_main_line_only(self, here: Hosted) -> None:
        good = here.repo.commit("main")
        for text in (POLICY.replace("enforce", "shadow"), "version: 1\nmode: [\n"):
            here.repo.push("side", {".fitgate.yaml": text}, by="carol")
        merge = here.repo.open_pull("side", "main", "Break it", "", by="carol")
        merge.merge("carol", "merge")
        verdict = here.judge(here.lowered()).verdict
        assert (verdict.mode, verdict.policy.commit) == ("enforce", good)
        assert verdict.policy.note.startswith("the policy cannot be read")


class TestEvidence:
    def test_ways_back_are_looked_up(self, here: Hosted) -> None:
        here.repo.tag("v1", "main", by="carol")
        tip = here.repo.commit("main")
        body = "\n".join(
            f"Rollback-Artifact: {name}"
            for name in ("v1", f"v1@{tip}", tip, "eval.yaml", "nothing")
        )
        facts = here.judge(here.lowered(f"{body}\nRollback-Plan: docs/none.md")).facts
        told = [(a.kind, a.resolved, a.movable) for a in facts.artifacts or ()]
        assert told == [
            ("tag", True, True), ("tag", True, False), ("commit", True, False),
            ("file", True, False), ("unknown", None, False), ("plan", False, False),
        ]  # fmt: skip

    def test_what_undoes_a_landed_change_says_which_state_it_brings_back(
        self, here: Hosted
    ) -> None:
        state = here.repo.commit("main")
        here.lowered().merge("carol", "squash")
        here.repo.push("back", {"eval.yaml": "threshold: 0.9\n"}, by="alice")
        pull = here.repo.open_pull(
            "back", "main", 'Revert "Lower the bar"', "Reverts acme/app#1", by="alice"
        )
        restores = here.judge(pull).facts.change.restores
        assert [each.of for each in restores or ()] == [state]

    def test_what_only_says_so_brings_back_nothing(self, here: Hosted) -> None:
        here.lowered().merge("carol", "squash")
        here.repo.push("back", {"eval.yaml": "threshold: 0.1\n"}, by="alice")
        pull = here.repo.open_pull("back", "main", 'Revert "x"', "Reverts acme/app#1", by="alice")
        assert here.judge(pull).facts.change.restores == ()

    def test_a_declaration_in_a_file_is_read(self, here: Hosted) -> None:
        text = "rationale: the old one is wrong\n"
        here.repo.push("fix", {".fitgate/io/bar.yaml": text}, by="alice")
        pull = here.repo.open_pull("fix", "main", "Declare", "", by="alice")
        trailers = here.judge(pull).facts.change.trailers
        assert [(t.key, t.source) for t in trailers] == [("IO-Rationale", ".fitgate/io/bar.yaml")]
