"""The commands there are, each as what somebody asked; and the comment that it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fitgate.core.facts import Person
from fitgate.errors import Problem

Permission = Literal["none", "read", "triage", "write", "maintain", "admin"]
"""What somebody may do in a repository, the least first."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote under a pull request, as it stands when it is read.

    `edited`: it is not as it was first written, and a forge need not tell by whom. `by_app`: an App
    wrote it, or somebody through one.
    """

    id: int
    number: int
    author: Person
    text: str
    at: datetime
    edited: bool = False
    by_app: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who asks, as the forge knows them now; `permission` None: it could not be read."""

    person: Person
    permission: Permission | None


@dataclass(frozen=True, slots=True)
class Rationale:
    """Why the change must be made."""

    why: str


@dataclass(frozen=True, slots=True)
class Override:
    """Break the glass; for how `long`, or `until` when; neither: as long as the policy gives."""

    why: str
    long: timedelta | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reclassify:
    """Say what the change is: none, or of the categories that `said` begins with."""

    said: str
    is_io: bool


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Say how an evaluation ended."""

    name: str
    passed: bool
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Say how a rehearsal of the way back ended; a length that is None was not measured."""

    name: str
    passed: bool
    recovery: timedelta | None = None
    loss: timedelta | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Say that what an override left to be done is done."""

    note: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """Judge anew."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Say why; of one rule, if it is named."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Say what can be asked."""


Command = (
    Rationale | Override | Reclassify | Evaluate | Rehearse | FollowUp | Recheck | Explain | Help
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a comment that asks for something, and its number; `command` None: `problems`."""

    line: int
    name: str
    command: Command | None = None
    problems: tuple[Problem, ...] = ()
