"""Laws of reading less: what is left unread or unparsed would have changed nothing."""

import random

import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fitgate.core.classify.comparing import Comparing, parsed
from fitgate.core.classify.condensing import condensed
from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.lines import Difference, line_changes
from fitgate.core.conditions import LineCondition, SettingCondition
from fitgate.core.facts import File, Setting
from tests.lines import matching_lines, relevant_lines

NAMES = st.sampled_from(["name", "id", "image", "limit", "jobs", "rollout", "kind", "on", "a b"])
SCALARS = st.sampled_from(
    [
        1,
        0.5,
        True,
        None,
        "x",
        "latest",
        "50%",
        "a: b",
        "it's",
        "two\nlines",
        "# no",
        "",
        "*.py",
        "-",
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(NAMES, inner, max_size=4) | st.lists(inner, max_size=4),
    max_leaves=25,
)
LINES = [
    "limit: 2",
    "image: latest",
    "name: y",
    "- x",
    "rollout:",
    "# note",
    "",
    "a: |",
    "- name: z",
]
LOOKS = {
    "all": SettingCondition(files=("**",), key=("**",)),
    "limit": SettingCondition(files=("**",), key=("**.limit",), moved=("raised", "lowered")),
    "image": SettingCondition(files=("**",), key=("**.image",), after=("latest",)),
    "below": SettingCondition(files=("**",), key=("**.rollout.**",), moved=("changed", "removed")),
    "jobs": SettingCondition(files=("**",), key=("**.jobs[*].**",), moved=("inserted", "dropped")),
}


def edited(text: str, chance: random.Random) -> str:
    """Edit a few lines of a text: another value, a line more, a line less, one twice."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        indent = " " * (len(lines[at]) - len(lines[at].lstrip()))
        match chance.randrange(5):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines.insert(at, indent + chance.choice(LINES))
            case 2:
                lines.insert(at, lines[at])
            case 3:
                lines[at] = lines[at].partition(": ")[0] + ": 7"
            case _:
                lines[at : at + 2] = lines[at : at + 2][::-1]
        lines = lines or [""]
    return "\n".join(lines)


def compared(before: bytes, after: bytes, names: frozenset[str], *, known: bool) -> File:
    """Compare two sides, the one before known to be well formed or not."""
    comparing = Comparing(LOOKS)
    file = File("f.yaml", "modified", oid_before="1", oid_after="2")
    change = Difference.of_contents(before, after)
    if known:
        same = File("f.yaml", "modified", oid_before="0", oid_after="1")
        comparing.compared(same, frozenset({"all"}), (b"", before), None)
        return comparing.compared(file, names, (before, after), change)
    return comparing.compared(file, names, (before, after), None)


@given(
    TREES, st.randoms(use_true_random=False), st.sets(st.sampled_from(sorted(LOOKS)), min_size=1)
)
def test_what_the_change_left_alone_need_not_be_parsed(
    tree: object, chance: random.Random, names: set[str]
) -> None:
    text = yaml.safe_dump(tree, sort_keys=False)
    before, after = text.encode(), edited(text, chance).encode()
    asked = frozenset(names)
    whole = compared(before, after, asked, known=False)
    assume(not whole.broken)
    assert compared(before, after, asked, known=True) == whole


def test_a_large_file_is_condensed_to_what_changed_in_it() -> None:
    jobs = [{"name": f"job-{n}", "run": ["a", "b"], "env": {"x": n}} for n in range(200)]
    before = yaml.safe_dump({"jobs": jobs}, sort_keys=False).encode()
    after = before.replace(b"x: 150", b"x: 151\n    y: 1")
    texts = condensed(before, after, [*Difference.of_contents(before, after).hunks])
    assert texts is not None
    assert [len(text.replace(b"\n", b"")) < len(before) / 3 for text in texts] == [True, True]
    assert [parsed("f.yaml", text) for text in texts] != [parsed("f.yaml", b"")] * 2
    changes = compared(before, after, frozenset({"all"}), known=True).settings
    assert changes == (
        Setting(
            "jobs[name=job-150].env.x",
            "changed",
            150,
            151,
            1 + before.count(b"\n", 0, before.index(b"x: 150")),
        ),
        Setting(
            "jobs[name=job-150].env.y",
            "added",
            None,
            1,
            2 + before.count(b"\n", 0, before.index(b"x: 150")),
        ),
    )


def test_a_broken_file_is_broken_however_it_is_read() -> None:
    before, after = b"jobs:\n  limit: 1\nx: 1\n", b"jobs:\n  limit: 1\n x: [1\n"
    for known in (True, False):
        file = compared(before, after, frozenset({"limit"}), known=known)
        assert file.broken
        assert isinstance(parsed("f.yaml", after), Unparsable)


PATTERNS = st.sampled_from(
    [
        *(r"^a", r"b$", r"^\s*$", r"^$", r"[^a]b", r"\bab\b", r"(?i)^A|b$", r"a|", r"\s+b"),
        *(r"^(a|b)+\r?$", r"[$^]", r"\$", r"\Aa", r"a\z"),
    ]
)
TEXTS = st.lists(st.text("ab $^-+\r@\\é", max_size=6), max_size=6)


@given(PATTERNS, TEXTS, TEXTS)
@example("^$", [], [""])
def test_a_search_through_a_patch_finds_what_line_by_line_is_found(
    pattern: str, old: list[str], new: list[str]
) -> None:
    before, after = ("".join(f"{line}\n" for line in side).encode() for side in (old, new))
    for condition in (LineCondition(added=(pattern,)), LineCondition(fewer=pattern)):
        lines = line_changes(before, after)
        kept = relevant_lines([condition], Difference.of_contents(before, after))
        assert matching_lines(condition, kept) == matching_lines(condition, lines)
