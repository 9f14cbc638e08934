"""Registers for tests: entries proposed by the real code from the builders' facts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fitgate.core.classify import Looks
from fitgate.core.facts import Facts, Unknown
from fitgate.core.findings import Classification, Match
from fitgate.core.in_force import Rulebook
from fitgate.core.policy import Policy
from fitgate.core.proposal import entry_of
from fitgate.core.reading import PolicyFile
from fitgate.core.register import Line, Register, RegisterEntry, count
from fitgate.core.standing import standing
from fitgate.core.verdict import Verdict, decide, verdict_json
from fitgate.core.words.matches import match_sentence
from tests.builders import DAY, DIGEST, NOW, a_change, a_policy, facts_of

LOWERED = Match(
    "eval-bar-lowered", "evaluation", "setting", "evals/safety.yaml", 3,
    "thresholds.toxicity", 0.9, 0.7,
)  # fmt: skip
REMOVED = Match("data-removed", "data", "path", "data/train.jsonl", None, "status", None, "removed")
RULES = (
    {
        "id": "eval-bar-lowered",
        "category": "evaluation",
        "io_sr": [4],
        "why": "a lower bar lets through what was stopped before",
        "when": {"path": {"files": "evals/**"}},
    },
    {
        "id": "data-removed",
        "category": "data",
        "why": "data that is gone cannot be looked at again",
        "when": {"path": {"files": "data/**"}},
    },
)
TAXONOMY = {
    "data": {"name": "Data", "classes": ["R"]},
    "evaluation": {"name": "Evaluation", "classes": ["T"]},
}
_VL = {"metric": "vl_hours", "limit": 72, "consecutive": 3}
_RDPR = {"metric": "rdpr", "limit": 0.8, "last": 5}
_GBR = {"metric": "gbr_per_week", "limit": 1, "any_unauthorised": True}
BREAKERS = (
    {"name": "CB-VL", "when": _VL, "then": "freeze"},
    {"name": "CB-RDPR", "when": _RDPR, "then": "freeze"},
    {"name": "CB-GBR", "when": _GBR, "then": "audit"},
)


def the_policy(**changes: object) -> Policy:
    return a_policy(
        **{
            "system": "checkout",
            "rules": RULES,
            "taxonomy": TAXONOMY,
            "breakers": BREAKERS,
            **changes,
        }
    )


def a_verdict(
    facts: Facts | None = None,
    *matches: Match,
    policy: Policy | None = None,
    is_io: bool | None = True,
    **where: Any,
) -> Verdict:
    """Decide on facts that fall under these matches; the policy stands in the repository."""
    policy = policy or the_policy()
    file = replace(PolicyFile(policy, ".fitgate.yaml", DIGEST, "c" * 40), **where)
    unseen = (Unknown("contents of db/x.sql", "not in this clone"),) if is_io is None else ()
    found = Classification(is_io, matches or ((LOWERED,) if is_io else ()), unseen)
    return decide(facts or facts_of(), found, Rulebook(file, Looks(policy)))


def an_entry(
    facts: Facts | None = None,
    *matches: Match,
    policy: Policy | None = None,
    **where: Any,
) -> RegisterEntry:
    facts = facts or landed()
    verdict = a_verdict(facts, *matches, policy=policy, **where)
    sentences = [match_sentence(match) for match in verdict.matches]
    return entry_of(facts, verdict, standing(verdict), policy or the_policy(), sentences)


def landed(days: int = 0, number: int = 7, **changes: Any) -> Facts:
    """Return the facts of a landing so many days before now, everything in order."""
    at = NOW - days * DAY
    change = a_change(**{
        "id": f"git:{'0' * 40}@{number:040x}", "head": f"{number:040x}", "number": number,
        "landed_at": at, "landed_as": "squash", "material_at": at - timedelta(hours=50), **changes,
    })  # fmt: skip
    return replace(facts_of(change), as_of=at)


def a_line(entry: RegisterEntry | None, verdict: Verdict | None = None) -> Line:
    verdict = verdict or a_verdict()
    change = entry.change_id if entry else "git:r@0"
    return Line(
        change, verdict_json(verdict), entry.standing if entry else standing(verdict), entry
    )


def a_register(entries: Sequence[RegisterEntry], others: int = 3) -> Register:
    """Return a register of these entries and of some changes that are no IO."""
    plain = a_verdict(None, is_io=False)
    lines = [*map(a_line, entries), *(a_line(None, plain) for _ in range(others))]
    return Register(
        repository="acme/app",
        scope="since 2025-11-02",
        at=NOW,
        version="0.1.0",
        tally=count(lines),
        unclaimed=(),
        entries=lambda: iter(entries),
        verdicts=lambda: (
            {"change": line.change, "verdict": line.verdict, "standing": line.standing}
            for line in lines
        ),
    )
