"""What a clone knows of a landing, and what it says that it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from fitgate.adapters.git.clone import Clone
from fitgate.core.events import Event, Happening
from fitgate.core.facts import Person, Trailer
from fitgate.core.facts_file import facts_adapter, parse_facts
from tests.adapters.git.making import ADA, BOB, GITHUB, Made, run
from tests.adapters.git.reading import NOW, PLAN, landed, last, unknown

NEVER_IN_A_CLONE = {"approvals", "evaluations", "drills", "breakers", "overrides", "labels"}


# A push, a squash, a merge


def test_a_push_is_known_but_for_what_forges_keep(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    sha = made.commit("Drop it\n\nBecause.\n\nIO-Owner: bob", {"a": b"2"}, author=BOB)
    facts = last(made)
    assert facts.repo.id == f"git:{root}"
    assert facts.repo.name == "shop"
    change = facts.change
    assert (change.id, change.kind, change.landed_as) == (f"git:{root}@{sha}", "push", "push")
    assert (change.base, change.head, change.number, change.branch) == (root, sha, None, None)
    assert (change.title, change.body) == ("Drop it", "Because.\n\nIO-Owner: bob")
    assert (change.author, change.contributors) == (
        "mail:bob@example.org",
        ("mail:bob@example.org",),
    )
    assert change.trailers == (Trailer("IO-Owner", "bob"),)
    assert change.landed_at == change.material_at == facts.as_of
    assert change.restores == ()
    assert facts.people == (Person("mail:bob@example.org", "Bob"),)
    assert unknown(facts) == NEVER_IN_A_CLONE
    assert parse_facts(facts_adapter().dump_json(facts), "f") == facts


def test_a_squash_is_a_pull_request_whose_pushes_are_unknown(made: Made) -> None:
    made.commit("Root")
    message = "Drop it (#12)\n\nBecause.\n\nCo-authored-by: Bob <BOB@example.org>"
    made.commit(message, {"a": b"1"}, committer=GITHUB)
    facts = last(made)
    change = facts.change
    assert (change.kind, change.landed_as, change.number) == ("pull", "squash", 12)
    assert (change.title, change.author) == ("Drop it", "mail:ada@example.org")
    assert change.contributors == ("mail:ada@example.org", "mail:bob@example.org")
    assert change.body is not None
    assert change.material_at is None
    assert unknown(facts) == NEVER_IN_A_CLONE | {"material_at"}


def test_a_merge_knows_its_commits_and_not_its_description(made: Made) -> None:
    root = made.commit("Root")
    one = made.commit(f"One\n\n{PLAN}", {"b": b"1"}, branch="topic", author=BOB)
    eve = "Eve <eve@example.org>"
    two = made.commit("Two", {"b": b"2"}, branch="topic", author=BOB, committer=eve)
    message = "Merge pull request #12 from bob/topic\n\nDrop it"
    made.commit(message, {"b": b"2"}, parents=[root, two], committer=GITHUB)
    facts = last(made)
    change = facts.change
    assert (change.kind, change.landed_as, change.number) == ("pull", "merge", 12)
    assert (change.title, change.body, change.branch) == ("Drop it", None, "topic")
    assert change.author == "mail:bob@example.org"
    assert change.contributors == tuple(
        f"mail:{name}@example.org" for name in ("ada", "bob", "eve")
    )
    assert change.trailers == (Trailer("Rollback-Plan", "docs/back.md", f"commit {one}"),)
    assert unknown(facts) == NEVER_IN_A_CLONE | {"material_at", "body"}


def test_a_merge_by_many_hands_has_no_known_author(made: Made) -> None:
    root = made.commit("Root")
    made.commit("One", branch="topic", author=BOB)
    two = made.commit("Two", branch="topic", author=ADA)
    made.commit("Merge pull request #12 from bob/topic", parents=[root, two])
    facts = last(made)
    assert facts.change.author is None
    assert "author" in unknown(facts)


def test_a_merge_without_a_request_is_a_push_of_who_merged(made: Made) -> None:
    root = made.commit("Root")
    side = made.commit("One", branch="topic", author=BOB)
    made.commit("Merge branch 'topic'", parents=[root, side], author=ADA)
    change = last(made).change
    assert (change.kind, change.landed_as, change.branch) == ("push", "merge", "topic")
    assert change.author == "mail:ada@example.org"
    assert change.contributors == ("mail:ada@example.org", "mail:bob@example.org")


def test_a_bot_is_a_bot_and_nobody_else_is_surely_a_human(made: Made) -> None:
    made.commit(
        "Bump", author="dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    )
    (person,) = last(made).people
    assert person.kind == "bot"


def test_a_commit_without_an_address_leaves_contributors_unknown(made: Made) -> None:
    made.commit("One", author="Nobody <>")
    facts = last(made)
    assert (facts.change.author, facts.change.contributors) == (None, None)
    assert {"author", "contributors"} <= unknown(facts)
    assert facts.people == ()


# Shallow clones


def test_the_edge_of_a_shallow_clone_is_mostly_unknown(made: Made, tmp_path: Path) -> None:
    root = made.commit("Root", {"a": b"1"})
    side = made.commit("Side", {"b": b"1"}, branch="topic", author=BOB)
    made.commit("Merge pull request #3 from bob/topic", {"b": b"1"}, parents=[root, side])
    run(tmp_path, "clone", "-q", "--depth=1", f"file://{made.done()}", "shallow")
    (facts,) = landed(tmp_path / "shallow")
    assert facts.repo.id == "git:shallow"
    assert facts.files is None
    assert (facts.change.contributors, facts.change.landed_as) == (None, None)
    assert {"files", "contributors", "restores", "repo"} <= unknown(facts)


def test_a_merge_at_the_edge_may_have_more_hands(made: Made, tmp_path: Path) -> None:
    root = made.commit("Root", {"a": b"1"})
    made.commit("Old side", branch="topic", author=BOB)
    side = made.commit("New side", {"b": b"1"}, branch="topic")
    made.commit("Merge branch 'topic'", {"b": b"1"}, parents=[root, side])
    run(tmp_path, "clone", "-q", "--depth=2", f"file://{made.done()}", "shallow")
    facts = landed(tmp_path / "shallow")[-1]
    assert facts.change.contributors is None
    assert [file.path for file in facts.files or ()] == ["b"]


@pytest.mark.parametrize("name", ["main", "topic"])
def test_names_are_resolved_by_the_forge_too(made: Made, name: str) -> None:
    made.commit("Root", {"a": b"1"})
    made.commit("One", {"b": b"1"}, branch="topic")
    made.done()
    with Clone(made.path) as clone:
        (facts,) = clone.gather(Event(Happening.PROPOSED, "main", name, NOW))
        assert facts.change.head == clone.overlay.resolve(name)
