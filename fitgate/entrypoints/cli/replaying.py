"""One replay: every landing under two policies, what its looks found kept for the next replay."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fitgate import __version__
from fitgate.bootstrap import Clone, facts_cache, open_clone, progress, shipped_policies
from fitgate.core.classify import Looks, classify
from fitgate.core.conditions import Look
from fitgate.core.events import Event, Happening
from fitgate.core.facts import Facts
from fitgate.core.findings import Classification
from fitgate.core.in_force import Rulebook, rulebook
from fitgate.core.looked import (
    NOTHING,
    Answered,
    Found,
    asking,
    found_in,
    found_json,
    joined,
    put_in,
    unsettled,
    with_found,
)
from fitgate.core.measure.reading import Window
from fitgate.core.pilots.counterfactuals import counterfactuals as worth_telling
from fitgate.core.pilots.report import Counterfactual
from fitgate.core.reading import PolicyFile
from fitgate.core.records.changes import Incident
from fitgate.core.replay.cases import Case, Replayed, judged, landing_of, with_faults
from fitgate.core.replay.faults import Fault, Naming, mended, mends, undone
from fitgate.entrypoints.cli import shares
from fitgate.errors import UserError
from fitgate.pipeline import Batch, Policies, Share, batches, look_into

if TYPE_CHECKING:
    from fitgate.adapters.facts_cache import FactsCache
    from fitgate.core.chronicle import Chronicle


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was found in the files of a change that was not known before: by which looks, what."""

    sha: str
    looked: tuple[str, ...]
    found: bytes


KEPT = "facts.jsonl.gz"
Told = tuple[Replayed, Fresh | None]


@dataclass(frozen=True, slots=True)
class Work:
    """What a process must know to replay its share of a history.

    `against` None is the policy in force at each base. `cache` None: nothing is known of the files.
    """

    path: Path
    candidate: PolicyFile
    against: PolicyFile | None
    event: Event
    cache: Path | None

    def batches(self, clone: Clone, share: Share) -> Iterator[list[Told]]:
        """Replay a share, a batch at a time."""
        replaying = _Replaying(rulebook(self.candidate), clone, self.known(clone))
        policies = Policies(clone, shipped_policies(), self.against)
        for batch in batches(self.event, clone, policies, 0, share):
            yield list(replaying.told(batch))

    def known(self, clone: Clone) -> FactsCache | None:
        """Open what was found in files by earlier replays."""
        if self.cache is None:
            return None
        python = f"{sys.version_info.major}.{sys.version_info.minor}"  # its grammar reads settings
        repo = clone.repo(self.event.head).id
        return facts_cache(self.cache, {"FITGate": __version__, "Python": python, "repo": repo})


class _Replaying:
    """Decides batches again, and reads of their files no more than is not known."""

    def __init__(self, candidate: Rulebook, clone: Clone, known: FactsCache | None) -> None:
        self._candidate, self._clone, self._known = candidate, clone, known
        self._asked: dict[str, Mapping[str, Look]] = {}
        self._alike: dict[str, bool] = {}
        self._asking: dict[frozenset[str], Looks] = {}

    def told(self, batch: Batch) -> Iterator[Told]:
        """Yield each change under both policies, with what had to be read for it."""
        for (facts, fresh), (_, book) in zip(self._seen(batch), batch, strict=True):
            found = classify(facts, self._candidate.looks)
            candidate, hold = judged(facts, found, self._candidate)
            against, _ = judged(facts, self._against(facts, found, book), book)
            landing = landing_of(facts)
            yield Replayed(landing, against, candidate, hold, mends(facts.change)), fresh

    def _against(self, facts: Facts, found: Classification, book: Rulebook) -> Classification:
        """Return what the other policy finds, which is the same where its rules are."""
        digest = book.file.digest
        if digest not in self._alike:
            mine, theirs = self._candidate.file.policy, book.file.policy
            parts = ("rules", "ignore", "extends", "taxonomy")
            self._alike[digest] = all(getattr(mine, p) == getattr(theirs, p) for p in parts)
        return found if self._alike[digest] else classify(facts, book.looks)

    def _seen(self, batch: Batch) -> Iterator[tuple[Facts, Fresh | None]]:
        """Yield the facts with what both policies ask of the files, and what had to be read."""
        asked = [self._questions(book) for _, book in batch]
        known = [self._found(facts, looks) for (facts, _), looks in zip(batch, asked, strict=True)]
        missing = [unsettled(each.found) for each in known]
        lacking = [
            self._looks(looks, each.answered) for looks, each in zip(asked, known, strict=True)
        ]
        places = [n for n, looks in enumerate(lacking) if looks.ids]
        more = self._read([(batch[n][0], lacking[n]) for n in places])
        again = [n for n, paths in enumerate(missing) if paths]
        late = self._read([(_only(batch[n][0], missing[n]), self._looks(asked[n])) for n in again])
        read, reread = dict(zip(places, more, strict=True)), dict(zip(again, late, strict=True))
        for n, (facts, _) in enumerate(batch):
            found = joined(known[n].found, read.get(n, ()))
            looked = lacking[n].ids
            if n in reread:
                found = put_in(found, missing[n], reread[n])
                if reread[n] != tuple(f for f in known[n].found if f.path in missing[n]):
                    looked = tuple(asked[n])
            fresh = None
            if looked and facts.files is not None:
                kept = read[n] if looked == lacking[n].ids else found
                fresh = Fresh(str(facts.change.head), looked, found_json(kept))
            yield with_found(facts, found, tuple(asked[n])), fresh

    def _read(self, asked: Sequence[tuple[Facts, Looks]]) -> Iterator[Found]:
        seen = look_into([facts for facts, _ in asked], [looks for _, looks in asked], self._clone)
        return map(found_in, seen)

    def _found(self, facts: Facts, looks: Mapping[str, Look]) -> Answered:
        if self._known is None:
            return NOTHING
        return self._known.of(str(facts.change.head), looks.keys())

    def _questions(self, book: Rulebook) -> Mapping[str, Look]:
        """Return what the candidate and another policy ask of files."""
        digest = book.file.digest
        if digest not in self._asked:
            self._asked[digest] = {**self._candidate.looks.by_id, **book.looks.by_id}
        return self._asked[digest]

    def _looks(self, looks: Mapping[str, Look], answered: frozenset[str] = frozenset()) -> Looks:
        """Compile what has not been answered yet."""
        names = frozenset(looks) - answered
        if names not in self._asking:
            self._asking[names] = asking(looks[name] for name in sorted(names))
        return self._asking[names]


def _only(facts: Facts, paths: frozenset[str]) -> Facts:
    files = (file for file in facts.files or () if file.path in paths)
    return replace(facts, files=tuple(files))


class Replay:
    """A history decided again under a candidate, beside `against` or the policy in force."""

    def __init__(self, work: Work, clone: Clone) -> None:
        self._work, self._clone = work, clone

    def cases(
        self, failed: Mapping[str, Sequence[Fault]], *, jobs: int | None, shown: bool
    ) -> list[Case]:
        """Replay everything, oldest change first; `failed` are faults known elsewhere, by change.

        What had to be read is kept for the next time, where it can be.
        """
        work, clone = self._work, self._clone
        total = clone.count(work.event)
        known: FactsCache | None = None
        replayed: list[Replayed] = []
        with (
            progress("deciding again", total, shown=shown) as show,
            shares.judged(work, clone, jobs or shares.worth(total)) as told,
        ):
            for each, fresh in told:
                replayed.append(each)
                if fresh is not None:
                    known = known or work.known(clone)  # opened when there is something to keep
                    if known is not None:
                        known.add(fresh.sha, fresh.looked, fresh.found)
                show(len(replayed))
        if known is not None:
            with suppress(OSError):  # a clone that cannot be written is read again the next time
                known.save()
        return list(self._with_faults(replayed, failed))

    def _with_faults(
        self, replayed: Sequence[Replayed], failed: Mapping[str, Sequence[Fault]]
    ) -> Iterator[Case]:
        landings = [each.landing for each in replayed]
        landed_at = {str(landing.sha): landing.landed_at for landing in landings}
        fixed = mended(
            Naming(str(each.landing.sha), each.landing.number, each.landing.landed_at, each.mends)
            for each in replayed
        )
        for each in replayed:
            sha = str(each.landing.sha)
            faults = undone(sha, self._clone.reverts, landed_at)
            by = {fault.by for fault in faults}
            faults += [fault for fault in fixed.get(sha, ()) if fault.by not in by]
            yield with_faults(each, [*faults, *failed.get(each.landing.change, ())])


def ends(clone: Clone, span: str | None) -> tuple[str | None, str]:
    """Return the commits of `A..B`, or the branch as it stands from the beginning.

    Raises:
        UserError: when it is no range, or an end names no commit.
    """
    if span is None:
        return None, clone.resolve("HEAD")
    base, dots, head = span.partition("..")
    if not dots or head.startswith("."):
        raise UserError(f"--range {span!r} is not a range. Write one as in v1.0..HEAD.")
    return clone.resolve(base or "HEAD"), clone.resolve(head or "HEAD")


@dataclass(frozen=True, slots=True)
class Cache:
    """Where what is read of files is kept: a folder, else inside Git's own; `off`: nowhere."""

    folder: Path | None = None
    off: bool = False

    def file(self, clone: Clone) -> Path | None:
        """Return the file that keeps what was read of a clone.

        Raises:
            UserError: when a folder that was named cannot be made.
        """
        if self.off:
            return None
        if self.folder is None:
            return clone.room / KEPT
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise UserError(f"{self.folder}: {exc.strerror}. Choose another --cache.") from exc
        return self.folder / KEPT


def counterfactuals(
    path: Path,
    candidate: PolicyFile,
    window: Window,
    faults: Mapping[str, Sequence[Fault]],
    cache: Cache = Cache(),
) -> tuple[Counterfactual, ...]:
    """Return which landings of a window a slow gate would still have held when they proved faulty.

    What came after the window is not looked at, so that later days give the same. `faults` are
    those that a ledger tells of beside what the history shows.
    """
    with open_clone(path) as clone:
        head = clone.landed_by(window.end)
        if head is None:
            return ()
        event = Event(Happening.LANDED, None, head, window.end, window.start)
        work = Work(path, candidate, candidate, event, cache.file(clone))
        cases = Replay(work, clone).cases(faults, jobs=None, shown=sys.stderr.isatty())
    return tuple(worth_telling(case for case in cases if window.holds(case.landing.landed_at)))


def failures(told: Chronicle) -> Mapping[str, Sequence[Fault]]:
    """Return the incidents that a ledger tells of, by the change that caused each."""
    found: dict[str, list[Fault]] = {}
    for each in told.told(Incident):
        if each.record.change is not None:
            fault = Fault("incident", each.record.incident, each.at)
            found.setdefault(each.record.change, []).append(fault)
    return found
