"""Builds the story: every change becomes one commit on main, in the order it is told."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from tests.story.chapters import CHANGES
from tests.story.model import Change, Chapter, Landing, Person
from tests.story.people import GITHUB
from tests.story.stream import Commit, Stream, run
from tests.story.tree import Steps, StoryError, Tree, edited, merged, steps_between, undone
from tests.story.words import Undone, compose, filler

MARKER = Path(".git", "fitgate-story")


class OccupiedError(Exception):
    """The folder exists and is no story of ours, so it is left alone."""


class _Point(NamedTuple):
    """A commit with the tree that it holds."""

    sha: str
    at: datetime
    tree: Tree


class _Told(NamedTuple):
    """A change that is on main, with what later changes need to take it back."""

    change: Change
    message: str
    before: _Point | None
    after: _Point
    steps: Steps


def build(out: Path, until: datetime) -> tuple[Chapter, ...]:
    """Make the repository at `out`, replacing an earlier one, and give its chapters."""
    if until.tzinfo is None:
        raise ValueError("until needs a time zone")
    out = out.absolute()
    if out.is_symlink() or (out.exists() and not _is_ours(out)):
        raise OccupiedError(f"{out} exists and was not made by this program")
    out.parent.mkdir(parents=True, exist_ok=True)
    # Next to its place, so that a failure leaves the earlier story as it was.
    workshop = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        made = workshop / out.name
        made.mkdir()
        run(made, "init", "--quiet", "--template=", "--object-format=sha1")
        run(made, "config", "core.autocrlf", "false")
        (made / MARKER).write_text("Made by python -m tests.story, which may replace it.\n")
        with Stream(made) as stream:
            chapters = tuple(_Teller(stream, until.astimezone(UTC)).tell())
        run(made, "reset", "--quiet", "--hard", "main")
        if out.exists():
            shutil.rmtree(out)
        made.rename(out)
    finally:
        shutil.rmtree(workshop)
    return chapters


def _is_ours(out: Path) -> bool:
    return out.is_dir() and ((out / MARKER).is_file() or not any(out.iterdir()))


class _Teller:
    def __init__(self, stream: Stream, until: datetime) -> None:
        self._stream = stream
        self._until = until.replace(microsecond=0)
        self._fill = filler(self._until)
        self._told: dict[str, _Told] = {}
        self._main: list[_Point] = []

    def tell(self) -> Iterator[Chapter]:
        """Land every change, oldest first."""
        for change in CHANGES:
            self._check(change)
            told = self._land(change)
            self._told[change.key] = told
            self._main.append(told.after)
            if change.tag:
                at = told.after.at + timedelta(hours=change.tag.hours)
                self._stream.tag(change.tag, told.after.sha, change.by, at)
            yield _chapter(told)

    def _check(self, change: Change) -> None:
        wrong = (
            change.key in self._told
            or (bool(self._main) and self._when(change) <= self._main[-1].at)
            or bool(change.sides) != (_landing(change) == "merge")
            or (change.reverts is None) != (change.form is None)
            or (change.reverts is not None and bool(change.edits or change.sides))
        )
        if wrong:
            raise StoryError(f"{change.key} does not fit the story")

    def _when(self, change: Change) -> datetime:
        return self._until - timedelta(minutes=round(change.days * 1440))

    def _land(self, change: Change) -> _Told:
        at = self._when(change)
        tip = self._main[-1] if self._main else None
        tree = tip.tree if tip else {}
        parents = (tip.sha,) if tip else ()
        earlier = self._told[change.reverts] if change.reverts else None
        if earlier:
            tree = undone(tree, earlier.steps)
        elif change.sides:
            fork, side = self._branch(change, at)
            tree = merged(fork.tree, tree, side.tree)
            parents = (*parents, side.sha)
        else:
            tree = edited(tree, change.edits, self._fill)
        message = self._fill(compose(change, _undone(earlier) if earlier else None))
        steps = steps_between(tip.tree if tip else {}, tree)
        on_github = change.route in ("squash", "github")
        # The pages write the zone of whoever pressed the button.
        committer = GITHUB._replace(zone=change.by.zone) if on_github else change.by
        sha = self._stream.write(
            Commit(parents, steps, change.by, committer, at, message, change.encoding)
        )
        return _Told(change, message, tip, _Point(sha, at, tree), steps)

    def _branch(self, change: Change, landed: datetime) -> tuple[_Point, _Point]:
        """Write the side commits; give the point of main they contain, and their tip."""
        base = self._main_at(landed - timedelta(hours=change.sides[0].hours))
        tip = base
        for side in change.sides:
            at = landed - timedelta(hours=side.hours)
            parents: tuple[str, ...] = (tip.sha,)
            tree = tip.tree
            if side.merges_main:
                main = self._main_at(at)
                tree = merged(base.tree, main.tree, tree)
                parents, base = (tip.sha, main.sha), main
            tree = edited(tree, side.edits, self._fill)
            steps = steps_between(tip.tree, tree)
            message = f"{side.title}\n"
            sha = self._stream.write(Commit(parents, steps, side.by, side.by, at, message))
            tip = _Point(sha, at, tree)
        return base, tip

    def _main_at(self, at: datetime) -> _Point:
        return next(point for point in reversed(self._main) if point.at <= at)


def _landing(change: Change) -> Landing:
    match change.route:
        case "squash" | "push":
            return change.route
        case "github" | "gitlab" | "local":
            return "merge"


def _undone(told: _Told) -> Undone:
    at = told.after.at.astimezone(timezone(timedelta(minutes=told.change.by.zone)))
    return Undone(
        subject=told.message.partition("\n")[0],
        title=told.change.title,
        sha=told.after.sha,
        parent=told.before.sha if told.before else "",
        number=told.change.number,
        authored_on=f"{at:%Y-%m-%d}",
    )


def _chapter(told: _Told) -> Chapter:
    change = told.change
    # Whoever only pressed the merge button of other people's branch wrote nothing.
    writers: list[Person] = [side.by for side in change.sides] or [change.by]
    people = dict.fromkeys(person.mail for person in (*writers, *change.co_authors))
    return Chapter(
        key=change.key,
        sha=told.after.sha,
        title=told.message.partition("\n")[0],
        io=bool(change.categories),
        categories=frozenset(change.categories),
        why=change.why,
        number=change.number,
        landed_as=_landing(change),
        landed_at=told.after.at,
        author=change.by.mail,
        contributors=tuple(people),
        reverts=change.reverts,
        revert_form=change.form,
        io_sr=frozenset(change.io_sr),
        confidence=change.confidence,
        look_alike_of=change.look_alike_of,
        declared=change.declared,
        artifact=change.artifact,
        oddities=frozenset(change.oddities),
        tag=change.tag.name if change.tag else None,
    )
