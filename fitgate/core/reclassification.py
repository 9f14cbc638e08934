"""What somebody says a change is, whatever the rules say."""

from dataclasses import dataclass

from pydantic import ConfigDict

from fitgate.core.values import Instant


@dataclass(frozen=True, slots=True)
class Reclassification:
    """One person's word; `categories` null: not of which."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    by: str
    at: Instant
    why: str | None
    is_io: bool = True
    categories: tuple[str, ...] | None = None
