"""A change, or a path, before every rule: a tree of lines, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.classify.explaining import Explained, PathExplained, RuleExplained, gates_for
from fitgate.core.facts import Facts
from fitgate.core.findings import Match
from fitgate.core.inert import inert
from fitgate.core.policy import POLICY_CATEGORY, POLICY_RULE, Policy, Rule
from fitgate.core.verdict import Verdict, verdict_json
from fitgate.core.words.check import Branch, draw, gate_branches, heading, judged_by
from fitgate.core.words.conditions import LIMIT, asks
from fitgate.core.words.matches import PATH_LIMIT, seen

MARKS = {True: "✓", False: "✗", None: "?"}
MOST = 4
"""Of one sort of line more are counted and not shown."""
_FIRST = (True, None, False)
_MATCHES = TypeAdapter(tuple[Match, ...])


def explain_lines(
    facts: Facts,
    verdict: Verdict,
    rules: Sequence[RuleExplained],
    width: int = 100,
    *,
    every: bool = False,
) -> list[str]:
    """Say of a change why each rule speaks or does not, and what the gates make of it.

    Rules that have nothing to do with the change are counted, unless `every` one is asked for.
    """
    touched = facts.files is None or any(file.is_policy for file in facts.files)
    branches = [_built_in(facts, verdict)] if every or touched else []
    branches += rule_branches(rules, every=every)
    others = (not touched) + sum(not rule.concerned for rule in rules)
    if others and not every:
        said = "1 rule has" if others == 1 else f"{others} rules have"
        branches.append(Branch(f"{said} nothing to do with this change (--all lists them)"))
    branches += (*gate_branches(verdict), judged_by(verdict))
    return [*heading(facts, verdict, width), *draw(branches, width)]


def _built_in(facts: Facts, verdict: Verdict) -> Branch:
    """Say what the one rule says that is in no policy and counts as one of each."""
    found = [seen(match) for match in verdict.matches if match.rule == POLICY_RULE]
    holds = True if found else (None if facts.files is None else False)
    nothing = (
        "unknown: the files could not be listed" if holds is None else "no policy file changed"
    )
    under = tuple(map(Branch, found or [nothing]))
    return Branch(f"{MARKS[holds]} {POLICY_RULE} ({POLICY_CATEGORY}): built in", under)


def rule_branches(rules: Sequence[RuleExplained], *, every: bool = False) -> Iterator[Branch]:
    """Yield a tree for each rule that met something, or `every` one; those that speak come first.

    Rules that looked and met nothing share a line; what a change does not concern is left out.
    """
    drawn = [rule for rule in rules if every or rule.met_something]
    for holds in _FIRST:
        for rule in drawn:
            if rule.why.said.holds is holds:
                yield Branch(f"{MARKS[holds]} {_named(rule.rule)}", (_part(rule.why),))
    silent = [rule.rule.id for rule in rules if rule.concerned and rule not in drawn]
    if silent:
        yield Branch(f"{MARKS[False]} looked, and met nothing: {', '.join(silent)}")


def _named(rule: Rule) -> str:
    return f"{rule.id} ({inert(rule.category, LIMIT)}): {inert(rule.why, PATH_LIMIT)}"


def _part(part: Explained) -> Branch:
    under = tuple(map(_part, part.parts)) or tuple(map(Branch, _found(part)))
    return Branch(f"{MARKS[part.said.holds]} {asks(part.condition)}", under)


def _found(leaf: Explained) -> Iterator[str]:
    """Yield what there was to see; what could not be seen; or that there was nothing."""
    if leaf.said.matches:
        yield from _few([seen(match) for match in leaf.said.matches])
    elif leaf.seen and leaf.said.holds is not True:
        yield from _few([f"only {seen(match)}" for match in leaf.seen])
    if leaf.said.unknown:
        yield from _few([f"unknown: {inert(f'{u.what}: {u.why}')}" for u in leaf.said.unknown])
    elif not leaf.said.matches and not leaf.seen:
        yield _nothing(leaf)


def _nothing(leaf: Explained) -> str:
    if leaf.files:
        return f"nothing like it in {', '.join(_few([inert(f, PATH_LIMIT) for f in leaf.files]))}"
    return "the change has no such file" if leaf.condition.look else "the change says nothing of it"


def _few(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST
    return [*lines[:MOST], f"and {more} more"] if more > 0 else [*lines]


def explain_json(
    facts: Facts, verdict: Verdict, rules: Iterable[RuleExplained]
) -> dict[str, JsonValue]:
    """Return why each rule speaks or does not, with the verdict."""
    return {
        "change": facts.change.id,
        "rules": [
            {**_rule_json(each.rule), "concerned": each.concerned, "when": _part_json(each.why)}
            for each in rules
        ],
        "verdict": verdict_json(verdict),
    }


def _rule_json(rule: Rule) -> dict[str, JsonValue]:
    return {"id": rule.id, "category": rule.category, "why": rule.why}


def _part_json(part: Explained) -> dict[str, JsonValue]:
    return {
        "holds": part.said.holds,
        "asks": asks(part.condition),
        "parts": [_part_json(inner) for inner in part.parts],
        "files": list(part.files),
        "matches": _MATCHES.dump_python(part.said.matches, mode="json"),
        "seen": _MATCHES.dump_python(part.seen, mode="json"),
        "unknown": [{"what": u.what, "why": u.why} for u in part.said.unknown],
    }


def path_lines(
    explained: PathExplained, policy: Policy, source: str, width: int = 100, *, exists: bool
) -> list[str]:
    """Say of a path who looks at it and with what, and which gates wait behind."""
    branches = [
        Branch(_named(rule), tuple(Branch(asks(look)) for look in looks))
        for rule, looks in explained.rules
    ]
    path = inert(explained.path, PATH_LIMIT)
    there = "" if exists else " (no such file or commit here)"
    looking = len(explained.rules) + explained.is_policy
    of = f"{looking} of {len(policy.rules) + 1} rules look at it"  # one is built in
    said = "ignored, no rule looks at it" if explained.ignored and not looking else of
    if explained.is_policy:
        branches.insert(0, Branch("every change of a policy file is an IO of evaluation, built in"))
    branches += _waits([rule for rule, _ in explained.rules], policy)
    branches.append(Branch(f"by {inert(source, PATH_LIMIT)} ({policy.mode})"))
    return [f"{path}{there}: {explained.layer} layer, {said}", *draw(branches, width)]


def _waits(rules: Sequence[Rule], policy: Policy) -> Iterator[Branch]:
    """Yield which gates an IO by these rules would meet; rules with the same gates share a line."""
    meeting: dict[str, list[str]] = {}
    for rule in rules:
        types = dict.fromkeys(gate.type for gate in gates_for(rule, policy))
        meeting.setdefault(", ".join(types) or "no gate", []).append(rule.id)
    for gates, ids in meeting.items():
        whose = "any of these rules" if len(meeting) == 1 else " or ".join(ids)
        yield Branch(f"an IO by {whose} meets: {gates}")


def path_json(
    explained: PathExplained, policy: Policy, source: str, *, exists: bool
) -> dict[str, JsonValue]:
    """Return who looks at a path and with what, and which gates wait behind."""
    return {
        "path": explained.path,
        "exists": exists,
        "layer": explained.layer,
        "ignored": explained.ignored,
        "is_policy": explained.is_policy,
        "policy": source,
        "rules": [
            {
                **_rule_json(rule),
                "asks": [asks(look) for look in looks],
                "gates": [gate.type for gate in gates_for(rule, policy)],
            }
            for rule, looks in explained.rules
        ],
    }
