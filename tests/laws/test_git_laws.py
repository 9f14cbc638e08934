"""What must hold of any history: here random ones, in real repositories."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fitgate.adapters.git.history import History, Window
from fitgate.adapters.git.overlay import Overlay
from fitgate.core.content import content_digest, read_patch
from fitgate.core.facts import File
from fitgate.core.reverts import Landed, Reverts, change_key, inverse_key, parse_revert
from tests.adapters.git.making import HOUR, START, Made

FEW = settings(max_examples=15, deadline=None)

# A commit is given by its parents (how far back each of them stands) and how far its clock is off.
commits = st.lists(
    st.tuples(st.lists(st.integers(0, 7), min_size=0, max_size=3), st.integers(-9, 9)),
    min_size=1,
    max_size=24,
)


@contextmanager
def repository(plan: list[tuple[list[int], int]]) -> Iterator[Made]:
    with tempfile.TemporaryDirectory() as room:
        made = Made(Path(room) / "shop", bare=True)
        shas: list[str] = []
        for n, (backs, skew) in enumerate(plan):
            parents = list(dict.fromkeys(shas[-1 - back] for back in backs if back < len(shas)))
            files = {f"f{n % 5}": b"%d" % n, "all": b"%d" % (n % 3)}
            at = START + (n + skew) * HOUR
            shas.append(made.commit(f"{n}", files, parents=parents, branch="main", at=at))
        made.done()
        yield made


@FEW
@given(commits)
def test_a_landing_brings_what_git_says_it_brings(plan: list[tuple[list[int], int]]) -> None:
    with repository(plan) as made, Overlay(made.path) as overlay:
        head = overlay.resolve("main")
        found = list(History(overlay).range(None, "main"))
        spine = overlay.run("rev-list", "--first-parent", "--reverse", head).text.split()
        assert [landing.sha for landing in found] == spine
        for landing in found:
            other = [f"^{landing.base}"] if landing.base else []
            brought = overlay.run("rev-list", landing.sha, *other).text.split()
            assert sorted(side.sha for side in landing.side) == sorted(brought[1:])
            assert brought[:1] == [landing.sha]
        everything = [c.sha for landing in found for c in (*landing.side, landing.commit)]
        assert sorted(everything) == sorted(overlay.run("rev-list", head).text.split())


@FEW
@given(commits)
def test_side_commits_come_after_their_parents(plan: list[tuple[list[int], int]]) -> None:
    with repository(plan) as made, Overlay(made.path) as overlay:
        seen: set[str] = set()
        for landing in History(overlay).range(None, "main"):
            for commit in (*landing.side, landing.commit):
                assert seen.issuperset(commit.parents)
                seen.add(commit.sha)


@FEW
@given(commits, st.integers(-9, 30), st.integers(0, 30))
def test_a_window_chooses_landings_and_changes_none(
    plan: list[tuple[list[int], int]], start: int, length: int
) -> None:
    window = Window(
        *(datetime.fromtimestamp(START + h * HOUR, UTC) for h in (start, start + length))
    )
    with repository(plan) as made, Overlay(made.path) as overlay:
        history = History(overlay)
        chosen = history.range(None, "main", window)
        expected = [x for x in history.range(None, "main") if x.landed_at in window]
        assert list(chosen) == expected
        assert len(chosen) == len(expected)


@FEW
@given(commits)
def test_files_are_those_that_git_shows(plan: list[tuple[list[int], int]]) -> None:
    with repository(plan) as made, Overlay(made.path) as overlay:
        for landing in History(overlay).range(None, "main"):
            pair = (landing.base, landing.sha) if landing.base else (landing.sha,)
            names = overlay.run(
                "diff-tree", "-r", "--root", "--no-commit-id", "--name-only", "--no-renames", *pair
            ).text
            paths = {file.path for file in landing.files or ()}
            paths |= {file.old_path for file in landing.files or () if file.old_path}
            assert paths == set(names.split())


paths = st.sampled_from("abcde")
states = st.one_of(st.none(), st.sampled_from("1234"))


@st.composite
def changes(draw: st.DrawFn) -> tuple[File, ...]:
    moves = draw(st.dictionaries(paths, st.tuples(states, states), max_size=4))
    return tuple(
        File(path, "modified", oid_before=before, oid_after=after)
        for path, (before, after) in moves.items()
    )


def turned(files: tuple[File, ...]) -> tuple[File, ...]:
    return tuple(
        File(file.path, "modified", oid_before=file.oid_after, oid_after=file.oid_before)
        for file in reversed(files)
    )


@given(changes())
def test_the_inverse_of_the_inverse_is_the_change(files: tuple[File, ...]) -> None:
    assert inverse_key(turned(files)) == change_key(files)
    assert change_key(turned(turned(files))) == change_key(files)


@given(st.lists(st.integers(0, 9), max_size=30))
def test_a_change_is_undone_or_not_as_if_each_revert_were_applied(backs: list[int]) -> None:
    """The model: a revert takes effect unless something that takes effect undoes it."""
    reverts = Reverts()
    undoes: dict[int, int] = {}
    names = [f"{n:040x}" for n in range(len(backs) + 1)]
    for n, name in enumerate(names):
        target = n - 1 - backs[n - 1] if n else -1
        body = f"This reverts commit {names[target]}." if target >= 0 else ""
        reverts.add(_landed(name, body))
        if target >= 0:
            undoes[n] = target
    effective: dict[int, bool] = {}
    for n in reversed(range(len(names))):
        effective[n] = not any(effective[m] for m, target in undoes.items() if target == n)
    for n, name in enumerate(names):
        assert reverts.state(name).is_reverted != effective[n]


def _landed(name: str, body: str) -> Landed:
    claim = parse_revert("", body)
    return Landed(name, None, (), None, (), {name: claim} if claim else {}, None)


texts = st.lists(st.text(alphabet="ab+-@ \\", max_size=4), max_size=30)


@settings(max_examples=25, deadline=None)
@given(texts, texts, st.lists(st.text(alphabet="xyz", min_size=1, max_size=3), max_size=12))
def test_lines_above_shift_a_change_and_do_not_alter_it(
    before: list[str], after: list[str], above: list[str]
) -> None:
    """Four lines of padding keep what is above out of the context.

    Lines above that also occur in the change may alter which of several equal lines git calls the
    removed one; then the digest is another, and approvals are asked for again: the safe side.
    """

    def body(lines: list[str], top: list[str]) -> bytes:
        padding = ["pad"] * 4
        return "".join(f"{line}\n" for line in (*top, *padding, *lines)).encode()

    digests = set()
    for top in ([], above):
        with tempfile.TemporaryDirectory() as room:
            made = Made(Path(room) / "shop", bare=True)
            made.commit("One", {"a": body(before, top)})
            made.commit("Two", {"a": body(after, top)})
            patch = made.git(
                "diff-tree", "-p", "-U3", "--full-index", "--no-renames", "main~1", "main"
            )
            lines = (patch + "\n").encode(errors="surrogateescape").splitlines(keepends=True)
            digests.add(content_digest(read_patch(lines), []))
    assert len(digests) == 1
