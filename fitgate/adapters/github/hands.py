"""Who had a hand in a pull request, as GitHub knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from fitgate.core.facts import Person, Unknown

Kind = Literal["human", "bot", "unknown"]
_KINDS: Mapping[str, Kind] = {"User": "human", "Bot": "bot"}
# What is merged or edited on GitHub's pages is committed by GitHub, for the author.
_WEB_FLOW = frozenset({"noreply@github.com"})
_NO_REPLY = re.compile(r"(\d{1,18})\+([^@\s]+)@users\.noreply\.github\.com", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hand:
    """One who wrote or committed; `person` None: GitHub knows no account by that address."""

    person: Person | None
    name: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the pull request; `hands` are its authors, co-authors and committer."""

    oid: str
    message: str
    parents: tuple[str, ...]
    hands: tuple[Hand, ...]
    cut: bool

    @classmethod
    def of(cls, node: Mapping[str, Any]) -> Self:
        """Read a commit of GraphQL's."""
        authors, parents = node["authors"], node["parents"]
        cut = any(len(each["nodes"]) < each["totalCount"] for each in (authors, parents))
        committer = node["committer"] or {}
        is_github = str(committer.get("email") or "").casefold() in _WEB_FLOW
        actors = [*authors["nodes"], *(() if is_github else (committer,))]
        return cls(
            oid=str(node["oid"]),
            message=str(node["message"]),
            parents=tuple(str(parent["oid"]) for parent in parents["nodes"]),
            hands=tuple(_hand(actor or {}) for actor in actors),
            cut=cut,
        )


@dataclass(frozen=True, slots=True)
class Contributors:
    """Everyone who had a hand in it; None: who, is not known."""

    everyone: tuple[str, ...] | None
    people: tuple[Person, ...]
    unknown: tuple[Unknown, ...]


def person(node: Mapping[str, Any] | None) -> Person | None:
    """Return who acted on GitHub; None for an account that is no more."""
    if node is None or not node.get("databaseId"):
        return None
    login = str(node.get("login") or "")
    kind = _KINDS.get(str(node.get("__typename")), "unknown")
    if login.endswith("[bot]"):
        kind = "bot"
    return Person(f"github:{node['databaseId']}", login, kind)


def account(node: Mapping[str, Any] | None) -> Person | None:
    """Return somebody as REST tells of them."""
    if not node:
        return None
    return person({**node, "databaseId": node.get("id"), "__typename": node.get("type")})


def _hand(actor: Mapping[str, Any]) -> Hand:
    """Return who stands behind a name and an address.

    GraphQL links no bots, but GitHub's own addresses tell the account. What kind it is a commit
    does not tell: that is asked only of those who sign.
    """
    user, mail = actor.get("user"), str(actor.get("email") or "")
    who = person({**user, "__typename": ""}) if user else None
    if who is None and (own := _NO_REPLY.fullmatch(mail)):
        who = person({"databaseId": own[1], "login": own[2], "__typename": ""})
    return Hand(who, mail or str(actor.get("name") or "nobody"))


def contributors_of(commits: Iterable[Commit], *, cut: bool) -> Contributors:
    """Return those who wrote, co-wrote or committed any of the commits, merged-in ones too.

    `cut`: not all commits were read. A commit that GitHub links to no account makes the set
    unknown (contract.md, "Facts").
    """
    seen = tuple(commits)
    hands = [hand for commit in seen for hand in commit.hands]
    people = {hand.person.id: hand.person for hand in hands if hand.person}
    unknown = tuple(_unknown(seen, hands, cut=cut))
    return Contributors(
        everyone=None if unknown else tuple(sorted(people)),
        people=tuple(people[ref] for ref in sorted(people)),
        unknown=unknown,
    )


def _unknown(commits: Iterable[Commit], hands: Iterable[Hand], *, cut: bool) -> Iterator[Unknown]:
    if cut or any(commit.cut for commit in commits):
        yield Unknown("contributors", "GitHub did not give all of its commits")
    strangers = dict.fromkeys(hand.name for hand in hands if hand.person is None)
    if strangers:
        names = ", ".join(list(strangers)[:3])
        yield Unknown("contributors", f"GitHub knows no account of {names}")
