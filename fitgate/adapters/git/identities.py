"""People as a clone knows them: by the mail addresses in its commits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fitgate.adapters.git.commits import Commit, Identity
from fitgate.core.facts import Person, Unknown

# A forge that merges for somebody signs as the committer itself; GitHub's is noreply@github.com.
_FORGE_MAILBOXES = ("noreply@", "no-reply@")


@dataclass(frozen=True, slots=True)
class Contributors:
    """Who wrote a change, and everyone who had a hand in it; None: who, is not known."""

    author: str | None
    everyone: tuple[str, ...] | None
    people: tuple[Person, ...]
    unknown: tuple[Unknown, ...]


def contributors_of(
    commits: Iterable[Commit], authored: Iterable[Commit], *, cut: bool
) -> Contributors:
    """Return those who wrote, committed or co-wrote any of the commits.

    The author of the change is the one author of the commits in `authored`, if they have only one.
    `cut`: a shallow clone ends among the commits, so that others may have had a hand in it.
    """
    hands = dict.fromkeys(hand for commit in commits for hand in _hands(commit))
    authors = {person_id(commit.author) for commit in authored}
    nameless = None in {person_id(hand) for hand in hands} | authors
    author = authors.pop() if len(authors) == 1 else None
    people = {ref: _person(ref, hand) for hand in hands if (ref := person_id(hand))}
    unknown = []
    if author is None:
        unknown.append(Unknown("author", "the clone does not tell which author asked for it"))
    if cut:
        unknown.append(Unknown("contributors", "the clone is shallow and ends among its commits"))
    if nameless:
        unknown.append(Unknown("contributors", "a commit has no mail address"))
    return Contributors(
        author=author,
        everyone=None if cut or nameless else tuple(sorted(people)),
        people=tuple(people[ref] for ref in sorted(people)),
        unknown=tuple(unknown),
    )


def person_id(identity: Identity) -> str | None:
    """Return the id of somebody who is known by mail; None without an address."""
    mail = identity.mail.strip().casefold()
    return f"mail:{mail}" if mail else None


def _hands(commit: Commit) -> Iterable[Identity]:
    yield commit.author
    if not commit.committer.mail.casefold().startswith(_FORGE_MAILBOXES):
        yield commit.committer
    yield from commit.co_authors


def _person(ref: str, identity: Identity) -> Person:
    is_bot = "[bot]" in f"{identity.name} {ref}".casefold()
    return Person(ref, identity.name, "bot" if is_bot else "unknown")
