"""Conditions asked of changed lines, one at a time, as tests want them."""

from collections.abc import Iterable

from fitgate.core.classify.lines import Difference, LineLooks, evidence, line_search
from fitgate.core.conditions import LineCondition
from fitgate.core.facts import Line


def matching_lines(condition: LineCondition, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines that are the evidence for a condition."""
    found = LineLooks({"it": condition}).found(lines)
    return evidence(condition, [found["it"]] if found else [])


def relevant_lines(conditions: Iterable[LineCondition], change: Difference) -> tuple[Line, ...]:
    """Return the changed lines that any of the conditions needs."""
    return change.lines(line_search(conditions))
