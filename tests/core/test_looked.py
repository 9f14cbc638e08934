"""What looks found, kept apart: written and read, put together, put back into facts."""

from pathlib import Path

import pytest

from fitgate.bootstrap import open_clone, shipped_policies
from fitgate.core.classify import classify
from fitgate.core.effects import Effect
from fitgate.core.events import Event, Happening
from fitgate.core.facts import File, Line, Setting
from fitgate.core.in_force import choose, rulebook
from fitgate.core.looked import (
    FoundIn,
    asking,
    found_in,
    found_json,
    joined,
    parse_found,
    put_in,
    unsettled,
    with_found,
)
from fitgate.core.reading import parse_policy
from fitgate.pipeline import look_into
from tests.builders import NOW, facts_of
from tests.cli.conftest import POLICY
from tests.story import Chapter

LINE = Line("+", 3, "DROP TABLE carts; -- \x1b[2J é")
SETTINGS = tuple(
    Setting(f"k{n}", "changed", value, None, n) for n, value in enumerate((1, 1.0, True, "1", None))
)
FOUND = (
    FoundIn("a.sql", lines=(LINE,), size=7, binary=False),
    FoundIn("b.yaml", settings=SETTINGS, broken="cannot be parsed: line 2"),
    FoundIn("c.lock", effects=(Effect("dependency", "added", "pypi:x", None, "1.0", 4, "main"),)),
    FoundIn("d.yaml", settings=None, effects=None, unread="has 9999999 bytes, more than 1048576"),
)


def test_what_was_found_is_read_back_as_it_was_written_types_and_all() -> None:
    text = found_json(FOUND)
    assert b"\n" not in text
    back = parse_found(text)
    assert back == FOUND
    assert back is not None
    kinds = [type(s.before) for s in back[1].settings or ()]
    assert kinds == [int, float, bool, str, type(None)]


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'[{"path": 1}]', b'[{"path": "a", "more": 1}]', b"["]
)
def test_what_we_did_not_write_is_not_known(text: bytes) -> None:
    assert parse_found(text) is None


def test_what_two_looks_found_in_one_file_is_put_together_once() -> None:
    other = FoundIn("a.sql", lines=(LINE, Line("-", 1, "x")), lfs=False)
    (both,) = joined(FOUND[:1], (other,))
    assert both.lines == (LINE, Line("-", 1, "x"))
    assert (both.size, both.binary, both.lfs) == (7, False, False)


def test_what_one_look_could_not_read_stays_unread() -> None:
    read = FoundIn("d.yaml", settings=SETTINGS)
    for pair in ((FOUND[3], read), (read, FOUND[3])):
        (both,) = joined(pair[:1], pair[1:])
        assert (both.settings, both.unread) == (None, FOUND[3].unread)


def test_what_another_clone_may_read_is_asked_for_again_and_nothing_else() -> None:
    missing = FoundIn("z", lines=None, unread="is not in this clone")
    assert unsettled(FOUND) == set()
    assert unsettled((*FOUND, missing)) == {"z"}
    there = FoundIn("z", lines=(LINE,))
    assert put_in((missing, *FOUND), {"z"}, (there,)) == (*FOUND, there)


def test_files_that_could_not_be_listed_stay_unlisted() -> None:
    facts = facts_of(files=None)
    assert (with_found(facts, (), ("x",)), found_in(facts)) == (facts, ())


def test_a_file_in_which_nothing_was_found_is_left_out_and_comes_back_as_looked_into() -> None:
    empty = File("e.py", "modified").looked_into((), (), ())
    assert found_in(facts_of(files=(empty,))) == ()
    assert with_found(facts_of(files=(File("e.py", "modified"),)), (), ("x",)).files == (empty,)


def test_looked_at_in_two_goes_the_whole_story_is_what_it_is_in_one(
    chapters: tuple[Path, tuple[Chapter, ...]],
) -> None:
    """By the looks of both policies at once, one after the other, and by a policy's own."""
    library = shipped_policies()
    books = [
        rulebook(choose((), library)),
        rulebook(parse_policy(POLICY, "policy.yaml", library)),
    ]
    both = {**books[0].looks.by_id, **books[1].looks.by_id}
    more = asking(look for name, look in both.items() if name not in books[0].looks.by_id)
    with open_clone(chapters[0]) as clone:
        gathered = [*clone.gather(Event(Happening.LANDED, None, "HEAD", NOW))]
        own = [look_into(gathered, [book.looks] * len(gathered), clone) for book in books]
        late = look_into(gathered, [more] * len(gathered), clone)
    assert any(found_in(facts) for facts in late)
    for n, facts in enumerate(gathered):
        found = joined(found_in(own[0][n]), found_in(late[n]))
        seen = with_found(facts, found, tuple(both))
        for seen_by_itself, book in zip((own[0][n], own[1][n]), books, strict=True):
            one, other = classify(seen, book.looks), classify(seen_by_itself, book.looks)
            assert one.is_io is other.is_io
            assert {*one.matches} == {*other.matches}
