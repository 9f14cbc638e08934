"""Ruby of a migration, taken apart line by line: methods, calls and their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_CODE = re.compile(r"""(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|[^"'#]|\#(?=\{)|["'])*+""")
_HEREDOC = re.compile(r"""<<[~-]?(["'`]?)([A-Z_]\w*+)\1""")
_GOES_ON = re.compile(r"(?:[,(\[&+\\]|\|\|)$")
_OPENS_TEXT = re.compile(r"""\bexecute\b[ (]*+(?:%[qQ]?)?(["'(\[{|<!])""")
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_DEF = re.compile(r"(?:private[ ])?def[ ]+(?:self\.)?(\w++)")
_END_OF_CALL = re.compile(r"\bdo\b|\bif\b|\bunless\b|[{};]|\)(?![^,]*+,)")
_BLOCK = re.compile(r"(?:\bdo\b|\{)[ ]*+(?:\|[ ]*+(\w++))?")
_OPTION = re.compile(r"""(?::?(\w++)[ ]*+=>|["']?(\w++)["']?:(?!:))[ ]*+(.*)""", re.DOTALL)
_LITERAL = re.compile(r"""[*]?(?:%[iw])?[(\[]*+(?::(\w++)|:?"([^"]*+)"|:?'([^']*+)')[)\]]*+""")
_MAX_JOINED = 100  # lines of one call
_MAX_CALL = 500  # characters of its arguments


class Line(NamedTuple):
    """A line of code without its comment; `text` is the text that begins on it and is executed."""

    number: int
    indent: int
    code: str
    text: str = ""


class Arguments(NamedTuple):
    """What a call is given: in its place, by name, and what its block calls it, if it has one."""

    placed: tuple[str, ...]
    named: dict[str, str]
    block: str | None

    def at(self, place: int) -> str:
        """Return an argument by its place, `{}` if there is none."""
        return self.placed[place] if place < len(self.placed) else "{}"


def lines_of(source: str) -> list[Line]:
    """Return the lines of code, one for each call that goes over several, without comments.

    This is no parser of Ruby: it knows strings, comments, heredocs, and that what ends with a comma
    or an opening bracket goes on. A `#` in a regular expression or in `%q()` cuts a line off.
    """
    found: list[Line] = []
    rows, i = source.split("\n"), 0
    while i < len(rows):
        start, row = i, rows[i].rstrip()
        i += 1
        if row == "__END__":
            break
        if row.startswith("=begin"):
            i = _find(rows, i, ("=end",)) + 1
            continue
        indent, code = len(row) - len(row.lstrip()), _code(row)
        text = ""
        if heredoc := _HEREDOC.search(code):
            end = _find(rows, i, (heredoc[2],))
            text, i = "\n" + "\n".join(rows[i:end]), end + 1
        elif opening := _OPENS_TEXT.search(row):
            text, i = _quoted(opening, rows, i)
        pieces = [code]
        while _GOES_ON.search(pieces[-1]) and i < len(rows) and i - start < _MAX_JOINED:
            pieces.append(_code(rows[i]).strip())
            i += 1
        if any(pieces):
            found.append(Line(start + 1, indent, " ".join(pieces).strip(), text))
    return found


def methods_of(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Return the lines of each method, its `def` among them; a method ends where its `def` began.

    That is by the indentation, which is how Ruby is written, not what Ruby goes by.
    """
    found: dict[str, list[Line]] = {}
    body: list[Line] = []
    indent = -1
    for line in lines:
        if opening := _DEF.match(line.code):
            rest = line.code[opening.end() :].lstrip("() ;=").removesuffix("end")
            body, indent = [line._replace(code=rest.strip(" ;"))], line.indent
            found[opening[1]] = body
        elif line.indent > indent >= 0:
            body.append(line)
        else:
            indent = -1
    return found


def arguments(code: str, start: int) -> Arguments:
    """Return what stands behind the name of a call; what is no literal stands as `{}`."""
    rest = code[start : start + _MAX_CALL].lstrip(" (")
    end = _END_OF_CALL.search(rest)
    written, behind = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    placed, named = list[str](), dict[str, str]()
    for piece in written.split(","):
        if not piece.strip():
            continue
        if option := _OPTION.fullmatch(piece.strip()):
            named[option[1] or option[2]] = option[3].strip()
        else:
            literal = _LITERAL.fullmatch(piece.strip())
            name = next(filter(None, literal.groups()), "") if literal else ""
            placed.append(name or "{}")
    block = _BLOCK.search(behind)
    return Arguments(tuple(placed), named, None if block is None else block[1] or "")


def _code(row: str) -> str:
    matched = _CODE.match(row)
    return matched[0].rstrip() if matched else ""


def _find(rows: Sequence[str], i: int, ends: Iterable[str]) -> int:
    """Return the first row from a place on that is one of these words, else the end."""
    wanted = tuple(ends)
    return next((j for j in range(i, len(rows)) if rows[j].strip() in wanted), len(rows))


def _quoted(opening: re.Match[str], rows: Sequence[str], i: int) -> tuple[str, int]:
    """Return the text that is quoted in a row and on below, and the row behind it."""
    closing = _CLOSING.get(opening[1], opening[1])
    text = rows[i - 1][opening.end() :]
    pieces = []
    while (end := _closing(text, closing)) < 0:
        pieces.append(text)
        if i >= len(rows):
            return "\n".join(pieces), i
        text, i = rows[i], i + 1
    return "\n".join([*pieces, text[:end]]), i


def _closing(text: str, closing: str) -> int:
    end = text.find(closing)
    while end > 0 and text[end - 1] == "\\":
        end = text.find(closing, end + 1)
    return end
