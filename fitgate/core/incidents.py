"""Issues that are incidents: what is written down of them, and which change they blame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from fitgate.core.inert import inert
from fitgate.core.records import draft
from fitgate.core.records.changes import Incident

LABEL = "incident"
"""The label that makes an issue an incident."""
_CAUSE = re.compile(
    r"^[ \t>*-]*Caused[ -]by:?[ \t]+(?:[\w.-]+/[\w.-]+)?([#@]?)([0-9a-f]{7,64}|[0-9]{1,9})\b",
    re.IGNORECASE | re.MULTILINE,
)
_SEVERITY = re.compile(
    r"(?:severity[:/ -]*)?((?:sev|s|p)-?[0-5]|critical|major|minor)", re.IGNORECASE
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue on a forge. `id` is the forge's, as `github:acme/app#12`."""

    id: str
    title: str
    body: str
    labels: tuple[str, ...]
    opened_at: datetime

    @property
    def is_incident(self) -> bool:
        """Say whether it has the label."""
        return any(label.casefold() == LABEL for label in self.labels)


def incident_drafts(issue: Issue, told: Chronicle) -> Iterator[Draft]:
    """Yield what is written down of an issue, if it is an incident; each change it blames once.

    A line `Caused-by: #7`, or a commit's id, names what landed before; what did not is nobody's
    fault.
    """
    if not issue.is_incident:
        return
    severity = next(
        (found[1].casefold() for found in map(_SEVERITY.fullmatch, issue.labels) if found), ""
    )
    note = inert(issue.title, _LONGEST)
    changes: list[str | None] = [*_blamed(issue, told)]
    for change in changes or [None]:
        key = f"incident/{issue.id}" + (f"/{change}" if change else "")
        yield draft(Incident(issue.id, change, severity, note), issue.opened_at, key)


def _blamed(issue: Issue, told: Chronicle) -> Iterator[str]:
    names = [f"{mark}{name}".lstrip("@") for mark, name in _CAUSE.findall(issue.body)]
    if not names:
        return
    seen: dict[str, None] = {}
    for row in told.rows():
        if row.landed_at <= issue.opened_at and any(row.is_called(name) for name in names):
            seen.setdefault(row.change)
    yield from seen
