"""What the twin was asked, kept for tests that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

APART = ("POST /app/installations/{installation_id}/access_tokens",)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: which operation (`METHOD /path/{parameter}`), where, and how it ended."""

    operation: str
    path: str
    query: dict[str, str]
    body: object
    status: int
    at: datetime

    @property
    def kind(self) -> str:
        """Say what it is to a budget: `graphql`, `read`, `write`, or `token`."""
        if self.operation in APART:
            return "token"
        if self.operation == "POST /graphql":
            return "graphql"
        return "read" if self.operation.startswith(("GET ", "HEAD ")) else "write"


class Calls:
    """All requests in their order."""

    def __init__(self) -> None:
        self._all: list[Call] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def add(self, call: Call) -> None:
        """Note one."""
        self._all.append(call)

    def clear(self) -> None:
        """Forget what was asked so far: what follows is counted from zero."""
        self._all.clear()

    def of(self, operation: str) -> list[Call]:
        """Return the requests for one operation, `GET /repos/{owner}/{repo}` as published."""
        return [call for call in self if call.operation == operation]

    def counts(self) -> Counter[str]:
        """Count by operation."""
        return Counter(call.operation for call in self)

    def kinds(self) -> Counter[str]:
        """Count by kind: `graphql`, `read`, `write`, `token`."""
        return Counter(call.kind for call in self)

    @property
    def reads(self) -> int:
        """Count REST reads and GraphQL queries."""
        return self.kinds()["read"] + self.kinds()["graphql"]

    @property
    def writes(self) -> int:
        """Count what changed something, tokens aside."""
        return self.kinds()["write"]
