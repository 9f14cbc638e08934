"""`python -m tests.adapters.ledger.crashing`: a writer that is killed at each of its steps."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from fitgate.core.canonical import sha256
from fitgate.core.chain import linked, read
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from tests.adapters.ledger.raw import Place, closed, landed
from tests.builders import NOW

MOST = 200  # steps; the writer ends long before


def main() -> int:
    """Kill a writer at its first step, at its second …, until one ends; print how many there were.

    Each time, what is there must hang together, be there whole or not at all, and take the same
    append again. `grow` appends to one ledger and reads its rows; `begin` makes a new one each
    time, with all its tables.
    """
    way, where = sys.argv[1:]
    if where.startswith("sqlite"):
        # A process is killed, not the machine: there is no disk to wait for.
        event.listen(Engine, "connect", lambda each, _: each.execute("PRAGMA synchronous = OFF"))
    for number in range(1, MOST):
        here = f"{where}.{number}" if way == "begin" else where
        drafts = [landed(number), closed(number), closed(-number)]
        acknowledged, killed = _write(here, drafts, number)
        _examine(here, drafts, number, acknowledged=acknowledged)
        if not killed:
            sys.stdout.write(f"{number - 1}\n")
            return 0
    return 1


def _write(where: str, drafts: list[Draft], number: int) -> tuple[bool, bool]:
    """Append in a process of its own; return whether it was acknowledged, and whether killed."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _die_at(number)
        ledger = Place(where).open()
        ledger.append(drafts, NOW, [str(number).encode()])
        os.write(theirs, b"!")
        for _ in ledger.rows():
            pass
        ledger.close()
        os._exit(0)
    os.close(theirs)
    acknowledged = os.read(ours, 1) == b"!"
    os.close(ours)
    return acknowledged, os.waitpid(child, 0)[1] == signal.SIGKILL


def _die_at(number: int) -> None:
    """Let this process be killed at its n-th step.

    A step is the moment before a statement that writes, the one behind it, the one before a commit,
    and the one when a connection is given back: the commit is done, and nobody knows.
    """
    steps = iter(range(1, MOST))

    def step(*_: Any) -> None:
        if next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def written(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "PRAGMA")):
            step()

    event.listen(Engine, "before_cursor_execute", written)
    event.listen(Engine, "after_cursor_execute", written)
    event.listen(Engine, "commit", step)
    event.listen(Pool, "checkin", step)


def _examine(where: str, drafts: list[Draft], number: int, *, acknowledged: bool) -> None:
    keys = {draft.key for draft in drafts}
    ledger = Place(where).open()
    before = [*linked(ledger.stored(), ledger.repo)]
    head = ledger.head()
    assert (head.seq, head.digest) == ((before[-1].seq, before[-1].digest) if before else (0, None))
    there = ledger.holds([*keys])
    assert there in (set(), keys), f"only {there} of {keys}"
    assert there == keys or not acknowledged, "acknowledged, and lost"
    assert (ledger.blob(sha256(str(number).encode())) is not None) == (there == keys)
    again = ledger.append(drafts, NOW, [str(number).encode()])
    assert len(again) == (0 if there else len(keys))
    told = [entry.key for entry in read(linked(ledger.stored(), ledger.repo))]
    assert sorted(told) == sorted({*told}), "doubled"
    assert [*ledger.rows()] == [*Chronicle(read(ledger.stored())).rows()]
    ledger.close()


if __name__ == "__main__":
    sys.exit(main())
