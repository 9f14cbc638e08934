"""What a clone knows of a branch that has not landed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fitgate.adapters.git.clone import Clone
from fitgate.core.facts import Artifact, Restoration, Trailer
from fitgate.errors import ForgeError
from tests.adapters.git.making import BOB, Made, failing
from tests.adapters.git.reading import NOW, PLAN, proposed, unknown

NEVER_IN_A_CLONE = {"approvals", "evaluations", "drills", "breakers", "overrides", "labels"}


def test_a_proposal_is_what_the_branch_did_since_it_left(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    made.commit("One", {"b": b"1"}, branch="topic", author=BOB)
    head = made.commit(f"Two\n\n{PLAN}", {"b": b"2", "docs/back.md": b"x"}, branch="topic")
    main = made.commit("Main", {"c": b"1"}, parents=[root])
    facts = proposed(made.done())
    change = facts.change
    assert (change.id, change.kind) == (f"git:{root}@{head}", "pull")
    assert (change.base, change.head, change.title) == (main, head, "Two")
    assert (change.body, change.landed_at, change.landed_as) == (None, None, None)
    assert change.author is None
    assert change.contributors == ("mail:ada@example.org", "mail:bob@example.org")
    assert change.trailers == (Trailer("Rollback-Plan", "docs/back.md"),)
    assert [file.path for file in facts.files or ()] == ["b", "docs/back.md"]
    assert facts.artifacts == (Artifact("docs/back.md", "plan", resolved=True),)
    assert facts.as_of == NOW
    assert unknown(facts) == NEVER_IN_A_CLONE | {"body", "material_at", "author"}


def test_a_proposal_may_restore(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    bad = made.commit("Break it", {"a": b"2"})
    made.commit(f'Revert "Break it"\n\nThis reverts commit {bad}.', {"a": b"1"}, branch="topic")
    assert proposed(made.done()).change.restores == (Restoration(root),)


def test_a_proposal_of_nothing_is_empty(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    facts = proposed(made.done(), "main", "main")
    assert (facts.files, facts.change.title, facts.change.contributors) == ((), "", ())


def test_a_branch_with_another_root_cannot_be_compared(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    made.commit("Other", {"b": b"1"}, parents=[], branch="topic")
    facts = proposed(made.done())
    assert facts.files is None
    assert {"files", "restores"} <= unknown(facts)
    with Clone(made.path) as clone:
        (bound,) = clone.bind([facts])
        assert bound.change.digest is None
        assert "digest" in unknown(bound)


def test_a_fork_that_git_cannot_find_is_no_missing_fork(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made.commit("Root", {"a": b"1"})
    made.commit("Topic", {"a": b"2"}, branch="topic")
    made.done()
    failing(tmp_path / "bin", "merge-base")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(ForgeError, match="git merge-base failed"):
        proposed(made.path)
