"""`python -m benchmarks.one_worker URL`: a worker whose every task takes 100 ms of waiting."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from fitgate.bootstrap import open_queue
from fitgate.core.work import Delivery, Task

LATENCY = 0.1


class Waiting:
    """Does nothing but wait, as for a forge."""

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Give nothing to do."""
        del delivery
        return ()

    def done(self, task: Task) -> Sequence[Task]:
        """Wait."""
        del task
        time.sleep(LATENCY)
        return ()


def main() -> None:
    """Work until asked to end."""
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    queue = open_queue(sys.argv[1], lambda: datetime.now(UTC))
    told = False

    def stop() -> bool:
        nonlocal told
        if not told:
            told = True
            print("ready", flush=True)
        return asked.is_set()

    queue.work(Waiting(), stop)
    queue.close()


if __name__ == "__main__":
    main()
