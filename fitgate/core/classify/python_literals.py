"""The literals in a Python module as settings: constants, defaults and arguments by their names."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from fitgate.core.classify.flattening import (
    MAX_DEPTH,
    Parsed,
    Unparsable,
    dotted,
    entry,
    flatten,
    plain_value,
)
from fitgate.core.classify.python_constants import constant

_DEFAULT_FIRST = {
    "Argument", "Body", "Cookie", "Field", "File", "Form", "Header", "Option", "Param", "Path",
    "Query",
}  # fmt: skip
_FIELD = re.compile(rf".*(?:[fF]ield|[cC]olumn)|attrib|{'|'.join(sorted(_DEFAULT_FIRST))}")
_DEFAULTS = {"default", "default_factory"}
_OF_ONE = {
    "Decimal", "Fraction", "MappingProxyType", "OrderedDict", "Path", "PurePath", "SecretStr",
    "bool", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple",
}  # fmt: skip
"""What is called with one value and stands for it."""
_ENVIRONMENT = re.compile(r"(?:.*\.)?(?:getenv|environ\.(?:get|setdefault|pop)|env(?:\.\w+)?)")
_IDLE = {ast.Name, ast.Constant, ast.alias}
"""What has neither a name with a value in it nor a call."""
_NO_NODES = {"attr", "ctx", "id", "kind", "module", "name", "names", "op", "ops", "type_comment"}
_NODES = {
    kind: tuple(name for name in kind._fields if name not in _NO_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""Under which names a node has others."""


@dataclass(frozen=True, slots=True)
class Literal(Parsed):
    """A value, its last line, and where in its key the number stands that tells it from others."""

    last: int = 0
    number: tuple[int, int] = (0, 0)


_Tree = dict[str, Any] | list[Any] | Literal | None
"""What `flatten` takes; None is no value."""


def read_python(text: str) -> dict[str, Parsed]:
    """Return every literal of a module that goes by a name; nothing is run or looked up.

    `NAME`, `NAME.key`, `NAME[entry]` are constants of the module, `Class.name` those of a class and
    its fields, `function.parameter` defaults. Of `Field(…)` and the like `Class.name` is the
    default and `Class.name.ge` any other argument. Arguments of calls anywhere go by the last name
    of what is called and by its first argument if that is a text: `from_pretrained.revision`,
    `add_argument[--x].default`. What is alike is numbered (`call[#2].name`, `call[--x]#2.name`).

    A value is a number, a text, true, false, None, or worked out from such with operators; of a
    variable of the environment it is the default. All else (names, f-strings) is left out.

    Raises:
        Unparsable: no Python that this version of Python reads, or see `flatten`.
    """
    if re.search(r"\r(?!\n)", text):  # a line to Python and none to git
        raise Unparsable("has a carriage return in a line")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        return flatten(_Module().values(tree))
    except SyntaxError as exc:
        raise Unparsable(exc.msg, exc.lineno) from exc
    except ValueError as exc:  # a NUL byte, a lone surrogate
        raise Unparsable("is not Python") from exc
    except (RecursionError, MemoryError) as exc:  # the latter is how the parser's stack overflows
        raise Unparsable("is nested too deep") from exc


def numbering(label: str, n: int) -> str:
    """Return what tells the n-th value of a name from the others; it stands behind the label."""
    if n == 1:
        return ""
    return f"#{n}" if label.endswith("]") else f"[#{n}]" if label else f"[#{n}]."


class _Module:
    """Walks through a module without recursion: chains of `elif` and of calls are deep trees."""

    def __init__(self) -> None:
        self._seen = Counter[str]()
        self._read: set[int] = set()  # calls whose arguments have been told under another name

    def values(self, tree: ast.Module) -> Iterator[tuple[str, _Tree]]:
        """Yield names with what they stand for."""
        waiting: list[tuple[ast.AST, str, bool]] = [(tree, "", True)]
        while waiting:
            node, scope, lasting = waiting.pop()
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                scope, lasting = _below(scope, node.name), isinstance(node, ast.ClassDef)
            if lasting and isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                yield from self._assignment(scope, node)
            else:
                yield from self._others(scope, node)
            waiting += [(child, scope, lasting) for child in reversed(_children(node))]

    def _assignment(
        self, scope: str, node: ast.Assign | ast.AnnAssign | ast.AugAssign
    ) -> Iterator[tuple[str, _Tree]]:
        note = node.annotation if isinstance(node, ast.AnnAssign) else None
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for names, given in _assigned(target, node.value):
                yield from self._declared(_below(scope, *names[:-1]), names[-1], given, note)

    def _others(self, scope: str, node: ast.AST) -> Iterator[tuple[str, _Tree]]:
        match node:
            case ast.ClassDef():
                yield from self._arguments(scope, node.keywords)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for arg, default in _parameters(node.args):
                    yield from self._declared(scope, arg.arg, default, arg.annotation)
            case ast.Call() if id(node) not in self._read:
                yield from self._arguments(_label(node), node.keywords)
            case _:
                pass

    def _declared(
        self, label: str, name: str, given: ast.expr | None, note: ast.AST | None = None
    ) -> Iterator[tuple[str, _Tree]]:
        """Yield a name with its value, and what a call that describes it says otherwise."""
        calls = [call for call in (given, *_notes(note)) if _is_field(call)]
        self._read.update(map(id, calls))
        defaults = (_default(call) for call in calls)
        own = None if calls and calls[0] is given else given
        yield from self._put(label, name, own or next(filter(None, defaults), None))
        for call in calls:
            others = [word for word in call.keywords if word.arg not in _DEFAULTS]
            yield from self._arguments(_below(label, name), others)

    def _arguments(self, label: str, words: list[ast.keyword]) -> Iterator[tuple[str, _Tree]]:
        for word in words if label else ():
            if word.arg is not None:
                yield from self._put(label, word.arg, word.value)

    def _put(self, label: str, name: str, node: ast.expr | None) -> Iterator[tuple[str, _Tree]]:
        key = _below(label, name)
        number = numbering(label, self._seen[key] + 1)
        tree = self._tree(node, (len(label), len(label) + len(number)))
        if tree is not None:
            self._seen[key] += 1
            yield label + number + key[len(label) :], tree

    def _tree(self, node: ast.expr | None, number: tuple[int, int], depth: int = 0) -> _Tree:
        """Return what an expression stands for; of a mapping or list only what is a value in it."""
        if depth > MAX_DEPTH:
            raise Unparsable("is nested too deep", node.lineno if node else None)
        match node:
            case None:
                return None
            case ast.Dict():
                pairs = [(_key(k), v) for k, v in zip(node.keys, node.values, strict=True)]
            case ast.Call(args=[], keywords=[_, *_]) if _last_name(node) == "dict":
                self._read.add(id(node))
                pairs = [(word.arg, word.value) for word in node.keywords]
            case ast.List() | ast.Tuple() | ast.Set():
                trees = [self._tree(each, number, depth + 1) for each in node.elts]
                found = [tree for tree in trees if tree is not None]
                return found or (None if node.elts else Literal("[]", *_place(node), number))
            case ast.Call():
                return self._tree(self._meant(node), number, depth + 1)
            case _:
                value = constant(node)
                return None if value is ... else Literal(value, *_place(node), number)
        named = {key: self._tree(each, number, depth + 1) for key, each in pairs if key is not None}
        kept = {key: tree for key, tree in named.items() if tree is not None}
        return kept or (None if pairs else Literal("{}", *_place(node), number))

    def _meant(self, call: ast.Call) -> ast.expr | None:
        """Return the value that a call stands for."""
        if _ENVIRONMENT.fullmatch(_full_name(call.func)):
            self._read.add(id(call))
            return _argument(call, "default") or (call.args[1] if len(call.args) > 1 else None)
        return call.args[0] if len(call.args) == 1 and _last_name(call) in _OF_ONE else None


def _assigned(
    target: ast.expr, value: ast.expr | None
) -> Iterator[tuple[list[str], ast.expr | None]]:
    """Yield the names that an assignment gives values, one within the other."""
    match target, value:
        case ast.Tuple() | ast.List(), ast.Tuple() | ast.List():
            if len(target.elts) == len(value.elts):
                for pair in zip(target.elts, value.elts, strict=True):
                    yield from _assigned(*pair)
        case ast.Subscript(value=inner, slice=ast.Constant(value=str(key))), _:
            yield [*filter(None, _full_name(inner).split(".")), key], value
        case ast.Name() | ast.Attribute(), _:
            yield _full_name(target).split("."), value
        case _:
            pass


def _parameters(args: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    placed = [*args.posonlyargs, *args.args]
    bare = [None] * (len(placed) - len(args.defaults))
    yield from zip(placed, [*bare, *args.defaults], strict=True)
    yield from zip(args.kwonlyargs, args.kw_defaults, strict=True)


def _notes(note: ast.AST | None) -> list[ast.expr]:
    match note:
        case ast.Subscript(value=named, slice=ast.Tuple(elts=[_, *notes])):
            return notes if _last_name(named) == "Annotated" else []
        case _:
            return []


def _is_field(call: ast.expr | None) -> TypeGuard[ast.Call]:
    return isinstance(call, ast.Call) and _FIELD.fullmatch(_last_name(call)) is not None


def _default(call: ast.Call) -> ast.expr | None:
    made = _argument(call, "default_factory")
    first = call.args[0] if call.args and _last_name(call) in _DEFAULT_FIRST else None
    return _argument(call, "default") or (made.body if isinstance(made, ast.Lambda) else first)


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def _label(call: ast.Call) -> str:
    """Return what the arguments of a call go by; nothing if what is called has no name."""
    name = _last_name(call)
    match call.args:
        case [ast.Constant(value=str(first)), *_] if name:
            return _below("", name) + entry(str(plain_value(first)))
        case _:
            return _below("", name) if name else ""


def _last_name(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _full_name(node: ast.expr) -> str:
    """Return the names of an expression with dots between them, as far as they are names."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join(reversed([*names, *([node.id] if isinstance(node, ast.Name) else [])]))


def _key(node: ast.expr | None) -> str | None:
    """Return what an entry of a mapping goes by; None if it is worked out."""
    match node:
        case ast.Constant(value=str() | int() | None):
            return str(plain_value(node.value))
        case ast.Name() | ast.Attribute():
            return _full_name(node)
        case _:
            return None


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[Any] = []
    for name in _NODES[type(node)]:
        child = getattr(node, name, None)
        found += child if isinstance(child, list) else (child,)
    return [child for child in found if isinstance(child, ast.AST) and type(child) not in _IDLE]


def _below(label: str, *names: str) -> str:
    return ".".join(filter(None, (label, dotted(names))))


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno
