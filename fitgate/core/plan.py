"""What a verdict asks to be made true on the forge: wanted minus present."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from fitgate.core.findings import Outcome
from fitgate.core.inert import inert
from fitgate.core.verdict import Verdict
from fitgate.core.words.check import headline

Conclusion = Literal["success", "neutral", "action_required", "failure"]

OURS = ("io:", "io-class:", "io-sr:", "tempo:")
"""What our labels begin with; no other label is ever taken off."""
_TITLE_LIMIT = 250


@dataclass(frozen=True, slots=True)
class PostCheck:
    """The check on the head of the change."""

    conclusion: Conclusion
    title: str


@dataclass(frozen=True, slots=True)
class AddLabels:
    """Labels that the change lacks."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveLabels:
    """Labels of ours that no longer hold."""

    labels: tuple[str, ...]


Effect = PostCheck | AddLabels | RemoveLabels


def plan(
    verdict: Verdict, labels: Iterable[str] | None, *, queued: bool = False
) -> tuple[Effect, ...]:
    """Return the effects that are still wanting, the check first.

    `labels` are those present; None where they could not be read or there are none to set, as on a
    deployment: then no label is touched. `queued` is for a merge queue, where nobody can act.
    """
    title = inert(f"{verdict.outcome}: {headline(verdict)}", _TITLE_LIMIT)
    check = PostCheck(conclusion_of(verdict, queued=queued), title)
    return (check, *(() if labels is None else _label_changes(verdict, frozenset(labels))))


def conclusion_of(verdict: Verdict, *, queued: bool = False) -> Conclusion:
    """Return how the check ends (contract.md, "Outcomes")."""
    if verdict.is_io is False or verdict.outcome is Outcome.ALLOW:
        return "success"
    if verdict.mode == "shadow":
        return "neutral"
    return "failure" if queued or verdict.outcome is Outcome.DENY else "action_required"


def _label_changes(verdict: Verdict, present: frozenset[str]) -> Iterator[Effect]:
    """Yield what to add and what to take off; nothing while it is unknown what the change is.

    Forges take labels that differ in capitals only for the same.
    """
    if verdict.is_io is None:
        return
    wanted = _labels(verdict) if verdict.is_io else ()
    there = {label.casefold() for label in present}
    here = {label.casefold() for label in wanted}
    missing = tuple(label for label in wanted if label.casefold() not in there)
    ours = (label for label in present if label.casefold().startswith(OURS))
    stale = tuple(sorted(label for label in ours if label.casefold() not in here))
    if missing:
        yield AddLabels(missing)
    if stale:
        yield RemoveLabels(stale)


def _labels(verdict: Verdict) -> tuple[str, ...]:
    """Return the labels of an IO (contract.md, "Surfaces")."""
    return (
        *(f"io:{category}" for category in verdict.categories),
        *(f"io-class:{letter}" for letter in verdict.classes),
        *(f"io-sr:{number}" for number in verdict.io_sr),
        *((f"tempo:{verdict.layer}",) if verdict.layer else ()),
    )
