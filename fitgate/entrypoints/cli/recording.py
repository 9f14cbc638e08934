"""What a scan found, written into a ledger: verdicts, landings, what they were judged by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fitgate.bootstrap import Clone, progress, shipped_policies
from fitgate.core.canonical import sha256
from fitgate.core.entries import Draft
from fitgate.core.facts_file import facts_adapter
from fitgate.core.in_force import SHIPPED
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.core.recording import (
    Judgement,
    Recorder,
    reverted_draft,
    review_drafts,
)
from fitgate.core.register import Line, RegisterEntry, line_adapter
from fitgate.core.review import Review
from fitgate.core.standing import Standing
from fitgate.core.verdict import PolicyRef, verdict_adapter
from fitgate.entrypoints.cli.ledgers import told_by
from fitgate.errors import PolicyError
from fitgate.ports import Ledger

BATCH = 500
"""Landings written down together: all of them, or none."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many landings were told, and how many entries that added."""

    landings: int
    entries: int


class Texts:
    """The texts of policies: given by hand, shipped, or in the clone; each looked up once."""

    def __init__(self, clone: Clone, given: str | None) -> None:
        self._clone, self._given = clone, given
        self._library = shipped_policies()
        self._found: dict[str, tuple[str | None, Policy]] = {}

    def of(self, ref: PolicyRef) -> tuple[str | None, Policy]:
        """Return the text of the policy that judged, and what it says.

        The text is null if it can no longer be had as it was; then the shipped default stands in.
        """
        if ref.digest not in self._found:
            text = next(
                (t for t in self._candidates(ref) if sha256(t.encode()) == ref.digest), None
            )
            said = text if text is not None else self._library["default"]
            self._found[ref.digest] = text, parse_policy(said, ref.source, self._library).policy
        return self._found[ref.digest]

    def _candidates(self, ref: PolicyRef) -> Iterator[str]:
        if self._given is not None:
            yield self._given
        if ref.source == SHIPPED:
            yield self._library["default"]
        if ref.commit is not None:
            for version in self._clone.policies(ref.commit):
                yield from version.files.values()


def record(
    lines: Iterable[bytes],
    clone: Clone,
    texts: Texts,
    ledger: Ledger,
    now: datetime,
    *,
    total: int,
    shown: bool,
) -> Recorded:
    """Write down the judged landings of a scan, oldest first; what is known already adds nothing.

    Raises:
        LedgerError: when it could not be written; whole batches before that stay.
    """
    landed: dict[str, datetime] = {}
    written = 0
    told = (line_adapter().validate_json(text) for text in lines)
    recorder: Recorder | None = None
    forced = clone.forced
    with progress("writing the ledger", total, shown=shown) as show:
        while batch := [*islice(told, BATCH)]:
            drafts: list[Draft] = []
            blobs: dict[str, bytes] = {}
            for line in batch:
                judged, text = _judgement(line, texts, forced)
                at = judged.facts.change.landed_at or judged.facts.as_of
                if recorder is None:
                    recorder = Recorder.after(
                        told_by(ledger), at, lambda digest: _policy(ledger.blob(digest))
                    )
                landed[str(judged.facts.change.head)] = at
                drafts += recorder.record(judged)
                blobs[judged.verdict.facts] = (line.facts or "").encode()
                if text is not None:
                    blobs[judged.verdict.policy.digest] = text.encode()
            written += len(ledger.append(drafts, now, [*blobs.values()]))
            show(len(landed))
    written += len(ledger.append([*_reverted(landed, clone)], now))
    return Recorded(len(landed), written)


def record_reviews(
    entries: Iterable[RegisterEntry], reviews: Sequence[Review], ledger: Ledger, now: datetime
) -> int:
    """Write down what people say of register entries; return how many entries that added."""
    if not reviews:
        return 0
    drafts = [draft for entry in entries for draft in review_drafts(entry, reviews)]
    return len(ledger.append(drafts, now))


def _judgement(
    line: Line, texts: Texts, forced: Mapping[str, bool]
) -> tuple[Judgement, str | None]:
    facts = facts_adapter().validate_json(line.facts or "")
    verdict = verdict_adapter().validate_python(line.verdict)
    text, policy = texts.of(verdict.policy)
    standing, by_force = line.standing or Standing.UNJUDGED, forced.get(str(facts.change.head))
    return Judgement(facts, verdict, standing, policy, forced=by_force), text


def _policy(text: bytes | None) -> Policy | None:
    if text is None:
        return None
    try:
        return parse_policy(text.decode(), "the ledger", shipped_policies()).policy
    except (PolicyError, UnicodeDecodeError):
        return None


def _reverted(landed: Mapping[str, datetime], clone: Clone) -> Iterator[Draft]:
    repo = None
    for sha in landed:
        for by in clone.reverts.state(sha).reverted_by:
            repo = repo or clone.repo(sha).id
            yield reverted_draft(f"{repo}@{sha}", f"{repo}@{by}", landed[by])
