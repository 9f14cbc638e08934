"""Catching up: what no delivery told of is looked at all the same, each landing once."""

# The last good point is read before anything else and carried by the task itself, and it is moved
# only by a task that is put together with all the looks that lead up to it: whoever is killed, the
# same time is looked at again, and none is left out.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fitgate.core.chain import read
from fitgate.core.events import Happening, Pointer
from fitgate.core.recording import landed_key
from fitgate.core.work import (
    DELIVERIES,
    EVERYWHERE,
    Every,
    Task,
    catch_up,
    caught_up,
    look,
    reached_by,
    since_of,
    watch,
)
from fitgate.ports import Marks, Origin
from fitgate.serving.controls import UNLABELLED
from fitgate.serving.place import Place

EVERY = Every("reconcile", "reconcile", EVERYWHERE, timedelta(minutes=15))
"""To be done by some worker so often, and when one starts."""
OVERLAP = timedelta(minutes=10)
"""Clocks differ, and GitHub lists some things late: so much is looked at twice."""
UNCLOSED = timedelta(days=30)
"""A landing that waits for its evaluations is looked at again for so long."""
_DELIVERIES = "deliveries"
_KEPT = timedelta(days=3)
"""How long GitHub keeps deliveries ("Redelivering webhooks")."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What it takes to catch up: how far it got, and where deliveries come from."""

    marks: Marks
    origins: Sequence[Origin] = ()

    def begun(self, now: datetime) -> Iterator[Task]:
        """Yield a task for each repository, and one for the deliveries: if that fails, they go on.

        Raises:
            ForgeError: when not all repositories could be listed.
        """
        yield Task("reconcile", "reconcile!deliveries", DELIVERIES, now)
        for origin in self.origins:
            for pointer in origin.repositories():
                yield catch_up(pointer, self.marks.reached(_name(pointer)), now)

    def redelivered(self, now: datetime) -> None:
        """Ask again for all deliveries since the last time that arrived nowhere.

        Raises:
            ForgeError: when it could not be asked; the next time begins where this one did.
        """
        since = max(self.marks.reached(_DELIVERIES) or now - _KEPT, now - _KEPT)
        for origin in self.origins:
            origin.redelivered(since - OVERLAP)
        self.marks.reach(_DELIVERIES, now)

    def done(self, pointer: Pointer, until: datetime) -> None:
        """Note how far a repository has been looked at."""
        self.marks.reach(_name(pointer), until)


def _name(pointer: Pointer) -> str:
    return f"reconciled/{pointer.repo}"


def reconciled(
    place: Place, pointer: Pointer, reconciler: Reconciler, now: datetime
) -> Iterator[Task]:
    """Yield a look at all that happened in a repository, and then the task to note that.

    Raises:
        ForgeError: when not all of it could be read: nothing is noted then.
    """
    if (until := reached_by(pointer)) is not None:
        reconciler.done(pointer, until)
        return
    since = since_of(pointer) or _began(place)
    if since is not None:
        for at, where in place.forge.happened(since - OVERLAP, now):
            if not _is_known(place, where):
                yield look(_to_look(where, pointer), at)
    yield from _unclosed(place, pointer, now)
    controls = Pointer(
        Happening.CONTROLS_CHANGED, pointer.repo, pointer.name, installation=pointer.installation
    )  # fmt: skip
    yield look(controls, now)
    yield watch(pointer, now)
    yield caught_up(pointer, now, now)


def _began(place: Place) -> datetime | None:
    """Return when the ledger began: what came before was never ours. None: it is empty."""
    for entry in read(place.memory.ledger.stored()):
        return entry.recorded_at
    return None


def _is_known(place: Place, where: Pointer) -> bool:
    """Say whether a pull request is written down as landed; what a push brought is looked up."""
    if where.happening is not Happening.LANDED or where.kind != "pull":
        return False
    key = landed_key(f"github:{where.name}#{where.number}", "merge")
    return key in place.memory.ledger.holds([key])


def _to_look(where: Pointer, pointer: Pointer) -> Pointer:
    """Return where to look, by the same installation; nobody told of labels that were taken off."""
    proposed = where.happening is Happening.PROPOSED and where.kind == "pull"
    detail = UNLABELLED if proposed else where.detail
    return replace(where, installation=pointer.installation, detail=detail)


def _unclosed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Yield a look at each landing that waits for its evaluations: one may have ended unheard."""
    for row in place.memory.caught_up().rows():
        waits = row.required is not None and row.closed_at is None
        if waits and row.commit is not None and row.landed_at > now - UNCLOSED:
            ended = Pointer(
                Happening.EVALUATED, pointer.repo, pointer.name, head=row.commit,
                installation=pointer.installation,
            )  # fmt: skip
            yield look(ended, now)
