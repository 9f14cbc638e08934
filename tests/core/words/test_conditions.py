"""What a condition asks for, in words."""

from typing import Any

import pytest

from fitgate.core.conditions import Condition
from fitgate.core.words.conditions import asks
from tests.hostile import HOSTILE, is_inert

ANY = "added or modified or removed or renamed"
SENTENCES: list[tuple[dict[str, Any], str]] = [
    (
        {"path": {"files": "evals/**", "status": ["removed", "renamed"]}},
        "path: removed or renamed, in `evals/**`",
    ),
    (
        {"path": {"files": ["a", "!b"], "larger_than": 9, "binary": True, "lfs": False}},
        f"path: {ANY}; larger than 9 bytes; binary; not a Git LFS pointer, in `a, !b`",
    ),
    (
        {"line": {"added": "x", "removed": ["y", "z"]}},
        "line: an added line matches `x`; a removed line matches `y, z`",
    ),
    ({"line": {"files": "*.py", "fewer": "^def"}}, "line: fewer lines match `^def`, in `*.py`"),
    (
        {
            "setting": {
                "files": "a",
                "key": "**.b",
                "moved": "lowered",
                "from": True,
                "to": [1, "x"],
            }
        },
        "setting: `**.b` lowered; from true; to 1 or x, in `a`",
    ),
    ({"setting": {"files": "a", "key": "b"}}, "setting: `b` changed in any way, in `a`"),
    (
        {"dependency": {"change": "major", "name": "torch", "ecosystem": "pypi", "group": "dev"}},
        "dependency: major; named `torch`; of pypi; in the group `dev`",
    ),
    (
        {"workflow": {"change": "disabled", "job": "t*", "key": ["jobs.*"], "command": "pytest"}},
        "workflow: disabled; in the job `t*`; at `jobs.*`; that ran `pytest`",
    ),
    ({"migration": {"change": "drops", "table": "users.*"}}, "migration: drops; on `users.*`"),
    (
        {"text": {"body": "b", "trailer": {"IO-Owner": "c"}}},
        "text: the description matches `b`; the trailer IO-Owner matches `c`",
    ),
    (
        {"environment": {"environment": "production", "ref": "v*"}},
        "environment: a deployment to `production`; of `v*`",
    ),
    ({"any": [{"path": {"files": "a"}}]}, "any of"),
    ({"all": [{"path": {"files": "a"}}]}, "all of"),
    ({"not": {"path": {"files": "a"}}}, "not"),
]


@pytest.mark.parametrize(("when", "sentence"), SENTENCES)
def test_a_condition_is_said_in_a_line(when: dict[str, Any], sentence: str) -> None:
    assert asks(Condition.model_validate(when)) == sentence


def test_a_line_is_inert_and_short_whatever_a_policy_asks_for() -> None:
    for text in HOSTILE:
        said = asks(Condition.model_validate({"text": {"trailer": {text: "x" * 500}}}))
        assert is_inert(said)
        assert len(said) < 400
