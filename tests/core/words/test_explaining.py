"""A change and a path before every rule, in lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fitgate.core.cases import PolicyCase
from fitgate.core.classify import Looks, classify
from fitgate.core.classify.explaining import explain, explain_path
from fitgate.core.facts import File, Trailer
from fitgate.core.in_force import rulebook
from fitgate.core.reading import parse_policy
from fitgate.core.trying import facts_of
from fitgate.core.verdict import decide
from fitgate.core.words.explaining import MOST, explain_lines, path_lines
from tests.hostile import HOSTILE, is_inert
from tests.shipped import LIBRARY

POLICY = """\
version: 1
rules:
  - {id: gone, category: data, why: it is gone, when: {path: {files: "data/**", status: removed}}}
  - {id: read, category: data, why: it was read, when: {line: {files: "*.sql", added: drop}}}
  - {id: said, category: data, why: it was said, when: {text: {label: io, trailer: {IO-Owner: x}}}}
  - id: kept
    category: evaluation
    why: none was kept
    when: {all: [{path: {files: "data/**"}}, {not: {path: {files: "keep/**"}}}]}
gates:
  - {type: validation}
  - {type: rollback-window, categories: [data]}
"""
BOOK = rulebook(parse_policy(POLICY, "p.yaml", LIBRARY))


def lines(*, every: bool = False, **case: Any) -> list[str]:
    """Explain a case."""
    told = PolicyCase.model_validate({"name": "a", "unknown": True, **case})
    facts = facts_of(told, BOOK.looks)
    verdict = decide(facts, classify(facts, BOOK.looks), BOOK)
    return explain_lines(facts, verdict, explain(facts, BOOK.looks), every=every)


def test_rules_that_speak_come_first_then_what_cannot_be_told() -> None:
    said = lines(files={"data/a": "modified", "1.sql": "added"}, labels=["io"])
    marked = [line[3:] for line in said if line[:3] == "├─ " and line[3] in "✓✗?"]
    order = [tuple(line.split()[:2]) for line in marked]
    assert order == [("✓", "kept"), ("?", "read"), ("✗", "gone"), ("✗", "said")]
    assert any("unknown: contents of 1.sql" in line for line in said)
    assert any("only data/a modified" in line for line in said)


def test_a_rule_that_looked_and_met_nothing_is_only_named() -> None:
    said = lines(files={"1.sql": {"after": "create"}})
    assert "├─ ✗ looked, and met nothing: read, said" in said
    assert "├─ 3 rules have nothing to do with this change (--all lists them)" in said


def test_a_change_of_the_policy_is_seen_by_the_built_in_rule() -> None:
    said = lines(files={".fitgate.yaml": "modified"})
    assert "├─ ✓ fitgate-policy-changed (evaluation): built in" in said


def test_the_built_in_rule_counts_as_one_where_it_says_nothing_too() -> None:
    assert "├─ 4 rules have nothing to do with this change (--all lists them)" in lines(files={})
    every = lines(every=True, files={})
    at = every.index("├─ ✗ fitgate-policy-changed (evaluation): built in")
    assert every[at + 1] == "│  └─ no policy file changed"
    assert "├─ ? fitgate-policy-changed (evaluation): built in" in lines(files=None)
    own = explain_path(".fitgate.yaml", BOOK.looks)
    (first, *_) = path_lines(own, BOOK.file.policy, "p.yaml", exists=True)
    assert first == ".fitgate.yaml: slow layer, 1 of 5 rules look at it"


def test_more_of_a_sort_is_counted() -> None:
    said = lines(files={f"data/{n}": "removed" for n in range(MOST + 3)})
    assert sum(line.endswith(" removed") for line in said) == 2 * MOST  # by `gone` and by `kept`
    assert sum("and 3 more" in line for line in said) == 2


def test_which_gates_wait_is_said_for_rules_that_differ() -> None:
    explained = explain_path("data/a", BOOK.looks)
    said = path_lines(explained, BOOK.file.policy, "p.yaml", exists=True)
    assert said[0] == "data/a: medium layer, 2 of 5 rules look at it"
    assert "├─ an IO by gone meets: validation, rollback-window" in said
    assert "├─ an IO by kept meets: validation" in said


def test_without_gates_nothing_waits() -> None:
    policy = BOOK.file.policy.model_copy(update={"gates": ()})
    said = path_lines(explain_path("data/a", Looks(policy)), policy, "p.yaml", exists=True)
    assert "├─ an IO by any of these rules meets: no gate" in said


def test_a_strangers_words_do_not_break_out_of_the_tree() -> None:
    told = PolicyCase.model_validate({"name": "a", "unknown": True})
    plain = facts_of(told, BOOK.looks)
    for text in HOSTILE:
        files = (File(f"data/{text}", "removed"), File(f"{text}.sql", "modified", unread=text))
        change = replace(plain.change, labels=(text,), trailers=(Trailer("IO-Owner", text),))
        facts = replace(plain, change=replace(change, title=text, id=text), files=files)
        verdict = decide(facts, classify(facts, BOOK.looks), BOOK)
        said = explain_lines(facts, verdict, explain(facts, BOOK.looks))
        path = explain_path(f"data/{text}", BOOK.looks)
        said += path_lines(path, BOOK.file.policy, text, exists=False)
        assert all(is_inert(line) and "\n" not in line for line in said)
