"""A policy drawn: complete, well-formed, harmless whatever it says."""

import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from fitgate.adapters.pages.policy import WRITERS, wrapped
from fitgate.core.diagram import Diagram, diagram_of
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from tests.builders import a_policy
from tests.hostile import HOSTILE, is_inert
from tests.shipped import LIBRARY

SVG = "{http://www.w3.org/2000/svg}"
DEFAULT = parse_policy(LIBRARY["default"], "default", LIBRARY).policy
GONE = {"id": "gone", "why": "it is gone", "when": {"path": {"files": "db/**"}}}


def hostile_policy(text: str) -> Policy:
    """Make a policy that says one text wherever a text may stand."""
    return a_policy(
        system=text,
        roles={text: {"users": [text], "teams": [text]}},
        taxonomy={text: {"name": text, "classes": ["R"]}},
        rules=[GONE | {"category": text, "why": text}],
        gates=[
            {"type": "slow-authority", "signatures": [text], "environments": [text]},
            {"type": "validation", "checks": [text], "categories": [text]},
            {"type": "rego", "package": text},
        ],
        breakers=[{"name": text, "when": {"metric": "declared"}, "then": "audit"}],
    )


def drawn(policy: Policy, form: str = "svg") -> str:
    out = io.StringIO()
    WRITERS[form](diagram_of(policy, "p.yaml"), out)
    return out.getvalue()


def tree(policy: Policy) -> ET.Element:
    return ET.fromstring(drawn(policy))  # noqa: S314 - it is what we drew


def texts(policy: Policy) -> list[str]:
    return [node.text or "" for node in tree(policy).iter(f"{SVG}text")]


@pytest.mark.parametrize("form", WRITERS)
def test_every_rule_stands_in_the_picture(form: str) -> None:
    picture = drawn(DEFAULT, form)
    assert [rule.id for rule in DEFAULT.rules if rule.id not in picture] == []
    assert "fitgate-policy-changed" in picture


def test_the_picture_says_what_it_is_to_whoever_does_not_see_it() -> None:
    svg = tree(DEFAULT)
    labels = {node.get("id"): node.text or "" for node in svg if node.get("id")}
    assert svg.get("role") == "img"
    assert (svg.get("aria-labelledby") or "").split() == list(labels)
    assert labels["title"].startswith("The policy of p.yaml")
    for words in ("slow-authority for every operation asks for cool-down of 48 h", "CB-VL"):
        assert words in labels["desc"]
    assert [rule.id for rule in DEFAULT.rules if rule.id not in labels["desc"]] == []


def test_the_picture_needs_nothing_else_and_knows_the_dark() -> None:
    svg = drawn(DEFAULT)
    assert "prefers-color-scheme: dark" in svg
    assert not re.findall(r"url\(|href|<script|<image|@import", svg)


def test_who_signs_and_how_long_it_takes_is_told() -> None:
    told = texts(DEFAULT)
    assert "cool-down of 48 h" in told
    assert "signed by safety-owner: permission admin" in told
    assert "vl_hours > 72, 3 in a row" in told


def test_a_gate_for_some_names_them_and_is_joined_to_no_other() -> None:
    rules = [GONE | {"category": "data"}, GONE | {"id": "b", "category": "evaluation"}]
    policy = a_policy(
        rules=rules,
        taxonomy={"data": {"name": "Data"}, "evaluation": {"name": "Evaluation"}},
        gates=[{"type": "validation", "categories": ["data"]}],
    )
    assert "only for data" in texts(policy)
    lines = [node for node in tree(policy).iter(f"{SVG}path") if "own" in (node.get("class") or "")]
    assert [node.findtext(f"{SVG}title") for node in lines] == ["data"]
    dot = drawn(policy, "dot")
    assert '"found data" -> "gate 0";' in dot
    assert '"found evaluation" -> "gate 0";' not in dot


def test_nothing_that_a_policy_says_becomes_part_of_the_drawing() -> None:
    plain = {(node.tag, *node.keys()) for node in tree(hostile_policy("x")).iter()}
    for text in HOSTILE:
        svg = drawn(hostile_policy(text))
        assert is_inert(svg)
        found = ET.fromstring(svg)  # noqa: S314 - as above
        assert {(node.tag, *node.keys()) for node in found.iter()} == plain


def test_nothing_that_a_policy_says_ends_a_string_of_dot() -> None:
    string = r'"(?:[^"\\\n]|\\.)*"'
    known = re.compile(rf"[\s{{}}\[\];=,>-]+|{string}|[a-zA-Z]+")
    for text in (*HOSTILE, 'a\\" -> b', "\\"):
        dot = drawn(hostile_policy(text), "dot")
        assert is_inert(dot)
        assert known.sub("", dot) == ""


def test_json_says_what_the_picture_shows() -> None:
    found = json.loads(drawn(DEFAULT, "json"))
    assert [group["category"] for group in found["groups"]] == list(DEFAULT.taxonomy)
    assert found["gates"][0]["for_all"]
    assert found.keys() == set(Diagram.__dataclass_fields__)


def test_a_policy_of_nothing_is_drawn_too() -> None:
    policy = Policy(version=1)
    assert "fitgate-policy-changed" in texts(policy)
    for form in WRITERS:
        assert drawn(policy, form)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, ("",)),
        ("one two three", 7, ("one two", "three")),
        ("abcdefgh", 3, ("abc", "def", "gh")),
        ("不可逆操作", 4, ("不可", "逆操", "作")),
        ("a 不可逆", 4, ("a 不", "可逆")),
        (" ".join("abcdefghij"), 1, ("a", "b", "c", "d", "e", "f", "g", "…")),
    ],
)
def test_text_is_broken_to_fit_its_column(text: str, width: int, lines: tuple[str, ...]) -> None:
    assert wrapped(text, width) == lines
