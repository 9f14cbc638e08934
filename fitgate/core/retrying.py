"""When what failed is tried again, and when no more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from fitgate.core.inert import inert
from fitgate.errors import DeliveryError, FitgateError, ForgeError

_LONGEST = 1000
"""Characters of a reason that are kept."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is tried, and how long it waits: twice as long after each failure.

    By default it waits 10 s, 20 s, 40 s … up to an hour: with twelve attempts a forge that is down
    for three hours parks nothing.
    """

    attempts: int = 12
    first: timedelta = timedelta(seconds=10)
    most: timedelta = timedelta(hours=1)

    def after(self, attempts: int, error: Exception | None) -> timedelta | None:
        """Return how long to wait after so many attempts that failed; None: it is parked.

        `error` is what the last one raised; None where whoever tried was killed, which may be a
        deployment: the first time nobody waits for it. What can never be understood is parked at
        once, and a forge that says when to ask again is not asked before.
        """
        if isinstance(error, DeliveryError) or attempts >= self.attempts:
            return None
        if error is None and attempts <= 1:
            return timedelta()
        wait = min(self.first * (1 << min(max(attempts - 1, 0), 32)), self.most)
        asked = error.retry_after if isinstance(error, ForgeError) else None
        if asked is None or not math.isfinite(asked):
            return wait
        return max(wait, timedelta(seconds=max(0.0, min(asked, _DAY.total_seconds()))))


KILLED = "whoever did it was killed before it was done"
"""Why, where nobody could say."""


def why_failed(error: BaseException | None) -> str:
    """Return in one harmless line why something failed; None: whoever did it was killed."""
    if error is None:
        return KILLED
    said = str(error) or type(error).__name__
    if not isinstance(error, FitgateError):
        said = f"{type(error).__name__}: {error}"
    return inert(said.replace("\n", " "), _LONGEST)


def first_line(error: BaseException) -> str:
    """Return what a database says first of an error, without its full stop; else what it is.

    There the reason stands; below it libpq asks back and lists what else it tried.
    """
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__
