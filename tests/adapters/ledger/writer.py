"""`python -m tests.adapters.ledger.writer`: one that writes to a ledger, or is killed at it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from fitgate.adapters.ledger.branch import BranchLedger
from tests.adapters.ledger.telling import told
from tests.builders import NOW


def write(path: Path, name: str, count: int) -> None:
    """Append, one by one, entries of our own and entries that all others tell too."""
    ledger = BranchLedger(path, "github:1")
    for number in range(count):
        ledger.append([told(f"{name}-{number}"), told(f"all-{number}")], NOW, [name.encode()])
    ledger.close()


def stop(room: Path) -> None:
    """Copy a room again and again, and kill one who appends there a command later each time.

    Prints how many commands were run before one got through.
    """
    reached = 0
    while True:
        here = shutil.copytree(room, room.with_name(f"stopped-{reached}"))
        child = os.fork()
        if child == 0:
            _killed_at(here / "clone", reached)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        reached += 1
    print(reached, os.waitstatus_to_exitcode(status))  # noqa: T201 - the test reads it


def _killed_at(path: Path, last: int) -> None:
    seen = iter(range(1000))

    def watch(_: str) -> None:
        if next(seen) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        ledger = BranchLedger(path, "github:1", watch=watch)
        ledger.append([told("new"), told("newer")], NOW, [b"facts"])
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as the parent
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        stop(Path(sys.argv[2]))
