"""Decisions made again from the bytes they were made on (contract.md, "Ledger")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from fitgate import __version__
from fitgate.core.chronicle import Told
from fitgate.core.classify import classify
from fitgate.core.facts_file import parse_facts
from fitgate.core.in_force import Rulebook, rulebook
from fitgate.core.reading import parse_policy
from fitgate.core.recording import nature_of
from fitgate.core.records.changes import Decided, Said
from fitgate.core.verdict import Verdict, decide
from fitgate.errors import FactsError, PolicyError


class Again(StrEnum):
    """How a decision made again stands to the one on record."""

    SAME = "same"
    DIFFERS = "differs"
    NEWER = "decided otherwise by a newer version"
    LOST = "not replayable"


@dataclass(frozen=True, slots=True)
class Redecided:
    """One decision made again; `why` says what differs, or what is lacking."""

    told: Told[Decided]
    again: Again
    why: str = ""


class Redecider:
    """Makes decisions again; policies are read once each, `blob` gives content by its digest."""

    def __init__(self, blob: Callable[[str], bytes | None], library: Mapping[str, str]) -> None:
        self._blob, self._library = blob, library
        self._books: dict[str, Rulebook | None] = {}

    def all(self, decisions: Iterable[Told[Decided]]) -> Iterator[Redecided]:
        """Yield each decision made again, in their order."""
        for told in decisions:
            yield self._again(told)

    def _again(self, told: Told[Decided]) -> Redecided:
        record = told.record
        kept, book = self._blob(record.facts), self._book(record)
        if kept is None or book is None:
            lacking = "facts" if kept is None else "policy"
            return Redecided(told, Again.LOST, f"its {lacking} are no longer kept")
        try:
            facts = parse_facts(kept, record.facts)
        except FactsError as exc:
            return Redecided(told, Again.LOST, f"its facts cannot be read: {exc.problems[0]}")
        verdict = decide(facts, classify(facts, book.looks), book)
        differing = ", ".join(_differing(record, verdict))
        if not differing:
            return Redecided(told, Again.SAME)
        same_decider = record.judge.version == __version__
        return Redecided(told, Again.DIFFERS if same_decider else Again.NEWER, differing)

    def _book(self, record: Decided) -> Rulebook | None:
        digest = record.judge.policy
        if digest not in self._books:
            self._books[digest] = self._read(record)
        return self._books[digest]

    def _read(self, record: Decided) -> Rulebook | None:
        kept = self._blob(record.judge.policy)
        if kept is None:
            return None
        try:
            file = parse_policy(kept.decode(), record.judge.source, self._library)
        except (PolicyError, UnicodeDecodeError):
            return None
        return rulebook(replace(file, commit=record.judge.commit))


def _differing(record: Decided, verdict: Verdict) -> Iterator[str]:
    if verdict.outcome is not record.outcome:
        yield f"{record.outcome} then, {verdict.outcome} now"
    if nature_of(verdict) != record.nature:
        yield "another category, class or number"
    said = tuple(Said(f.gate, f.outcome, f.code) for f in verdict.findings)
    if said != record.findings:
        yield "other findings"
