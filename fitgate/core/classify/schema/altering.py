"""ALTER TABLE of any dialect, read as what becomes of the columns."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.classify.schema.cursor import Cursor
from fitgate.core.classify.schema.operations import Operation
from fitgate.core.classify.schema.tokens import Statement
from fitgate.core.classify.schema.types import is_narrower

_NO_COLUMN = {
    *("CONSTRAINT", "INDEX", "KEY", "PRIMARY", "FOREIGN", "CHECK", "UNIQUE", "DEFAULT", "PERIOD"),
    *("SYSTEM", "EXPRESSION", "IDENTITY", "PROJECTION", "STATISTICS", "ROW", "FULLTEXT", "SPATIAL"),
    *("EXCLUDE", "NOT", "PARTITION", "SUPPLEMENTAL"),
}
_ACTIONS = {"ADD", "DROP", "ALTER", "MODIFY", "CHANGE", "RENAME", "SET", "WITH", "TRUNCATE"}
_AFTER_TYPE = {
    *("USING", "NOT", "NULL", "DEFAULT", "COLLATE", "COMMENT", "AFTER", "FIRST", "CONSTRAINT"),
    *("PRIMARY", "UNIQUE", "REFERENCES", "CHECK", "GENERATED", "CHARSET", "AUTO_INCREMENT", "ON"),
    *("DROP", "ALTER", "DELETE", "TRUNCATE"),
}


def altered(at: Cursor) -> Iterator[Operation]:
    """Yield what an ALTER TABLE does, from the name of the table on.

    Of the type that a column had nothing is known, see `is_narrower`. PostgreSQL writes
    `ALTER COLUMN c TYPE t`, SQL Server `ALTER COLUMN c t`, MySQL and Oracle `MODIFY c t`.
    """
    at.skip("IF", "EXISTS")
    at.skip("ONLY")
    table = at.name()
    at.skip_mark("*")
    dropping = False
    for part in _parts(at) if table else ():
        word = part.keyword()
        if word == "DROP" or (dropping and (word not in _ACTIONS or not part.keyword(1))):
            part.skip("DROP")
            found = list(_dropped(part, table))
            dropping = any(each.within == "DROP COLUMN" for each in found)
            yield from found
        else:
            dropping = False
            yield from _action(part, table)


def _parts(at: Cursor) -> Iterator[Cursor]:
    """Yield the actions, which are separated by commas, and go behind them."""
    depth, start = 0, at.i
    while not at.is_done:
        depth += at.is_mark("(") - at.is_mark(")")
        if not depth and _begins_statement(at):
            break
        if not depth and at.is_mark(","):
            yield Cursor(_range(at, start))
            start = at.i + 1
        at.i += 1
    yield Cursor(_range(at, start))


def _range(at: Cursor, start: int) -> Statement:
    return at.statement[start : at.i] or at.statement[-1:]


def _begins_statement(at: Cursor) -> bool:
    """Say whether another statement begins here, as SQL Server's do without a semicolon."""
    return at.begins_line and (at.keyword(), at.keyword(1)) in {
        ("ALTER", "TABLE"),
        ("DROP", "TABLE"),
        ("TRUNCATE", "TABLE"),
        ("DELETE", "FROM"),
    }


def _action(at: Cursor, table: str) -> Iterator[Operation]:
    word, line = at.keyword(), at.line
    at.i += 1
    if word == "ADD":
        yield from _added(at, table)
    elif word == "RENAME":
        yield from _renamed(at, table)
    elif word == "ALTER":
        at.skip("COLUMN")
        column = at.name()
        at.skip("SET", "DATA")
        if at.skip("TYPE") or at.keyword() not in {"SET", "DROP", "ADD", "RESET", "RESTART", ""}:
            yield from _typed(at, f"{table}.{column}", line, "ALTER COLUMN")
    elif word in {"MODIFY", "CHANGE"}:
        at.skip("COLUMN")
        at.skip_mark("(")
        column = at.name()
        if word == "CHANGE":
            new = f"{table}.{at.name()}"
            yield Operation("renames", f"{table}.{column}", line, word, after=new, thing="column")
            column = new.removeprefix(f"{table}.")
        yield from _typed(at, f"{table}.{column}", line, word)
    elif word == "TRUNCATE" and at.skip("PARTITION"):
        yield Operation("truncates", f"{table}.{at.name()}", line, "TRUNCATE PARTITION")
    elif word == "DELETE" and at.keyword() == "WHERE":  # ClickHouse
        yield Operation("deletes", table, line, "ALTER TABLE … DELETE", text=at.text_from(at.i))


def _added(at: Cursor, table: str) -> Iterator[Operation]:
    if not at.skip("COLUMN") and at.keyword() in _NO_COLUMN:
        return
    guarded, line = at.skip("IF", "NOT", "EXISTS") > 0, at.line
    at.skip_mark("(")
    if column := at.name():
        yield Operation(
            "creates",
            f"{table}.{column}",
            line,
            "ADD COLUMN",
            after=_type(at),
            thing="column",
            guarded=guarded,
        )


def _dropped(at: Cursor, table: str) -> Iterator[Operation]:
    line = at.line
    if at.skip("PARTITION"):
        at.skip("IF", "EXISTS")
        yield Operation("drops", f"{table}.{at.name()}", line, "DROP PARTITION", thing="column")
        return
    if not at.skip("COLUMN") and at.keyword() in _NO_COLUMN:
        return
    at.skip("IF", "EXISTS")
    at.skip_mark("(")
    for column in at.names():
        yield Operation("drops", f"{table}.{column}", line, "DROP COLUMN", thing="column")


def _renamed(at: Cursor, table: str) -> Iterator[Operation]:
    line = at.line
    if at.skip("TO") or at.skip("AS"):
        yield Operation("renames", table, line, "RENAME", after=at.name())
    elif at.keyword() not in {"CONSTRAINT", "INDEX", "KEY"}:
        at.skip("COLUMN")
        old = at.name()
        new = f"{table}.{at.name()}" if at.skip("TO") else ""
        yield Operation("renames", f"{table}.{old}", line, "RENAME", after=new, thing="column")


def _typed(at: Cursor, key: str, line: int, within: str) -> Iterator[Operation]:
    written = _type(at)
    if is_narrower(None, written):
        yield Operation("narrows", key, line, within, after=written, thing="column")


def _type(at: Cursor) -> str:
    """Return the type that stands here, in small letters: `character varying(80)`."""
    found, depth = "", 0
    while not at.is_done and (depth or at.keyword() not in _AFTER_TYPE):
        if at.keyword() == "CHARACTER" and at.keyword(1) == "SET":
            break
        depth += at.is_mark("(") - at.is_mark(")")
        if depth < 0:
            break
        token = at.peek()
        found += f" {token.text}" if token.kind != "mark" and found[-1:].isalnum() else token.text
        at.i += 1
    return found.lower()
