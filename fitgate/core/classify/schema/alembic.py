"""Migrations of Alembic, read as the operations of their `upgrade`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.classify.schema.executed import executed, orm_delete
from fitgate.core.classify.schema.operations import Operation
from fitgate.core.classify.schema.syntax import (
    Batch,
    argument,
    dotted,
    is_true,
    last_name,
    name_of,
    value_of,
)
from fitgate.core.classify.schema.types import is_narrower
from fitgate.core.classify.schema.walking import Function, Made, Walk

_TYPES = {
    "string": "varchar",
    "unicode": "varchar",
    "autostring": "varchar",
    "unicodetext": "text",
    "biginteger": "bigint",
    "smallinteger": "smallint",
}
_IDLE_CALLS = {"get_bind", "get_context", "print", "f", "inspect", "getLogger", "warn"}
_LOGS = ("log.", "logger.", "logging.", "LOG.", "LOGGER.", "warnings.")


def read_alembic(module: ast.Module) -> Iterator[Operation]:
    """Yield what `upgrade` does, and that `downgrade` cannot take it back.

    Read are the operations of https://alembic.sqlalchemy.org/en/latest/ops.html, on `op` and in
    batches, and SQL that anything executes. A column that is dropped had the type with which
    `downgrade` adds it. `downgrade` is no way back where it is missing, does nothing, only raises,
    or drops a constraint without a name, for which Alembic has no SQL.

    Raises:
        Unparsable: see `Walk.calls` and `read_sql`.
    """
    walk, operators = Walk(module), _operators(module)
    up, down = (walk.functions.get(name) for name in ("upgrade", "downgrade"))
    if up is None:
        return
    types, works = dict[str, str | None](), down is not None and _acts(down)
    for made in walk.calls(down) if down else ():
        works = works and not _has_no_name(made)
        for each in _operations(made, operators):
            types |= {each.key: each.after} if each.change == "creates" else {}
    for function in (up, *_engines(up, walk)):
        for made in walk.calls(function):
            for each in (*_operations(made, operators), *executed(made, walk), *orm_delete(made)):
                dropped = each.change == "drops"
                yield replace(each, before=types.get(each.key)) if dropped else each
    if _acts(up) and not works:
        line = down.lineno if down else up.lineno
        yield Operation("no-way-down", "", line, "downgrade" if down else "upgrade")


def _operators(module: ast.Module) -> set[str]:
    """Return the names under which the file knows `alembic.op`."""
    names = {"op", "alembic.op"}
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module == "alembic":
            names |= {each.asname or each.name for each in node.names if each.name == "op"}
        elif isinstance(node, ast.Import):
            names |= {str(each.asname) for each in node.names if each.name == "alembic.op"}
    return names


def _engines(up: Function, walk: Walk) -> Iterator[Function]:
    """Yield `upgrade_engine1` and so on, which the template for several databases looks up."""
    if any(isinstance(node, ast.Name) and node.id == "globals" for node in ast.walk(up)):
        yield from (each for name, each in walk.functions.items() if name.startswith("upgrade_"))


def _acts(function: Function) -> bool:
    """Say whether a function does anything but fail, tell, and look."""
    raised = {
        id(inner)
        for node in ast.walk(function)
        if isinstance(node, ast.Raise)
        for inner in ast.walk(node)
    }
    return any(
        isinstance(node, ast.Call)
        and id(node) not in raised
        and last_name(node.func) not in _IDLE_CALLS
        and not dotted(node.func).startswith(_LOGS)
        for statement in function.body
        for node in ast.walk(statement)
    )


def _has_no_name(made: Made) -> bool:
    call = made.call
    name = argument(call, 0, "constraint_name")
    return last_name(call.func) == "drop_constraint" and (
        isinstance(name, ast.Constant) and name.value is None
    )


def _operations(made: Made, operators: set[str]) -> Iterator[Operation]:
    call, scope = made.call, made.scope
    owner, _, name = dotted(call.func).rpartition(".")
    if name == "drop_all":
        yield Operation("drops", "*", call.lineno, f"{owner}.{name}")
    elif isinstance(batch := scope.get(owner), Batch):
        yield from _on_columns(made, batch.table, 0, f"batch_op.{name}")
    elif owner in operators:
        table = name_of(argument(call, 0, "table_name", "old_table_name"), scope)
        yield from _on_tables(made, table, f"op.{name}")
        yield from _on_columns(made, table, 1, f"op.{name}")


def _on_tables(made: Made, table: str, within: str) -> Iterator[Operation]:
    line = made.call.lineno
    match last_name(made.call.func):
        case "drop_table":
            yield Operation("drops", table, line, within)
        case "create_table":
            yield Operation("creates", table, line, within, guarded=_is_guarded(made))
        case "rename_table":
            new = name_of(argument(made.call, 1, "new_table_name"), made.scope)
            yield Operation("renames", table, line, within, after=new)
        case _:
            return


def _on_columns(made: Made, table: str, place: int, within: str) -> Iterator[Operation]:
    """Yield what becomes of a column, which is the argument at a place."""
    given = argument(made.call, place, "column_name", "column")
    whole = given if isinstance(given, ast.Call) else None  # sa.Column("note", sa.Text())
    name = name_of(argument(whole, 0, "name") if whole else given, made.scope)
    column = Operation("drops", f"{table}.{name}", made.call.lineno, within, thing="column")
    match last_name(made.call.func):
        case "drop_column":
            yield column
        case "alter_column":
            yield from _altered(made, column)
        case "add_column" if whole:
            kind = _type(argument(whole, 1, "type_"), made)
            yield replace(column, change="creates", after=kind, guarded=_is_guarded(made))
        case _:
            return


def _is_guarded(made: Made) -> bool:
    return made.guarded or is_true(argument(made.call, None, "if_not_exists"))


def _altered(made: Made, column: Operation) -> Iterator[Operation]:
    call, table = made.call, column.key.rpartition(".")[0]
    before, after = (_type(argument(call, None, each), made) for each in ("existing_type", "type_"))
    if after and is_narrower(before, after):
        yield replace(column, change="narrows", before=before, after=after)
    new = argument(call, None, "new_column_name", "name")
    if new is not None:
        after = f"{table}.{name_of(new, made.scope)}"
        yield replace(column, change="renames", after=after)


def _type(node: ast.expr | None, made: Made) -> str | None:
    """Return a type of SQLAlchemy as SQL has it: `String(length=50)` is `varchar(50)`."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    call = node if isinstance(node, ast.Call) else None
    name = last_name(call.func if call else node).lower()
    name = _TYPES.get(name, name)
    if call is None:
        return name or None
    sizes = {"length", "precision", "scale", "display_width"}
    given = [*call.args, *(each.value for each in call.keywords if each.arg in sizes)]
    values = [value_of(each, made.scope) for each in given]
    if name in {"float", "double", "integer", "bigint", "smallint"}:
        values = []
    known = [str(each) for each in values if isinstance(each, int | str) and each is not True]
    return f"{name}({', '.join(known)})" if known else name
