"""Releases, and images that were pushed to the registry."""

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


@dataclass(slots=True)
class Version:
    """A version of a container package: its digest, and the tags that point at it."""

    id: int
    digest: str
    at: datetime
    tags: tuple[str, ...] = ()
