"""A policy drawn: SVG that needs nothing else, DOT for Graphviz, JSON for programs."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO

from jinja2 import Environment
from markupsafe import Markup

from fitgate.adapters.pages.drawn import environment, source
from fitgate.core.diagram import Box, Diagram
from fitgate.core.inert import inert

_COLOURS = 8
_LINE, _PAD, _GAP = 17, 9, 14
_TOP = 112
_MOST_LINES = 8
_WIDTHS = {
    "category": 18, "id": 31, "why": 53, "evidence": 17, "title": 36, "lines": 41, "heading": 90,
}  # fmt: skip
"""How many characters a line of each column has room for."""

Draw = Callable[[Diagram, IO[str]], None]


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule as it stands in its column, line by line."""

    y: int
    height: int
    id: tuple[str, ...]
    why: tuple[str, ...]
    evidence: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class _Group:
    y: int
    height: int
    colour: str
    name: tuple[str, ...]
    lines: tuple[str, ...]
    rows: tuple[_Row, ...]

    @property
    def middle(self) -> float:
        """Return where its line to the gates begins."""
        return self.y + self.height / 2

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class _Card:
    """A gate, a breaker or a layer; `of` are the colours of the categories that it is for."""

    y: int
    height: int
    heading: str
    title: tuple[str, ...]
    lines: tuple[str, ...]
    of: tuple[tuple[str, str, float], ...]
    joined: bool

    @property
    def middle(self) -> float:
        """Return where the lines to it end."""
        return self.y + self.height / 2

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.y + self.height


def write_svg(diagram: Diagram, out: IO[str]) -> None:
    """Draw a policy in three columns; light and dark follow the reader's settings."""
    groups = tuple(_groups(diagram))
    cards = tuple(_cards(diagram, groups))
    ends = [*(group.end for group in groups), *(card.end for card in cards)]
    style = source("policy.css")
    drawn = (
        _templates()
        .get_template("policy.svg")
        .generate(
            diagram=diagram,
            heading=wrapped(diagram.title, _WIDTHS["heading"])[:1],
            groups=groups,
            cards=cards,
            joined=any(card.joined for card in cards),
            height=max(ends, default=_TOP) + _GAP * 2,
            line=_LINE,
            pad=_PAD,
            style=Markup(style),  # noqa: S704 - ours
        )
    )
    out.writelines(drawn)


def _groups(diagram: Diagram) -> Iterator[_Group]:
    top = _TOP
    for n, group in enumerate(diagram.groups):
        rows: list[_Row] = []
        y = top
        for rule in group.rules:
            why, evidence = (
                wrapped(text, _WIDTHS[name])
                for name, text in (("why", rule.why), ("evidence", ", ".join(rule.evidence)))
            )
            name = wrapped(rule.id, _WIDTHS["id"])
            height = max(map(len, (name, why, evidence))) * _LINE + _PAD
            rows.append(_Row(y, height, name, why, evidence, f"{rule.id}: {rule.why}"))
            y += height
        name = wrapped(group.name, _WIDTHS["category"])
        told = [group.category] if group.category != group.name else []
        told += [f"class {' '.join(group.classes)}"] if group.classes else []
        told += [f"{len(rows)} rule{'' if len(rows) == 1 else 's'}"]
        lines = tuple(line for text in told for line in wrapped(text, _WIDTHS["category"]))
        height = max(y - top, (len(name) + len(lines)) * _LINE + 2 * _PAD)
        yield _Group(top, height, f"c{n % _COLOURS}", name, lines, tuple(rows))
        top += height + _GAP


def _cards(diagram: Diagram, groups: Sequence[_Group]) -> Iterator[_Card]:
    """Yield the third column, from the top: gates, breakers, layers."""
    places = {
        group.category: (drawn.colour, drawn.middle)
        for group, drawn in zip(diagram.groups, groups, strict=True)
    }
    top = _TOP
    columns = (("Gates", diagram.gates), ("Breakers", diagram.breakers), ("Layers", diagram.layers))
    for heading, boxes in columns:
        for n, box in enumerate(boxes):
            first = heading if n == 0 else ""
            top += _LINE * 2 if first and heading != "Gates" else 0
            card = _card(box, first, top, places, joined=heading != "Layers" and box.for_all)
            yield card
            top += card.height + _GAP


def _card(
    box: Box, heading: str, y: int, places: Mapping[str, tuple[str, float]], *, joined: bool
) -> _Card:
    title = wrapped(box.title, _WIDTHS["title"])
    told = box.lines if box.for_all else (f"only for {box.whom}", *box.lines)
    lines = tuple(line for text in told for line in wrapped(text, _WIDTHS["lines"], hang="  "))
    of = tuple((category, *places[category]) for category in box.of)
    room = len(title) + len(lines) + bool(of)
    return _Card(y, room * _LINE + 2 * _PAD, heading, title, lines, of, joined)


def wrapped(text: str, width: int, hang: str = "") -> tuple[str, ...]:
    """Break a text into lines of so many columns, a Chinese character taking two; at most eight."""
    lines, line = list[str](), ""
    for word in re.findall(r"\s+|[^\s]+", inert(text)):
        for piece in _pieces(word, width - len(hang)):
            if _columns(line + piece.rstrip()) > width and line.strip():
                lines.append(line.rstrip())
                line = hang + piece.lstrip()
            else:
                line += piece
    lines.append(line.rstrip())
    return (*lines[: _MOST_LINES - 1], "…") if len(lines) > _MOST_LINES else tuple(lines)


def _pieces(word: str, width: int) -> Iterator[str]:
    """Yield a word, or if it is too long or may be broken anywhere, the parts of it."""
    piece = ""
    for char in word:
        if piece and (_columns(piece + char) > width or _columns(char) > 1):
            yield piece
            piece = ""
        piece += char
    yield piece


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


@functools.cache
def _templates() -> Environment:
    return environment()


def write_dot(diagram: Diagram, out: IO[str]) -> None:
    """Write a policy as a graph in DOT (https://graphviz.org/doc/info/lang.html)."""
    out.write("digraph policy {\n  rankdir=LR;\n  node [shape=box];\n")
    out.write(f"  label={_quoted(f'{diagram.title} ({diagram.mode})')};\n")
    out.write('  every [label="every operation", shape=plaintext];\n')
    for group in diagram.groups:
        category, found = (_quoted(f"{word} {group.category}") for word in ("category", "found"))
        out.write(f"  {category} [label={_quoted(group.name)}, style=rounded];\n")
        out.write(f"  {found} [shape=point];\n  {found} -> every;\n")
        for rule in group.rules:
            node = _quoted(f"rule {rule.id}")
            label = _quoted(rule.id, ", ".join(rule.evidence), rule.why)
            out.write(f"  {node} [label={label}];\n  {category} -> {node} -> {found};\n")
    for word, boxes in (("gate", diagram.gates), ("breaker", diagram.breakers)):
        for n, box in enumerate(boxes):
            node = _quoted(f"{word} {n}")
            out.write(f"  {node} [label={_quoted(box.title, *box.lines)}, shape=octagon];\n")
            sources = ["every"] if box.for_all else [_quoted(f"found {name}") for name in box.of]
            out.writelines(f"  {source} -> {node};\n" for source in sources)
    for n, box in enumerate(diagram.layers):
        label = _quoted(f"{box.title} layer", *box.lines)
        out.write(f"  {_quoted(f'layer {n}')} [label={label}, shape=note];\n")
    out.write("}\n")


def _quoted(*lines: str) -> str:
    r"""Return lines as one string of DOT, in which only `\` and `"` have a meaning."""
    plain = (inert(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(plain) + '"'


def write_json(diagram: Diagram, out: IO[str]) -> None:
    """Write what the picture shows as JSON."""
    json.dump(asdict(diagram), out, indent=2)
    out.write("\n")


WRITERS: Mapping[str, Draw] = {"svg": write_svg, "dot": write_dot, "json": write_json}
