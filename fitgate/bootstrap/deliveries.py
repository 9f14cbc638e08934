"""What tells deliveries apart: whose they are, and what each says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fitgate.core.events import Pointer
from fitgate.settings import GitHubSettings


@dataclass(frozen=True, slots=True)
class Deliveries:
    """A forge's deliveries: `limit` is how many bytes one has at most, `events` are those we know.

    `verify` raises what `webhook.verify` does, `parse` what `webhook.parse` does.
    """

    verify: Callable[[bytes, Mapping[str, str]], None]
    parse: Callable[[str, bytes], Sequence[Pointer] | None]
    events: AbstractSet[str]
    limit: int


def github_deliveries(settings: GitHubSettings) -> Deliveries:
    """Return what tells GitHub's deliveries apart, by the secrets of the settings."""
    from fitgate.adapters.github.pointers import ROUTES
    from fitgate.adapters.github.webhook import LIMIT, parse, verify

    def signed(body: bytes, headers: Mapping[str, str]) -> None:
        verify(body, headers, *settings.webhook_secrets)

    return Deliveries(signed, parse, ROUTES.keys(), LIMIT)
