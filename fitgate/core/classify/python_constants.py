"""What an expression of literals alone is worth in Python, without running it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from types import EllipsisType
from typing import Any

from fitgate.core.classify.flattening import plain_value
from fitgate.core.values import Scalar

_MAX_BITS = 256  # of a number that is worked out, and of one that is written in digits
_MAX_POWER = 64  # also of two
_MAX_DEPTH = 50  # operators one in another

_Worth = Scalar | EllipsisType
"""An ellipsis is no value: as a default it says that there is none."""

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
}
_NO_NUMBER = (str, bool, type(None), EllipsisType)
_STEEP = (ast.Pow, ast.LShift, ast.RShift)


def constant(node: ast.expr) -> _Worth:
    """Return the value of an expression, as facts can hold it; an ellipsis if it has none."""
    value = _worth(node, 0)
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return hex(value)  # in linear time
    return value if value is ... else plain_value(value)


def _worth(node: ast.expr, depth: int) -> _Worth:
    match node:
        case ast.Constant(value=None | str() | int() | float() as literal):
            return literal
        case ast.UnaryOp(op=ast.USub(), operand=inner) if depth < _MAX_DEPTH:
            value = _worth(inner, depth + 1)
            return ... if isinstance(value, _NO_NUMBER) else -value
        case ast.BinOp(left=left, op=op, right=right) if depth < _MAX_DEPTH:
            return _worked_out(op, _worth(left, depth + 1), _worth(right, depth + 1))
        case _:
            return ...


def _worked_out(op: ast.operator, left: Any, right: Any) -> _Worth:  # noqa: ANN401 - so do operators
    texts = type(left) is type(right) is str and isinstance(op, ast.Add)
    numbers = {type(left), type(right)} <= {int, float}
    steep = isinstance(op, _STEEP) and numbers and not 0 <= right <= _MAX_POWER
    work = _ARITHMETIC.get(type(op))
    if work is None or steep or not (texts or numbers):
        return ...
    try:
        value: float | complex | str = work(left, right)
    except (ArithmeticError, TypeError, ValueError):
        return ...
    if isinstance(value, complex) or (isinstance(value, int) and value.bit_length() > _MAX_BITS):
        return ...
    return value
