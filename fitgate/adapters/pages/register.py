"""The register as one page of HTML that needs nothing else: no network, no script."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import IO, Any

from jinja2 import Environment
from markupsafe import Markup

from fitgate.adapters.pages.drawn import csp_hash, environment, source
from fitgate.core.inert import inert
from fitgate.core.register import Register
from fitgate.core.remedies import plain
from fitgate.core.words.check import MARKS, finding_sentence
from fitgate.core.words.reclassified import ground_sentences, nature_words, said_sentence
from fitgate.core.words.register import (
    CATEGORIES,
    STANDINGS,
    by_category,
    evidence_words,
    policy_notes,
    short_id,
    standing_words,
)
from fitgate.core.words.strip import Strip, strip, ticks

_WIDTH, _HEIGHT, _GAP = 960, 120, 0.18
_WIDEST, _LABEL = 60, 160
_LOWEST = 4
"""IOs that a full column stands for at least: one alone is not drawn as a tower."""


def write_page(register: Register, out: IO[str]) -> None:
    """Write the page, entry by entry, the newest last."""
    style, script = (source(name) for name in ("register.css", "register.js"))
    columns = strip(register.tally)
    page = (
        _templates()
        .get_template("register.html")
        .generate(
            register=register,
            tally=register.tally,
            strip=columns,
            drawing=_drawing(columns),
            categories=by_category(register.tally),
            standings=[s for s in STANDINGS if register.tally.standings.get(s)],
            meanings=STANDINGS,
            notes=[*policy_notes(register.tally)],
            standing_words=standing_words(register.tally),
            style=Markup(style),  # noqa: S704 - ours
            script=Markup(script),  # noqa: S704 - ours
            hashes={"style": csp_hash(style), "script": csp_hash(script)},
        )
    )
    out.writelines(page)


@functools.cache
def _templates() -> Environment:
    return environment(
        {
            "moment": plain,
            "short_id": short_id,
            "evidence": evidence_words,
            "sentence": finding_sentence,
            "nature": nature_words,
            "said": said_sentence,
            "grounds": ground_sentences,
            "mark": lambda finding: MARKS[finding.outcome],
            "colour": colour,
        }
    )


def colour(category: str) -> str:
    """Return the CSS class of a category's colour; a team's own share two."""
    if category in CATEGORIES:
        return f"c{CATEGORIES.index(category)}"
    return f"c{len(CATEGORIES) + sum(category.encode()) % 2}"


def _drawing(columns: Strip) -> dict[str, Any]:
    """Return where the bars of a strip stand, in the units of its view box."""
    count = max(len(columns.columns), 1)
    step = min(_WIDTH / count, _WIDEST)
    labelled = ticks(columns.columns, max(1, int(step * count / _LABEL)))
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "bars": [*_bars(columns, step)],
        "labels": [(round(n * step, 1), columns.columns[n].begins) for n in labelled],
        "end": round(step * count, 1),
    }


def _bars(columns: Strip, step: float) -> Iterator[dict[str, Any]]:
    unit = (_HEIGHT - 4) / max(columns.highest, _LOWEST)
    for number, column in enumerate(columns.columns):
        foot = float(_HEIGHT)
        parts = []
        for category in sorted(
            column.counts, key=lambda c: (CATEGORIES.index(c) if c in CATEGORIES else 9, c)
        ):
            height = column.counts[category] * unit
            foot -= height
            parts.append((colour(category), round(foot, 1), round(height, 1)))
        yield {
            "x": round(number * step + step * _GAP / 2, 1),
            "width": round(step * (1 - _GAP), 1),
            "begins": column.begins,
            "said": ", ".join(f"{inert(c)} {n}" for c, n in column.counts.items()),
            "total": column.total,
            "parts": parts,
        }
