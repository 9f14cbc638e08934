"""What a migration does on its way up, whatever it is written in, and what of it loses data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.effects import MigrationChange

MAX_OPERATIONS = 10_000

Change = MigrationChange | Literal["creates", "renames", "copies"]
Thing = Literal["table", "column", "schema", "database", "type"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a migration does; several stand in the order in which they are done.

    `key` is `table`, `table.column`, or the name of another thing. `after` is the type that a
    column comes to have (`creates`, `narrows`), the new name (`renames`), or the table that rows
    are copied to (`copies`). `guarded` does nothing if the thing is there (`creates`) or is not
    (`drops`). `text` tells two of the same kind apart, as a DELETE by its condition.
    """

    change: Change
    key: str
    line: int
    within: str
    before: str | None = None
    after: str | None = None
    thing: Thing = "table"
    guarded: bool = False
    text: str = ""


def losses(operations: Iterable[Operation], *, fresh: bool = False) -> list[Operation]:
    """Return the operations that lose data which was there before the migration.

    What the migration itself created has none. A table that is dropped after its rows were copied
    to one that takes its name was rebuilt, as https://www.sqlite.org/lang_altertable.html
    (section 7) has it. In a `fresh` script (a schema, a seed, a first migration) `DROP TABLE IF
    EXISTS x` before the `CREATE TABLE x` only clears the ground.

    Raises:
        Unparsable: over 10,000 operations.
    """
    steps = list(operations)
    rebuilt = _rebuilt(steps)
    last_created = {_place(each): i for i, each in enumerate(steps) if each.change == "creates"}
    created: set[tuple[str, str]] = set()
    found = []
    for i, step in enumerate(steps):
        place, table = _place(step), ("table", step.key.rpartition(".")[0].casefold())
        if step.change == "creates":
            created |= set() if step.guarded else {place}
        elif step.change == "renames":
            created |= {(step.thing, (step.after or "").casefold())} if place in created else set()
            created -= {place}
        elif step.change == "no-way-down":
            found.append(step)
        elif step.change != "copies" and not {place, table} & created:
            cleared = fresh and step.guarded and last_created.get(place, -1) > i
            if not cleared and (step.change != "drops" or place not in rebuilt):
                found.append(step)
        elif step.change == "drops":
            created -= {place}
    if len(found) > MAX_OPERATIONS:
        raise Unparsable("has too many operations")
    return found


def _place(step: Operation) -> tuple[str, str]:
    return step.thing, step.key.casefold()


def _rebuilt(steps: Sequence[Operation]) -> set[tuple[str, str]]:
    """Return the tables whose rows went to another that takes, or has taken, their name."""
    copied = {_ends(each) for each in steps if each.change == "copies"}
    renamed = {_ends(each) for each in steps if each.change == "renames"}
    return {("table", source) for source, target in copied if (target, source) in renamed}


def _ends(step: Operation) -> tuple[str, str]:
    return step.key.casefold(), (step.after or "").casefold()
