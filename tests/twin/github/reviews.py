"""What reviewers said, and how a head moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.twin.github.people import User


@dataclass(slots=True)
class Review:
    """What a reviewer said, of which commit."""

    id: int
    author: User
    state: str
    body: str
    commit_id: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Pushed:
    """The head moved."""

    before: str
    after: str
    actor: User
    at: datetime
    forced: bool
