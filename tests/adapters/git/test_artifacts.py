"""What a change declares as its way back, and what of it is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fitgate.core.facts import Artifact, Trailer
from tests.adapters.git.making import HOUR, START, Made, run
from tests.adapters.git.reading import PLAN, landed, last, unknown

Make = Callable[..., Made]


def test_a_declaration_file_in_the_change_counts(made: Made) -> None:
    made.commit("Root", {".fitgate/io/old.yaml": b"owner: old"})
    files = {
        ".fitgate/io/7.yaml": b"owner: bob\nrollback: {plan: docs/back.md}",
        ".fitgate/io/8.yaml": b"[",
        ".fitgate/io/9.yaml": b"x" * (2 << 20),
        ".fitgate/io/old.yaml": None,
        "docs/back.md": b"Go back",
    }
    made.commit("Declare", files)
    facts = last(made)
    source = ".fitgate/io/7.yaml"
    assert facts.change.trailers == (
        Trailer("IO-Owner", "bob", source), Trailer("Rollback-Plan", "docs/back.md", source),
    )  # fmt: skip
    assert facts.artifacts == (Artifact("docs/back.md", "plan", resolved=True),)
    problems = [u.why for u in facts.unknown if u.what == "declarations"]
    assert [why.split()[0] for why in problems] == [".fitgate/io/8.yaml", ".fitgate/io/9.yaml"]
    assert "more than 1048576" in problems[1]


def artifacts_of(made: Made, *declared: str) -> dict[str, Artifact]:
    made.commit("Change\n\n" + "\n".join(declared), {"x": b"%d" % made.clock})
    return {artifact.ref: artifact for artifact in last(made).artifacts or ()}


def test_tags_and_commits_are_looked_up(made: Made) -> None:
    sha = made.commit("Root", {"backup/dump.sql": b"1"})
    made.git("tag", "plain")
    made.git("tag", "-m", "Annotated", "v1.0")
    found = artifacts_of(
        made,
        "Rollback-Artifact: plain",
        "Rollback-Artifact: v1.0",
        "Rollback-Artifact: refs/tags/v1.0",
        f"Rollback-Artifact: v1.0@{sha}",
        f"Rollback-Artifact: v1.0@{'9' * 40}",
        f"Rollback-Artifact: `{sha}`",
        f"Rollback-Artifact: {sha[:8]}",
        "Rollback-Artifact: v9.9",
        f"Rollback-Artifact: {'9' * 40}",
        "Rollback-Artifact: TBD",
    )
    at_root = datetime.fromtimestamp(START + HOUR, UTC)
    at_tag = datetime.fromtimestamp(START, UTC)
    assert found["plain"] == Artifact("plain", "tag", resolved=True, made_at=at_root, movable=True)
    assert found["v1.0"] == Artifact("v1.0", "tag", resolved=True, made_at=at_tag, movable=True)
    assert found["refs/tags/v1.0"].resolved
    pinned = f"v1.0@{sha}"
    assert found[pinned] == Artifact(pinned, "tag", resolved=True, made_at=at_root, movable=False)
    wrong = found[f"v1.0@{'9' * 40}"]
    assert (wrong.resolved, wrong.why) == (False, f"the tag points at {sha}")
    assert found[f"`{sha}`"] == Artifact(f"`{sha}`", "commit", resolved=True, made_at=at_root)
    assert found[sha[:8]].resolved
    for missing in ("v9.9", "9" * 40):
        assert (found[missing].resolved, found[missing].kind) == (None, "unknown")
        assert "in this clone" in found[missing].why
    assert "TBD" not in found


def test_a_file_must_have_been_there_before(made: Made) -> None:
    made.commit("Root", {"backup/dump.sql": b"1"})
    declared = ["backup/dump.sql", "./backup/dump.sql#L1", "backup", "late.sql", "dump.sql"]
    text = "\n".join(f"Rollback-Artifact: {ref}" for ref in declared)
    made.commit(f"Change\n\n{text}", {"late.sql": b"2"})
    found = {artifact.ref: artifact for artifact in last(made).artifacts or ()}
    at_root = datetime.fromtimestamp(START + HOUR, UTC)
    assert found["backup/dump.sql"] == Artifact(
        "backup/dump.sql", "file", resolved=True, made_at=at_root
    )
    assert found["./backup/dump.sql#L1"].resolved
    assert {found[ref].resolved for ref in ("backup", "late.sql", "dump.sql")} == {None}


def test_what_is_kept_elsewhere_is_not_looked_up(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    blob = made.git("rev-parse", "main:a")
    image = "ghcr.io/acme/app@sha256:" + "a" * 64
    found = artifacts_of(
        made,
        f"Rollback-Artifact: {image}",
        "Rollback-Artifact: ghcr.io/acme/app:v1",
        "Rollback-Artifact: https://example.org/release/v1",
        f"Rollback-Artifact: {blob}",
        "Rollback-Plan: https://example.org/plan",
        "Rollback-Plan: docs/nowhere.md",
        "Rollback-Plan: <link>",
    )
    assert {ref: (a.kind, a.resolved, a.movable) for ref, a in found.items()} == {
        image: ("image", None, False),
        "ghcr.io/acme/app:v1": ("image", None, True),
        "https://example.org/release/v1": ("address", None, False),
        blob: ("unknown", None, False),
        "https://example.org/plan": ("plan", None, False),
        "docs/nowhere.md": ("plan", False, False),
    }


def test_a_tag_of_an_object_that_is_missing_is_not_resolved(make: Make) -> None:
    made = make("bare", bare=True)
    made.commit("Root\n\nRollback-Artifact: v1", {"a": b"1"})
    made.done()
    (made.path / "refs" / "tags" / "v1").write_text("1" * 40 + "\n")
    (artifact,) = last(made).artifacts or ()
    assert (artifact.resolved, artifact.kind, artifact.why) == (None, "tag", "is not in this clone")


def test_a_plan_in_a_treeless_clone_is_not_resolved(made: Made, tmp_path: Path) -> None:
    made.commit(f"Root\n\n{PLAN}\nRollback-Artifact: dump.sql", {"docs/back.md": b"1"})
    made.git("config", "uploadpack.allowFilter", "true")
    run(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{made.done()}", "treeless")
    (facts,) = landed(tmp_path / "treeless")
    assert [artifact.resolved for artifact in facts.artifacts or ()] == [None, None]
    assert facts.change.restores is None
    assert {"files", "restores"} <= unknown(facts)
