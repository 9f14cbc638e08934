"""What becomes of a delivery: parsed into pointers, each looked at, judged, shown and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import assert_never

from fitgate.core.events import Pointer
from fitgate.core.work import Delivery, Task, look, pointer_of
from fitgate.errors import DeliveryError
from fitgate.serving.looking import looked
from fitgate.serving.place import Places

Parse = Callable[[str, bytes], Sequence[Pointer] | None]
"""From the name of an event and its body to where it says to look; None: of no concern."""


class Serving:
    """Does what a queue holds; it satisfies `ports.Worker`."""

    def __init__(
        self, places: Places, parsers: Mapping[str, Parse], now: Callable[[], datetime]
    ) -> None:
        """Take where work is done, and who understands what: by the part of a hook before `:`."""
        self._places, self._parsers, self._now = places, parsers, now

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
                pointer = pointer_of(task)
                if pointer.repo is None:
                    return ()
                with self._places.at(pointer) as place:
                    return looked(place, pointer, self._now())
            case "reconcile" | "watch":
                return ()
            case _:
                assert_never(task.job)
