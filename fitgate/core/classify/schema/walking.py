"""The calls of a Python function in the order they are made, with what is known at each."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.schema.syntax import (
    Batch,
    Scope,
    Value,
    added,
    argument,
    name_of,
    value_of,
)

_MAX_DEPTH = 3  # of functions of the same file that call one another
_MAX_STEPS = 2_000_000

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Made:
    """One call, what the names in it say, and whether it is made only under a condition."""

    call: ast.Call
    scope: Scope
    guarded: bool


class Walk:
    """Follows functions through a file; a loop over a list that is written out goes round it."""

    def __init__(self, module: ast.Module) -> None:
        self.functions: dict[str, Function] = {}
        self.scope: dict[str, Value | Batch] = {}
        self._steps = _MAX_STEPS
        for statement in module.body:
            if isinstance(statement, Function):
                self.functions[statement.name] = statement
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                _assign(statement, self.scope)

    def calls(self, function: Function) -> Iterator[Made]:
        """Yield the calls of a function and of those that it calls, three deep.

        Raises:
            Unparsable: following it takes over 2,000,000 steps.
        """
        yield from self._body(function.body, dict(self.scope), 0, guarded=False)

    def _body(
        self,
        body: Sequence[ast.stmt],
        scope: dict[str, Value | Batch],
        depth: int,
        *,
        guarded: bool,
    ) -> Iterator[Made]:
        for statement in body:
            if isinstance(statement, Function):
                self.functions.setdefault(statement.name, statement)
                continue
            if isinstance(statement, ast.ClassDef):
                continue
            for expression in _expressions(statement):
                yield from self._calls(expression, scope, depth, guarded=guarded)
            if isinstance(statement, ast.For | ast.AsyncFor):
                yield from self._loop(statement, scope, depth)
                continue
            _assign(statement, scope)
            inside = guarded or isinstance(statement, ast.If | ast.While | ast.Match)
            for part in _bodies(statement):
                yield from self._body(part, scope, depth, guarded=inside)

    def _loop(
        self, loop: ast.For | ast.AsyncFor, scope: dict[str, Value | Batch], depth: int
    ) -> Iterator[Made]:
        values = value_of(loop.iter, scope)
        known = isinstance(values, tuple)
        for value in values if isinstance(values, tuple) else (None,):
            self.spend(1)
            _bind(loop.target, value, scope)
            yield from self._body([*loop.body, *loop.orelse], scope, depth, guarded=not known)

    def _calls(
        self, expression: ast.expr, scope: dict[str, Value | Batch], depth: int, *, guarded: bool
    ) -> Iterator[Made]:
        for node in ast.walk(expression):
            self.spend(1)
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            function = self.functions.get(name) if depth < _MAX_DEPTH else None
            if function is None:
                yield Made(node, scope, guarded)
                continue
            inner = {**self.scope, **_parameters(function, node, scope)}
            self.spend(len(inner))
            yield from self._body(function.body, inner, depth + 1, guarded=guarded)

    def spend(self, steps: int) -> None:
        """Count the steps that something took; raise Unparsable once they are too many."""
        self._steps -= steps
        if self._steps < 0:
            raise Unparsable("would take too long to read")


def _parameters(function: Function, call: ast.Call, scope: Scope) -> dict[str, Value | Batch]:
    names = [each.arg for each in function.args.args]
    given = {
        name: argument(call, place, name)
        for place, name in enumerate([*names, *(each.arg for each in function.args.kwonlyargs)])
    }
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    return {name: _known(node or defaults.get(name), scope) for name, node in given.items()}


def _known(node: ast.expr | None, scope: Scope) -> Value | Batch:
    if isinstance(node, ast.Name) and isinstance(batch := scope.get(node.id), Batch):
        return batch
    return value_of(node, scope)


def _assign(statement: ast.stmt, scope: dict[str, Value | Batch]) -> None:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            _bind(target, _known(statement.value, scope), scope)
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        _bind(statement.target, _known(statement.value, scope), scope)
    elif isinstance(statement, ast.AugAssign):
        sides = (value_of(each, scope) for each in (statement.target, statement.value))
        _bind(statement.target, added(*sides), scope)
    elif isinstance(statement, ast.With | ast.AsyncWith):
        for item in statement.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                batch = call.func.attr == "batch_alter_table"
                table = name_of(argument(call, 0, "table_name"), scope) if batch else ""
                _bind(item.optional_vars, Batch(table) if batch else None, scope)


def _bind(target: ast.expr | None, value: Value | Batch, scope: dict[str, Value | Batch]) -> None:
    if isinstance(target, ast.Name):
        scope[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        values: Iterable[Value] = value if isinstance(value, tuple) else ()
        known = dict(enumerate(values))
        for i, each in enumerate(target.elts):
            _bind(each, known.get(i), scope)


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the expressions of a statement, without those of the statements in it."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.withitem):
            yield child.context_expr


def _bodies(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Yield the statements in a statement, branch by branch."""
    for _, value in ast.iter_fields(statement):
        for each in value if isinstance(value, list) else ():
            if isinstance(each, ast.ExceptHandler | ast.match_case):
                yield each.body
            elif isinstance(each, ast.stmt):
                yield [each]
