"""What was read of a history is kept, and never trusted further than it goes."""

import gzip
import json
from pathlib import Path

import pytest

from fitgate.adapters.facts_cache import FactsCache
from fitgate.core.facts import Line
from fitgate.core.looked import NOTHING, Answered, FoundIn, found_json

KEY = {"FITGate": "1", "repo": "git:1"}
SHA = "a" * 40
DROP = (FoundIn("a.sql", lines=(Line("+", 1, "DROP"),)),)
SIZE = (FoundIn("a.sql", size=9),)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "facts.jsonl.gz"


@pytest.fixture
def kept(path: Path) -> Path:
    """Keep what two sets of looks found, and that others found nothing."""
    cache = FactsCache(path, KEY)
    cache.add(SHA, ("drop", "more"), found_json(DROP))
    cache.add(SHA, ("size",), found_json(SIZE))
    cache.add("b" * 40, ("drop", "more"), found_json(()))
    cache.save()
    return path


def test_what_was_found_is_found_again_by_the_looks_that_found_it(kept: Path) -> None:
    cache = FactsCache(kept, KEY)
    assert cache.of(SHA, {"drop"}) == Answered(DROP, frozenset({"drop"}))
    assert cache.of(SHA, {"size", "new"}) == Answered(SIZE, frozenset({"size"}))
    both = cache.of(SHA, {"size", "drop"})
    assert both.answered == {"size", "drop"}
    assert (both.found[0].lines, both.found[0].size) == (DROP[0].lines, 9)
    assert cache.of("b" * 40, {"drop"}) == Answered((), frozenset({"drop"}))
    assert cache.of("c" * 40, {"drop"}) == NOTHING


def test_what_is_read_again_by_more_looks_stands_for_what_they_found_before(path: Path) -> None:
    cache = FactsCache(path, KEY)
    cache.add(SHA, ("drop",), found_json(SIZE))
    cache.add(SHA, ("drop", "more"), found_json(DROP))
    cache.save()
    assert FactsCache(path, KEY).of(SHA, {"drop"}).found == DROP


def test_nothing_new_writes_nothing(kept: Path) -> None:
    before = kept.stat().st_mtime_ns
    FactsCache(kept, KEY).save()
    assert kept.stat().st_mtime_ns == before


def test_the_same_things_found_are_the_same_bytes(kept: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gz"
    cache = FactsCache(again, KEY)
    cache.add(SHA, ("drop", "more"), found_json(DROP))
    cache.add(SHA, ("size",), found_json(SIZE))
    cache.add("b" * 40, ("drop", "more"), found_json(()))
    cache.save()
    assert again.read_bytes() == kept.read_bytes()


@pytest.mark.parametrize("key", [{**KEY, "FITGate": "2"}, {**KEY, "repo": "git:2"}, {}])
def test_another_version_or_repository_knows_nothing(kept: Path, key: dict[str, str]) -> None:
    assert FactsCache(kept, key).of(SHA, {"drop"}) == NOTHING


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b"not json\n", mtime=0),
        gzip.compress(b"{}\n", mtime=0),
        gzip.compress(b"[]\n", mtime=0),
        gzip.compress(b'{"facts-cache": 1}\n', mtime=0),
        gzip.compress(b'{"facts-cache": 99, "key": {}, "looks": []}\n', mtime=0),
    ],
)
def test_a_file_that_is_not_ours_is_as_good_as_none(kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    cache = FactsCache(kept, KEY)
    assert cache.of(SHA, {"drop"}) == NOTHING
    cache.add(SHA, ("drop",), found_json(DROP))
    cache.save()
    assert FactsCache(kept, KEY).of(SHA, {"drop"}).found == DROP


def test_a_file_that_was_cut_off_is_as_good_as_none(kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:-12])
    assert FactsCache(kept, KEY).of(SHA, {"drop"}) == NOTHING


@pytest.mark.parametrize("line", [f"{SHA} 0 [1]", f"{SHA} 7 []", f'{SHA} 0 [{{"path": 4}}]'])
def test_a_line_that_says_what_no_look_says_is_not_known(path: Path, line: str) -> None:
    header = json.dumps({"facts-cache": 1, "key": KEY, "looks": [["drop"]]})
    path.parent.mkdir()
    path.write_bytes(gzip.compress(f"{header}\n{line}\n".encode()))
    assert FactsCache(path, KEY).of(SHA, {"drop"}) == NOTHING


def test_of_many_looks_those_that_answer_for_most_changes_and_the_newest_are_kept(
    path: Path,
) -> None:
    first = FactsCache(path, KEY)
    for sha in (SHA, "b" * 40):
        first.add(sha, ("first",), found_json(DROP))
    first.save()
    for number in range(20):
        cache = FactsCache(path, KEY)
        cache.add(SHA, (f"look-{number}",), found_json(DROP))
        cache.save()
    last = FactsCache(path, KEY)
    answered = [n for n in range(20) if last.of(SHA, {f"look-{n}"}).answered]
    assert answered == [*range(12, 20)]
    assert last.of(SHA, {"first"}).answered


def test_where_it_cannot_be_written_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = FactsCache(tmp_path / "file" / "facts.gz", KEY)
    cache.add(SHA, ("drop",), found_json(DROP))
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        cache.save()
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
