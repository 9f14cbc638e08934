"""A YAML file as a tree of nodes that know their lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import yaml

from fitgate.core.classify.flattening import MAX_DEPTH, Unparsable

MAX_BYTES = 1 << 20
MAX_SIZE = 200_000  # nodes, those that an alias stands for counted each time
_MAX_EVENTS = 250_000  # of YAML's parser: a value, its key, where a mapping or list begins, ends
_MAX_DIRECTIVES = 1_000  # libyaml compares each with each
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list or a mapping; null is the empty text, and so is what is not there.

    `line` is where its key stands, or where it begins if it has none. `size` counts the nodes in
    it, those behind aliases too. `tag` is what was written before it (`!reference`).
    """

    value: str | list[Node] | dict[str, Node]
    line: int = 0
    size: int = 1
    tag: str = ""

    @property
    def text(self) -> str:
        """What it says, if it is a text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def fields(self) -> dict[str, Node]:
        """What stands in it by name, if it is a mapping."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def entries(self) -> list[Node]:
        """What stands in it, if it is a list; one text or mapping is a list of one."""
        if isinstance(self.value, list):
            return self.value
        return [self] if self.value else []

    def __getitem__(self, name: str) -> Node:
        return self.fields.get(name, NOTHING)

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def texts(self) -> Iterator[str]:
        """Yield every text in it, however deep, in the order written."""
        if isinstance(self.value, str):
            yield self.value
        for child in self.value if isinstance(self.value, list) else self.fields.values():
            yield from child.texts()

    def words(self) -> str:
        """Return all of it on one line, the same in whatever order a mapping is written."""
        if isinstance(self.value, str):
            return " ".join(self.value.split())
        if isinstance(self.value, list):
            return ", ".join(each.words() for each in self.value)
        return " ".join(f"{name}={each.words()}" for name, each in sorted(self.value.items()))


NOTHING = Node("")


def read_trees(data: bytes) -> list[Node]:
    """Return the root of each document of a YAML file.

    Raises:
        Unparsable: not UTF-8, not well formed, over 1 MiB, nested deeper than 100, over 200,000
            values with those behind aliases, or with a key that is no plain value.
    """
    if len(data) > MAX_BYTES:
        raise Unparsable("is larger than 1 MiB")
    try:
        text = data.decode("utf-8-sig")
        if text.count("%TAG") > _MAX_DIRECTIVES:
            raise Unparsable("has too many directives")
        return _Documents(text).read()
    except UnicodeDecodeError as exc:
        raise Unparsable("is not UTF-8", data.count(b"\n", 0, exc.start) + 1) from exc
    except yaml.YAMLError as exc:  # without a mark where it is a character that YAML has not
        mark, reason = getattr(exc, "problem_mark", None), getattr(exc, "reason", "is not YAML")
        raise Unparsable(str(getattr(exc, "problem", reason)), mark and mark.line + 1) from exc


class _Documents:
    """Builds nodes from the parser's events: PyYAML's composer overflows its stack in C."""

    def __init__(self, text: str) -> None:
        self._parser = yaml.CSafeLoader(text)
        self._anchors: dict[str, Node | None] = {}
        self._events = 0
        self._merged = 0

    def read(self) -> list[Node]:
        roots: list[Node] = []
        while event := self._next():
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                roots.append(self._node(cast("yaml.Event", self._next()), 0))
        return roots

    def _next(self) -> yaml.Event | None:
        self._events += 1
        if self._events > _MAX_EVENTS:
            raise Unparsable("has too many values")
        return self._parser.get_event()

    def _node(self, event: yaml.Event, depth: int, line: int | None = None) -> Node:
        line = line or (event.start_mark.line + 1 if event.start_mark else 1)
        if isinstance(event, yaml.AliasEvent):
            found = self._anchors.get(str(event.anchor))
            if found is None:
                raise Unparsable("has an alias of nothing, or of itself", line)
            return replace(found, line=line)
        if isinstance(event, yaml.ScalarEvent):
            null = not event.style and not event.tag and event.value in _NULLS
            node = Node("" if null else event.value, line, tag=event.tag or "")
        else:
            node = self._collection(cast("yaml.CollectionStartEvent", event), depth, line)
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = node
        return node

    def _collection(self, event: yaml.CollectionStartEvent, depth: int, line: int) -> Node:
        if depth >= MAX_DEPTH:
            raise Unparsable("is nested too deep", line)
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # until its end an alias would be a circle
        value: list[Node] | dict[str, Node]
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(depth)
            size = 1 + sum(each.size for each in value.values())
        else:
            value = self._list(depth)
            size = 1 + sum(each.size for each in value)
        if size > MAX_SIZE:
            raise Unparsable("has too many values", line)
        return Node(value, line, size, event.tag or "")

    def _list(self, depth: int) -> list[Node]:
        found: list[Node] = []
        while not isinstance(event := cast("yaml.Event", self._next()), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        merged: list[Node] = []
        while not isinstance(event := cast("yaml.Event", self._next()), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key.value, str):
                raise Unparsable("has a key that is not a plain value", key.line)
            value = self._node(cast("yaml.Event", self._next()), depth + 1, key.line)
            if key.value == "<<" and not getattr(event, "style", ""):
                merged += value.entries
            else:
                found[key.value] = value
        for source in merged:
            self._merged += len(source.fields)
            if self._merged > MAX_SIZE:
                raise Unparsable("has too many values")
            for name, value in source.fields.items():
                found.setdefault(name, value)
        return found
