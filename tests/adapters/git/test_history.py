"""Landings: one for each first-parent commit, with what it brought in and what it changed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from fitgate.adapters.git.history import History
from fitgate.adapters.git.overlay import Overlay
from fitgate.core.facts import File, Unknown
from fitgate.errors import UserError
from tests.adapters.git.making import HOUR, START, Made
from tests.adapters.git.reading import landings, moment, titles

# What landed


def test_landings_come_oldest_first(made: Made) -> None:
    for n in range(200):
        made.commit(f"Change {n}", {"a": b"%d" % n})
    found = landings(made.done())
    assert titles(found) == [f"Change {n}" for n in range(200)]
    assert all(later.base == earlier.sha for earlier, later in itertools.pairwise(found))
    assert all(len(landing.files or ()) == 1 for landing in found)


def test_a_merge_brings_its_side_commits(made: Made) -> None:
    root = made.commit("Root", {"a": b"1"})
    one = made.commit("One", {"b": b"1"}, branch="topic")
    two = made.commit("Two", {"b": b"2"}, branch="topic")
    main = made.commit("Main", {"c": b"1"}, parents=[root])
    merge = made.commit("Merge", {"b": b"2"}, parents=[main, two])
    found = landings(made.done())
    assert [landing.sha for landing in found] == [root, main, merge]
    assert [side.sha for side in found[2].side] == [one, two]
    assert [file.path for file in found[2].files or ()] == ["b"]


def test_a_branch_that_merged_its_base_brings_only_its_own(made: Made) -> None:
    root = made.commit("Root")
    old = made.commit("Old work", branch="topic")
    main = made.commit("Main", parents=[root])
    synced = made.commit("Merge main into topic", parents=[old, main], branch="topic")
    merge = made.commit("Merge topic", parents=[main, synced])
    found = landings(made.done())
    assert [landing.sha for landing in found] == [root, main, merge]
    assert [side.sha for side in found[2].side] == [old, synced]


def test_an_octopus_brings_all_its_arms(made: Made) -> None:
    root = made.commit("Root")
    arms = [made.commit(f"Arm {n}", parents=[root], branch=f"arm{n}") for n in range(3)]
    made.commit("Octopus", parents=[root, *arms])
    found = landings(made.done())
    assert sorted(side.sha for side in found[1].side) == sorted(arms)


def test_a_second_root_is_a_side_commit(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    other = made.commit("Other root", {"b": b"1"}, parents=[], branch="other")
    main = made.commit("Main", parents=[made.git("rev-parse", "main")])
    made.commit("Merge", {"b": b"1"}, parents=[main, other])
    found = landings(made.done())
    assert titles(found) == ["Root", "Main", "Merge"]
    assert [side.title for side in found[2].side] == ["Other root"]


def test_a_range_leaves_out_what_the_base_has(made: Made) -> None:
    shas = [made.commit(f"Change {n}") for n in range(4)]
    made.done()
    assert titles(landings(made.path, shas[1], shas[3])) == ["Change 2", "Change 3"]
    assert titles(landings(made.path, shas[3], shas[1])) == []
    with pytest.raises(UserError, match="names no commit"):
        landings(made.path, "nope")


def test_a_base_on_a_side_branch_takes_nothing_from_later_landings(made: Made) -> None:
    root = made.commit("Root")
    one = made.commit("One", branch="topic")
    two = made.commit("Two", branch="topic")
    made.commit("Merge", parents=[root, two])
    (merge,) = landings(made.done(), one)
    assert [side.sha for side in merge.side] == [one, two]


# When it landed


def test_a_window_is_kept_by_each_commits_own_date(made: Made) -> None:
    for n, hours in enumerate([0, 5, 1, 6, 2, 7]):
        made.commit(f"Change {n}", at=START + hours * HOUR)
    with Overlay(made.done()) as overlay:
        history = History(overlay)
        since = history.since(moment(START + 5 * HOUR))
        assert titles(list(since)) == ["Change 1", "Change 3", "Change 5"]
        assert len(since) == 3
        between = history.between(moment(START + 1 * HOUR), moment(START + 6 * HOUR))
        assert titles(list(between)) == ["Change 1", "Change 2", "Change 4"]
        assert len(between) == 3


def test_a_window_without_landings_is_empty(made: Made) -> None:
    made.commit("First")
    with Overlay(made.done()) as overlay:
        since = History(overlay).since(moment(START + 1000 * HOUR))
        assert (len(since), list(since)) == (0, [])


def test_side_commits_in_a_window_are_whole_whatever_their_dates(made: Made) -> None:
    root = made.commit("Root", at=START)
    side = made.commit("Long ago", at=START - 9999 * HOUR, branch="topic")
    made.commit("Merge", parents=[root, side], at=START + HOUR)
    with Overlay(made.done()) as overlay:
        (merge,) = History(overlay).since(moment(START + 1))
        assert [commit.title for commit in merge.side] == ["Long ago"]


@pytest.mark.parametrize("seconds", [10**15, 2**62])
def test_an_impossible_date_is_drawn_in_and_said_to_be_unknown(made: Made, seconds: int) -> None:
    made.commit("First", at=START)
    made.commit("Odd", at=seconds)
    made.commit("Last", at=START + HOUR)
    with Overlay(made.done()) as overlay:
        found = History(overlay).since(moment(START))
        first, odd, _last = found
        assert len(found) == 3
    assert first.unknown == ()
    assert odd.landed_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    why = f"the commit says {seconds}, which is no date"
    assert odd.unknown == (Unknown("landed_at", why),)
    assert odd.commit.unknown == (Unknown("authored_at", why), Unknown("committed_at", why))


def test_a_date_that_is_none_is_unknown(made: Made) -> None:
    tree = made.git("hash-object", "-t", "tree", "-w", "--stdin")
    lines = f"tree {tree}\nauthor A <a@b.c> -1 +0000\ncommitter A <a@b.c> when? +0000\n\nOdd\n"
    sha = made.git(
        "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=lines.encode()
    )
    made.git("update-ref", "refs/heads/main", sha)
    with Overlay(made.path) as overlay:
        history = History(overlay)
        (odd,) = history.range(None, "HEAD")
        assert odd.landed_at == datetime(1970, 1, 1, tzinfo=UTC)
        assert [unknown.what for unknown in odd.unknown] == ["landed_at"]
        assert list(history.since(moment(START))) == []


def test_undated_landings_are_in_a_window_that_others_enclose(made: Made) -> None:
    odd = 10**15
    for n, hours in enumerate([0, None, 10, None, 20, None]):
        made.commit(f"Change {n}", at=odd if hours is None else START + hours * HOUR)
    with Overlay(made.done()) as overlay:
        history = History(overlay)
        since = history.since(moment(START + 5 * HOUR))
        assert titles(list(since)) == ["Change 2", "Change 3", "Change 4", "Change 5"]
        assert len(since) == 4
        between = history.between(moment(START), moment(START + 15 * HOUR))
        assert titles(list(between)) == ["Change 0", "Change 1", "Change 2"]
        assert len(between) == 3


# What it changed


def test_files_carry_paths_modes_and_ids(made: Made) -> None:
    made.commit("One", {"a": b"1", "b": b"2", "gone": b"3", "mode": b"4", "link": b"5"})
    made.commit(
        "Two",
        {
            "a": b"11",
            "new": b"6",
            "gone": None,
            "mode": ("100755", b"4"),
            "link": ("120000", b"a"),
            "sub": ("160000", b"1" * 40),
        },
    )
    one, two = landings(made.done())
    assert {file.status for file in one.files or ()} == {"added"}
    by_path = {file.path: file for file in two.files or ()}
    assert {path: file.status for path, file in by_path.items()} == {
        "a": "modified", "new": "added", "gone": "removed", "mode": "modified",
        "link": "modified", "sub": "added",
    }  # fmt: skip
    ids = {path: made.git("hash-object", "--stdin", stdin=data) for path, data in
           (("a", b"1"), ("a2", b"11"))}  # fmt: skip
    assert by_path["a"] == File("a", "modified", None, "100644", "100644", ids["a"], ids["a2"])
    assert (by_path["new"].mode_before, by_path["new"].oid_before) == (None, None)
    assert (by_path["gone"].mode_after, by_path["gone"].oid_after) == (None, None)
    assert (by_path["mode"].mode_before, by_path["mode"].mode_after) == ("100644", "100755")
    assert by_path["link"].mode_after == "120000"
    assert (by_path["sub"].mode_after, by_path["sub"].oid_after) == ("160000", "1" * 40)


def test_an_exact_rename_is_a_rename_and_no_other_is(made: Made) -> None:
    text = b"".join(b"line %d\n" % n for n in range(100))
    made.commit("One", {"old": text, "almost": text + b"x"})
    made.commit("Two", {"old": None, "new": text, "almost": None, "nearly": text + b"y"})
    files = landings(made.done())[1].files or ()
    assert {(file.path, file.status, file.old_path) for file in files} == {
        ("new", "renamed", "old"),
        ("almost", "removed", None),
        ("nearly", "added", None),
    }


def test_odd_paths_are_read(made: Made) -> None:
    names = [b"a b", b"tab\there", b"line\nbreak", b'quo"te', b"back\\slash", "ä".encode(), b"\xff"]
    made.commit("One", dict.fromkeys(names, b"1"))
    made.commit("Two", {b"\xff": None, b"\xfe": b"1"})
    one, two = landings(made.done())
    assert {file.path for file in one.files or ()} == {
        "a b", "tab\there", "line\nbreak", 'quo"te', "back\\slash", "ä", "\\xff",
    }  # fmt: skip
    assert [(file.old_path, file.path) for file in two.files or ()] == [("\\xff", "\\xfe")]


def test_a_commit_that_changes_nothing_has_no_files(made: Made) -> None:
    made.commit("One", {"a": b"1"})
    made.commit("Two")
    assert landings(made.done())[1].files == ()


def test_a_change_of_30_000_files_is_read(made: Made) -> None:
    made.commit("All", {f"dir{n % 100}/file{n}": b"x" for n in range(30_000)})
    (landing,) = landings(made.done())
    assert len(landing.files or ()) == 30_000
