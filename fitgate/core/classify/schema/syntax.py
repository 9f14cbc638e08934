"""Migrations in Python: parsed, never run; what their expressions say as far as that is written."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fitgate.core.classify.flattening import Unparsable

_MAX_EFFORT = 2_000_000_000  # characters, each counted once for every `{`: about half a second
_MAX_TEXT = 1 << 16  # of one that is put together, and values in a list that is
_F_STRING = re.compile(r"(?i)\b(?:f|rf|fr)['\"]")
_TABLES = {"table", "Table"}
_WRAPPERS = {"text", "DDL", "dedent", "cleandoc", "SQL", "str", "quoted_name"}

Value = str | int | tuple["Value", ...] | None
"""A value as far as it is written: a text, a number, a list of them, or not known."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What `with op.batch_alter_table("t") as batch` gives: operations on one table."""

    table: str


Scope = Mapping[str, Value | Batch]


def parse_python(text: str) -> ast.Module:
    """Return the syntax tree of a Python file.

    Raises:
        Unparsable: it is not Python of this version, nested too deep, or has f-strings that the
            parser would take too long for.
    """
    if _F_STRING.search(text) and text.count("{") * len(text) > _MAX_EFFORT:
        raise Unparsable("would take too long to read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `"\d"` is for its author to mend
            return ast.parse(text)
    except SyntaxError as exc:
        raise Unparsable("is not Python", exc.lineno) from exc
    except (RecursionError, MemoryError) as exc:
        raise Unparsable("is nested too deep") from exc
    except ValueError as exc:
        raise Unparsable("is not Python") from exc


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` as it is written, empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def last_name(node: ast.expr) -> str:
    """Return the last name of `a.b().c`, empty if it has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def argument(call: ast.Call, place: int | None, *names: str) -> ast.expr | None:
    """Return an argument by its place or by one of its names."""
    for keyword in call.keywords:
        if keyword.arg in names:
            return keyword.value
    if place is None or place >= len(call.args) or isinstance(call.args[place], ast.Starred):
        return None
    return call.args[place]


def is_true(node: ast.expr | None) -> bool:
    """Say whether an expression is the word True."""
    return isinstance(node, ast.Constant) and node.value is True


def value_of(node: ast.expr | None, scope: Scope) -> Value:
    """Return what an expression says; what it does not say of a text stands in braces.

    A table of SQLAlchemy and a model of Django go by their names. What wraps a text (`text()`,
    `dedent()`, `.format()`, `%`) is looked through.

    Raises:
        Unparsable: a text or list over 65,536 long that is put together.
    """
    found: Value = None
    match node:
        case ast.Constant(value=str() | int() as value):
            found = value
        case ast.Name(id=name):
            known = scope.get(name)
            found = None if isinstance(known, Batch) else known
        case ast.JoinedStr(values=parts):
            found = _joined(_piece(part, scope) for part in parts)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            found = tuple(value_of(each, scope) for each in elements)
        case ast.BinOp(left=left, op=ast.Mod()):
            found = value_of(left, scope)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = added(value_of(left, scope), value_of(right, scope))
        case ast.Call():
            found = _called(node, scope)
        case _:
            pass
    return found


def name_of(node: ast.expr | None, scope: Scope) -> str:
    """Return the name that an expression says, or the expression itself in braces."""
    value = value_of(node, scope)
    if isinstance(value, str):
        return value.rpartition(".")[2].strip('"`[]')
    return "{" + (dotted(node) if node else "") + "}"


def added(left: Value, right: Value) -> Value:
    """Return the sum of two texts or lists; of a text, what is not known of it stands as `{}`."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        one, other = (each if isinstance(each, tuple) else () for each in (left, right))
        if len(one) + len(other) > _MAX_TEXT:
            raise Unparsable("has a list that is too long")
        return one + other
    if isinstance(left, str) or isinstance(right, str):
        return _joined("{}" if each is None else str(each) for each in (left, right))
    return None


def line_of(node: ast.expr) -> int:
    """Return where the text of an expression begins; in one of several lines it goes on below."""
    if isinstance(node, ast.Call) and node.args:
        return line_of(node.args[0])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return line_of(node.func.value)
    return node.lineno


def _called(call: ast.Call, scope: Scope) -> Value:
    name = last_name(call.func)
    if name in _WRAPPERS | _TABLES:
        return value_of(argument(call, 0, "text", "sqltext", "name"), scope)
    if name == "get_model":
        model = argument(call, 1, "model_name") or argument(call, 0, "app_label")
        return name_of(model, scope)
    if name in {"list", "tuple", "sorted", "set", "reversed"}:
        return value_of(argument(call, 0), scope)
    if isinstance(call.func, ast.Attribute):
        return value_of(call.func.value, scope)
    return None


def _piece(part: ast.expr, scope: Scope) -> str:
    if isinstance(part, ast.FormattedValue):
        value = value_of(part.value, scope)
        return str(value) if isinstance(value, str | int) else "{" + dotted(part.value) + "}"
    return str(part.value) if isinstance(part, ast.Constant) else ""


def _joined(pieces: Iterable[str]) -> str:
    found, room = list[str](), _MAX_TEXT
    for piece in pieces:
        found.append(piece)
        room -= len(piece)
        if room < 0:
            raise Unparsable("has a text that is too long")
    return "".join(found)
