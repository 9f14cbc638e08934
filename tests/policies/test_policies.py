"""The policies that come with FITGate: readable, whole, and of use as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fitgate.bootstrap import default_policy
from fitgate.core.cases import parse_cases
from fitgate.core.classify import Looks
from fitgate.core.in_force import SHIPPED, rulebook
from fitgate.core.policy import Policy
from fitgate.core.reading import compiled, parse_policy, read_compiled, rules_of
from fitgate.core.trying import try_cases
from tests.shipped import LIBRARY, ROOT

DEFAULT = parse_policy(LIBRARY["default"], "fitgate.yaml", LIBRARY).policy
FILES = sorted([ROOT / ".fitgate.yaml", *(ROOT / "policies").rglob("*.yaml")])
POLICIES = [path for path in FILES if not path.name.endswith(".test.yaml")]
CASES = [path for path in FILES if path not in POLICIES]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_every_policy_can_be_read(path: Path) -> None:
    policy = parse_policy(path.read_text(encoding="utf-8"), path.name, LIBRARY).policy
    assert policy.taxonomy


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_every_rule_means_what_its_cases_say(path: Path) -> None:
    policy = path.with_name(f"{path.name.removesuffix('.test.yaml')}.yaml")
    book = rulebook(parse_policy(policy.read_text(encoding="utf-8"), policy.name, LIBRARY))
    cases = parse_cases(path.read_text(encoding="utf-8"), path.name, book.file.policy)
    trial = try_cases(cases, book, LIBRARY)
    failed = [f"{tried.placed.line}: {tried.placed.case.name}" for tried in trial.failed]
    assert (failed, trial.uncovered) == ([], ()), "see `fitgate policy test`"


def test_every_rule_of_the_default_has_a_look_alike_that_is_none() -> None:
    text = (ROOT / "policies" / "fitgate.test.yaml").read_text(encoding="utf-8")
    cases = [placed.case for placed in parse_cases(text, "cases", DEFAULT)]
    assert sum(case.categories == () for case in cases) > len(DEFAULT.rules) * 3 // 4


def test_the_default_shows_every_key_there_is() -> None:
    written = yaml.safe_load(LIBRARY["default"])
    assert set(written) == set(Policy.model_fields)


def test_the_default_begins_by_watching() -> None:
    assert DEFAULT.mode == "shadow"


def test_the_default_has_rules_for_all_six_categories() -> None:
    assert {rule.category for rule in DEFAULT.rules} == set(DEFAULT.taxonomy)


def test_the_default_asks_for_no_text_that_a_clone_cannot_know() -> None:
    texts = [c.text for _, conditions in rules_of(DEFAULT) for c in conditions if c.text]
    assert all(text.model_fields_set == {"trailer"} for text in texts)


def test_no_rule_says_no_more_than_its_name() -> None:
    assert all(len(rule.why.split()) > 3 for rule in DEFAULT.rules)


def test_the_default_compiles_to_one_set_of_questions() -> None:
    looks = Looks(DEFAULT)
    assert len(looks.ids) > len(DEFAULT.rules) / 2
    assert looks.layer(".github/workflows/ci.yml") == "slow"
    assert looks.layer("docs/a.md") == "fast"
    assert looks.layer("app/a.py") == "medium"


def test_the_compiled_default_is_that_of_its_text(request: pytest.FixtureRequest) -> None:
    path, expected = ROOT / "policies" / "fitgate.json", compiled(LIBRARY["default"]) + "\n"
    if request.config.getoption("--bless"):
        path.write_text(expected, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == expected, "run `make bless`"


def test_the_compiled_default_reads_as_its_text_does() -> None:
    assert default_policy() == parse_policy(LIBRARY["default"], SHIPPED, LIBRARY)


def test_what_was_compiled_from_another_text_is_not_read() -> None:
    text = LIBRARY["default"]
    assert read_compiled(compiled(text), text, SHIPPED) is not None
    assert read_compiled(compiled(text), f"{text}# edited\n", SHIPPED) is None
