"""Who may use which command: every command by every kind of person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fitgate.core.commands.asked import Permission, Speaker
from fitgate.core.commands.entitled import ENTITLED, refused
from fitgate.core.commands.grammar import NAMES
from fitgate.core.facts import Person
from fitgate.core.policy import Policy
from tests.builders import a_change, a_person, a_policy, facts_of

POLICY = a_policy(
    roles={
        "safety-owner": {"teams": ["acme/safety"]},
        "release-owner": {"teams": ["acme/release"]},
        "keeper": {"users": ["kim"]},
    },
    override={"roles": ["safety-owner"]},
)


def speaker(name: str, permission: Permission | None, *roles: str) -> Speaker:
    return Speaker(a_person(name, *roles), permission)


KINDS: dict[str, Speaker] = {
    "the author": speaker("alice", "none"),
    "the author, role": speaker("alice", "admin", "safety-owner"),
    "a contributor": speaker("carl", "read"),
    "a contributor, role": speaker("carl", "admin", "safety-owner"),
    "the override role": speaker("sam", "read", "safety-owner"),
    "another role": speaker("rita", "read", "release-owner"),
    "a role by name": speaker("kim", "none"),
    "an administrator": speaker("root", "admin"),
    "a maintainer": speaker("mia", "maintain"),
    "a writer": speaker("will", "write"),
    "a triager": speaker("tom", "triage"),
    "a reader": speaker("ruth", "read"),
    "a stranger": speaker("mallory", "none"),
    "rights unread": Speaker(Person("github:x", "x", "human", None), None),
}
# ✓ may, ✗ may not, ? it cannot be told: then they may not either.
TABLE = """\
                    rationale override reclassify evaluated drill followup recheck explain help
the author          ✓         ✗        ✓          ✗         ✗     ✗        ✗       ✗       ✗
the author, role    ✓         ✗        ✓          ✓         ✓     ✓        ✓       ✓       ✓
a contributor       ✓         ✗        ✓          ✗         ✗     ✗        ✓       ✓       ✓
a contributor, role ✓         ✗        ✓          ✓         ✓     ✓        ✓       ✓       ✓
the override role   ✗         ✓        ✓          ✓         ✓     ✓        ✓       ✓       ✓
another role        ✗         ✗        ✓          ✓         ✓     ✓        ✓       ✓       ✓
a role by name      ✗         ✗        ✓          ✓         ✓     ✓        ✗       ✗       ✗
an administrator    ✓         ✗        ✓          ✓         ✓     ✓        ✓       ✓       ✓
a maintainer        ✓         ✗        ✓          ✓         ✓     ✓        ✓       ✓       ✓
a writer            ✓         ✗        ✓          ✓         ✓     ✓        ✓       ✓       ✓
a triager           ✗         ✗        ✗          ✗         ✗     ✗        ✓       ✓       ✓
a reader            ✗         ✗        ✗          ✗         ✗     ✗        ✓       ✓       ✓
a stranger          ✗         ✗        ✗          ✗         ✗     ✗        ✗       ✗       ✗
rights unread       ?         ?        ?          ?         ?     ?        ?       ?       ?
"""
COMMANDS, *ROWS = TABLE.splitlines()
CASES = [
    (row[:20].strip(), command, mark)
    for row in ROWS
    for command, mark in zip(COMMANDS.split(), row[20:].split(), strict=True)
]
FACTS = facts_of(a_change(contributors=("github:alice", "github:carl")))


def mark(who: Speaker, command: str, policy: Policy = POLICY) -> str:
    why = refused(ENTITLED[command], who, FACTS, policy)
    return "✓" if why is None else "?" if why.code == "rights-unknown" else "✗"


def test_the_table_is_of_every_command_and_every_kind_of_person() -> None:
    assert {command for _, command, _ in CASES} == {*NAMES} == {*ENTITLED}
    assert {kind for kind, _, _ in CASES} == {*KINDS}


@pytest.mark.parametrize(("kind", "command", "expected"), CASES)
def test_who_may_what(kind: str, command: str, expected: str) -> None:
    assert mark(KINDS[kind], command) == expected


def test_where_the_policy_names_no_role_nobody_may_break_the_glass() -> None:
    policy = a_policy(override={"roles": []})
    for who in KINDS.values():
        why = refused(ENTITLED["override"], who, FACTS, policy)
        assert why is not None
        assert why.code == "no-role-named"


def test_who_may_be_a_contributor_cannot_break_the_glass() -> None:
    facts = replace(FACTS, change=replace(FACTS.change, contributors=None))
    why = refused(ENTITLED["override"], KINDS["the override role"], facts, POLICY)
    assert why is not None
    assert why.code == "perhaps-own-change"
