"""What a call in a Python migration does to rows: SQL that it executes, deletes of an ORM."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fitgate.core.classify.schema.operations import Operation
from fitgate.core.classify.schema.sql import read_sql
from fitgate.core.classify.schema.syntax import (
    Value,
    argument,
    dotted,
    last_name,
    line_of,
    name_of,
    value_of,
)
from fitgate.core.classify.schema.walking import Made, Walk

_EXECUTING = {"execute", "executescript", "executemany", "exec_driver_sql", "run_sql"}
_DELETING = {"delete", "sa.delete", "sqlalchemy.delete", "sql.delete"}
_MANAGERS = {"objects", "_default_manager", "_base_manager", "all_objects"}


def executed(made: Made, walk: Walk) -> Iterator[Operation]:
    """Yield what the SQL does that a call executes.

    Raises:
        Unparsable: see `read_sql` and `Walk.spend`.
    """
    if last_name(made.call.func) in _EXECUTING:
        given = argument(made.call, 0, "sqltext", "sql", "statement")
        yield from sql_of(given, made, walk)


def sql_of(given: ast.expr | None, made: Made, walk: Walk) -> Iterator[Operation]:
    """Yield what a text of SQL, or a list of them, does; Django pairs a text with parameters.

    Raises:
        Unparsable: see `read_sql` and `Walk.spend`.
    """
    if given is None:
        return
    first, value = line_of(given), value_of(given, made.scope)
    for text in _texts(value):
        walk.spend(len(text))
        spread = (given.end_lineno or 0) - given.lineno >= text.count("\n")
        for each in read_sql(text, first):
            yield each if spread else replace(each, line=first)


def orm_delete(made: Made) -> Iterator[Operation]:
    """Yield what rows a call deletes by an ORM: `X.objects.all().delete()`, `sa.delete(x)`.

    SQLAlchemy's `x.delete()` counts where `x` is known to be a table, `session.query(X)` always.
    """
    call = made.call
    if dotted(call.func) in _DELETING and len(call.args) == 1:
        yield _deletes(name_of(call.args[0], made.scope), call)
        return
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"delete", "_raw_delete"}:
        return
    node: ast.expr = call.func.value
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr in _MANAGERS:
            yield _deletes(_model(node.value, made), call)
            return
        if isinstance(node, ast.Call) and last_name(node.func) == "query" and node.args:
            yield _deletes(_model(node.args[0], made), call)
            return
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name) and isinstance(made.scope.get(node.id), str):
        yield _deletes(name_of(node, made.scope), call)


def _model(node: ast.expr, made: Made) -> str:
    value = value_of(node, made.scope)
    name = value.rpartition(".")[2] if isinstance(value, str) else last_name(node)
    return (name or "{}").lower()


def _deletes(key: str, call: ast.Call) -> Operation:
    return Operation("deletes", key, call.lineno, "delete()", text=ast.unparse(call))


def _texts(value: Value) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    texts = value if isinstance(value, tuple) else ()
    firsts = (each[0] if isinstance(each, tuple) and each else each for each in texts)
    return tuple(each for each in firsts if isinstance(each, str))
