"""YAML that people edit, read together with the line and column where everything stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fitgate.errors import Problem

MAX_BYTES = 1_000_000
"""Nobody writes a file of this size by hand."""

_DEEPEST = 10_000
_MOST_PARTS = 100_000  # few aliases in aliases stand for more than can be looked at
_MOST_PROBLEMS = 1_000

Path = tuple[str | int, ...]


class Loader(yaml.CSafeLoader):
    """YAML as people mean it: `on`, `off`, `yes`, `no`, dates and 12:30 stay what is written."""


Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("true|false|True|False"), list("tfTF")
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counting from one."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Located:
    """A document, where its parts stand, and why it cannot be read, if it cannot."""

    document: Any
    places: Mapping[Path, Place]
    problems: tuple[Problem, ...] = ()

    def problem(self, path: Path, message: str, remedy: str = "") -> Problem:
        """Return a problem at the innermost part on the way to `path` that the document has."""
        known = (path[:n] for n in range(len(path), -1, -1) if path[:n] in self.places)
        place = self.places.get(next(known, ()))
        line, column = (place.line, place.column) if place else (None, None)
        return Problem(message, dotted(path), line, column, remedy)


def load(text: str) -> Located:  # noqa: PLR0911 - one return a reason
    """Read YAML; what is no YAML, too large or says a key twice has problems and no document."""
    if len(text) > MAX_BYTES:
        return Located(None, {}, (Problem(f"is larger than {MAX_BYTES} bytes"),))
    if _may_overflow(text):
        return Located(None, {}, (Problem("is nested too deep, or has too long a line"),))
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Located(None, {})
        places: dict[Path, Place] = {}
        problems = list(islice(_walk(node, (), places), _MOST_PROBLEMS))
        if len(places) > _MOST_PARTS:
            return Located(None, {}, (Problem("has too many parts, perhaps aliases in aliases"),))
        return Located(loader.construct_document(node), places, tuple(problems))
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        message = f"is not YAML: {exc.problem or exc.context}"
        return Located(None, {}, (Problem(message, "", *place),))
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        return Located(None, {}, (Problem(f"is not YAML: {exc}"),))
    finally:
        loader.dispose()


def _may_overflow(text: str) -> bool:
    """Say whether nesting could overflow the C stack of PyYAML, which kills the process.

    Each level takes a bracket, or a character of some line; twenty thousand levels do no harm.
    """
    longest = max(map(len, text.splitlines()), default=0)
    return longest + text.count("[") + text.count("{") > _DEEPEST


def dotted(path: Path) -> str:
    """Return a path into a document as people write it."""
    return ".".join(map(str, path))


def _walk(node: Node, path: Path, places: dict[Path, Place]) -> Iterator[Problem]:
    """Note where everything stands; yield keys that stand twice, because YAML would drop one."""
    places.setdefault(path, Place(node.start_mark.line + 1, node.start_mark.column + 1))
    if len(places) > _MOST_PARTS:
        return
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index), places)
    if isinstance(node, MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            inside = (*path, name)
            here = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            if inside in places and name != "<<":
                first = places[inside].line
                yield Problem(
                    "stands here a second time", dotted(inside), here.line, here.column,
                    f"the first is on line {first}: keep one",
                )  # fmt: skip
            places[inside] = here
            yield from _walk(value, inside, places)
