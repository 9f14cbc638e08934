"""One scan: every landing through the corridor into a journal, and the register from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic.types import JsonValue

from fitgate import __version__
from fitgate.bootstrap import Clone, journals, progress
from fitgate.core.events import Event, Happening
from fitgate.core.reading import PolicyFile
from fitgate.core.register import Line, Register, RegisterEntry, count, line_adapter
from fitgate.core.review import Review, merge
from fitgate.core.words.register import scope_words
from fitgate.entrypoints.cli import asked, shares
from fitgate.entrypoints.cli.disputes import Disputes
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.adapters.journal import Journal


class Scan:
    """What has landed in a clone, judged under `given` or else the policy in force at each base."""

    def __init__(
        self,
        path: Path,
        clone: Clone,
        given: PolicyFile | None,
        reviews: Sequence[Review],
        *,
        span: str | None,
        since: str,
        keep_facts: bool = False,
    ) -> None:
        self.clone, self.reviews = clone, reviews
        self._path, self._given = path, given
        self._span, self._since = span, since
        self._keep_facts = keep_facts

    def journal(self, path: Path | None, *, resume: bool) -> Journal:
        """Open the journal: one taken up, else a new one; without a path in a file of no name."""
        said = {
            "FITGate": __version__,
            "repository": self.clone.repo(self._ends()[1]).id,
            "--policy": self._given.digest if self._given else "",
            "--range": self._span or "",
            "--since": self._since,
            "--record": "yes" if self._keep_facts else "",
        }
        taken = journals().take_up(path, said) if resume and path else None
        return taken or journals().begin(path, said, self._fixed())

    def judge(self, journal: Journal, *, jobs: int | None, shown: bool) -> None:
        """Judge what the journal does not have yet, and note it down there."""
        event = _event(journal.fixed)
        work = shares.Work(self._path, self._given, event, journal.done, self._keep_facts)
        total = self.clone.count(event)
        jobs = jobs or shares.worth(total - journal.done)
        with (
            progress("judging changes", total, shown=shown) as show,
            shares.judged(work, self.clone, jobs) as lines,
        ):
            for line in lines:
                journal.append(line)
                show(journal.done)

    def register(self, journal: Journal) -> Register:
        """Return the register of all that stands in the journal, with what people said of it."""
        places: list[int] = []
        claimed: set[str] = set()
        disputes = Disputes(self._path, self._given, self.reviews)

        def lines() -> Iterator[Line]:
            for place, text in journal.placed():
                line = line_adapter().validate_json(text)
                entry = line.entry or disputes.entry(line.change)
                if entry is not None:
                    places.append(place)
                    claimed.update(r.change for r in self.reviews if r.is_of(entry))
                    line = replace(line, entry=self._reviewed(entry, disputes))
                yield line

        def entries() -> Iterator[RegisterEntry]:
            for place in places:
                line = line_adapter().validate_json(journal.at(place))
                entry = line.entry or disputes.entry(line.change)
                if entry is not None:
                    yield self._reviewed(entry, disputes)

        event = _event(journal.fixed)
        with disputes:
            tally = count(lines())
        return Register(
            repository=self.clone.repo(event.head).name,
            scope=scope_words(event.since, self._span or ""),
            at=event.at,
            version=__version__,
            tally=tally,
            unclaimed=tuple(r.change for r in self.reviews if r.change not in claimed),
            entries=entries,
            verdicts=lambda: _verdicts(journal),
        )

    def _fixed(self) -> dict[str, str]:
        at = asked.now()
        since = asked.since(self._since, at)
        base, head = self._ends()
        return {
            "at": at.isoformat(),
            "base": base,
            "head": head,
            "since": since.isoformat() if since else "",
        }

    def _ends(self) -> tuple[str, str]:
        if self._span is None:
            return "", self.clone.resolve("HEAD")
        base, dots, head = self._span.partition("..")
        if not dots or head.startswith("."):
            raise UserError(f"--range {self._span!r} is not a range. Write one as in v1.0..HEAD.")
        return self.clone.resolve(base or "HEAD"), self.clone.resolve(head or "HEAD")

    def _reviewed(self, entry: RegisterEntry, disputes: Disputes) -> RegisterEntry:
        state = self.clone.reverts.state(entry.sha) if entry.sha else None
        if state and state.is_reverted:
            entry = replace(entry, reverted_by=state.reverted_by[-1])
        return merge(entry, self.reviews, disputes.known(entry))


def _event(fixed: Mapping[str, str]) -> Event:
    since = datetime.fromisoformat(fixed["since"]) if fixed["since"] else None
    at = datetime.fromisoformat(fixed["at"])
    return Event(Happening.LANDED, fixed["base"] or None, fixed["head"], at, since)


def _verdicts(journal: Journal) -> Iterator[Mapping[str, JsonValue]]:
    for text in journal.lines():
        line = line_adapter().validate_json(text)
        yield {"change": line.change, "verdict": line.verdict, "standing": line.standing}
