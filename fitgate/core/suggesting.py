"""A policy to begin with, from what a history and its code owners tell."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_USER = re.compile(r"@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))")
_TEAM = re.compile(r"@([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})")
_EVERYTHING = frozenset({"*", "/", "/*", "**", "/**"})
_SAFETY = re.compile(r"eval|safety|guard|polic|red.?team|security|trust|fitgate", re.IGNORECASE)
_MOST = 8


@dataclass(frozen=True, slots=True)
class Owned:
    """A line of CODEOWNERS: a pattern, and the people and teams that own it."""

    pattern: str
    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What was seen of a history: since when, how many changes, and how often each rule matched."""

    since: str
    changes: int
    irreversible: int
    hits: Mapping[str, int] = field(default_factory=dict)


def owners(text: str) -> Iterator[Owned]:
    """Yield the lines of a CODEOWNERS file that name people or teams; addresses are left out.

    GitHub, "About code owners": a pattern, then owners; `#` begins a comment.
    """
    for line in text.splitlines():
        pattern, *named = line.partition(" #")[0].split() or ["#"]
        if pattern.startswith(("#", "[")):
            continue
        users = tuple(found[1] for each in named if (found := _USER.fullmatch(each)))
        teams = tuple(found[1] for each in named if (found := _TEAM.fullmatch(each)))
        if users or teams:
            yield Owned(pattern, users, teams)


def packs_that_match(hits: Mapping[str, int], packs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the packs of which some rule matched; `packs` are their rules' ids by their names."""
    return sorted(name for name, rules in packs.items() if any(hits.get(rule) for rule in rules))


def suggested(
    system: str,
    history: History,
    packs: Mapping[str, Sequence[str]],
    owned: Sequence[Owned],
    *,
    pilot: bool = False,
) -> str:
    """Return the text of a policy in shadow mode: rules that match, roles from code owners."""
    return "\n".join(_lines(system, history, packs, owned, pilot=pilot)) + "\n"


def _lines(
    system: str,
    history: History,
    packs: Mapping[str, Sequence[str]],
    owned: Sequence[Owned],
    *,
    pilot: bool,
) -> Iterator[str]:
    yield "# What cannot be undone in this repository, and what it waits for."
    yield "# `fitgate policy lint` checks it; policies/fitgate.yaml of FITGate explains every key."
    yield f"# Suggested by `fitgate init` from {_seen(history)}."
    yield "version: 1"
    why = "two weeks of pilot: nothing is held" if pilot else "reports and holds nothing"
    yield f"mode: shadow # {why}; `enforce` holds"
    yield f"system: {json.dumps(system, ensure_ascii=False)}"
    yield ""
    use = ["default", *packs_that_match(history.hits, packs)]
    for rule, times in _often(history.hits):
        yield f"# {rule}: {times} time{'' if times == 1 else 's'}"
    others = sorted(set(packs) - set(use))
    told = f" # there are also: {', '.join(others)}" if others else ""
    yield f"use: [{', '.join(use)}]{told}"
    yield ""
    yield "roles:"
    yield from _roles(owned)
    yield ""
    yield "gates: # what an irreversible change waits for"
    yield "  - type: slow-authority"
    yield "    cooldown: PT48H"
    yield "    signatures: [release-owner, safety-owner]"
    yield "    rationale: required"
    yield "  - {type: rollback-window, artifact: required, plan: required}"
    yield "  - {type: validation, plan: required}"


def _seen(history: History) -> str:
    changes = f"{history.changes} change{'' if history.changes == 1 else 's'}"
    return f"{changes} since {history.since}, irreversible by its rules: {history.irreversible}"


def _often(hits: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(Counter(hits).items(), key=lambda one: (-one[1], one[0]))[:_MOST]


def _roles(owned: Sequence[Owned]) -> Iterator[str]:
    """Yield the two roles of a slow gate: who owns everything, and who owns what judges."""
    whole = [one for one in owned if one.pattern in _EVERYTHING][-1:]
    release = whole or list(owned)
    safety = [one for one in owned if _SAFETY.search(one.pattern)]
    yield _role("release-owner", release, "maintain")
    yield _role("safety-owner", safety, "admin")
    if any(one.teams for one in (*release, *safety)):
        yield "  # a workflow's token cannot read teams: give the Action `app-id` and `private-key`"


def _role(name: str, owned: Iterable[Owned], otherwise: str) -> str:
    ones = list(owned)
    users = list(dict.fromkeys(user for one in ones for user in one.users))[:_MOST]
    teams = list(dict.fromkeys(team for one in ones for team in one.teams))[:_MOST]
    if not users and not teams:
        return f"  {name}: {{permission: {otherwise}}} # whoever has this right on the repository"
    said = [
        f"{what}: [{', '.join(map(json.dumps, names))}]"
        for what, names in (("users", users), ("teams", teams))
        if names
    ]
    where = ", ".join(dict.fromkeys(one.pattern for one in ones))
    safe = "".join(c if c.isprintable() else "?" for c in where)[:80]
    return f"  {name}: {{{', '.join(said)}}} # CODEOWNERS: {safe}"
