"""A verdict as a tree of lines: what it is, why, who can act, until when, and what judged it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from fitgate.core.facts import Facts, Unknown
from fitgate.core.findings import Finding, Outcome
from fitgate.core.inert import inert
from fitgate.core.remedies import plain, sentence_for
from fitgate.core.verdict import PolicyRef, Verdict
from fitgate.core.words.matches import match_sentence
from fitgate.core.words.reclassified import ground_sentences, nature_words, said_sentence

MARKS = {Outcome.ALLOW: "✓", Outcome.HOLD: "✗", Outcome.UNDECIDED: "?", Outcome.DENY: "✗"}
"""Beside the word, never instead of it."""
NARROWEST = 40
TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of a tree and what hangs on it."""

    text: str
    under: tuple[Branch, ...] = ()


def check_lines(facts: Facts, verdict: Verdict, width: int = 100) -> list[str]:
    """Say a verdict on a change in lines of at most `width` characters."""
    branches = [*_branches(verdict, facts.unknown)]
    return [*heading(facts, verdict, width), *draw(branches, width)]


def heading(facts: Facts, verdict: Verdict, width: int) -> Iterator[str]:
    """Say how a change stands, and which it is."""
    title = inert(facts.change.title, TITLE_LIMIT) or "(no title)"
    yield from _wrapped(f"{MARKS[verdict.outcome]} {verdict.outcome}: {headline(verdict)}", width)
    yield from (f"  {line}" for line in _wrapped(title, width))
    yield f"  {inert(facts.change.id, TITLE_LIMIT)}"


def headline(verdict: Verdict) -> str:
    """Say in one line how it stands: for whom it waits, and until when."""
    said = _stands(verdict)
    if verdict.mode == "shadow" and verdict.outcome is not Outcome.ALLOW:
        return f"{said} (shadow mode: reported, nothing is held)"
    return said


def _stands(verdict: Verdict) -> str:
    until = f" until {plain(verdict.eligible_at)}" if verdict.eligible_at else ""
    who = _joined(name for f in verdict.findings if f.outcome is verdict.outcome for name in f.who)
    match verdict.outcome:
        case Outcome.ALLOW if verdict.is_io is False:
            return "not an irreversible operation, so nothing is asked of it"
        case Outcome.ALLOW:
            passed = next((f for f in verdict.findings if f.gate == "override"), None)
            return finding_sentence(passed) if passed else "every gate that applies is satisfied"
        case Outcome.HOLD:
            return f"waits for {who}{until}" if who else f"waits{until}"
        case Outcome.UNDECIDED if verdict.is_io is None:
            settle = f"; {who} may settle it" if who else ""
            return f"it cannot be told whether this is an irreversible operation{settle}"
        case Outcome.UNDECIDED:
            open_ = [f for f in verdict.findings if f.outcome is Outcome.UNDECIDED]
            ask = f"; {who} can act" if who else ""
            return f"{len(open_)} of {len(verdict.findings)} questions cannot be answered{ask}"
        case Outcome.DENY:
            return next(finding_sentence(f) for f in verdict.findings if f.outcome is Outcome.DENY)


def finding_sentence(finding: Finding) -> str:
    """Say what a finding means, in one line."""
    return inert(sentence_for(finding.code, finding.params))


def _joined(names: Iterator[str]) -> str:
    return ", ".join(inert(name, TITLE_LIMIT) for name in dict.fromkeys(names))


def _branches(verdict: Verdict, unknown: Sequence[Unknown]) -> Iterator[Branch]:
    if verdict.is_io is not False or verdict.reclassified:
        said = (*map(match_sentence, verdict.matches), *ground_sentences(verdict.grounds))
        by = "the rules say " if verdict.reclassified else ""
        yield Branch(by + nature(verdict), tuple(map(Branch, said)))
    if verdict.reclassified:
        words = map(said_sentence, verdict.reclassified.said)
        counted = nature_words(verdict.reclassified.counted)
        yield Branch(f"what people say; it counts as {counted}", tuple(map(Branch, words)))
    yield from gate_branches(verdict)
    if unknown:
        unread = (Branch(f"{inert(u.what)}: {inert(u.why)}") for u in unknown)
        yield Branch("what could not be read", tuple(unread))
    yield judged_by(verdict)


def gate_branches(verdict: Verdict) -> Iterator[Branch]:
    """Yield a branch a gate, with what it says."""
    for gate, findings in groupby(verdict.findings, key=lambda found: found.gate):
        yield Branch(inert(gate), tuple(map(_finding, findings)))


def judged_by(verdict: Verdict) -> Branch:
    """Say what judged, and as of when."""
    return Branch(
        f"judged by {policy_words(verdict.policy, verdict.mode)}, as of {plain(verdict.as_of)}",
        (Branch(inert(verdict.policy.note)),) if verdict.policy.note else (),
    )


def nature(verdict: Verdict) -> str:
    """Say what the rules take it for: `irreversible: evaluation · class T · IO-SR 4 · slow`."""
    said = nature_words(verdict)
    return f"{said} · {verdict.layer} layer" if verdict.is_io and verdict.layer else said


def policy_words(policy: PolicyRef, mode: str) -> str:
    """Name a policy: where it came from, the commit it stood at, its mode."""
    at = f" at {inert(policy.commit[:12])}" if policy.commit else ""
    return f"{inert(policy.source, TITLE_LIMIT)}{at} ({mode})"


def _finding(finding: Finding) -> Branch:
    under: list[Branch] = []
    if finding.outcome is not Outcome.ALLOW:
        if finding.who:
            under.append(Branch(f"who: {_joined(iter(finding.who))}"))
        if finding.until:
            under.append(Branch(f"until: {plain(finding.until)}"))
        if finding.remedy:
            under.append(Branch(f"next: {inert(finding.remedy)}"))
    mark = f"{MARKS[finding.outcome]} {finding.outcome}"
    return Branch(f"{mark}  {finding_sentence(finding)}", tuple(under))


def draw(branches: Sequence[Branch], width: int, margin: str = "") -> Iterator[str]:
    """Draw a tree; what is too long goes on beneath, inside the tree's lines."""
    for index, branch in enumerate(branches):
        last = index == len(branches) - 1
        joint, onward = ("└─ ", "   ") if last else ("├─ ", "│  ")
        beneath = onward + ("│  " if branch.under else "   ")
        room = max(width - len(margin) - len(joint), NARROWEST)
        first, *rest = _wrapped(branch.text, room)
        yield f"{margin}{joint}{first}"
        yield from (f"{margin}{beneath}{line}" for line in rest)
        yield from draw(branch.under, width, margin + onward)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width - 3, NARROWEST), break_on_hyphens=False) or [""]
