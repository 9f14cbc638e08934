"""Whoever silences a check says why."""

from __future__ import annotations

import io
import re
import tokenize

from tests.house.tree import sources

SILENCES = re.compile(r"#\s*(ruff: )?(noqa|type: ignore|pragma: no cover)\b")
SAYS_WHY = re.compile(
    r"# (ruff: )?noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \S"
    r"|# type: ignore\[[\w,-]+\] # \S"
    r"|# pragma: no cover - \S"
)


def test_every_silenced_check_gives_its_reason() -> None:
    found = []
    for path in sources():
        source = path.read_text(encoding="utf-8")
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            comment = token.type == tokenize.COMMENT and SILENCES.search(token.string)
            if comment and not SAYS_WHY.search(token.string):
                found.append(f"{path}:{token.start[0]}: {token.string}")
    assert found == []
