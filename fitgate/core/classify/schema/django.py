"""Migrations of Django, read as the operations of their list, forwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fitgate.core.classify.schema.executed import executed, orm_delete, sql_of
from fitgate.core.classify.schema.operations import Operation
from fitgate.core.classify.schema.syntax import argument, dotted, last_name, name_of
from fitgate.core.classify.schema.walking import Made, Walk


def migration_class(module: ast.Module) -> ast.ClassDef | None:
    """Return the class of a Django migration, if the file has one."""
    for node in module.body:
        if isinstance(node, ast.ClassDef) and any(
            last_name(base).endswith("Migration") for base in node.bases
        ):
            return node
    return None


def read_django(module: ast.Module, migration: ast.ClassDef) -> Iterator[Operation]:
    """Yield what the operations of a migration do, and those that cannot be reversed.

    They are those of https://docs.djangoproject.com/en/stable/ref/migration-operations/. Only what
    is done to the database counts, not to Django's idea of it. A model goes by its name in small
    letters, a field by `model.field`. The type that a field had does not stand in the file, so an
    AlterField is never narrowing. `noop` is a way back that somebody wrote down.

    Raises:
        Unparsable: see `Walk.calls` and `read_sql`.
    """
    walk = Walk(module)
    for statement in migration.body:
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
            target = statement.target
        else:
            continue
        if last_name(target) == "operations":
            yield from _listed(statement.value, walk)


def _listed(node: ast.expr | None, walk: Walk) -> Iterator[Operation]:
    if isinstance(node, ast.BinOp):
        yield from _listed(node.left, walk)
        yield from _listed(node.right, walk)
    elif isinstance(node, ast.List | ast.Tuple):
        for each in node.elts:
            if isinstance(each, ast.Starred):
                yield from _listed(each.value, walk)
            elif isinstance(each, ast.Call):
                yield from _operation(Made(each, walk.scope, guarded=False), walk)


def _operation(made: Made, walk: Walk) -> Iterator[Operation]:
    call = made.call
    match last_name(call.func):
        case "SeparateDatabaseAndState":
            yield from _listed(argument(call, 0, "database_operations"), walk)
        case "RunSQL":
            yield from sql_of(argument(call, 0, "sql"), made, walk)
            yield from _one_way(call, "RunSQL", "reverse_sql")
        case "RunPython":
            code = argument(call, 0, "code")
            if code is not None and last_name(code) == "noop":
                return
            function = walk.functions.get(dotted(code)) if code is not None else None
            for inner in walk.calls(function) if function else ():
                yield from executed(inner, walk)
                yield from orm_delete(inner)
            yield from _one_way(call, "RunPython", "reverse_code")
        case name:
            yield from _structural(made, name)


def _one_way(call: ast.Call, within: str, name: str) -> Iterator[Operation]:
    reverse = argument(call, 1, name)
    if reverse is None or (isinstance(reverse, ast.Constant) and reverse.value is None):
        yield Operation("no-way-down", "", call.lineno, within)


def _structural(made: Made, within: str) -> Iterator[Operation]:
    call, line = made.call, made.call.lineno

    def said(place: int, name: str) -> str:
        return name_of(argument(call, place, name), made.scope).lower()

    match within:
        case "RemoveField":
            key = f"{said(0, 'model_name')}.{said(1, 'name')}"
            yield Operation("drops", key, line, within, thing="column")
        case "AddField":
            key = f"{said(0, 'model_name')}.{said(1, 'name')}"
            yield Operation("creates", key, line, within, thing="column")
        case "RenameField":
            model = said(0, "model_name")
            old, new = f"{model}.{said(1, 'old_name')}", f"{model}.{said(2, 'new_name')}"
            yield Operation("renames", old, line, within, after=new, thing="column")
        case "DeleteModel":
            yield Operation("drops", said(0, "name"), line, within)
        case "CreateModel":
            yield Operation("creates", said(0, "name"), line, within)
        case "RenameModel":
            old, new = said(0, "old_name"), said(1, "new_name")
            yield Operation("renames", old, line, within, after=new)
        case _:
            return
