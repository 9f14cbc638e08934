"""The register in rows, columns and sentences."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from fitgate.core.inert import inert
from fitgate.core.register import Evidence, Register, RegisterEntry, Tally
from fitgate.core.review import Review
from fitgate.core.standing import Standing
from fitgate.core.words.cells import cell, counted
from fitgate.core.words.reclassified import said_sentence

CATEGORIES = ("data", "evaluation", "alignment", "deployment", "supply-chain", "optionality")
"""The six, in the order in which they are told."""
ID_LENGTH = 10
TITLE_LIMIT = 200
STANDINGS: Mapping[Standing, str] = {
    Standing.BYPASS: "landed although a gate in force said no",
    Standing.WOULD_HOLD: "would have been held, had the policy been in force",
    Standing.UNJUDGED: "cannot be judged from what this clone knows",
    Standing.OVERRIDDEN: "somebody who may broke the glass, on record",
    Standing.ALLOWED: "every gate that applies was satisfied",
    Standing.NOT_IO: "not an irreversible operation",
}
"""What each standing means, the gravest first."""
TABLE = ("landed", "change", "categories", "class", "standing", "review", "what")
CSV = (
    "change_id", "date_utc", "number", "sha", "landed_at", "landed_as", "is_io", "io_category",
    "amended_category", "classes", "io_sr", "layer", "outcome", "standing", "description", "why_io",
    "matches", "owner", "system", "required_evidence", "release_owner", "safety_or_assurance_owner",
    "cooldown_hours", "circuit_breakers", "bypass_events", "reverted_by", "hotfix", "review",
    "reviewed_by", "reviewed_at", "review_why", "policy", "policy_commit", "mode", "notes",
    "counted_is_io", "counted_category", "counted_classes", "counted_io_sr", "reclassified",
)  # fmt: skip


REVIEWS = ("change", "status", "by", "at", "owner", "categories", "why")


def review_row(review: Review) -> tuple[str, ...]:
    """Return a review's cells in the order of REVIEWS."""
    cells = (
        review.change,
        review.status,
        review.by,
        _moment(review.at),
        review.owner,
        ", ".join(_labels(review)),
        review.why,
    )
    return tuple(map(cell, cells))


def _labels(review: Review) -> Iterator[str]:
    """Yield what a review says a change is, as its categories and labels."""
    yield from review.categories or ()
    for kind, said in (("io-class", review.classes), ("io-sr", review.io_sr)):
        if said is not None:
            yield from (f"{kind}:{each}" for each in said or ("none",))


def table_row(entry: RegisterEntry) -> tuple[str, ...]:
    """Return an entry's cells in the order of TABLE."""
    counted = entry.counted
    number = f" #{entry.number}" if entry.number is not None else ""
    categories = {True: inert(", ".join(counted.categories)), None: "? not told", False: "none"}
    return (
        entry.date_utc.isoformat() if entry.date_utc else "",
        inert(short_id(entry)) + number,
        categories[counted.is_io],
        " ".join(counted.classes),
        entry.standing or entry.outcome,
        review_words(entry),
        inert(entry.description, TITLE_LIMIT),
    )


def review_words(entry: RegisterEntry) -> str:
    """Say in a few words who reviewed an entry, and whether what they say counts."""
    review, said = entry.review, entry.reclassified.said if entry.reclassified else ()
    if not review.by:
        return review.status
    together = [(each.by, *each.seconded_by) for each in said]
    names = next((names for names in reversed(together) if review.by in names), (review.by,))
    spoke = [*dict.fromkeys(each.by for each in said), *names]  # who seconds wrote last
    people = (inert(name, ID_LENGTH * 2) for name in sorted(names, key=spoke.index))
    words = f"{review.status} by {' and '.join(people)}"
    if any(not each.counts for each in said):
        return f"{words}, not all of it counts"
    return words


def short_id(entry: RegisterEntry) -> str:
    """Return a short name of the change: of a commit its first characters."""
    return entry.sha[:ID_LENGTH] if entry.sha else entry.change_id


def csv_row(entry: RegisterEntry) -> tuple[str, ...]:
    """Return an entry's cells in the order of CSV: empty is unknown, `;` stands between several."""
    breakers = (f"{b.name}: {b.threshold}: {b.action}" for b in entry.circuit_breakers)
    bypasses = (
        _bypass(", ".join(b.bypassed), b.reason, b.approved_by) for b in entry.bypass_events
    )
    proofs = (proof.sentence for proof in entry.matches)
    known = ((key, e) for key, e in entry.required_evidence.items() if e)
    counted, said = entry.counted, entry.reclassified.said if entry.reclassified else ()
    cells = {
        "change_id": entry.change_id,
        "date_utc": entry.date_utc.isoformat() if entry.date_utc else None,
        "number": entry.number,
        "sha": entry.sha,
        "landed_at": _moment(entry.landed_at),
        "landed_as": entry.landed_as,
        "is_io": entry.is_io,
        "io_category": "; ".join(entry.io_category),
        "amended_category": "; ".join(entry.review.categories or ()),
        "classes": "; ".join(entry.classes),
        "io_sr": "; ".join(map(str, entry.io_sr)),
        "layer": entry.layer,
        "outcome": entry.outcome,
        "standing": entry.standing,
        "description": entry.description,
        "why_io": "; ".join(entry.why_io),
        "matches": "; ".join(proofs),
        "owner": entry.owner,
        "system": entry.system,
        "required_evidence": "; ".join(f"{key}: {evidence_words(e)}" for key, e in known),
        "release_owner": entry.approvals.release_owner,
        "safety_or_assurance_owner": entry.approvals.safety_or_assurance_owner,
        "cooldown_hours": None if entry.cooldown_hours is None else f"{entry.cooldown_hours:g}",
        "circuit_breakers": "; ".join(breakers),
        "bypass_events": "; ".join(bypasses),
        "reverted_by": entry.reverted_by,
        "hotfix": entry.hotfix,
        "review": entry.review.status,
        "reviewed_by": entry.review.by,
        "reviewed_at": _moment(entry.review.at),
        "review_why": entry.review.why,
        "policy": entry.judged_by.source,
        "policy_commit": entry.judged_by.commit,
        "mode": entry.judged_by.mode,
        "notes": entry.notes,
        "counted_is_io": counted.is_io,
        "counted_category": "; ".join(counted.categories),
        "counted_classes": "; ".join(counted.classes),
        "counted_io_sr": "; ".join(map(str, counted.io_sr)),
        "reclassified": "; ".join(map(said_sentence, said)),
    }
    return tuple(cell(cells[name]) for name in CSV)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _bypass(gates: str, reason: str | None, by: str | None) -> str:
    return f"{gates} (approved by {by}: {reason})" if by else f"{gates} (silent)"


def evidence_words(evidence: Evidence) -> str:
    """Say a piece of evidence: how it stands, and where it is or what was written."""
    said = evidence.uri or evidence.text
    return f"{evidence.status}, {inert(said)}" if said else evidence.status


def summary(register: Register) -> Iterator[str]:
    """Say in a few lines what a scan found."""
    tally = register.tally
    yield f"{counted(tally.changes, 'change')} {inert(register.scope)}: {_split(tally)}"
    if tally.standings:
        yield f"IO by standing: {standing_words(tally)}"
    reviewed = sum(n for status, n in tally.reviews.items() if status != "proposed")
    if reviewed:
        words = _counts({k: n for k, n in tally.reviews.items() if n})
        yield f"IO by review: {words}"
    yield from policy_notes(tally)
    if register.unclaimed:
        names = ", ".join(inert(name, TITLE_LIMIT) for name in register.unclaimed)
        yield f"Reviewed, but without an entry in this scan: {names}"


def hints(register: Register, clone: str, *, written: bool) -> Iterator[str]:
    """Say what to do next; `clone` is the path as it was given, empty for this folder."""
    tally = register.tally
    if not tally.changes:
        yield "Next: look further back with --since all, or name another clone."
        return
    if not written:
        yield "Next: --out DIR writes the register as YAML, CSV and a page, and all verdicts."
    if tally.io or tally.unknown:
        last = short_id(next(register.entries()))
        place = f"{shlex.quote(inert(clone))} " if clone else ""
        yield f"Why:  fitgate check {place}--change {last}"
        yield f"Say:  fitgate register review {last} {place}--confirm (or --amend, --dispute)"


def _split(tally: Tally) -> str:
    if not tally.changes:
        return "nothing to judge"
    kinds = f" ({_counts(by_category(tally))})" if tally.categories else ""
    unknown = f", {tally.unknown} that could not be told" if tally.unknown else ""
    return f"{tally.io} IO{kinds}, {tally.other} not{unknown}"


def by_category(tally: Tally) -> dict[str, int]:
    """Return the counts of the categories: the six in their order, then a team's own."""
    own = sorted(set(tally.categories) - set(CATEGORIES))
    return {c: tally.categories[c] for c in (*CATEGORIES, *own) if tally.categories.get(c)}


def standing_words(tally: Tally) -> str:
    """Say how the IOs stand, the gravest first."""
    return _counts({s: tally.standings[s] for s in STANDINGS if tally.standings.get(s)})


def _counts(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{inert(name)} {number}" for name, number in counts.items())


def policy_notes(tally: Tally) -> Iterator[str]:
    """Say which policy judged how many, and why it was not the one asked for, if it was not."""
    for (source, mode, note), number in tally.policies.items():
        by = f"judged by {inert(source, TITLE_LIMIT)} ({mode})"
        yield f"{counted(number, 'change')}: {inert(note) if note else by}"


def scope_words(since: datetime | None, span: str) -> str:
    """Say what a scan looked at: `since 2026-08-25`, `in v1..v2`, `in all`."""
    if span and since:
        return f"in {span} since {since.date()}"
    if span:
        return f"in {span}"
    return f"since {since.date()}" if since else "in all"
