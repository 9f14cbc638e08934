"""Which commits a push brought: on which branches, forced or not, and how many at most."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.adapters.github import line
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import Hosted, hosted, whys
from tests.adapters.github.test_client import reads
from tests.adapters.github.test_pushes import LOWER, ids, moved, pointer, pushed, tip


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


class TestBranches:
    def test_other_branches_and_deletions_bring_nothing(self, here: Hosted) -> None:
        before = tip(here)
        sha = here.repo.push("side", LOWER, by="bob")
        assert pushed(here, before, "refs/heads/side") == []
        assert reads(here) == ["POST /graphql"]
        here.twin.calls.clear()
        assert here.forge.landed(pointer(here, sha, None, "refs/heads/side")) == ()
        assert reads(here) == []

    def test_a_repository_begins_with_no_change(self, here: Hosted) -> None:
        assert pushed(here, None) == []

    def test_a_forced_push_brings_what_is_new_and_says_so(self, here: Hosted) -> None:
        kept = tip(here)
        here.repo.push("main", {"a": "x\n"}, by="bob")
        lost = tip(here)
        here.repo.reset("main", kept, by="carol")
        assert pushed(here, lost) == []
        sha = here.repo.push("side", LOWER, by="bob", onto=kept)
        here.repo.reset("main", lost, by="carol")
        here.repo.reset("main", sha, by="carol")
        (judged,) = pushed(here, lost)
        change = judged.facts.change
        assert (change.head, change.base, change.forced) == (sha, lost, True)
        assert [file.path for file in judged.facts.files or ()] == ["eval.yaml"]

    def test_a_branch_that_comes_in_from_the_side_is_not_forced(self, here: Hosted) -> None:
        """The first parent of `git pull` is one's own commit, and what was there the second."""
        mine = here.repo.push("mine", {"a": "x\n"}, by="bob")
        before = here.repo.push("main", {"b": "x\n"}, by="carol")
        merge = here.repo.merge_branch("mine", "main", by="bob")
        here.repo.push_commit("main", merge, here.twin.user("bob"))
        judged = pushed(here, before)
        assert ids(judged) == [f"github:acme/app@{sha}" for sha in (mine, merge)]
        assert not any(one.facts.change.forced for one in judged)

    def test_a_long_line_is_read_to_where_it_began(self, here: Hosted) -> None:
        before = tip(here)
        shas = [here.repo.push("main", {"a": f"{n}\n"}, by="bob") for n in range(23)]
        judged = pushed(here, before)
        assert ids(judged) == [f"github:acme/app@{sha}" for sha in shas]
        compared = "GET /repos/{owner}/{repo}/compare/{basehead}"
        assert here.twin.calls.counts()[compared] == 24  # each with its parent, and the whole once

    def test_more_than_are_taken_apart_are_one_that_is_unclassifiable(
        self, here: Hosted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line, "MOST", 3)
        before = tip(here)
        shas = [here.repo.push("main", {"a": f"{n}\n"}, by="bob") for n in range(12)]
        (judged,) = pushed(here, before)
        assert (judged.facts.change.head, judged.standing) == (shas[-1], "unjudged")
        assert whys(judged.facts, "files") == ["cannot be told: more than 3 landed at once"]
        assert here.forge.landed(pointer(here, before, shas[-1])) == (judged.facts.change.id,)

    def test_what_has_nothing_to_do_with_the_branch_is_unclassifiable(self, here: Hosted) -> None:
        before = tip(here)
        git, maker = here.repo.git, here.repo.signature(here.twin.user("bob"))
        tree = git.show(before).tree
        orphan = git.commit_tree(tree, [], "Begin anew", (maker, maker))
        here.repo.push_commit("main", orphan, here.twin.user("carol"), force=True)
        (judged,) = pushed(here, before)
        assert judged.facts.change.forced
        assert judged.facts.files is None

    def test_a_commit_that_is_not_there_is_an_error(self, here: Hosted) -> None:
        with pytest.raises(ForgeError, match="could not be read"):
            here.forge.landed(pointer(here, tip(here), "a" * 40))

    def test_more_files_than_github_compares_are_unclassifiable(self, here: Hosted) -> None:
        before = tip(here)
        here.repo.push("main", {f"f{n:03}": "x\n" for n in range(301)}, by="bob")
        (judged,) = pushed(here, before)
        assert (judged.facts.files, judged.standing) == (None, "unjudged")

    def test_an_activity_that_may_not_be_read_leaves_the_committer_s_time(
        self, here: Hosted
    ) -> None:
        before = tip(here)
        here.repo.push("main", LOWER, by="bob")
        at = here.twin.clock.now
        here.twin.clock.forward(hours=1)
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/activity", 403)
        (judged,) = pushed(here, before)
        assert judged.facts.change.landed_at == at
        assert whys(judged.facts, "landed_at") == ["the activity of acme/app may not be read"]

    def test_a_branch_that_was_deleted_and_made_anew_was_forced(self, here: Hosted) -> None:
        lost = here.repo.push("main", {"a": "x\n"}, by="bob")
        here.repo.delete_branch("main", by="carol")
        sha = here.repo.push("side", LOWER, by="bob", onto=f"{lost}")
        here.repo.push_commit("main", sha, here.twin.user("bob"))
        (judged,) = pushed(here, None)
        change = judged.facts.change
        assert (change.head, change.base, change.forced) == (sha, lost, True)

    def test_whether_a_branch_is_new_may_not_be_told(self, here: Hosted) -> None:
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/activity", 403)
        (judged,) = pushed(here, None)
        assert (judged.facts.files, judged.facts.change.head) == (None, tip(here))

    def test_what_cannot_be_read_for_another_reason_is_an_error(self, here: Hosted) -> None:
        before = tip(here)
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/activity", 400)
        with pytest.raises(ForgeError, match="activity"):
            pushed(here, None)
        sha = here.repo.push("side", LOWER, by="bob")
        here.repo.reset("main", sha, by="carol")
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/activity", 400)
        with pytest.raises(ForgeError, match="activity"):
            pushed(here, before)
        here.repo.push("other", {"b": "x\n"}, by="bob", onto=before)
        here.repo.reset("main", "other", by="carol")
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/compare/{basehead}", 400)
        with pytest.raises(ForgeError, match="compare"):
            pushed(here, sha)

    def test_a_long_rebase_stands_on_where_the_base_was(self, here: Hosted) -> None:
        for n in range(12):
            here.repo.push("fix", {"eval.yaml": f"threshold: 0.{n}\n"}, by="alice")
        pull = here.repo.open_pull("fix", "main", "Lower the bar", "", by="alice")
        before = moved(here, pull, "rebase")
        (judged,) = pushed(here, before)
        assert (judged.facts.change.id, judged.facts.change.base) == ("github:acme/app#1", before)

    def test_a_comparison_of_many_pages_is_read_to_its_end_or_not_at_all(
        self, here: Hosted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = tip(here)
        git, maker = here.repo.git, here.repo.signature(here.twin.user("bob"))
        tree, sha = git.show(before).tree, before
        for n in range(104):
            sha = git.commit_tree(tree, [sha], f"Step {n}", (maker, maker))
        here.repo.push_commit("main", sha, here.twin.user("bob"))
        assert len(here.forge.landed(pointer(here, before, sha))) == 104
        monkeypatch.setattr(line, "_AHEAD_PAGES", 1)
        monkeypatch.setattr(line, "_PAGE", 50)
        forge = here.restarted()
        assert forge.landed(pointer(here, before, sha)) == (f"github:acme/app@{sha}",)


class TestBetween:
    def test_what_leads_from_one_commit_to_another_is_told_on_any_branch(
        self, here: Hosted
    ) -> None:
        lines = line.Lines(here.session, here.repo.full_name)
        before = tip(here)
        shas = [here.repo.push("main", {"a": f"{n}\n"}, by="bob") for n in range(12)]
        assert lines.between(before, shas[-1]).ids == tuple(
            f"github:acme/app@{sha}" for sha in shas
        )
        whole = lines.between(None, shas[-1])
        assert whole.ids[0] == f"github:acme/app@{before}"
        assert lines.between(None, shas[-1]) is whole
        side = here.repo.push("side", {"b": "x\n"}, by="bob", onto=before)
        assert lines.between(shas[-1], side).ids == (f"github:acme/app@{side}",)
