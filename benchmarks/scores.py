"""Precision and recall of answers against labels: whole, by category, by project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of one change; for what is no IO, perhaps what it looks like."""

    repo: str
    sha: str
    is_io: bool
    categories: tuple[str, ...]
    why: str
    confidence: str
    look_alike_of: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What FITGate said of one change; `matches` and `unknown` are its reasons, in words."""

    title: str
    is_io: bool | None
    categories: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A label with the answer to it."""

    label: Label
    answer: Answer

    @property
    def is_scored(self) -> bool:
        """Say whether it counts: where honest readers differ there is no right answer."""
        return self.label.confidence != "low"

    @property
    def is_missed(self) -> bool:
        """Say whether an IO was not flagged."""
        return self.label.is_io and self.answer.is_io is not True

    @property
    def is_false_alarm(self) -> bool:
        """Say whether something else was flagged."""
        return not self.label.is_io and self.answer.is_io is True

    @property
    def is_misfiled(self) -> bool:
        """Say whether an IO was found, but not of the categories that it is labelled with."""
        found = self.label.is_io and self.answer.is_io is True
        return found and {*self.label.categories} != {*self.answer.categories}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were rightly found, wrongly found, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """Return which share of what was found is right; None if nothing was found."""
        return _share(self.right, self.wrong)

    @property
    def recall(self) -> float | None:
        """Return which share of what is there was found; None if nothing is there."""
        return _share(self.right, self.missed)

    def as_json(self) -> dict[str, object]:
        """Return the counts and what follows from them."""
        return {**asdict(self), "precision": self.precision, "recall": self.recall}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some rows. `lenient` takes an undecided change for a flagged one."""

    rows: int
    undecided: int
    io: Tally
    lenient: Tally
    categories: Mapping[str, Tally]

    @property
    def precision(self) -> float | None:
        """Return the average of the categories' precision."""
        return mean(tally.precision for tally in self.categories.values())

    @property
    def recall(self) -> float | None:
        """Return the average of the categories' recall."""
        return mean(tally.recall for tally in self.categories.values())

    @property
    def four(self) -> Four:
        """Return the figures that projects are compared by."""
        return Four(self.io.precision, self.io.recall, self.precision, self.recall)

    def as_json(self) -> dict[str, object]:
        """Return all of it."""
        return {
            "rows": self.rows,
            "undecided": self.undecided,
            "io": self.io.as_json(),
            "undecided_taken_for_flagged": self.lenient.as_json(),
            "categories": {name: tally.as_json() for name, tally in self.categories.items()},
            "average": {"precision": self.precision, "recall": self.recall},
        }


class Four(NamedTuple):
    """Precision and recall of IO-or-not, and the averages over the categories."""

    precision: float | None
    recall: float | None
    by_category_precision: float | None
    by_category_recall: float | None


@dataclass(frozen=True, slots=True)
class Folds:
    """The figures of each project left out: no rule is fitted to a project, so those of its rows.

    `mean` and `worst` leave out a project that has no such figure.
    """

    projects: Mapping[str, Figures]

    @property
    def mean(self) -> Four:
        """Return the mean of each figure over the projects."""
        return Four(*map(mean, self._columns()))

    @property
    def worst(self) -> Four:
        """Return the lowest of each figure over the projects."""
        return Four(*(min(_known(column), default=None) for column in self._columns()))

    def _columns(self) -> Sequence[Sequence[float | None]]:
        fours = [figures.four for figures in self.projects.values()]
        return list(zip(*fours, strict=True)) or [()] * len(Four._fields)


@dataclass(frozen=True, slots=True)
class Draw:
    """Some changes of one clone, drawn by chance: commit → what was said of it."""

    repo: str
    answers: Mapping[str, Answer]

    @property
    def flagged(self) -> Mapping[str, Answer]:
        """Return those that were taken for IOs."""
        return {sha: answer for sha, answer in self.answers.items() if answer.is_io}

    @property
    def undecided(self) -> int:
        """Return how many could not be decided."""
        return sum(answer.is_io is None for answer in self.answers.values())

    @property
    def share(self) -> float | None:
        """Return which share was flagged; None of none."""
        return len(self.flagged) / len(self.answers) if self.answers else None

    def as_json(self) -> dict[str, object]:
        """Return all of it."""
        counts = {"flagged": len(self.flagged), "undecided": self.undecided, "share": self.share}
        return {**asdict(self), **counts}


def figures(rows: Iterable[Row], categories: Iterable[str]) -> Figures:
    """Score those of the rows that count."""
    scored = [row for row in rows if row.is_scored]
    labels, answers = [row.label for row in scored], [row.answer for row in scored]
    is_io = [label.is_io for label in labels]
    return Figures(
        rows=len(scored),
        undecided=sum(answer.is_io is None for answer in answers),
        io=_tally(is_io, [answer.is_io is True for answer in answers]),
        lenient=_tally(is_io, [answer.is_io is not False for answer in answers]),
        categories={
            name: _tally(
                [name in label.categories for label in labels],
                [name in answer.categories for answer in answers],
            )
            for name in categories
        },
    )


def folds(rows: Sequence[Row], categories: Sequence[str]) -> Folds:
    """Score each project by itself, in the order of their names."""
    repos = sorted({row.label.repo for row in rows if row.is_scored})
    return Folds(
        {repo: figures([r for r in rows if r.label.repo == repo], categories) for repo in repos}
    )


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of those that are there; None if none is."""
    known = _known(values)
    return sum(known) / len(known) if known else None


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


def _tally(there: Sequence[bool], found: Sequence[bool]) -> Tally:
    both = list(zip(there, found, strict=True))
    return Tally(both.count((True, True)), both.count((False, True)), both.count((True, False)))
