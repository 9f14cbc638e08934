"""What happened: a pointer that says where to look, never what is true."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

ChangeKind = Literal["pull", "push", "group", "deployment", "release"]
LandedAs = Literal["merge", "squash", "push", "deployment", "release"]


class Happening(StrEnum):
    """The kinds of event that lead to a verdict."""

    PROPOSED = "proposed"
    LANDED = "landed"


@dataclass(frozen=True, slots=True)
class Event:
    """Where to look: one proposal `base..head`, or all that landed on `head` since `base`.

    For landings `base` None means from the beginning, and `since` leaves out what landed before it.
    `at` is the moment that a proposal is decided as of; a landing is decided as of its own.
    """

    happening: Happening
    base: str | None
    head: str
    at: datetime
    since: datetime | None = None
