"""A release: the changes that it holds, and what is written down of each taking effect with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from fitgate.core.facts import Change, Facts, Repo, Unknown, Unread
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature
from fitgate.core.recording import landed_key
from fitgate.core.records import draft
from fitgate.core.records.changes import Landed
from fitgate.core.standing import Standing
from fitgate.core.values import Instant

STAGE = "release"


@dataclass(frozen=True, slots=True)
class Release:
    """A published release. `base` is where the default branch was then, whose policy counts.

    `since` is the tag of the release before it, None for the first. `changes` are the ids of what
    it holds, oldest first, or why they cannot be told.
    """

    repo: Repo
    number: int
    tag: str
    at: Instant
    commit: str
    base: str
    since: str | None
    changes: tuple[str, ...] | Unread

    @property
    def id(self) -> str:
        """Return what the release is called as a change."""
        return f"{self.repo.id.partition(':')[0]}:{self.repo.name}!release/{self.number}"


def release_facts(release: Release) -> Facts:
    """Return the facts of a release as a change, by which its policy is chosen."""
    why = release.changes.why if isinstance(release.changes, Unread) else "its changes have them"
    change = Change(
        id=release.id,
        kind="release",
        title=release.tag,
        number=release.number,
        base=release.base,
        head=release.commit,
        landed_at=release.at,
        landed_as="release",
    )
    unknown = (Unknown("files", why),)
    return Facts(release.at, "github", release.repo, change, unknown=unknown)


def release_drafts(release: Release, policy: Policy, told: Chronicle) -> Iterator[Draft]:
    """Yield that each change which a release holds took effect with it.

    What a change is, and how it stands to the gate, is what was told of its landing (contract.md,
    "Which policy"): a release is judged by what it holds. What it waits for is the release's own.
    A release of which it cannot be told what it holds is one landing that is not judged.
    """
    required = policy.boundary.closure.checks or None
    if isinstance(release.changes, Unread):
        record = Landed(
            release.id, "release", Nature(None), Standing.UNJUDGED, policy.mode,
            commit=release.commit, route=STAGE, required=required,
            note=f"{release.tag}: {release.changes.why}",
        )  # fmt: skip
        yield draft(record, release.at, landed_key(release.id, STAGE))
        return
    for change in release.changes:
        merged = told.landed(change)
        if merged is None:
            continue
        said = merged.record
        nature = next(row.nature for row in told.rows_of(change))
        record = Landed(
            change, "release", nature, said.standing, said.mode, said.layer,
            commit=said.commit, number=said.number, route=STAGE, required=required,
            decided=said.decided, bypasses=said.bypasses, note=release.tag,
        )  # fmt: skip
        yield draft(record, max(release.at, merged.at), landed_key(change, STAGE))


def missing(release: Release, told: Chronicle) -> Sequence[str]:
    """Return the changes of a release that a ledger tells no landing of."""
    changes = () if isinstance(release.changes, Unread) else release.changes
    return [change for change in changes if told.landed(change) is None]
