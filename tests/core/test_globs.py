"""Globs over paths and keys, and patterns asked together."""

import re

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.globs import GlobSet, alternatives, check_glob, to_re2
from fitgate.core.key_globs import key_to_re2, name_patterns
from fitgate.core.patterns import PatternSet, either


def covers(glob: str, path: str) -> bool:
    """Say whether a glob over paths matches."""
    return bool(re2.search(to_re2(glob), path))


def names(glob: str, key: str) -> bool:
    """Say whether a glob over keys matches."""
    return bool(re2.search(key_to_re2(glob), key))


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
        ("**/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS.md"),
        ("**/CODEOWNERS", "a/b/CODEOWNERS", "a/XCODEOWNERS"),
        ("*.py", ".py", "a/b.py"),
        ("*", ".env", "a/.env"),
        ("evals/**", "evals/a/.b", "evals"),
        ("**", "any/where\nat all", ""),
        ("a/**/b", "a/b", "ab"),
        ("a/**/b", "a/x/y/b", "a/x/yb"),
        ("a/**/**/b", "a/b", "b"),
        ("eval?.json", "evals.json", "eval/.json"),
        ("[abc]", "b", "d"),
        ("[!abc]", "d", "a"),
        ("[!abc]", "\n", "/"),
        ("[+-9]", "5", "/"),
        ("[]a-]", "]", "b"),
        ("[a\\]]", "]", "\\"),
        ("a[!x]b", "a-b", "a/b"),
        ("**/eval*.{yaml,yml,json}", "x/evals.yml", "x/evals.toml"),
        ("{a,b{c,d}}e", "bde", "be"),
        ("{src/,}lib", "lib", "srclib"),
        ("{{cookiecutter.name}}/x", "{{cookiecutter.name}}/x", "cookiecutter.name/x"),
        ("a{b}c", "a{b}c", "abc"),
        ("\\*\\{a,b\\}", "*{a,b}", "xa"),
        ("a.b", "a.b", "axb"),
        ("数据/**", "数据/集.csv", "数/据"),
    ],
)
def test_a_glob_means_what_people_expect(glob: str, inside: str, outside: str) -> None:
    assert covers(glob, inside)
    assert not covers(glob, outside)


@pytest.mark.parametrize(
    ("glob", "remedy"),
    [
        ("", "is empty"),
        ("!", "is empty"),
        ("a{b", r"a plain one is written \{"),
        ("a}b", r"a plain one is written \}"),
        ("a[b", r"a plain one is written \["),
        ("a]b", r"a plain one is written \]"),
        ("a[]b", "has nothing"),
        ("[a/b]", "has nothing, a /"),
        ("[[:alpha:]]", "a class in brackets"),
        ("[z-a]", "the wrong way round"),
        ("/docs/**", "begins with a slash"),
        ("{a,}", "can be empty"),
        ("docs/", "write folder/**"),
        ("a//b", "has an empty"),
        ("../a", "no path in a repository has"),
        ("./a", "no path in a repository has"),
        ("**.py", "**/*.py"),
        ("a\\", "ends with a backslash"),
        ("{1..3}", "{1,2,3}"),
        ("{a,b}" * 10, "more than 1,000 alternatives"),
        ("a" * 2_001, "longer than 2,000 characters"),
    ],
)
def test_a_glob_that_cannot_work_is_refused_with_a_remedy(glob: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=re.escape(remedy)):
        check_glob(glob)


@pytest.mark.parametrize("glob", ["!docs/**", "a,b", "a!b", "[!!]", "{a,b}" * 9, "a" * 2_000])
def test_a_glob_that_can_work_is_accepted(glob: str) -> None:
    check_glob(glob)


def test_a_list_matches_unless_an_exclusion_does() -> None:
    lists = [["**/*.md", "!docs/**"], ["!docs/**"], ["**/*.md"], ["docs/**", "!**"], ["!**"], []]
    globs = GlobSet(lists)
    assert globs.match("a.md") == {0, 1, 2}
    assert globs.match("docs/a.md") == {2}
    assert globs.match("a.py") == {1}


def test_an_escaped_exclamation_mark_is_part_of_a_name() -> None:
    assert GlobSet([[r"\!important"]]).match("!important") == {0}


def test_paths_are_remembered_and_forgotten_without_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fitgate.core.globs._MAX_REMEMBERED", 3)
    globs = GlobSet([["a*"], ["*b"]])
    asked = ["a", "b", "ab", "c", "a", "b", "ab", "c"]
    expected: list[set[int]] = [{0}, {1}, {0, 1}, set()]
    assert [globs.match(path) for path in asked] == expected * 2


def test_no_patterns_match_nothing() -> None:
    assert PatternSet([]).match("") == ()


def test_a_text_that_is_not_unicode_is_searched_as_git_would_show_it() -> None:
    assert PatternSet([r"\\ud800", "x"]).match("x\ud800") == (0, 1)


def test_patterns_too_large_for_one_automaton_are_asked_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patterns = ["a[xy]{100}b", "^c", "d$"]
    texts = ["a" + "xy" * 50 + "b", "cd", "dc", ""]
    together = [PatternSet(patterns).match(text) for text in texts]
    monkeypatch.setattr("fitgate.core.patterns._MAX_MEMORY", 20_000)
    assert [PatternSet(patterns).match(text) for text in texts] == together


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("threshold", "threshold", "a.threshold"),
        ("**.threshold", "threshold", "my_threshold"),
        ("**.threshold", "a[name=x.y].b.threshold", '"a.threshold"'),
        ("**.{threshold,min_score}", "x.min-score", "x.minscore"),
        ("a.*", "a.b", "a.b.c"),
        ("a.*", 'a."b.c"', "a"),
        ("*.b", "a[0].b", "a.c.b"),
        ("thr*ld", "threshold", "thr.old"),
        ("a.**", "a.b[x].c", "ab"),
        ("a.**", "a", "b.a"),
        ("a.**.**", "a", "b"),
        ("a.**.z", "a.z", "az"),
        ("jobs[name=eval].optional", "jobs[name=eval].optional", "jobs[name=x].optional"),
        ("jobs[name=e*].optional", "jobs[name=e.v].optional", "jobs[name=x].optional"),
        ("jobs.optional", "jobs[name=x].optional", "jobs.x.optional"),
        ("allowed", "allowed[x]#2", "allowed.x"),
        ("allowed[*]", 'allowed["]"]#12', "allowed"),
        ("allowed[x]#2", "allowed[x]#2", "allowed[x]"),
        ("spec.replicas", "[document=D/x].spec.replicas", "status.spec.replicas"),
        ("[document=D/*].a", "[document=D/x].a", "[document=E/x].a"),
        ("name", "[name=x].name", "x.name"),
        ("[name=x].name", "[document=2][name=x].name", "[name=y].name"),
        ('"a.b".c', '"a.b".c', "a.b.c"),
        ('"a\\"b"', '"a\\"b"', "ab"),
        ("a\\*", "a*", "ab"),
        ("Key", "Key", "key"),
    ],
)
def test_a_glob_over_keys_means_what_people_expect(glob: str, inside: str, outside: str) -> None:
    assert names(glob, inside)
    assert not names(glob, outside)


@pytest.mark.parametrize("glob", ["", "a..b", ".a", "a.", "**x", "a[", "a]", "a[b]c", '"a', "{a"])
def test_a_malformed_glob_over_keys_is_refused(glob: str) -> None:
    with pytest.raises(ValueError, match=r"is empty|has "):
        key_to_re2(glob)


@pytest.mark.parametrize(
    ("glob", "text", "found"),
    [
        ("**.threshold", "a:\n  threshold: 1", True),
        ("**.threshold", "thresholds: 1", False),
        ("**.threshold", '{"threshold":1}', True),
        ("a.{b,c-d}", "x.c_d = 1", True),
        ("a.{b,c-d}", "x = 1", False),
        ("a.b[name=x*]", "b:\n- {name: xy}", True),
        ("**.fallback.**", "fallback: {x: 1}", True),
        ("**.fallback.**", "x: 1", False),
        ("**.allow*", "allow_anyone: true", True),
        ("**.*memory*.x", "x: 1", True),
        ("jobs.*eval*.runs-on", "runs-on: ubuntu", True),
    ],
)
def test_a_file_is_parsed_only_for_a_name_that_it_holds(
    glob: str, text: str, *, found: bool
) -> None:
    patterns = [f"(?m){pattern}" for pattern in name_patterns(glob)]
    assert bool(PatternSet(patterns).match(text)) is found


@pytest.mark.parametrize("glob", ["**", "*", "[x]", "a.two words", "a.it's"])
def test_where_a_name_cannot_be_told_from_the_letters_nothing_is_promised(glob: str) -> None:
    assert name_patterns(glob) == ()


@given(st.text('ab*?[]{}!^,/\\.-"#\né', max_size=12))
def test_any_text_is_a_glob_or_refused(text: str) -> None:
    for translate in (to_re2, key_to_re2):
        try:
            pattern = translate(text)
        except ValueError:
            continue
        re2.compile(pattern)


@given(
    sequences=st.lists(
        st.lists(st.sampled_from(["a", "b", "", "a?", "(?:a|b)*"]), max_size=4).map(tuple),
        min_size=1,
        max_size=8,
    ),
    text=st.text("ab", max_size=5),
)
def test_writing_once_what_patterns_share_does_not_change_what_they_match(
    sequences: list[tuple[str, ...]], text: str
) -> None:
    plainly = any(re2.fullmatch("".join(parts), text) for parts in sequences)
    assert bool(re2.fullmatch(f"(?:{either(sequences)})", text)) == plainly


def test_a_glob_with_many_alternatives_is_not_much_longer_than_it_is_written() -> None:
    glob = "**/{backend,engine,driver,trainer}/**/*.{py,go,ts,rs,java,cpp}"
    assert len(to_re2(glob)) < 2 * len(glob)
    key = "**.{threshold,fail_under,min_score,min_accuracy,min_recall,pass_rate}"
    assert len(key_to_re2(key)) < 2 * len(key_to_re2("**.threshold"))


@given(
    parts=st.lists(
        st.sampled_from(
            ["a", "b", ".", "-", "*", "**", "?", "/", "{", ",", "}", "[ab]", "{a,b.a}"]
        ),
        min_size=1,
        max_size=9,
    ),
    path=st.text("ab./-", max_size=7),
)
def test_braces_match_what_their_alternatives_match(parts: list[str], path: str) -> None:
    glob = "".join(parts)
    try:
        check_glob(glob)
    except ValueError:
        return
    assert covers(glob, path) == any(covers(each, path) for each in alternatives(glob))


@pytest.mark.parametrize("glob", ["{.,a}/b", "{a,..}", "x/{.,..}", "{a,}/b"])
def test_braces_are_refused_if_one_alternative_would_be(glob: str) -> None:
    with pytest.raises(ValueError, match=r"segment|begins with"):
        check_glob(glob)
