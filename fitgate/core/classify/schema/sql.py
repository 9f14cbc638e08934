"""SQL of any dialect, read as the operations that it does to tables and their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.schema.altering import altered
from fitgate.core.classify.schema.cursor import Cursor
from fitgate.core.classify.schema.operations import Operation, Thing
from fitgate.core.classify.schema.tokens import Statement, created, is_routine, statements

_MAX_DEPTH = 5  # of SQL in strings of SQL
_NEAR = 6  # tokens, within which the string stands that is executed
_TELLING = {"GRANT", "REVOKE", "COMMENT", "DENY", "SECURITY"}  # they name verbs, and do none
_THINGS: dict[str, Thing] = {
    **dict.fromkeys(("TABLE", "TABLES"), "table"),
    "DATABASE": "database",
    "SCHEMA": "schema",
    **dict.fromkeys(("TYPE", "DOMAIN", "EXTENSION"), "type"),
}
_UNKNOWN = "{}"  # a name that is put in when it runs
_OPENING = {"", "BEGIN", "THEN", "ELSE", "LOOP"}  # after these a statement begins
_VERBS = {"DROP", "TRUNCATE", "DELETE", "ALTER", "RENAME"}


def read_sql(text: str, line: int = 1, depth: int = 0) -> Iterator[Operation]:
    """Yield what a script does, in its order; `line` is that of the first character.

    Read are CREATE, ALTER, DROP, RENAME and TRUNCATE of tables, databases and schemas, and DELETE,
    wherever they stand in a statement, in a DO block or in a string that is executed. Routines,
    triggers and rules only tell what happens later. Indexes, constraints, views and sequences have
    no data of their own; a type, domain or extension takes columns along if it goes by CASCADE.

    Raises:
        Unparsable: see `statements`; SQL in strings of SQL, more than five deep.
    """
    if depth > _MAX_DEPTH:
        raise Unparsable("is nested too deep", line)
    for statement in statements(text, line):
        if is_routine(statement) or statement[0].keyword in _TELLING:
            continue
        yield from _creation(statement)
        yield from _copies(statement)
        at = Cursor(statement)
        while not at.is_done:
            start = at.i
            yield from _verb(at, depth)
            at.i = max(at.i, start + 1)


def _creation(statement: Statement) -> Iterator[Operation]:
    kind = created(statement)
    if statement[0].keyword != "CREATE" or kind not in {"TABLE", "DATABASE", "SCHEMA"}:
        return
    at = Cursor(statement)
    replaces = at.skip("CREATE", "OR", "REPLACE") == 3  # noqa: PLR2004 - three words
    while not at.skip(kind):
        at.i += 1
    guarded = at.skip("IF", "NOT", "EXISTS") > 0
    if name := at.name():
        thing, within = _THINGS[kind], f"CREATE {kind}"
        made = Operation("creates", name, at.line, within, thing=thing, guarded=guarded)
        if replaces:
            yield replace(made, change="drops", within=f"CREATE OR REPLACE {kind}", guarded=True)
        yield made


def _copies(statement: Statement) -> Iterator[Operation]:
    """Yield from which tables rows go to which other: INSERT … SELECT, CREATE TABLE … AS."""
    if statement[0].keyword not in {"INSERT", "CREATE"}:
        return
    at = Cursor(statement)
    while not at.is_done and not at.skip("INTO") and not at.skip("TABLE"):
        at.i += 1
    at.skip("IF", "NOT", "EXISTS")
    target = at.name()
    while target and not at.is_done:
        if at.skip("FROM") and (source := at.name()):
            yield Operation("copies", source, at.line, "INSERT", after=target)
        at.i += 1


def _verb(at: Cursor, depth: int) -> Iterator[Operation]:
    """Yield what the verb at a place does, and go behind it."""
    word, opens = at.keyword(), at.keyword(-1) in _OPENING or at.begins_line
    if word == "DROP":
        yield from _drop(at)
    elif word == "TRUNCATE":
        yield from _truncate(at, opens=opens)
    elif word == "DELETE":
        yield from _delete(at, opens=opens)
    elif word == "ALTER" and at.skip("ALTER", "TABLE"):
        yield from altered(at)
    elif word == "RENAME" and at.skip("RENAME", "TABLE"):
        yield from _rename(at)
    elif word in {"DO", "EXEC", "EXECUTE", "IMMEDIATE", "PREPARE"}:
        yield from _run(at, depth)
    elif word == "THEN" and at.skip("THEN", "DELETE") and at.statement[0].keyword == "MERGE":
        target = Cursor(at.statement, 1)
        target.skip("INTO")
        yield Operation("deletes", target.name(), at.line, "MERGE", text=at.text_from(0))


def _drop(at: Cursor) -> Iterator[Operation]:
    line, kind = at.line, at.keyword(1)
    if kind not in _THINGS:
        return
    at.i += 2
    guarded = at.skip("IF", "EXISTS") > 0
    found = list(at.names()) or [_UNKNOWN]
    for name in found if _THINGS[kind] != "type" or at.skip("CASCADE") else ():
        if not name.startswith("#"):  # a temporary table of SQL Server
            yield Operation(
                "drops", name, line, f"DROP {kind}", thing=_THINGS[kind], guarded=guarded
            )


def _truncate(at: Cursor, *, opens: bool) -> Iterator[Operation]:
    line = at.line
    at.i += 1
    if not (at.skip("TABLE") or (opens and not at.is_mark("("))):  # MySQL has a function of it
        return
    at.skip("IF", "EXISTS")
    at.skip("ONLY")
    for name in list(at.names()) or [_UNKNOWN]:
        yield Operation("truncates", name, line, "TRUNCATE TABLE")


def _delete(at: Cursor, *, opens: bool) -> Iterator[Operation]:
    line, start = at.line, at.i
    at.i += 1
    if not at.skip("FROM"):
        # `DELETE a FROM users a JOIN …`, `DELETE TOP (5) FROM t`, `DELETE t WHERE …`
        if not opens or at.keyword() in {"", "ON", "OR", "WHERE"}:
            return
        ahead = Cursor(at.statement, at.i)
        while not ahead.is_done and ahead.keyword() not in {"FROM", "WHERE", *_VERBS}:
            ahead.i += 1
        if ahead.skip("FROM"):
            at.i = ahead.i
    at.skip("ONLY")
    if not at.is_done:
        name = at.name() or _UNKNOWN
        yield Operation("deletes", name, line, "DELETE FROM", text=at.text_from(start))


def _rename(at: Cursor) -> Iterator[Operation]:
    while old := at.name():
        if at.skip("TO"):
            yield Operation("renames", old, at.line, "RENAME TABLE", after=at.name())
        if not at.skip_mark(","):
            return


def _run(at: Cursor, depth: int) -> Iterator[Operation]:
    """Yield what the string does that a DO or an EXECUTE runs."""
    for i, token in enumerate(at.statement[at.i : at.i + _NEAR], at.i):
        if token.kind in {"string", "body"}:
            at.i = i + 1
            yield from read_sql(token.text, token.line, depth + 1)
            return
