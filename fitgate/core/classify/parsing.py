"""Settings files of every format, read into one flat mapping: dotted key to value and line."""

from __future__ import annotations

import functools
import json
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import re2
import yaml

from fitgate.core.classify.flattening import MAX_DEPTH, Parsed, Unparsable, dotted, entry, flatten
from fitgate.core.classify.python_literals import read_python
from fitgate.core.values import Scalar

MAX_BYTES = 1 << 20
_MAX_MERGED = 200_000  # keys taken over by `<<`
_MAX_EVENTS = 250_000  # of YAML's parser: a value, its key, where a mapping or list begins, ends
_MAX_DIRECTIVES = 1_000  # libyaml compares each with each
_MAX_EFFORT = 1_000_000  # for TOML: ten a line, and the square of how often a key is dotted
_MAX_DIGITS = 17  # with a sign
_UNSAFE = 1 << 53  # RFC 8785 has no integer of this size

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NO_TEXT = frozenset("-+.0123456789~nNtTfF")  # what a value that is no text begins with
_STRING_TAGS = {"!", "tag:yaml.org,2002:str"}

_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"?|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_LAST_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+"?|,(?=\s*+[\]}])', re.DOTALL)
_DOTTED = re2.compile(r"""(?:(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*\.[ \t]*){6,}""")
_NAMED = r"[ \t]*+(?:export[ \t]++)?([^\s=:#!][^\s=:]*+)[ \t]*+[=:][ \t]*+"
_IN_QUOTES = r""" (?:"((?:[^"\\]|\\.)*+)"|'([^']*+)'|([^\n]*+))[^\n]*+(?:\n|\Z)""".strip()
_ENV = re.compile(_NAMED + _IN_QUOTES, re.DOTALL)
_PROPERTY = re.compile(_NAMED + r"((?:\\\r?\n|[^\n])*+)(?:\n|\Z)")
_NO_ASSIGNMENT = re.compile(r"[ \t\r]*+(?:[#!][^\n]*+)?(?:\n|\Z)")


def parse_settings(path: str, data: bytes) -> Mapping[str, Parsed]:
    """Return every value of a settings file by its dotted key; the file's name tells the format.

    In `jobs.eval.steps[name=run].with.k` an entry of a list goes by its `name` (or `id`, `key`,
    `job`, `uses`, `path`, `repo`, `alias`), the first that no other entry has, or by its value
    (`on[push]`), else by its index; what is alike is numbered (`[a]`, `[a]#2`). Keys in a YAML
    document with a kind and a name begin with `[document=kind/name]`, in another but the first with
    `[document=2]`. Names that would be misread stand in quotes, long ones are cut. An empty mapping
    or list is the value `{}` or `[]`, unless it is the whole file; a file of one value has the key
    `.`. A number that JSON cannot carry (infinite, or 2^53 and more) stays text.

    Raises:
        Unparsable: no settings file by its name, not well formed, over 1 MiB, nested deeper than
            100, or over 50,000 values.
    """
    read = _reader(path.rpartition("/")[2].lower())
    if read is None:
        raise Unparsable("is not a settings file")
    if len(data) > MAX_BYTES:
        raise Unparsable("is larger than 1 MiB")
    try:
        return read(data.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise Unparsable("is not UTF-8", data.count(b"\n", 0, exc.start) + 1) from exc
    except RecursionError as exc:
        raise Unparsable("is nested too deep") from exc
    except yaml.YAMLError as exc:  # without a mark where it is a character that YAML has not
        mark, reason = getattr(exc, "problem_mark", None), getattr(exc, "reason", "is not YAML")
        raise Unparsable(str(getattr(exc, "problem", reason)), mark and mark.line + 1) from exc
    except json.JSONDecodeError as exc:
        raise Unparsable(exc.msg, exc.lineno) from exc
    except ValueError as exc:  # tomllib tells the place in words
        place = re.search(r" \(at (?:line ([0-9]+)|end).*\)$", str(exc))
        line = int(place[1]) if place and place[1] else None
        raise Unparsable(str(exc)[: place.start() if place else None], line) from exc


def _reader(name: str) -> Callable[[str], dict[str, Parsed]] | None:
    readers = {".yaml": _yaml, ".yml": _yaml, ".json": _json, ".jsonc": _json, ".toml": _toml}
    readers |= {".ini": _ini, ".cfg": _ini, ".py": read_python}
    if read := readers.get("".join(name.rpartition(".")[1:])):
        return read
    if name.endswith(".env") or name.startswith(".env."):
        return functools.partial(_assignments, _ENV)
    return functools.partial(_assignments, _PROPERTY) if name.endswith(".properties") else None


def _json(text: str) -> dict[str, Parsed]:
    try:
        tree = json.loads(text)
    except json.JSONDecodeError:
        bare = _COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else "\n" * m[0].count("\n"), text)
        tree = json.loads(_LAST_COMMA.sub(lambda m: m[0].removeprefix(","), bare))
    return flatten([("", tree)], text)


def _toml(text: str) -> dict[str, Parsed]:
    # tomllib takes quadratic time over the parts of a dotted key, and is slow at the best of times.
    dots = (found[0].count(".") for found in _DOTTED.finditer(text))
    if 10 * text.count("\n") + sum(n * n for n in dots) > _MAX_EFFORT:
        raise Unparsable("would take too long to read")
    return flatten([("", tomllib.loads(text))], text)


def _ini(text: str) -> dict[str, Parsed]:
    """Read what configparser reads, in linear time and with lines; keys may precede a section."""
    sections: dict[str, dict[str, tuple[int, list[str]]]] = {"": {}}
    options, lines, indent = sections[""], list[str](), 0
    for number, line in enumerate(text.split("\n"), 1):
        words, depth = line.strip(), len(line) - len(line.lstrip())
        if not words or words[0] in "#;":
            continue
        if lines and depth > indent:
            lines.append(words)
        elif words[0] == "[" and words.rfind("]") > 1:
            options, lines = sections.setdefault(words[1 : words.rindex("]")], {}), []
        elif found := re.match(r"([^=:]+)[=:]", words):
            lines, indent = [words[found.end() :].strip()], depth
            options[found[1].rstrip()] = number, lines
        else:
            raise Unparsable("is neither a section nor KEY=value", number)
    return flatten(
        (dotted((name, option) if name else (option,)), Parsed("\n".join(words).strip(), number))
        for name, own in sections.items()
        for option, (number, words) in own.items()
    )


def _assignments(pattern: re.Pattern[str], text: str) -> dict[str, Parsed]:
    values: dict[str, Parsed] = {}
    line, end = 1, 0
    while end < len(text):
        if found := pattern.match(text, end):
            name, *parts = found.groups(default="")
            if pattern is _ENV:
                parts[-1] = parts[-1].split(" #", 1)[0].strip()
            value = re.sub(r"\\\r?\n[ \t]*", "", "".join(parts)).rstrip("\r")
            values[dotted(name.split("."))] = Parsed(value, line)
        elif not (found := _NO_ASSIGNMENT.match(text, end)):
            raise Unparsable("is not KEY=value", line)
        line, end = line + found[0].count("\n"), found.end()
    return flatten(values.items())


def _yaml(text: str) -> dict[str, Parsed]:
    if text.count("%TAG") > _MAX_DIRECTIVES:
        raise Unparsable("has too many directives")
    trees = [tree for tree in _Trees().read(text) if tree not in ({}, [])]
    names: dict[str, int] = {}
    prefixed: list[tuple[str, Any]] = []
    for number, tree in enumerate(trees, 1):
        name = _identity(tree) or ("" if number == 1 else str(number))
        names[name] = names.get(name, 0) + 1
        again = f"#{names[name]}" if names[name] > 1 else ""
        prefixed.append((f"{entry(f'document={name}')}{again}" if name else "", tree))
    return flatten(prefixed)


def _identity(tree: object) -> str:
    """Return kind and name of a document as Kubernetes has them."""
    metadata = tree.get("metadata") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(metadata, dict):
        return ""
    parts = (tree.get("kind"), metadata.get("namespace"), metadata.get("name"))
    texts = [str(part.value) for part in parts if isinstance(part, Parsed)]
    return "/".join(texts) if isinstance(parts[0], Parsed) and isinstance(parts[2], Parsed) else ""


@dataclass(slots=True)
class _Open:
    """A mapping or a list whose end has not come yet."""

    node: dict[str, Any] | list[Any]
    anchor: str | None
    key: str | None = None
    merging: bool = False
    merged: list[dict[str, Any]] = field(default_factory=list)

    def merge(self, node: object) -> bool:
        """Take over a mapping or a list of them; say whether it was that."""
        sources = node if isinstance(node, list) else [node]
        self.merged += (source for source in sources if isinstance(source, dict))
        return bool(sources) and all(isinstance(source, dict) for source in sources)


class _Trees:
    """Builds trees from the parser's events.

    Not with PyYAML's composer: deep nesting overflows its stack in C and kills the process. Events
    are stopped at the first level too many, before libyaml takes quadratic time over the others.
    """

    def __init__(self) -> None:
        self._trees: list[Any] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Any] = {}
        self._merged = 0

    def read(self, text: str) -> list[Any]:
        """Return the tree of each document: mappings and lists, with Parsed values in them."""
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.DocumentStartEvent: lambda _: self._anchors.clear(),
        }
        parser = yaml.CSafeLoader(text)
        for _ in range(_MAX_EVENTS):
            event = parser.get_event()
            if event is None:
                return self._trees
            if handle := handlers.get(type(event)):
                handle(event)
        raise Unparsable("has too many values")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        plain = not event.style and event.tag not in _STRING_TAGS
        value = plain_scalar(event.value) if plain else event.value
        node = Parsed(value, _line(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._place(node, event.value, merge=plain and event.value == "<<")

    def _alias(self, event: yaml.AliasEvent) -> None:
        node = self._anchors.get(str(event.anchor))
        if node is None:
            raise Unparsable("has an alias of nothing, or of itself", _line(event))
        self._place(node, str(node.value) if isinstance(node, Parsed) else None)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Unparsable("is nested too deep", _line(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # until its end an alias would be a circle
        node: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(node, event.anchor))

    def _end(self, _: yaml.Event) -> None:
        closed = self._open.pop()
        if isinstance(closed.node, dict) and closed.merged:
            for source in closed.merged:
                self._merged += len(source)
                if self._merged > _MAX_MERGED:
                    raise Unparsable("has too many values")
                for key, value in source.items():
                    closed.node.setdefault(key, value)
        if closed.anchor is not None:
            self._anchors[closed.anchor] = closed.node
        self._place(closed.node, None)

    def _place(self, node: object, text: str | None, *, merge: bool = False) -> None:
        """Put a finished node where it belongs; `text` is what it says as a key."""
        if not self._open:
            self._trees.append(node if getattr(node, "value", "") is not None else {})
            return
        parent = self._open[-1]
        if isinstance(parent.node, list):
            parent.node.append(node)
        elif parent.key is None:
            if text is None:
                raise Unparsable("has a key that is not a plain value")
            parent.key, parent.merging = text, merge
        else:
            if not (parent.merging and parent.merge(node)):
                parent.node[parent.key] = node
            parent.key = None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def plain_scalar(text: str) -> Scalar:
    """Return what a plain scalar means in the core schema of YAML 1.2; `.inf`, `.nan` stay text."""
    if text and text[0] not in _NO_TEXT:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = int(text, base) if len(text) <= _MAX_DIGITS else _UNSAFE
        return number if -_UNSAFE < number < _UNSAFE else text
    amount = float(text) if _FLOAT.fullmatch(text) else math.inf
    return amount if math.isfinite(amount) else text
