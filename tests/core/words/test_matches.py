"""One sentence a match."""

import pytest

from fitgate.core.findings import Match
from fitgate.core.words.matches import match_sentence
from tests.hostile import HOSTILE, is_inert

SENTENCES = [
    (
        Match("r", "c", "setting", "evals/safety.yaml", 3, "thresholds.toxicity", 0.9, 0.7),
        "evals/safety.yaml line 3: thresholds.toxicity lowered from 0.9 to 0.7 (rule r)",
    ),
    (
        Match("r", "c", "setting", "a.yaml", 1, "n", 1, 2),
        "a.yaml line 1: n raised from 1 to 2 (rule r)",
    ),
    (
        Match("r", "c", "setting", "a.yaml", 1, "on", after=True),
        "a.yaml line 1: on added: true (rule r)",
    ),
    (
        Match("r", "c", "setting", "a.yaml", 1, "on", before=True, after=False),
        "a.yaml line 1: on changed from true to false (rule r)",
    ),
    (
        Match("r", "c", "setting", "a.yaml", 9, "image", "app:1", "app:latest"),
        "a.yaml line 9: image changed from “app:1” to “app:latest” (rule r)",
    ),
    (
        Match("r", "c", "setting", "a.yaml", 7, "fallback", "b"),
        "a.yaml line 7: fallback removed, was “b” (rule r)",
    ),
    (
        Match("r", "c", "setting", "a.yaml", after="could be parsed before and not after: x"),
        "a.yaml: could be parsed before and not after: x (rule r)",
    ),
    (
        Match("r", "c", "path", "evals/redteam.jsonl", None, "status", None, "removed"),
        "evals/redteam.jsonl removed (rule r)",
    ),
    (
        Match("r", "c", "path", "new.py", None, "status", "old.py", "renamed"),
        "old.py renamed to new.py (rule r)",
    ),
    (
        Match("r", "c", "line", "db/1.sql", 4, None, None, "  DROP TABLE users;"),
        "db/1.sql line 4: added “DROP TABLE users;” (rule r)",
    ),
    (
        Match("r", "c", "line", "tests/a.py", 4, None, "def test_a(): ..."),
        "tests/a.py line 4: removed “def test_a(): ...” (rule r)",
    ),
    (Match("r", "c", "text", key="title", after="Drop it"), "the title says “Drop it” (rule r)"),
    (Match("r", "c", "text", key="body", after="Drop"), "the description says “Drop” (rule r)"),
    (
        Match("r", "c", "text", key="IO-Category", after="data"),
        "the trailer IO-Category says “data” (rule r)",
    ),
    (Match("r", "c", "absence"), "what the rule looks for is missing (rule r)"),
    (
        Match(
            "fitgate-policy-changed", "evaluation", "built-in", ".fitgate.yaml", after="modified"
        ),
        ".fitgate.yaml modified: a policy is always looked at (rule fitgate-policy-changed)",
    ),
]


@pytest.mark.parametrize(("match", "sentence"), SENTENCES)
def test_a_match_is_said_in_one_sentence(match: Match, sentence: str) -> None:
    assert match_sentence(match) == sentence


@pytest.mark.parametrize("kind", ["path", "line", "setting", "text", "built-in"])
def test_a_sentence_is_inert_and_short_whatever_it_tells_of(kind: str) -> None:
    for text in HOSTILE:
        match = Match(text, "c", kind, text, 1, text, text, text)  # type: ignore[arg-type] # each in turn
        assert is_inert(match_sentence(match))
        assert len(match_sentence(match)) < 4000
