"""What GitHub could not deliver to an App, asked for again; and where the App is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from fitgate.adapters.github.app import App, translated
from fitgate.adapters.github.records import pages
from fitgate.core.events import Happening, Pointer
from fitgate.errors import ForgeError

_PATH = "/app/hook/deliveries"
_OVER = 404


@dataclass(frozen=True, slots=True)
class Missed:
    """A delivery none of whose attempts arrived; `last` is the id of the newest.

    `again`: it was asked for before.
    """

    guid: str
    last: int
    event: str
    at: datetime
    again: bool


class Deliveries:
    """An App's deliveries and installations, by its own key; it satisfies `ports.Origin`."""

    def __init__(self, app: App) -> None:
        self._app = app

    def repositories(self) -> list[Pointer]:
        """Return the repositories that the App is installed on."""
        return [*self._repositories()]

    def _repositories(self) -> Iterator[Pointer]:
        for one in pages(self._app.itself(), "/app/installations"):
            if one.get("suspended_at"):
                continue
            number = int(one["id"])
            for repo in pages(self._app.session(number), "/installation/repositories"):
                yield Pointer(
                    Happening.INSTALLED, f"github:{repo['id']}", str(repo["full_name"]),
                    installation=number,
                )  # fmt: skip

    def missed(self, since: datetime) -> list[Missed]:
        """Return what was sent since a moment and arrived nowhere, newest first.

        GitHub's own script is followed ("Automatically redelivering failed deliveries"): all
        attempts are listed, since what never connected is no `status=failure`, and a delivery has
        arrived if any attempt with its GUID did.
        """
        listed = pages(self._app.itself(), _PATH)
        attempts: dict[str, list[Mapping[str, Any]]] = {}
        for one in takewhile(lambda one: _at(one) >= since, listed):
            attempts.setdefault(str(one["guid"]), []).append(one)
        return [
            _missed(guid, each)
            for guid, each in attempts.items()
            if not any(one["status"] == "OK" for one in each)
        ]

    def last(self) -> datetime | None:
        """Return when the last delivery arrived; None: of those that GitHub keeps, none did."""
        arrived = (one for one in pages(self._app.itself(), _PATH) if one["status"] == "OK")
        return next(map(_at, arrived), None)

    def redelivered(self, since: datetime) -> int:
        """Ask again for what arrived nowhere; return how many deliveries that is.

        Each is asked for once: what then fails is polled all the same.
        """
        asked = 0
        requester = self._app.itself().github.requester
        for one in self.missed(since):
            if one.again:
                continue
            try:
                with translated(f"delivery {one.guid} could not be asked for again"):
                    requester.requestJsonAndCheck("POST", f"{_PATH}/{one.last}/attempts")
            except ForgeError as exc:
                if exc.status != _OVER:  # it is kept no longer
                    raise
                continue
            asked += 1
        return asked


def _missed(guid: str, attempts: Sequence[Mapping[str, Any]]) -> Missed:
    newest, again = attempts[0], any(one["redelivery"] for one in attempts)
    return Missed(guid, int(newest["id"]), str(newest["event"]), _at(newest), again)


def _at(one: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(one["delivered_at"]))
