"""Shows a verdict on GitHub: one check run, our labels, one comment; each write once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from github.GithubObject import NotSet

from fitgate.adapters.github.app import Session, translated
from fitgate.adapters.github.checks import OwnCheck
from fitgate.adapters.github.groups import Group
from fitgate.adapters.github.pointers import CHECK
from fitgate.adapters.github.pulls import Pull
from fitgate.adapters.github.talking import our_comment
from fitgate.core.facts import Facts
from fitgate.core.plan import AddLabels, PostCheck, RemoveLabels, plan
from fitgate.core.verdict import Verdict
from fitgate.core.words.group import group_page, worst
from fitgate.core.words.page import (
    MARK,
    Annotation,
    Links,
    Page,
    comment,
    gone_comment,
    page,
    remarks,
    undated,
)
from fitgate.errors import ForgeError

TOGETHER = 50
"""GitHub takes no more annotations at once ("Create a check run")."""
BUTTONS = (
    {
        "label": "Re-check",
        "description": "Read everything again and judge anew",
        "identifier": "recheck",
    },
    {
        "label": "Request override",
        "description": "Ask a named role to break the glass",
        "identifier": "override",
    },
)
LABELS: Mapping[str, tuple[str, str]] = {
    "io:": ("b60205", "FITGate: an irreversible operation of this category"),
    "io-class:": ("d93f0b", "FITGate: which class of irreversible operation it is"),
    "io-sr:": ("fbca04", "FITGate: its number in S-RIOCS"),
    "tempo:": ("1d76db", "FITGate: the slowest layer that it touches"),
}
"""The colour and description of our labels, by what they begin with."""
_ABSENT, _THERE_ALREADY = 404, 422


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request and the verdict on it."""

    facts: Facts
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Shown:
    """What the check on a commit is to show, and the one of ours that is there."""

    page: Page
    verdict: Verdict
    head: str
    present: OwnCheck | None
    queued: bool = False


class Acting:
    """Writes on one repository; every write is followed by none when it is asked for again."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._labels: set[str] | None = None

    def apply(
        self, judged: Judged, pull: Pull, others: Sequence[tuple[Facts, Verdict]] = ()
    ) -> tuple[str, ...]:
        """Make GitHub show a verdict; return what was written, in words.

        Raises:
            ForgeError: when a write fails; those before it stand, and are not made again.
        """
        ones = (judged, *(Judged(*other) for other in others))
        one = ones[worst([each.verdict for each in ones])]
        wanted = page(one.facts, one.verdict, self._links(pull))
        return (
            *self._check(Shown(wanted, one.verdict, pull.head, pull.check)),
            *self._relabelled(judged, pull),
            *self._comment(judged.verdict, pull),
        )

    def group(self, judged: Sequence[tuple[Facts, Verdict]], group: Group) -> tuple[str, ...]:
        """Make GitHub show the worst verdict on a merge group; return what was written.

        Raises:
            ForgeError: when the check cannot be written.
        """
        verdict = judged[worst([verdict for _, verdict in judged])][1]
        base = str(judged[-1][0].change.base)
        links = Links(f"{group.url}/blob/{base}", f"{group.url}/blob/{group.head}")
        wanted = group_page(judged, links)
        return (*self._check(Shown(wanted, verdict, group.head, group.check, queued=True)),)

    def withdraw(self, head: str) -> bool:
        """Take the verdict off a commit until it is judged anew; say whether there was one.

        A check that is not completed lets nothing pass ("Required status checks").
        """
        title = "The base has changed: it is judged anew"
        with translated(f"the check on {head[:12]} of {self._name} could not be withdrawn"):
            commit = self._session.github.get_repo(self._name).get_commit(head)
            for run in commit.get_check_runs(check_name=CHECK):
                if self._session.app in {0, run.app.id} and run.status == "completed":
                    run.edit(status="in_progress", output={"title": title, "summary": title})
                    return True
        return False

    def _check(self, asked: Shown) -> Iterator[str]:
        wanted, verdict, present = asked.page, asked.verdict, asked.present
        (effect,) = (
            each for each in plan(verdict, None, queued=asked.queued) if isinstance(each, PostCheck)
        )
        if present is not None and present.shows(wanted, effect.conclusion):
            return
        buttons = [] if asked.queued else self._buttons()
        output: dict[str, Any] = {
            "title": wanted.title, "summary": wanted.summary, "text": wanted.text
        }  # fmt: skip
        with translated(f"the check on {asked.head[:12]} of {self._name} could not be written"):
            repo = self._session.github.get_repo(self._name)
            if present is not None:
                repo.get_check_run(present.number).edit(
                    status="completed", conclusion=effect.conclusion, external_id=verdict.facts,
                    output=output, actions=buttons,
                )  # fmt: skip
                yield f"check {effect.conclusion} updated"
                return
            noted = [_annotation(each) for each in remarks(verdict)]
            run = repo.create_check_run(
                CHECK, asked.head, external_id=verdict.facts, status="completed",
                conclusion=effect.conclusion, output={**output, "annotations": noted[:TOGETHER]},
                actions=buttons, details_url=NotSet,
            )  # fmt: skip
            yield f"check {effect.conclusion}"
            for first in range(TOGETHER, len(noted), TOGETHER):
                run.edit(output={**output, "annotations": noted[first : first + TOGETHER]})
                yield "more annotations"

    def _buttons(self) -> list[dict[str, str]]:
        """Return the buttons of a check; GitHub tells of them only the App that made it."""
        return list(BUTTONS) if self._session.hears else []

    def _links(self, pull: Pull) -> Links:
        root = pull.url.rpartition("/pull/")[0]
        before = pull.fork or pull.base
        return Links(f"{root}/blob/{before}", f"{root}/blob/{pull.head}")

    def _relabelled(self, judged: Judged, pull: Pull) -> Iterator[str]:
        change = judged.facts.change
        number = int(change.number or 0)
        issue = self._session.github.get_repo(self._name).get_issue(number)
        for effect in plan(judged.verdict, change.labels):
            match effect:
                case AddLabels(labels):
                    yield from self._made(labels)
                    with translated(f"{pull.url} could not be labelled"):
                        issue.add_to_labels(*labels)
                    yield f"added {', '.join(labels)}"
                case RemoveLabels(labels):
                    for label in labels:
                        self._removed(number, label)
                        yield f"removed {label}"
                case PostCheck():
                    pass

    def _removed(self, number: int, label: str) -> None:
        issue = self._session.github.get_repo(self._name).get_issue(number)
        try:
            with translated(f"{label} could not be taken off {self._name}#{number}"):
                issue.remove_from_labels(label)
        except ForgeError as exc:
            if exc.status != _ABSENT:  # somebody was quicker
                raise

    def _made(self, labels: Sequence[str]) -> Iterator[str]:
        """Make the labels that the repository has not got, with a colour and a description."""
        repo = self._session.github.get_repo(self._name)
        if self._labels is None:
            with translated(f"the labels of {self._name} could not be read"):
                self._labels = {label.name.casefold() for label in repo.get_labels()}
        for label in labels:
            if label.casefold() in self._labels:
                continue
            colour, words = next(LABELS[mark] for mark in LABELS if label.startswith(mark))
            try:
                with translated(f"the label {label} of {self._name} could not be made"):
                    repo.create_label(label, colour, words)
            except ForgeError as exc:
                if exc.status != _THERE_ALREADY:
                    raise
            self._labels.add(label.casefold())
            yield f"made the label {label}"

    def _comment(self, verdict: Verdict, pull: Pull) -> Iterator[str]:
        address = f"{pull.url}/checks"
        wanted = comment(verdict, address)
        present = pull.comment or (self._older_comment(pull) if pull.comments_cut else None)
        if wanted is None:
            if present is None:
                return
            wanted = gone_comment(address)
        if present is not None and undated(present[1]) == undated(wanted):
            return
        number = int(pull.facts.change.number or 0)
        with translated(f"{pull.url} could not be commented on"):
            issue = self._session.github.get_repo(self._name).get_issue(number)
            if present is None:
                issue.create_comment(wanted)
                yield "commented"
            else:
                issue.get_comment(present[0]).edit(wanted)
                yield "comment updated"

    def _older_comment(self, pull: Pull) -> tuple[int, str] | None:
        """Look for our comment behind the first hundred."""
        number = int(pull.facts.change.number or 0)
        found = our_comment(self._session, self._name, number, MARK)
        return None if found is None else (found.id, found.body)


def _annotation(said: Annotation) -> dict[str, str | int]:
    return {
        "path": said.path,
        "start_line": said.line,
        "end_line": said.line,
        "annotation_level": said.level,
        "title": said.title,
        "message": said.message,
    }
