"""Gathers what came, or would come, onto a branch together: by a push, or in a merge group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.direct import UNTOLD, direct_facts
from fitgate.adapters.github.groups import Group, Groups, unnamed
from fitgate.adapters.github.line import Line, Lines, Step
from fitgate.adapters.github.listing import Listing, Listings
from fitgate.adapters.github.pushes import Push, Pushes
from fitgate.adapters.github.releases import Releases
from fitgate.core.events import Pointer
from fitgate.core.facts import Facts, Unknown, Unread
from fitgate.core.releasing import Release
from fitgate.errors import ForgeError

_UNNAMED = Unread("it cannot be told which pull request it is of")


class Brought:
    """Reads pushes and merge groups of one repository."""

    def __init__(
        self,
        session: Session,
        name: str,
        listings: Listings,
        pull: Callable[[int, datetime], Facts],
        whole: Callable[[Facts, Listing], Facts],
    ) -> None:
        """Take who reads a pull request by its number, and who puts files into facts."""
        self.lines = Lines(session, name)
        self._name, self._listings, self._pushes = name, listings, Pushes(session)
        self._groups = Groups(session, name, self.lines)
        self._pull, self._whole = pull, whole
        self.releases = Releases(session, name, self.lines, self._pushes)
        self._group: Group | None = None

    def ids(self, pointer: Pointer) -> tuple[str, ...]:
        """Return the ids of the changes that a push brought onto the default branch."""
        line = self.lines.pushed(pointer.ref, pointer.base, pointer.head)
        return line.ids if line else ()

    def pushed(self, pointer: Pointer, at: datetime) -> Iterator[Facts]:
        """Yield what a push brought; what cannot be told apart is its tip, unclassifiable."""
        line = self.lines.pushed(pointer.ref, pointer.base, pointer.head)
        if line is not None:
            yield from self._landed(line, at)

    def released(self, pointer: Pointer, at: datetime) -> Iterator[Facts]:
        """Yield what a release holds, each as it landed."""
        found = self.release(pointer)
        if found is not None and not isinstance(found.changes, Unread):
            yield from self._landed(self.releases.line(found), at)

    def release(self, pointer: Pointer) -> Release | None:
        """Return a release that is published; None: it is a draft, a trial, or gone."""
        return self.releases.of(pointer.number) if pointer.number else None

    def _landed(self, line: Line, at: datetime) -> Iterator[Facts]:
        landings = (line.tip,) if isinstance(line.steps, Unread) else line.landings()
        pushed: Push | Unknown = Unknown("landed_at", "it was not seen when it was pushed")
        if line.branch and any(isinstance(one, Step) for one in landings):
            pushed = self._pushes.moved(self._name, f"refs/heads/{line.branch}", line.tip.oid)
        for one in landings:
            if isinstance(one, int):
                yield self._pull(one, at)
            else:
                yield self._whole(direct_facts(line, one, pushed, at), self._step(line, one))

    def _step(self, line: Line, step: Step) -> Listing:
        if isinstance(line.steps, Unread):
            return Listing(None, step.oid, line.steps)
        if step.pulls is None:
            return Listing(None, step.oid, Unread(UNTOLD))
        return self._listings.step(step.parent, step.oid)

    def grouped(self, pointer: Pointer, at: datetime) -> Iterator[Facts]:
        """Yield the pull requests of a merge group, each as of now, by the policy it lands under.

        A commit of which it cannot be told whose it is, is a change that cannot be classified.
        """
        if pointer.base is None or pointer.head is None:
            raise ForgeError(f"a merge group of {self._name} has no commits")
        group = self._group = self._groups.of(pointer.ref, pointer.base, pointer.head)
        for member in group.members:
            if member.number is None:
                listing = Listing(None, member.step.oid, _UNNAMED)
                yield self._whole(unnamed(group, member, at), listing)
            else:
                facts = self._pull(member.number, at)
                yield replace(facts, change=replace(facts.change, base=member.base))

    def group(self) -> Group:
        """Return the merge group that was gathered last."""
        if self._group is None:
            raise ForgeError(f"no merge group of {self._name} was gathered")
        return self._group
