"""Labels of ours that people took off, as the history of a pull request tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.records import pages
from fitgate.core.controls import TakenOff
from fitgate.core.plan import OURS


def taken_off(session: Session, name: str, number: int) -> Iterator[TakenOff]:
    """Yield which labels our App had put on and somebody else took off, oldest first.

    Without an App it cannot be told who put one on ("List issue events").
    """
    ours: set[str] = set()
    off: dict[str, TakenOff] = {}
    events = pages(session, f"/repos/{name}/issues/{number}/events") if session.app else ()
    for event in events:
        label = str((event.get("label") or {}).get("name") or "")
        at = moment(event.get("created_at"))
        if not label.casefold().startswith(OURS) or at is None:
            continue
        by_us = (event.get("performed_via_github_app") or {}).get("id") == session.app
        match event.get("event"):
            case "labeled":
                if (gone := off.pop(label, None)) is not None:
                    yield replace(gone, back_at=at)
                (ours.add if by_us else ours.discard)(label)
            case "unlabeled":
                if label in ours and not by_us:
                    off[label] = TakenOff(str(event.get("id")), label, _actor(event), at)
                ours.discard(label)
            case _:
                pass
    yield from off.values()


def _actor(event: Mapping[str, Any]) -> str | None:
    number = (event.get("actor") or {}).get("id")
    return f"github:{number}" if number else None
