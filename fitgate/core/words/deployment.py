"""What the gate of an environment is told: let it go, stop it, or what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.inert import inert
from fitgate.core.remedies import sentence_for
from fitgate.core.verdict import Verdict
from fitgate.core.words.check import MARKS, headline, nature
from fitgate.core.words.page import shown

REPORT_LIMIT = 1_024
"""Characters of one report; GitHub takes no longer one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deployment that waits is told; `state` None: it goes on waiting, and hears why."""

    state: Literal["approved", "rejected"] | None
    comment: str


def answer(facts: Facts, verdict: Verdict) -> Answer:
    """Return the answer to a gate (contract.md, "Outcomes").

    In shadow mode everything is let go, and the comment says what would have been.
    """
    if verdict.mode == "shadow" or verdict.is_io is False or verdict.outcome is Outcome.ALLOW:
        return Answer("approved", _comment(facts, verdict))
    if verdict.outcome is Outcome.DENY:
        return Answer("rejected", _comment(facts, verdict))
    return Answer(None, _comment(facts, verdict))


def _comment(facts: Facts, verdict: Verdict) -> str:
    """Return how it stands, as many reasons as fit, and where the rest is."""
    lines = [f"**FITGate** {MARKS[verdict.outcome]} {verdict.outcome}: {shown(headline(verdict))}"]
    if verdict.is_io is not False:
        lines += ["", shown(nature(verdict))]
    lines += [
        f"- {shown(found.gate)}: {shown(inert(sentence_for(found.code, found.params)))}"
        for found in verdict.findings
        if found.outcome is not Outcome.ALLOW
    ]
    last = (
        f"\n\nAll of it is in the check `fitgate/deploy: {inert(facts.change.environment or '')}`."
    )
    room = REPORT_LIMIT - len(last)
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return ("\n".join(kept) + last)[:REPORT_LIMIT]
