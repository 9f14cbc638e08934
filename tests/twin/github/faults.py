"""What can be made to go wrong on the way: refusals, delays, limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Trouble:
    """So many next requests for an operation (`*`: any) end like this."""

    on: str
    status: int
    times: int
    headers: dict[str, str]
    message: str
    after: bool = False
    cut: bool = False


@dataclass(slots=True)
class Troubles:
    """Asked for by tests; `latency` is in seconds, for every request."""

    latency: float = 0.0
    waiting: list[Trouble] = field(default_factory=list)
    watching: Callable[[str, str], None] | None = None
    """Called with (`before` | `after`, operation) around every request: a place to die at."""

    def fail(
        self, on: str = "*", status: int = 502, *, times: int = 1, after: bool = False
    ) -> None:
        """Let the next requests fail; `after`: once done, so that only the answer is lost."""
        self.waiting.append(Trouble(on, status, times, {}, "Server Error", after))

    def cut(self, on: str = "*", *, times: int = 1) -> None:
        """Let the next answers break off in the middle."""
        self.waiting.append(Trouble(on, 200, times, {}, "", after=True, cut=True))

    def limit(
        self, on: str = "*", *, status: int = 403, retry_after: int = 1, times: int = 1
    ) -> None:
        """Let the next requests meet the secondary rate limit."""
        message = "You have exceeded a secondary rate limit. Please wait a few minutes."
        headers = {"Retry-After": str(retry_after)}
        self.waiting.append(Trouble(on, status, times, headers, message))

    def next(self, operation: str) -> Trouble | None:
        """Take the trouble that a request meets."""
        for one in self.waiting:
            if one.on in ("*", operation) and one.times > 0:
                one.times -= 1
                if one.times == 0:
                    self.waiting.remove(one)
                return one
        return None
