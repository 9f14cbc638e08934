"""What landed between two commits, first parent by first parent: pull requests, and pushes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.core.contained import Contained
from fitgate.core.facts import Trailer
from fitgate.core.trailers import parse_trailers
from fitgate.errors import ForgeError

_PAGE, _MOST = 100, 20
_TOGETHER = 50
_ABSENT = frozenset({404, 422})


@dataclass(frozen=True, slots=True)
class Range:
    """The changes from one commit to another, oldest first, and those that the way takes back.

    `why`: not all of them could be told. `trailers` are what their descriptions declare.
    """

    contains: tuple[Contained, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Landing:
    commit: str
    base: str
    undone: bool


class Ranges:
    """Reads what is between commits of one repository; what cannot change is kept."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._known: dict[tuple[str | None, str], Range] = {}

    def between(self, before: str | None, after: str, branch: str | None) -> Range:
        """Return what comes and goes where `after` takes the place of `before`.

        Without a commit before it is all that ever landed. `branch` is where what came without a
        pull request is looked for.
        """
        key = (before, after)
        if key not in self._known:
            found = self._read(before, after, branch)
            if found.why:
                return found
            if len(self._known) > _PAGE:
                self._known.clear()
            self._known[key] = found
        return self._known[key]

    def _read(self, before: str | None, after: str, branch: str | None) -> Range:
        try:
            landings = [*self._landings(before, after)]
        except ForgeError as exc:
            if exc.status not in _ABSENT:
                raise
            return Range(why=f"the commits since the last good deployment are not there: {exc}")
        except OverflowError as exc:
            return Range(why=str(exc))
        return self._named(landings, branch)

    def _landings(self, before: str | None, after: str) -> Iterator[_Landing]:
        if before is None:
            yield from self._line(self._history(after), after, undone=False)
            return
        first = self._compared(before, after, 1)
        if first["behind_by"]:
            back = self._commits(self._compared(after, before, 1), after, before)
            yield from self._line(back, before, undone=True)
        yield from self._line(self._commits(first, before, after), after, undone=False)

    def _compared(self, before: str, after: str, page: int) -> Mapping[str, Any]:
        path = f"/repos/{self._name}/compare/{before}...{after}?per_page={_PAGE}&page={page}"
        said: Mapping[str, Any] = self._session.read(path)
        return said

    def _commits(self, first: Mapping[str, Any], before: str, after: str) -> list[Any]:
        """Return all commits that `after` has and `before` has not."""
        total, found = int(first["total_commits"]), [*first["commits"]]
        for page in range(2, _MOST + 1):
            if len(found) >= total:
                break
            found += self._compared(before, after, page)["commits"]
        if len(found) < total:
            raise OverflowError(f"GitHub lists {len(found)} of the {total} commits in it")
        return found

    def _history(self, head: str) -> list[Any]:
        found: list[Any] = []
        for page in range(1, _MOST + 1):
            path = f"/repos/{self._name}/commits?sha={head}&per_page={_PAGE}&page={page}"
            said = self._session.read(path)
            found += said
            if len(said) < _PAGE:
                return found
        raise OverflowError(
            f"there was no good deployment before it, and it has more than {len(found)} commits"
        )

    @staticmethod
    def _line(commits: Iterable[Any], head: str, *, undone: bool) -> Iterator[_Landing]:
        """Yield the first parents from the oldest to the head, as far as they are among these."""
        parents = {str(one["sha"]): [str(p["sha"]) for p in one["parents"]] for one in commits}
        line: list[_Landing] = []
        here: str | None = head
        while here is not None and here in parents:
            base = parents[here][0] if parents[here] else None
            if base is not None:  # where a repository begins there was nothing to be changed
                line.append(_Landing(here, base, undone))
            here = base
        yield from reversed(line)

    def _named(self, landings: Sequence[_Landing], branch: str | None) -> Range:
        """Return which pull request each is; what came by none is a push."""
        contains: dict[str, Contained] = {}
        trailers: list[Trailer] = []
        for first in range(0, len(landings), _TOGETHER):
            part = landings[first : first + _TOGETHER]
            asked = queries.bringers([one.commit for one in part])
            answer = self._session.graph(self._name, asked)
            for n, one in enumerate(part):
                node = answer.repository.get(f"c{n}") or {}
                pulls = node.get("associatedPullRequests")
                if pulls is None:
                    why = next(iter(answer.refused.values()), "GitHub does not tell")
                    return Range(why=f"which pull requests are in it could not be read: {why}")
                found = self._contained(one, pulls["nodes"], branch)
                if (known := contains.get(found.change)) is not None:  # rebased onto its base
                    found = replace(found, base=known.base)
                else:
                    trailers += _declared(found, pulls["nodes"])
                contains[found.change] = found
        return Range(tuple(contains.values()), tuple(trailers))

    def _contained(
        self, one: _Landing, pulls: Sequence[Mapping[str, Any]], branch: str | None
    ) -> Contained:
        merged = [pull for pull in pulls if pull["merged"]]
        exact = [pull for pull in merged if (pull["mergeCommit"] or {}).get("oid") == one.commit]
        by = next(iter(exact or merged), None)
        if by is None:
            name = f"github:{self._name}@{one.commit}"
            ref = branch and f"refs/heads/{branch}"
            return Contained(name, "push", one.commit, one.base, ref=ref, undone=one.undone)
        number = int(by["number"])
        return Contained(
            f"github:{self._name}#{number}", "pull", one.commit, one.base, number,
            at=moment(by["mergedAt"]), undone=one.undone,
        )  # fmt: skip


def _declared(one: Contained, pulls: Sequence[Mapping[str, Any]]) -> Iterator[Trailer]:
    """Yield what a pull request declares; why it was made is no reason to take it out again."""
    for pull in pulls:
        if pull["number"] == one.number:
            for trailer in parse_trailers(str(pull["body"] or ""), one.change):
                if not (one.undone and trailer.key == "IO-Rationale"):
                    yield trailer
