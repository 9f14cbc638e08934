"""Gates, roles, breakers and thresholds in vain: each warning, and what looks like it."""

from typing import Any

import pytest

from tests.core.linting import GONE, a_rule, said, said_of

SLOW = {"type": "slow-authority"}
OWNER = {"owner": {"users": ["ada"]}}
GATES = [
    ({"cooldown": "PT0S", "rationale": "optional"}, {"cooldown": "PT0S"}, "asks for nothing"),
    (
        {"categories": ["optionality"]},
        {"categories": ["data", "evaluation"]},
        "`optionality`, which no rule finds",
    ),
    ({"classes": ["D"]}, {"classes": ["R", "T"]}, "class D, which no rule finds"),
    ({"categories": []}, {}, "is for no categories"),
    (
        {"environments": ["prod"], "kinds": ["pull"]},
        {"environments": ["prod"], "kinds": ["pull", "deployment"]},
        "for environments, and not for deployments",
    ),
    ({"environments": ["staging"]}, {"environments": ["prod"]}, "has no environment `staging`"),
    (
        {"type": "rollback-window", "artifact": "optional", "plan": "optional"},
        {"type": "rollback-window", "artifact": "optional"},
        "`rollback-window` asks for nothing",
    ),
    (
        {"type": "validation", "plan": "optional"},
        {"type": "validation", "plan": "optional", "checks": "a"},
        "`validation` asks for nothing",
    ),
    (
        {"type": "tempo-layers", "mixed": "allow"},
        {"type": "tempo-layers"},
        "`tempo-layers` asks for nothing",
    ),
    (
        {"type": "breaker", "names": ["CB"]},
        {"type": "breaker", "names": ["CB-VL"]},
        "no breaker `CB`",
    ),
]


@pytest.mark.parametrize(("gate", "right", "words"), GATES, ids=[words for *_, words in GATES])
def test_a_gate_without_effect_is_told_from_one_that_has_one(
    gate: dict[str, Any], right: dict[str, Any], words: str
) -> None:
    keys = {
        "rules": [a_rule(GONE)],
        "boundary": {"environments": ["prod"]},
        "layers": {"fast": "docs/**"},
        "breakers": [
            {"name": "CB-VL", "when": {"metric": "vl_hours", "limit": 1}, "then": "freeze"}
        ],
    }
    (message,) = said(gates=[SLOW | gate], **keys)
    assert words in message
    assert said(gates=[SLOW | right], **keys) == []


def test_a_rule_with_a_number_may_be_of_any_class() -> None:
    gates = [SLOW | {"classes": ["D"]}]
    assert said(rules=[a_rule(GONE, io_sr=[4])], gates=gates) == []


def test_fast_paths_are_needed_before_slow_ones_can_be_kept_apart() -> None:
    (message,) = said(gates=[{"type": "tempo-layers"}], layers={"slow": "db/**"})
    assert message == "the gate `tempo-layers` asks for nothing, so it holds nothing"


def test_roles_that_nobody_has_or_asks_for_are_told() -> None:
    gates = [SLOW | {"signatures": ["owner"]}]
    assert said(roles={"owner": {}}, gates=gates)[0] == "nobody can have the role `owner`"
    assert said(roles=OWNER) == ["nothing asks for the role `owner`"]
    assert said(roles=OWNER, gates=gates) == []
    assert said(roles=OWNER, override={"roles": ["owner"]}) == []
    assert said(roles=OWNER, gates=[{"type": "rego", "package": "a"}]) == []


@pytest.mark.parametrize(
    ("roles", "few"),
    [
        ({"a": {"users": ["ada"]}, "b": {"users": ["Ada"]}}, True),
        ({"a": {"users": ["ada", "ben"]}, "b": {"users": ["ada"]}}, False),
        ({"a": {"users": ["ada"]}, "b": {"users": ["ada"], "teams": ["acme/x"]}}, False),
        ({"a": {"users": ["ada"]}, "b": {"permission": "admin"}}, False),
        ({"a": {"users": ["ada"]}, "b": {}}, True),
    ],
)
def test_a_gate_that_needs_more_people_than_there_are_is_told(
    roles: dict[str, Any],
    few: bool,
) -> None:
    told = said(roles=roles, gates=[SLOW | {"signatures": ["a", "b"]}])
    assert bool([words for words in told if "distinct people must sign" in words]) == few


def test_a_breaker_that_degrades_needs_one_person_more() -> None:
    breaker = {"name": "CB", "when": {"metric": "vl_hours", "limit": 1}}
    gates = [SLOW | {"signatures": ["owner"]}]
    needs = "one person must sign, and one more while a breaker degrades"
    for then, told in (("degrade", [f"{needs}, and its roles can give 1"]), ("freeze", [])):
        assert said(roles=OWNER, gates=gates, breakers=[breaker | {"then": then}]) == told


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"metric": "vl_hours"}, "it has no limit"),
        ({"metric": "vl_hours", "limit": float("nan")}, "is no number"),
        ({"metric": "vl_hours", "limit": float("inf")}, "`vl_hours` is never above inf"),
        ({"metric": "rdpr", "limit": 0}, "`rdpr` is never below 0"),
        ({"metric": "gbr_ratio", "limit": 1}, "`gbr_ratio` is never above 1"),
        ({"metric": "gbr_ratio", "limit": 1, "any_unauthorised": True}, ""),
        ({"metric": "gbr_per_week", "limit": 1}, ""),
        ({"metric": "rdpr", "limit": 1}, ""),
        ({"metric": "declared"}, ""),
    ],
)
def test_a_breaker_that_can_never_trip_is_told(when: dict[str, Any], words: str) -> None:
    told = said(breakers=[{"name": "CB", "when": when, "then": "freeze"}])
    assert [words in each for each in told] == [True] * bool(words)


@pytest.mark.parametrize(
    ("name", "yellow", "red", "told"),
    [
        ("vl_hours", 9, 3, True),
        ("vl_hours", 3, 9, False),
        ("rdpr", 0.5, 0.8, True),
        ("rdpr", 0.8, 0.5, False),
        ("rdpr", 0.5, 0.5, False),
        ("vl_hours", None, 3, False),
    ],
)
def test_a_yellow_that_is_worse_than_red_is_told(
    name: str,
    yellow: float | None,
    red: float,
    told: bool,
) -> None:
    words = said(thresholds={name: {"yellow": yellow, "red": red}})
    assert [each.startswith("yellow is worse than red") for each in words] == [True] * told


def test_environments_that_the_boundary_does_not_have_are_told() -> None:
    breaker = {
        "name": "CB",
        "when": {"metric": "declared"},
        "then": "freeze",
        "environments": "prod",
    }
    when = {"environment": {"environment": "pro*"}}
    assert said(breakers=[breaker]) == ["the boundary has no environment `prod`"]
    assert said_of(when) == ["rule `r`: the boundary has no environment pro*"]
    assert said_of(when, breakers=[breaker], boundary={"environments": ["prod"]}) == []
