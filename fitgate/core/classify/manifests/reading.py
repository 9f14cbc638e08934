"""TOML, JSON and YAML within limits, and the lines on which names stand."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import re2

from fitgate.core.classify.ci.tree import NOTHING, Node, read_trees
from fitgate.core.classify.flattening import Unparsable

_DOTTED = re2.compile(r"""(?:(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){30}""")
_PLACE = re.compile(r" \(at (?:line ([0-9]+)|end).*\)$")
_TOML_WORD = re.compile(
    r"""^[ \t]*+([A-Za-z0-9_.-]++)[ \t]*+=|"([^"\\\n]*+)"|'([^'\n]*+)'""", re.MULTILINE
)
_JSON_PAIR = re.compile(r'"([^"\\\n]*+)"\s*+:\s*+"([^"\\\n]*+)"')
_JSON_OBJECT = re.compile(r'"([^"\\\n]*+)"[ \t]*+:[ \t]*+\{')


def toml(text: str) -> dict[str, Any]:
    """Return the root of a TOML file.

    Raises:
        Unparsable: not well formed, or a key of over 30 parts: tomllib takes quadratic time there.
    """
    if _DOTTED.search(text):
        raise Unparsable("is nested too deep")
    try:
        return tomllib.loads(text)
    except ValueError as exc:  # TOMLDecodeError tells the place in words
        found = _PLACE.search(str(exc))
        line = int(found[1]) if found and found[1] else None
        raise Unparsable(_PLACE.sub("", str(exc)), line) from exc


def json_object(text: str) -> dict[str, Any]:
    """Return the root of a JSON file; Unparsable if it is not well formed or no object."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as exc:
        raise Unparsable(exc.msg, exc.lineno) from exc
    except ValueError as exc:  # a number of thousands of digits
        raise Unparsable("has a number that is too long") from exc
    if not isinstance(found, dict):
        raise Unparsable("is not an object")
    return found


def yaml_root(text: str) -> Node:
    """Return the root of the first document of a YAML file; Unparsable if it is no mapping."""
    root = next(iter(read_trees(text.encode())), NOTHING)
    if root.value and not root.fields:
        raise Unparsable("is not a mapping", root.line)
    return root


def table(tree: object, *names: str) -> dict[str, Any]:
    """Return the table at the end of a path of names; an empty one where there is none."""
    for name in names:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def tables(found: object) -> list[dict[str, Any]]:
    """Return the tables in a list, or the one that stands alone."""
    each = found if isinstance(found, list) else [found]
    return [one for one in each if isinstance(one, dict)]


def texts(found: object) -> list[str]:
    """Return the texts in a list."""
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def word(found: Mapping[str, Any], *names: str) -> str:
    """Return the first of some fields that is a text; the empty one if none is."""
    return next((found[each] for each in names if isinstance(found.get(each), str)), "")


class Lines:
    """The lines on which words stand, given out from the first to the last of each."""

    def __init__(self, found: Iterable[tuple[int, str]]) -> None:
        self._found: dict[str, list[int]] = {}
        for line, text in found:
            self._found.setdefault(text, []).append(line)
        for lines in self._found.values():
            lines.reverse()

    def of(self, text: str) -> int | None:
        """Return the line of a word; of one that stands on several, the next each time."""
        lines = self._found.get(text)
        return None if not lines else lines.pop() if len(lines) > 1 else lines[0]


def toml_lines(text: str) -> Lines:
    """Return on which lines the keys and the texts of a TOML file stand."""
    return Lines((line, m[1] or m[2] or m[3] or "") for line, m in _matches(_TOML_WORD, text))


def json_pairs(text: str) -> Lines:
    """Return on which lines of a JSON file a key with a text stands, as `key: text`."""
    return Lines((line, f"{m[1]}: {m[2]}") for line, m in _matches(_JSON_PAIR, text))


def json_objects(text: str) -> Lines:
    """Return on which lines of a JSON file a key with an object stands."""
    return Lines((line, m[1]) for line, m in _matches(_JSON_OBJECT, text))


def headers(text: str, header: str, count: int) -> list[int | None]:
    """Return the line of each array table with a header; None for all unless there are `count`."""
    pattern = re.compile(rf"^[ \t]*+{re.escape(header)}", re.MULTILINE)
    lines: list[int | None] = [line for line, _ in _matches(pattern, text)]
    return lines if len(lines) == count else [None] * count


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    line, end = 1, 0
    for found in pattern.finditer(text):
        line, end = line + text.count("\n", end, found.start()), found.start()
        yield line, found
