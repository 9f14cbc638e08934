"""Verdicts on all pull requests of a merge group as one page: the worst in full, each in a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.inert import inert
from fitgate.core.verdict import Verdict
from fitgate.core.words.check import MARKS, headline
from fitgate.core.words.page import Links, Page, page, shown

_TITLE = 250
_QUEUED = (
    "Nobody can act while it is in the queue, so what is held leaves it. Queue it again once its "
    "own check is green."
)


def worst(verdicts: Sequence[Verdict]) -> int:
    """Return the place of the worst verdict of several on one commit; the first of equals.

    What is reported in shadow mode holds nothing, so it is never worse than what is enforced.
    """
    ranks = [(verdict.mode == "enforce", verdict.outcome.rank) for verdict in verdicts]
    return ranks.index(max(ranks))


def group_page(judged: Sequence[tuple[Facts, Verdict]], links: Links) -> Page:
    """Return the page of a merge group; each part fits into what a forge takes."""
    place = worst([verdict for _, verdict in judged])
    facts, verdict = judged[place]
    whole = page(facts, verdict, links)
    said = headline(verdict)
    named = f"{_name(facts)} {said}" if len(judged) > 1 else said
    summary = "\n".join((whole.summary, "", *_lines(judged)))
    return replace(whole, title=inert(f"{verdict.outcome}: {named}", _TITLE), summary=summary)


def _lines(judged: Sequence[tuple[Facts, Verdict]]) -> Iterator[str]:
    yield f"Merge group of {len(judged)}, each judged anew:"
    for facts, verdict in judged:
        line = shown(inert(f"{verdict.outcome} {_name(facts)} {headline(verdict)}"))
        yield f"- {MARKS[verdict.outcome]} {line}"
    held = any(v.outcome is not Outcome.ALLOW and v.mode == "enforce" for _, v in judged)
    if held:
        yield ""
        yield _QUEUED


def _name(facts: Facts) -> str:
    change = facts.change
    return f"pull request {change.number}" if change.number else f"commit {str(change.head)[:12]}"
