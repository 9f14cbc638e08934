"""What a job tells of what it did: outputs, the step's summary, remarks, and its log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fitgate.adapters.runner import Level, Runner
    from fitgate.core.measure.reading import Figure
    from fitgate.entrypoints.cli.action_event import Occasion
    from fitgate.entrypoints.cli.action_work import Done
    from fitgate.pipeline import Judged

FIGURES: dict[str, Figure] = {"vl-hours": "vl_hours", "rdpr": "rdpr", "gbr-ratio": "gbr_ratio"}
"""The outputs that are figures."""
_LONGEST = 256 << 10
"""Bytes of a verdict that fits into an output: a job may have a megabyte of them."""
_TEN = 10
"""GitHub shows no more warnings of a step ("Limits for annotations")."""
_READ_ONLY = (
    "The token of a fork's event reads only, so that the check was not written here. A run for "
    "`pull_request_target`, `schedule` or `workflow_run` writes it."
)


def outputs(done: Done) -> dict[str, str]:
    """Return the outputs of the step; one that this event says nothing of is empty.

    A figure that was measured and is not known is `unknown`, never 0.
    """
    told = dict.fromkeys(("outcome", "categories", "eligible-at", "verdict-json", *FIGURES), "")
    if done.judged is not None:
        told |= _verdict(done.judged)
    known = {reading.figure: reading.value for reading in done.readings}
    for name, figure in FIGURES.items():
        if figure in known:
            value = known[figure]
            told[name] = "unknown" if value is None else f"{value:.6g}"
    return told


def _verdict(judged: Judged) -> Iterator[tuple[str, str]]:
    from fitgate.core.entries import moment
    from fitgate.core.verdict import verdict_json

    verdict = judged.verdict
    yield "outcome", str(verdict.outcome)
    yield "categories", ",".join(verdict.categories)
    yield "eligible-at", moment(verdict.eligible_at) if verdict.eligible_at else ""
    whole = json.dumps(verdict_json(verdict), separators=(",", ":"))
    yield "verdict-json", whole if len(whole) <= _LONGEST else ""


def tell(runner: Runner, why: Occasion, done: Done, server: str) -> None:
    """Tell all of it: to later steps, on the page of the run, on the lines, in the log."""
    for name, value in outputs(done).items():
        runner.output(name, value)
    summary = "\n".join(_summary(why, done, server))
    if summary:
        runner.summarize(summary)
    if done.judged is not None and not done.is_shown and why.number is not None:
        runner.annotate("notice", _READ_ONLY, title="FITGate")
        _remark(runner, done.judged)
    for each in done.failed:
        runner.annotate("error", each, title="FITGate: it could not be looked at")
    with runner.inert():
        for line in _log(why, done):
            print(line, file=runner.out)


def _remark(runner: Runner, judged: Judged) -> None:
    """Mark the lines that made the change an IO, where no check marks them."""
    from fitgate.core.words.page import remarks

    for each in remarks(judged.verdict)[:_TEN]:
        level: Level = "warning" if each.level == "warning" else "notice"
        runner.annotate(level, each.message, title=each.title, file=each.path, line=each.line)


def _summary(why: Occasion, done: Done, server: str) -> Iterator[str]:
    if done.judged is not None:
        from fitgate.core.words.page import Links, page, shown

        facts = done.judged.facts
        root = f"{server}/{facts.repo.name}/blob"
        links = Links(f"{root}/{facts.change.base}", f"{root}/{facts.change.head}")
        told = page(facts, done.judged.verdict, links)
        yield f"## {shown(told.title)}"
        yield ""
        yield told.summary
        yield ""
        yield told.text
    if done.readings:
        from fitgate.core.words.workflow import figures_page

        yield ""
        yield from figures_page(done.readings, done.weeks if why.sweeps else ())


def _log(why: Occasion, done: Done) -> Iterator[str]:
    if done.judged is not None:
        from fitgate.core.words.check import check_lines

        yield from check_lines(done.judged.facts, done.judged.verdict)
    if why.is_trusted:
        from fitgate.core.words.workflow import swept_words

        yield swept_words(done.pulls, done.landed)
    elif done.judged is None:
        yield f"Nothing is to be done for this event ({why.name}) in this version."
