"""What overrides have left to be done: open from the landing until somebody says what was done."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.records.changes import FollowUpClosed
from fitgate.core.standing import Standing


def open_follow_ups(told: Chronicle) -> Iterator[Row]:
    """Yield the landings past a broken glass whose follow-up nobody has closed, oldest first.

    A change has one follow-up, however often it took effect: it is told with its first landing.
    """
    closed = {done.record.change for done in told.told(FollowUpClosed)}
    overridden = (row for row in told.rows() if row.standing is Standing.OVERRIDDEN)
    for row in sorted(overridden, key=lambda row: (row.landed_at, row.change)):
        if row.change not in closed:
            closed.add(row.change)
            yield row
