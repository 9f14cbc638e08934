"""The requirements in a setup.py, read and never run."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.manifests.dependency import Dependency
from fitgate.core.classify.manifests.requirements import requirement

_MAX_ENTRIES = 20_000  # a list can be added to itself again and again
_KEYWORDS = ("install_requires", "setup_requires", "tests_require", "extras_require")
_NAMED = re.compile(r"requi|dep(?:s|end)|pkgs|packages|extras|install", re.IGNORECASE)
_NO_REQUIREMENTS = {"packages", "namespace_packages", "package_dir", "package_data"}
_VERSION = re.compile(r"^[A-Za-z0-9][^<>=~!@]*(?:[<>=~!]=|[<>]|@ )")
_GROWING = {"append", "extend", "update", "insert", "setdefault"}


@dataclass(frozen=True, slots=True)
class _Text:
    value: str
    line: int


_Value = _Text | list["_Value"] | dict[str, "_Value"] | None  # None: cannot be told without running


def setup_py(text: str) -> tuple[Dependency, ...]:
    """Read what setup.py gives to `setup()` in literals, and in names that stand for literals.

    Groups: `install_requires`, `extras_require.NAME` and so on. Where one of them cannot be told
    without running the file, the lists and tables of requirements at the module's level that no
    other group holds are groups by their names.

    Raises:
        Unparsable: no Python.
    """
    try:
        with warnings.catch_warnings():  # an odd escape in somebody's text is not ours to report
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as exc:
        raise Unparsable("is not Python", exc.lineno) from exc
    except (ValueError, MemoryError) as exc:  # a null character; the parser's own limit of depth
        raise Unparsable("is not Python") from exc
    names = _Names()
    for statement in tree.body:
        names.run(statement)
    groups = {
        keyword.arg: names.value(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in _KEYWORDS
    }
    found = [each for group, value in groups.items() for each in _dependencies(group, value)]
    if not groups or not all(map(_told, groups.values())):
        found += _loose(names.known, {(each.name, each.line) for each in found})
    return tuple(found)


def _loose(known: dict[str, _Value], told: set[tuple[str, int | None]]) -> list[Dependency]:
    """Return what names at the module's level stand for and no group holds."""
    found: list[Dependency] = []
    for name, value in known.items():
        if _requirements(name, value):
            fresh = [
                each for each in _dependencies(name, value) if (each.name, each.line) not in told
            ]
            told |= {(each.name, each.line) for each in fresh}
            found += fresh
    return found


def _told(value: _Value) -> bool:
    """Say whether all of a value can be told without running the file."""
    if isinstance(value, dict | list):
        return all(map(_told, value.values() if isinstance(value, dict) else value))
    return value is not None


def _requirements(name: str, value: _Value) -> bool:
    """Say whether a name stands for requirements, by its spelling or by what is in it."""
    if isinstance(value, _Text) or not value or name.lower() in _NO_REQUIREMENTS:
        return False
    return bool(_NAMED.search(name)) or any(_VERSION.match(each.value) for each in _texts(value))


def _dependencies(group: str, value: _Value) -> list[Dependency]:
    if isinstance(value, dict):
        return [
            each for name, part in value.items() for each in _dependencies(f"{group}.{name}", part)
        ]
    found: list[Dependency] = []
    for text in _texts(value):
        for line in text.value.split("\n"):
            try:
                found.append(requirement(line.strip(), group, text.line))
            except Unparsable:  # a text that is something else; only running would tell
                continue
    return found


def _texts(value: _Value) -> list[_Text]:
    if isinstance(value, _Text):
        return [value]
    parts = value.values() if isinstance(value, dict) else value or ()
    return [each for part in parts for each in _texts(part)]


def _size(value: _Value) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, parts))


class _Names:
    """What names at the module's level stand for."""

    def __init__(self) -> None:
        self.known: dict[str, _Value] = {}
        self._room = _MAX_ENTRIES

    def run(self, statement: ast.stmt) -> None:
        """Take in what a statement says of a name; those inside `if` and `try` count as well."""
        match statement:
            case ast.Assign(targets=targets, value=given):
                for target in targets:
                    self._assign(target, self.value(given))
            case ast.AnnAssign(target=target, value=ast.expr() as given):
                self._assign(target, self.value(given))
            case ast.AugAssign(target=ast.Name(id=name), value=given):
                self.known[name] = self._sum(self.known.get(name), self.value(given))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=way), args=args)
            ) if way in _GROWING and args:
                more = self.value(args[-1])
                self.known[name] = self._sum(
                    self.known.get(name), [more] if way == "append" else more
                )
            case ast.If(body=body, orelse=other) | ast.Try(body=body, orelse=other):
                for each in (*body, *other):
                    self.run(each)
            case _:
                pass

    def _assign(self, target: ast.expr, value: _Value) -> None:
        match target:
            case ast.Name(id=name):
                self.known[name] = value
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                whole = self.known.get(name)
                self.known[name] = {**(whole if isinstance(whole, dict) else {}), key: value}
            case _:
                pass

    def value(self, node: ast.expr | None) -> _Value:
        """Return what an expression is, as far as it can be told."""
        match node:
            case ast.Constant(value=str(text)):
                return self._held(_Text(text, node.lineno))
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._list(parts)
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values)
            case _:
                return self._meant(node)

    def _meant(self, node: ast.expr | None) -> _Value:
        match node:
            case ast.Name(id=name):
                return self._held(self.known.get(name))
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return self._sum(self.value(left), self.value(right))
            case ast.Subscript(value=whole, slice=ast.Constant(value=str(key))):
                found = self.value(whole)
                return found.get(key) if isinstance(found, dict) else None
            case ast.Call(func=ast.Name(id="list" | "tuple" | "set" | "sorted"), args=[only]):
                return self.value(only)
            case _:
                return None

    def _list(self, parts: list[ast.expr]) -> _Value:
        found: list[_Value] = []
        for part in parts:
            starred = isinstance(part, ast.Starred)
            value = self.value(part.value if isinstance(part, ast.Starred) else part)
            found += value if starred and isinstance(value, list) else [value]
        return found

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr]) -> _Value:
        found: dict[str, _Value] = {}
        for key, value in zip(keys, values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found[key.value] = self.value(value)
            elif key is None and isinstance(more := self.value(value), dict):
                found |= more
        return found

    def _sum(self, one: _Value, other: _Value) -> _Value:
        if isinstance(one, dict) or isinstance(other, dict):
            return {
                **(one if isinstance(one, dict) else {}),
                **(other if isinstance(other, dict) else {}),
            }
        if isinstance(one, _Text) or isinstance(other, _Text):
            return None  # a text put together
        return [*(one or []), *(other or [])]

    def _held(self, value: _Value) -> _Value:
        """Return a value; Unparsable once all that were asked for hold too much."""
        self._room -= _size(value)
        if self._room < 0:
            raise Unparsable("has too many requirements")
        return value
