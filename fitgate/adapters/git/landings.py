"""One landing: a first-parent commit, the commits it brought in, and what its message tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fitgate.adapters.git.commits import Commit
from fitgate.core.events import ChangeKind, LandedAs
from fitgate.core.facts import File, Unknown

_NUMBERED = tuple(
    re.compile(form)
    for form in (
        r"Merge pull request #(?P<number>[0-9]{1,9}) from [^\s/]+/(?P<branch>\S+)",  # GitHub, Gitea
        # Bitbucket Server
        r"Merge pull request #(?P<number>[0-9]{1,9}) in \S+ from (?P<branch>\S+) to \S+",
        r"Merged in (?P<branch>\S+) \(pull request #(?P<number>[0-9]{1,9})\)",  # Bitbucket
        r"Merged PR (?P<number>[0-9]{1,9}): (?P<title>.+)",  # Azure DevOps
        r"Auto merge of #(?P<number>[0-9]{1,9}) - [^\s:]+:(?P<branch>[^\s,]+),.*",  # homu, bors
        r"Merge #(?P<number>[0-9]{1,9})(?: #[0-9]+)*(?::.*)?",  # bors-ng
        r"(?P<title>.+) \([#!](?P<number>[0-9]{1,9})\)",  # a squash on GitHub
    )
)
_MERGED_BRANCH = re.compile(
    r"Merge (?:remote-tracking )?branch '(?:origin/)?(?P<branch>[^']+)'(?: into .+)?"
)
_MERGE_REQUEST = re.compile(  # GitLab
    r"^See merge request (?:[\w./-]+)?!(?P<number>[0-9]{1,9})\s*$", re.MULTILINE
)
_HOTFIX_BRANCH = re.compile(r"(?:.*/)?hot-?fix(?:es)?(?:[/_-].*)?", re.IGNORECASE)
_HOTFIX_TITLE = re.compile(r"\b(?:hot-?fix|incident|rollback|sev-?[0-2])\b", re.IGNORECASE)
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,64})\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a commit landed, as far as its message tells. `title` is the pull request's, if named."""

    landed_as: LandedAs
    number: int | None
    branch: str | None
    title: str
    hotfix: tuple[str, ...]

    @property
    def kind(self) -> ChangeKind:
        """Say whether it was a pull request or a push."""
        return "push" if self.number is None else "pull"


@dataclass(frozen=True, slots=True)
class Landing:
    """One change that landed: what a first-parent commit did to the branch.

    `side` are the other commits that it brought in (`base..sha`), oldest first. `files` None: they
    could not be known. `edge`: a shallow clone ends here, what came before is not in it.
    """

    commit: Commit
    side: tuple[Commit, ...]
    shape: Shape
    files: tuple[File, ...] | None
    edge: bool = False
    unknown: tuple[Unknown, ...] = ()

    @property
    def sha(self) -> str:
        """Return the id of the commit."""
        return self.commit.sha

    @property
    def base(self) -> str | None:
        """Return the first parent; None for a root, and at the edge of a shallow clone."""
        return self.commit.parents[0] if self.commit.parents else None

    @property
    def landed_at(self) -> datetime:
        """Return when it landed: the committer's time, which a rebase or a merge renews."""
        return self.commit.committed_at


def shape_of(commit: Commit) -> Shape:
    """Read from a commit's message how it landed."""
    found = _found(commit)
    number = int(found["number"]) if found.get("number") else None
    title = found.get("title") or commit.title
    first = commit.body.split("\n", 1)[0].strip()
    if commit.is_merge and number is not None and "title" not in found and first:
        title = title if _MERGE_REQUEST.match(first) else first  # forges put the title there
    branch = found.get("branch")
    return Shape(
        landed_as="merge" if commit.is_merge else ("push" if number is None else "squash"),
        number=number,
        branch=branch,
        title=title,
        hotfix=tuple(_hotfix_signs(commit, branch, title)),
    )


def _found(commit: Commit) -> dict[str, str]:
    request = _MERGE_REQUEST.search(commit.body)
    merged = _MERGED_BRANCH.fullmatch(commit.title) if commit.is_merge else None
    found = (request.groupdict() if request else {}) | (merged.groupdict() if merged else {})
    if not request:
        for form in _NUMBERED:
            if numbered := form.fullmatch(commit.title):
                return found | numbered.groupdict()
    return found


def _hotfix_signs(commit: Commit, branch: str | None, title: str) -> list[str]:
    signs = []
    if branch and _HOTFIX_BRANCH.fullmatch(branch):
        signs.append(f"branch {branch}")
    if word := _HOTFIX_TITLE.search(title):
        signs.append(f"title says {word[0]}")
    signs += [f"cherry picked from {sha}" for sha in _PICKED.findall(commit.body)]
    return signs
