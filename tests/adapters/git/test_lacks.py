"""Histories of clones that lack something: shallow, partial, damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fitgate.adapters.git.history import EDGE, History
from fitgate.adapters.git.overlay import Overlay
from fitgate.core.facts import Unknown
from fitgate.errors import ForgeError
from tests.adapters.git.making import Made, run, without
from tests.adapters.git.reading import landings, titles

Make = Callable[..., Made]


def test_the_edge_of_a_shallow_clone_is_not_everything_added(made: Made, tmp_path: Path) -> None:
    for n in range(5):
        made.commit(f"Change {n}", {f"f{n}": b"1"})
    run(tmp_path, "clone", "-q", "--depth=2", f"file://{made.done()}", "shallow")
    edge, last = landings(tmp_path / "shallow")
    assert (edge.edge, edge.files, edge.base) == (True, None, None)
    assert edge.unknown == (Unknown("files", EDGE),)
    assert not last.edge
    assert [file.path for file in last.files or ()] == ["f4"]


def test_a_clone_without_blobs_has_all_names(made: Made, tmp_path: Path) -> None:
    text = b"".join(b"line %d\n" % n for n in range(100))
    made.commit("One", {"a": text, "b": b"1"})
    made.commit("Two", {"a": None, "a2": text, "b": None, "b2": b"2"})
    made.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{made.done()}"
    run(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", source, "blobless")
    assert [x.files for x in landings(tmp_path / "blobless")] == [
        x.files for x in landings(made.path)
    ]


def test_a_clone_without_trees_has_landings_without_files(made: Made, tmp_path: Path) -> None:
    for n in range(100):
        made.commit(f"Change {n}", {"dir/a": b"%d" % n})
    made.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{made.done()}"
    run(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", source, "treeless")
    found = landings(tmp_path / "treeless")
    assert titles(found) == [f"Change {n}" for n in range(100)]
    assert {landing.files for landing in found} == {None}
    assert {landing.unknown[0].what for landing in found} == {"files"}
    assert "unable to read tree" in found[0].unknown[0].why
    assert "not in this clone" in found[99].unknown[0].why


def test_one_missing_tree_takes_only_its_own_landings(make: Make) -> None:
    made = make("bare", bare=True)
    for n in range(6):
        made.commit(f"Change {n}", {f"dir{n % 2}/a": b"%d" % n})
    without(made, made.git("rev-parse", "main~3:dir0"))
    found = landings(made.path)
    assert [landing.files is None for landing in found] == [
        False, False, True, False, True, False,
    ]  # fmt: skip


def test_a_damaged_commit_is_said_to_be(make: Make) -> None:
    made = make("bare", bare=True)
    made.commit("One")
    two = made.commit("Two")
    made.commit("Three")
    without(made, two)
    with pytest.raises(ForgeError, match=r"git log failed on .*bare.*fsck"):
        landings(made.path)


def test_a_reader_that_stops_early_leaves_nothing_running(made: Made) -> None:
    for n in range(300):
        made.commit(f"Change {n}", {"a": b"%d" % n})
    with Overlay(made.done()) as overlay:
        first = next(iter(History(overlay).range(None, "HEAD")))
        assert first.commit.title == "Change 0"
    assert not overlay.path.exists()
