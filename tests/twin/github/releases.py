"""Releases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Release:
    """A release of a tag; assets: name → (size, sha-256 or None)."""

    id: int
    tag: str
    author: str
    at: datetime
    assets: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    draft: bool = False
    prerelease: bool = False
    immutable: bool = False
