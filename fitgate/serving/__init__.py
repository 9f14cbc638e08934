"""What becomes of a delivery: parsed into pointers, each looked at, judged, shown and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import assert_never

from fitgate.core.events import Pointer
from fitgate.core.work import DELIVERIES, EVERYWHERE, Delivery, Task, look, pointer_of, watch
from fitgate.errors import DeliveryError
from fitgate.serving.looking import looked
from fitgate.serving.place import Places
from fitgate.serving.reconciling import Reconciler, reconciled
from fitgate.serving.watching import watched

Parse = Callable[[str, bytes], Sequence[Pointer] | None]
"""From the name of an event and its body to where it says to look; None: of no concern."""


class Serving:
    """Does what a queue holds; it satisfies `ports.Worker`."""

    def __init__(
        self,
        places: Places,
        parsers: Mapping[str, Parse],
        now: Callable[[], datetime],
        reconciler: Reconciler | None = None,
    ) -> None:
        """Take where work is done, and who understands what: by the part of a hook before `:`.

        Without a `reconciler` nobody catches up with what no delivery told of.
        """
        self._places, self._parsers, self._now = places, parsers, now
        self._reconciler = reconciler

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Return what a delivery gives to do."""
        sender = delivery.hook.partition(":")[0]
        parse = self._parsers.get(sender)
        if parse is None:
            raise DeliveryError(f"Nobody here understands what {sender!r} sends.")
        pointers = parse(delivery.event, delivery.body) or ()
        return [look(pointer, delivery.received_at) for pointer in pointers]

    def done(self, task: Task) -> Sequence[Task]:
        """Do a task, and return what is to be done after it."""
        match task.job:
            case "look":
                return self._looked(pointer_of(task))
            case "watch":
                pointer = pointer_of(task)
                with self._places.at(pointer) as place:
                    return [*watched(place, pointer, self._now())]
            case "reconcile":
                return self._reconciled(task)
            case _:
                assert_never(task.job)

    def _reconciled(self, task: Task) -> Sequence[Task]:
        """Catch up with one repository, or begin to with all of them."""
        if self._reconciler is None:
            return ()
        if task.about == EVERYWHERE:
            return [*self._reconciler.begun(self._now())]
        if task.about == DELIVERIES:
            self._reconciler.redelivered(self._now())
            return ()
        pointer = pointer_of(task)
        with self._places.at(pointer) as place:
            return [*reconciled(place, pointer, self._reconciler, self._now())]

    def _looked(self, pointer: Pointer) -> Sequence[Task]:
        """Look where a pointer says; what may have moved a figure has its breakers watched."""
        if pointer.repo is None:
            return ()
        now = self._now()
        with self._places.at(pointer) as place:
            before = place.memory.stirred
            after = [*looked(place, pointer, now)]
            return [*after, watch(pointer, now)] if place.memory.stirred > before else after
