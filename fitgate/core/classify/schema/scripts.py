"""Scripts of SQL as migration tools keep them: which part is the way up, which the way down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fitgate.core.classify.schema.operations import Operation
from fitgate.core.classify.schema.sql import read_sql
from fitgate.core.classify.schema.tokens import statements

_DOWN_FILE = re.compile(
    r"(?i)[._/-](?:down|undo|rollback|revert)\.sql$|/(?:down|undo|rollback|revert)[._-][^/]*\.sql$"
    r"|/u[0-9][0-9._]*__[^/]*\.sql$|/(?:down|undo|rollbacks?|revert)/[^/]*\.sql$"
)
_MARKER = re.compile(
    r"(?im)^[ \t]*+--[ \t]*+(?:\+[ \t]*+(?:goose|migrate|micrate)[ \t]++|migrate:|rambler[ \t]++)"
    r"(up|down)\b[^\n]*+"
)
_VERSION = re.compile(r"(?i)^[vbr]?0*+([0-9]++)(?=[^0-9])")


def is_way_down(path: str) -> bool:
    """Say whether a script takes a migration back, by its name.

    Names are those of golang-migrate (`1_x.down.sql`,
    https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md), Flyway (`U1__x.sql`,
    https://documentation.red-gate.com/flyway/reference/migrations), Diesel (`x/down.sql`), Sqitch
    (`revert/x.sql`), and `down`, `undo`, `rollback` or `revert` as the first or last word
    of the name or as the folder.
    """
    return _DOWN_FILE.search(f"/{path}") is not None


def is_fresh(path: str) -> bool:
    """Say whether a script may begin with nothing: it has no version, or the first.

    The version is what its name begins with, or its folder's (`2_users/up.sql`).
    """
    folder, _, name = path.rpartition("/")
    found = _VERSION.match(name) or _VERSION.match(folder.rpartition("/")[2])
    return found is None or int(found[1][:9]) <= 1


def read_script(text: str) -> Iterator[Operation]:
    """Yield what the way up of a script does, and that it has no way down where it should.

    goose, sql-migrate and micrate (`-- +goose Up`), dbmate (`-- migrate:up`,
    https://github.com/amacneil/dbmate#creating-migrations) and rambler keep both in one file; any
    other script is all way up.

    Raises:
        Unparsable: see `read_sql`; of a way down, too.
    """
    markers = list(_MARKER.finditer(text))
    if not markers:
        yield from read_sql(text)
        return
    parts = {"up": text[: markers[0].start()], "down": ""}
    line, at = 1, 0
    for marker, following in zip(markers, [*markers[1:], None], strict=True):
        line, way = line + text.count("\n", at, marker.end()), marker[1].lower()
        at = marker.end()
        lines = "\n" * (line - 1 - parts[way].count("\n"))
        parts[way] += lines + text[at : following.start() if following else None]
    yield from read_sql(parts["up"])
    if does_something(parts["up"]) and not does_something(parts["down"]):
        yield Operation("no-way-down", "", line, markers[-1][0].strip())


def does_something(text: str) -> bool:
    """Say whether a script has a statement; raise Unparsable as `statements` does."""
    return next(statements(text), None) is not None
