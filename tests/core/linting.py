"""What the tests of the lint share: policies of few keys, and what is warned of in them."""

from typing import Any

import yaml

from fitgate.core.lint import lint
from fitgate.core.places import load
from fitgate.core.reading import parse_policy
from fitgate.errors import Problem
from tests.shipped import LIBRARY

GONE = {"path": {"files": "db/**", "status": "removed"}}
ADDED = {"path": {"files": "db/**", "status": "added"}}
TITLE = {"text": {"title": "x"}}
BASE: dict[str, Any] = {"version": 1, "rules": []}


def a_rule(when: object, rule_id: str = "r", **more: object) -> dict[str, Any]:
    """Write a rule."""
    return {"id": rule_id, "category": "data", "why": "w", "when": when, **more}


def linted(**keys: object) -> tuple[Problem, ...]:
    """Lint a policy of these keys."""
    text = yaml.safe_dump(BASE | keys, sort_keys=False)
    return lint(parse_policy(text, "p.yaml", LIBRARY).policy, load(text))


def said(**keys: object) -> list[str]:
    """Return what is warned of, without its places."""
    return [problem.message for problem in linted(**keys)]


def said_of(when: object, **keys: object) -> list[str]:
    """Return what is warned of in a policy of one rule."""
    return said(rules=[a_rule(when)], **keys)
