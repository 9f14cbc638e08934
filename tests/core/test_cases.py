"""Cases for a policy: read with every problem named, told as facts, tried."""

from __future__ import annotations

import pytest

from fitgate.core.cases import parse_cases
from fitgate.core.classify import Looks
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.in_force import rulebook
from fitgate.core.reading import parse_policy
from fitgate.core.trying import Trial, facts_of, not_matched, try_cases
from fitgate.errors import CasesError
from tests.shipped import LIBRARY

POLICY = """\
version: 1
roles: {owner: {users: [rita]}}
rules:
  - id: bar-lowered
    category: evaluation
    why: "a lower bar lets through what was stopped before"
    when: {setting: {files: "evals/**/*.yaml", key: "**.threshold", moved: lowered}}
  - id: data-gone
    category: data
    why: "data that is gone cannot be looked at again"
    when: {path: {files: "data/**", status: removed}}
  - id: dropped
    category: data
    why: "what is put back comes back empty"
    when: {line: {files: "**/*.sql", added: '(?i)\\bdrop\\b'}}
  - id: large
    category: data
    why: "what is large is not looked at by anybody"
    when: {path: {files: "big/**", larger_than: 3}}
  - id: vendored
    category: supply-chain
    why: "another commit of it may be anything"
    when: {path: {files: "**", submodule: true}}
  - id: said
    category: deployment
    why: "its author or its label says so"
    when: {any: [{text: {label: "^io$"}}, {text: {trailer: {IO-Category: deployment}}}]}
gates:
  - {type: slow-authority, signatures: [owner], cooldown: PT48H}
"""
FILE = parse_policy(POLICY, "p.yaml", LIBRARY)
NEEDS = "needs a text before or after, or a status: added, modified, removed"
BY_SAM = "approvals: sam, people: [{id: sam, login: sam, kind: human, roles: [owner]}]"
LOWERED = 'evals/a.yaml: {before: "threshold: 0.9", after: "threshold: 0.7"}'


def trial(*cases: str) -> Trial:
    """Try cases, each of which is written on one line."""
    text = "version: 1\ncases:\n" + "".join(f"  - {{{case}}}\n" for case in cases)
    return try_cases(parse_cases(text, "c.yaml", FILE.policy), rulebook(FILE), LIBRARY)


def passes(case: str) -> bool:
    """Say whether what a case expects is what the policy says."""
    (tried,) = trial(f"name: a, {case}").tried
    return tried.passed


def facts(case: str) -> Facts:
    """Return the facts that a case tells."""
    (tried,) = trial(f"name: a, categories: [], {case}").tried
    return tried.facts


def problems(text: str) -> list[str]:
    """Return what is wrong with a file of cases, a line each."""
    with pytest.raises(CasesError) as caught:
        parse_cases(text, "c.yaml", FILE.policy)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "case",
    [
        f"files: {{{LOWERED}}}, categories: [evaluation], rules: [bar-lowered]",
        f"files: {{{LOWERED}, data/x.csv: removed}}, categories: [data, evaluation]",
        'files: {db/1.sql: {after: "DROP TABLE a"}}, categories: data',
        'files: {db/1.sql: {before: "DROP TABLE a"}}, categories: []',
        "files: {big/a: {after: long}}, categories: data",
        "files: {lib/x: {status: modified, mode: 160000}}, categories: supply-chain",
        "files: {lib/x: {status: added, mode: '160000'}}, categories: supply-chain",
        "files: {old/x.csv: {renamed_from: data/x.csv}}, categories: data, rules: data-gone",
        "labels: [io], categories: deployment",
        "trailers: {IO-Category: deployment}, categories: deployment",
        'body: "IO-Category: deployment", categories: deployment',
        'files: {.fitgate/io/x.yaml: {after: "categories: [deployment]"}}, categories: deployment',
        "files: {.fitgate.yaml: modified}, categories: evaluation, rules: fitgate-policy-changed",
        "title: nothing happens, categories: []",
    ],
)
def test_a_change_told_in_short_is_judged_as_it_would_be(case: str) -> None:
    assert passes(case)


@pytest.mark.parametrize(
    "case",
    [
        "files: {evals/a.yaml: modified}, unknown: true",
        "files: {db/1.sql: added}, unknown: true",
        "files: {big/a: added}, unknown: true",
        "files: {big/b: {renamed_from: big/a}}, unknown: true",
        "files: null, unknown: true",
        "labels: null, unknown: true",
        "files: {evals/b.yaml: {renamed_from: evals/a.yaml}}, categories: []",
    ],
)
def test_what_a_case_does_not_tell_is_unknown_as_far_as_it_matters(case: str) -> None:
    assert passes(case)


@pytest.mark.parametrize(
    "case",
    [
        "categories: data",
        f"files: {{{LOWERED}}}, categories: []",
        f"files: {{{LOWERED}}}, categories: [evaluation, data]",
        f"files: {{{LOWERED}}}, categories: evaluation, rules: []",
        f"files: {{{LOWERED}}}, categories: evaluation, rules: [bar-lowered, dropped]",
        f"files: {{{LOWERED}}}, categories: evaluation, outcome: ALLOW",
        f"files: {{{LOWERED}}}, unknown: true",
        "files: {evals/a.yaml: modified}, categories: []",
    ],
)
def test_what_is_not_as_expected_fails(case: str) -> None:
    assert not passes(case)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("title: a", Outcome.HOLD),
        ("trailers: {IO-Rationale: it must be}, approvals: rita, waited: PT49H", Outcome.ALLOW),
        ("trailers: {IO-Rationale: it must be}, approvals: rita, waited: PT47H", Outcome.HOLD),
        ("trailers: {IO-Rationale: it must be}, approvals: sam, waited: PT49H", Outcome.HOLD),
        (
            "trailers: {IO-Rationale: it must be}, approvals: null, waited: PT49H",
            Outcome.UNDECIDED,
        ),
        (f"trailers: {{IO-Rationale: it must be}}, waited: PT49H, {BY_SAM}", Outcome.ALLOW),
    ],
)
def test_the_gates_can_be_tried_too(more: str, outcome: Outcome) -> None:
    assert passes(f"files: {{data/a: removed}}, categories: data, {more}, outcome: {outcome}")


def test_a_file_that_moved_keeps_its_text_unless_two_are_told() -> None:
    moved = "files: {evals/b.yaml: {renamed_from: evals/a.yaml, after: 'threshold: 0.7'}}"
    assert passes(f"{moved}, categories: []")
    both = moved.replace("after", "before: 'threshold: 0.9', after")
    assert passes(f"{both}, categories: evaluation")


def test_who_takes_part_is_known_by_login() -> None:
    told = facts("author: ada, approvals: [rita]")
    assert [(p.id, p.login, p.kind) for p in told.people] == [
        ("ada", "ada", "human"),
        ("rita", "rita", "human"),
    ]
    assert facts("author: null").change.contributors is None


def test_the_facts_of_a_case_answer_the_policy_that_they_are_told_for() -> None:
    assert facts(f"files: {{{LOWERED}}}").looked == Looks(FILE.policy).ids


def test_rules_that_match_in_no_case_are_not_covered() -> None:
    tried = trial(
        f"name: a, files: {{{LOWERED}}}, categories: evaluation",
        "name: b, files: {data/a: modified}, categories: []",
    )
    assert tried.failed == ()
    assert tried.uncovered == ("data-gone", "dropped", "large", "vendored", "said")


def test_the_rules_of_a_pack_are_for_its_own_cases() -> None:
    rule = "{id: a, category: data, why: x, when: {path: {files: a}}}"
    text = f"version: 1\nuse: [default]\nrules: [{rule}]\n"
    file = parse_policy(text, "p.yaml", LIBRARY)
    assert len(file.policy.rules) > 20
    assert try_cases((), rulebook(file), LIBRARY).rules == ("a",)


def test_what_did_not_match_is_explained_with_what_was_nearly_seen() -> None:
    raised = 'evals/a.yaml: {before: "threshold: 0.7", after: "threshold: 0.9"}'
    for expected in ("categories: evaluation", "categories: evaluation, rules: bar-lowered"):
        (tried,) = trial(f"name: a, files: {{{raised}}}, {expected}").tried
        (why,) = not_matched(tried, Looks(FILE.policy))
        (near,) = why.why.seen
        assert (why.rule.id, near.key, near.before, near.after) == (
            "bar-lowered", "threshold", 0.7, 0.9,
        )  # fmt: skip


def test_what_is_expected_and_matched_needs_no_explanation() -> None:
    (tried,) = trial(f"name: a, files: {{{LOWERED}}}, categories: evaluation").tried
    assert not_matched(tried, Looks(FILE.policy)) == ()


def test_every_problem_is_named_with_its_place_and_what_was_meant() -> None:
    text = """\
version: 1
cases:
  - name: a
    fils: {}
    categories: [data]
  - name: b
    files: {a: gone, b: {befor: x}, c: {before: x, status: added}, d: {}}
    categories: [data]
    outcome: HOLDS
  - name: c
"""
    assert problems(text) == [
        "4:5: cases.0.fils: there is no key `fils` here (did you mean `files`?)",
        "7:13: cases.1.files.a: cannot be 'gone' (one of added, modified, removed)",
        "7:26: cases.1.files.b.befor: there is no key `befor` here (did you mean `before`?)",
        "7:37: cases.1.files.c: says added, but by its texts it was removed",
        f"7:68: cases.1.files.d: {NEEDS}",
        "9:5: cases.1.outcome: cannot be 'HOLDS' (did you mean `HOLD`?)",
        "10:5: cases.2: needs what is expected: categories ([] is no IO), or `unknown: true`",
    ]


def test_names_that_refer_to_nothing_or_stand_twice_are_named() -> None:
    text = """\
version: 1
cases:
  - {name: a, categories: [dta], rules: [data-gon]}
  - {name: a, categories: []}
"""
    assert problems(text) == [
        "3:15: cases.0.categories: there is no category `dta` (did you mean `data`?)",
        "3:34: cases.0.rules: there is no rule `data-gon` (did you mean `data-gone`?)",
        "4:6: cases.1.name: case 0 has the name `a` too",
    ]


@pytest.mark.parametrize("path", ["/e", "./e", "a/../b", "a//b", "''"])
def test_a_path_is_told_from_the_top_of_the_repository(path: str) -> None:
    (problem,) = problems(
        f"version: 1\ncases: [{{name: a, files: {{{path}: added}}, unknown: true}}]"
    )
    assert "is not a path from the top of the repository, as in evals/safety.yaml" in problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "cases: [\n",
        "version: 1\ncases:\n  - {name: a, unknown: true, categories: data}\n",
        "version: 1\ncases:\n  - {name: a, files: {a: {before: 3}}, unknown: true}\n",
    ],
)
def test_what_is_no_file_of_cases_is_an_error_and_never_a_crash(text: str) -> None:
    assert problems(text)


def test_a_case_says_where_it_stands() -> None:
    text = "version: 1\ncases:\n  - name: a\n    categories: []\n\n  - {name: b, categories: []}\n"
    assert [p.line for p in parse_cases(text, "c.yaml", FILE.policy)] == [3, 6]


def test_facts_can_be_told_for_any_policy() -> None:
    (placed,) = parse_cases(
        f"version: 1\ncases:\n  - {{name: a, files: {{{LOWERED}}}, categories: []}}\n",
        "c",
        FILE.policy,
    )
    other = parse_policy("version: 1\n", "p.yaml", LIBRARY).policy
    (file,) = facts_of(placed.case, Looks(other)).files or ()
    assert (file.status, file.settings) == ("modified", ())
