"""Nested mappings and lists as one flat mapping: dotted key to value and line."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fitgate.core.values import Scalar
from fitgate.errors import FitgateError

MAX_DEPTH = 100
MAX_VALUES = 50_000
MAX_TEXT = 500  # characters of a value that facts keep
_MAX_NAME = 200  # characters of a name or a list entry in a key
_MAX_KEYS = 16 << 20  # characters in all keys: aliases can stand for more than memory holds
_UNSAFE = 1 << 53  # RFC 8785 has no integer of this size

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_PLAIN_NAME = re.compile(rf'[^."\[\]{_CONTROL}]+')
_PLAIN_ENTRY = re.compile(rf'[^"\[\]{_CONTROL}]*')
_DEFINITION = re.compile(r"""(?<![^\s"'=:,{}\[\]])([^\s"'=:,{}\[\]]++)["']?[ \t]*+[=:]""")
_IDENTITIES = ("name", "id", "key", "job", "uses", "path", "repo", "alias")
_BOOLEANS = {"true", "false"}


class Unparsable(FitgateError):  # noqa: N818 - a property of the file, nobody's mistake
    """A file that is not the settings file it seems to be; `line` counts from one, where known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason if line is None else f"line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """One value of a settings file and the line where it is written, where known."""

    value: Scalar
    line: int | None = None


def flatten(trees: Iterable[tuple[str, object]], text: str = "") -> dict[str, Parsed]:
    """Return every value of nested mappings and lists by its dotted key, see `parse_settings`.

    Each tree comes with what its keys begin with. A value that is not yet Parsed gets the line of
    the text that seems to define the name it stands under, if there is only one. Raises Unparsable:
    nested deeper than 100, more than 50,000 values, or keys of 16 MiB.
    """
    flat = _Flat(text)
    for start, tree in trees:
        flat.put(start, tree, "", 0)
    return flat.found


def dotted(names: Iterable[str]) -> str:
    """Return the key of a value under these names; one that would be misread stands in quotes."""
    return ".".join(map(_segment, names))


def entry(name: str) -> str:
    """Return how an entry of a list is written in a key: `[name]`, quoted and cut as names are."""
    name = shorten(name, _MAX_NAME)
    return f"[{name if _PLAIN_ENTRY.fullmatch(name) else json.dumps(name, ensure_ascii=False)}]"


def plain_value(value: object) -> Scalar:
    """Return what JSON can carry of a value: no infinity, no large integer, no lone surrogate."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_UNSAFE < value < _UNSAFE else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value).encode("utf-8", "backslashreplace").decode()


def shorten(text: str, limit: int) -> str:
    """Return a text; one over `limit` characters is cut and ends with the SHA-256 of the whole."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 72]}…sha256:{hashlib.sha256(text.encode()).hexdigest()}"


class _Flat:
    def __init__(self, text: str) -> None:
        self.found: dict[str, Parsed] = {}
        self._lines = _lines(text)
        self._room = _MAX_KEYS

    def put(self, key: str, node: object, name: str, depth: int) -> None:
        self._room -= len(key)
        if depth > MAX_DEPTH:
            raise Unparsable("is nested too deep")
        if self._room < 0 or len(self.found) >= MAX_VALUES:
            raise Unparsable("has too many values")
        if isinstance(node, dict) and node:
            for child, value in node.items():
                segment = _segment(child)
                self.put(f"{key}.{segment}" if key else segment, value, child, depth + 1)
        elif isinstance(node, list) and node:
            for place, value in zip(_entries(node), node, strict=True):
                self.put(key + place, value, name, depth + 1)
        elif key or not isinstance(node, dict | list):
            key = key or "."
            while key in self.found:  # a list at the root may have an entry named like a document
                key += "#"
            if not isinstance(node, Parsed):
                value = str(node) if isinstance(node, dict | list) else plain_value(node)
                node = Parsed(value, self._lines.get(name) or None)
            self.found[key] = node


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    line, end = 1, 0
    for match in _DEFINITION.finditer(text):
        line, end = line + text.count("\n", end, match.end()), match.end()
        name = match[1].rpartition(".")[2]
        found[name] = line if name not in found else 0
    return found


@functools.lru_cache(maxsize=10_000)
def _segment(name: str) -> str:
    name = shorten(str(plain_value(name)), _MAX_NAME)
    return name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _entries(nodes: list[object]) -> Iterator[str]:
    """Yield how each entry of a list is named in a key."""
    choices = [list(_identities(node)) if isinstance(node, dict) else [] for node in nodes]
    count = Counter(name for names in choices for name in names)
    seen = Counter[str]()
    for i, (node, names) in enumerate(zip(nodes, choices, strict=True)):
        if isinstance(node, dict | list):
            name = next((name for name in names if count[name] == 1), names[0] if names else str(i))
        else:
            name = _text(node)
        seen[name] += 1
        yield entry(name) if seen[name] == 1 else f"{entry(name)}#{seen[name]}"


def _identities(node: dict[str, object]) -> Iterator[str]:
    for key in _IDENTITIES:
        value = node.get(key)
        if not isinstance(value, dict | list) and _text(value) not in {"", "null"}:
            yield f"{key}={_text(value)}"


def _text(node: object) -> str:
    value = node.value if isinstance(node, Parsed) else plain_value(node)
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.lower() if text.lower() in _BOOLEANS else text
