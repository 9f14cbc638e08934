"""The summary of a workflow's step, in Markdown: a verdict's page, the figures and their trend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fitgate.core.inert import inert
from fitgate.core.measure.overview import Group
from fitgate.core.measure.reading import Figure, Reading
from fitgate.core.words.metrics import MEANINGS, amount, interval_words, value_words
from fitgate.core.words.page import shown

_LONGEST_TREND = 26


def figures_page(readings: Sequence[Reading], weeks: Sequence[Group]) -> Iterator[str]:
    """Yield the lines that tell figures, and a picture of each that is known in two weeks."""
    yield "### The figures of the last four weeks"
    yield ""
    yield "| figure | value | n | 95 % | band | means |"
    yield "|---|---|---|---|---|---|"
    for reading in readings:
        unjudged = f" + {reading.unjudged} unjudged" if reading.unjudged else ""
        cells = (
            f"`{reading.figure}`", value_words(reading), f"{reading.n}{unjudged}",
            interval_words(reading), reading.band.value, MEANINGS[reading.figure],
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    yield ""
    for reading in readings:
        if reading.value is None:
            yield f"- `{reading.figure}` is unknown: {shown(inert(reading.why))}"
    for reading in readings:
        yield from _trend(reading.figure, weeks)


def _trend(figure: Figure, weeks: Sequence[Group]) -> Iterator[str]:
    """Yield the picture of a figure week by week, as Mermaid draws it on GitHub.

    A week in which it is unknown has no point: it is neither nought nor joined over.
    """
    told = [(week.name, week.reading(figure)) for week in weeks[-_LONGEST_TREND:]]
    known = [(name, r.value) for name, r in told if r.value is not None]
    if len(known) < 2:  # noqa: PLR2004 - one point is no trend
        return
    unit = told[0][1].estimator.unit
    share = 100 if unit == "share" else 1
    scale = "%" if unit == "share" else unit
    missing = len(told) - len(known)
    gone = f"; {missing} weeks in which it is unknown are left out" if missing else ""
    values = [value * share for _, value in known]
    yield ""
    yield f"`{figure}`, week by week, {amount(known[-1][1], unit)} in the last{gone}:"
    yield ""
    yield "```mermaid"
    yield "xychart-beta"
    yield f"    x-axis [{', '.join(name[5:] for name, _ in known)}]"
    low, high = min(0.0, *values), max(values)
    yield f'    y-axis "{scale}" {low:.4g} --> {high if high > low else low + 1:.4g}'
    yield f"    line [{', '.join(f'{value:.4g}' for value in values)}]"
    yield "```"


def swept_words(pulls: int, landed: int) -> str:
    """Say what a job looked at where it is about no one change."""
    looked = f"{pulls} open pull request{'' if pulls == 1 else 's'} looked at"
    down = f"{landed} landing{'' if landed == 1 else 's'} written down"
    return f"{looked}, {down}"
