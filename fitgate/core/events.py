"""What happened: a pointer that says where to look, never what is true."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

ChangeKind = Literal["pull", "push", "group", "deployment", "release"]
LandedAs = Literal["merge", "squash", "push", "deployment", "release"]


class Happening(StrEnum):
    """The kinds of event: the first two lead to a verdict, the others may move one."""

    PROPOSED = "proposed"
    LANDED = "landed"
    WITHDRAWN = "withdrawn"
    EVALUATED = "evaluated"
    ASKED = "asked"
    INCIDENT = "incident"
    CONTROLS_CHANGED = "controls-changed"
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where on a hosted forge to look; all else that a delivery says may be late, or false.

    `repo` is the host's id (`github:1296269`), `name` what it was called then (`acme/app`); None
    where the whole account is meant. `number` is that of a pull request or an issue, or the host's
    id of a deployment or release. Without a number or a kind, what has the commit `head` is meant.
    `by` is who did it: it must be re-read what they may. `detail` is what was done where no forge
    keeps it: `comment:7`, `button:recheck`, `repository_ruleset:edited`.
    """

    happening: Happening
    repo: str | None
    name: str
    kind: ChangeKind | None = None
    number: int | None = None
    base: str | None = None
    head: str | None = None
    ref: str | None = None
    environment: str | None = None
    run: int | None = None
    by: str | None = None
    detail: str = ""
    installation: int | None = None

    @property
    def key(self) -> str:
        """Return what is the same for all events of one change: it is worked on by one alone."""
        repo = self.repo or f"{self.name}!installation/{self.installation}"
        match self.kind:
            case "deployment":
                return f"{repo}!deploy/{self.number or self.run}/{self.environment or ''}"
            case "release":
                return f"{repo}!release/{self.number}"
            case _ if self.number is not None:
                return f"{repo}#{self.number}"
            case _:
                return f"{repo}@{self.head}" if self.head else repo

    def event(self, at: datetime) -> "Event":
        """Return the event to be decided as of a moment."""
        return Event(self.happening, self.base, self.head or "", at, on=self)


@dataclass(frozen=True, slots=True)
class Headed:
    """A pull request whose head is a commit that something happened to."""

    number: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Where to look: one proposal `base..head`, or all that landed on `head` since `base`.

    For landings `base` None means from the beginning, and `since` leaves out what landed before it.
    `at` is the moment that a proposal is decided as of; a landing is decided as of its own. `on` a
    hosted forge that is what counts, and `head` may be empty: it is for the forge to tell.
    """

    happening: Happening
    base: str | None
    head: str
    at: datetime
    since: datetime | None = None
    on: Pointer | None = None
