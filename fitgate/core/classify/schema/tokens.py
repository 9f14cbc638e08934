"""SQL of any dialect, taken apart into statements of words, names, strings and marks."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from fitgate.core.classify.flattening import Unparsable

_MAX_DELIMITERS = 4
_SAYS_DELIMITER = r"delimiter[ \t]++([^\w\s'\"`\\]{1,4})[ \t\r]*+$"
_DELIMITER = re.compile(f"(?im){_SAYS_DELIMITER}")
_DELIMITERS = re.compile(rf"(?im)^[ \t]*+{_SAYS_DELIMITER}")
_STRINGS = {
    False: r"""'(?:[^']++|'')*+' | (?P<ansi>"(?:[^"]++|"")*+")""",
    True: r"""'(?:[^'\\]++|\\.|'')*+' | (?P<ansi>"(?:[^"\\]++|\\.|"")*+")""",
}
_BODY = r"\$(?P<tag>(?:[^\W\d]\w*+)?)\$(?P<body>.*?)\$(?P=tag)\$"
_HOLE = r"\$?\{\{?[^{}\n]*+\}\}?"  # what a template fills in: a part of a name
_TOKENS = r"""
    (?P<skip> \s++ | --[^\n]*+ | /\*(?!M?!).*?\*/ | /\*M?!\d*+ | \*/ )
  | (?P<string> [eE]'(?:[^'\\]++|\\.|'')*+' | %s )
  | (?P<name> `(?:[^`]++|``)*+` | \[[^\W\d][^\]\[\n';]*+\] )
  | (?P<word> (?:[\w@\#]|HOLE|%%[ILs])(?:[\w@\#DOLLAR]|HOLE)*+ )
  | (?P<open> ['"`] | /\* | \$(?:[^\W\d]\w*+)?\$ )
  | (?P<mark> . )
""".replace("HOLE", _HOLE)
_ROUTINES = {"FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "PACKAGE", "EVENT", "RULE", "AGGREGATE"}
_KINDS = _ROUTINES | {
    *("TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "TYPE", "POLICY", "SEQUENCE", "EXTENSION"),
    *("DOMAIN", "ROLE", "USER", "PUBLICATION", "SUBSCRIPTION", "SERVER", "STATISTICS", "COLLATION"),
}
_HEAD = 20  # words, within which a CREATE says what it creates
_CLAUSES = {"IF", "LOOP", "WHILE", "REPEAT", "FOR", "CASE"}


class Token(NamedTuple):
    """A piece of SQL; a name and a string without their quotes, `body` is a dollar-quoted one."""

    kind: Literal["word", "name", "string", "body", "mark", "end"]
    text: str
    line: int

    @property
    def keyword(self) -> str:
        """The word in capitals, empty if it is quoted or no word."""
        return self.text.upper() if self.kind == "word" else ""


Statement = tuple[Token, ...]


def statements(text: str, line: int = 1) -> Iterator[Statement]:
    r"""Yield the statements of a script in which no string has a `\'`, or all escape it alike.

    Where a backslash stands before a quote it depends on the dialect where the string ends; then
    the statements of both readings come. Strings, comments (with MySQL's executable ones), quoted
    names and bodies are those of PostgreSQL, MySQL, SQLite, SQL Server and Oracle:
    https://www.postgresql.org/docs/current/sql-syntax-lexical.html,
    https://dev.mysql.com/doc/refman/8.4/en/comments.html. `GO` and `/` alone on a line end one,
    and so does what `DELIMITER` says. The bodies of routines belong to what creates them.

    Raises:
        Unparsable: a quote, a comment or a body that is not closed; over four delimiters.
    """
    if "\\'" not in text and '\\"' not in text:
        yield from _split(list(_tokens(text, line, escapes=False)))
        return
    readings, failed = list[list[Statement]](), list[Unparsable]()
    for escapes in (True, False):
        try:
            readings.append(list(_split(list(_tokens(text, line, escapes=escapes)))))
        except Unparsable as exc:
            failed.append(exc)
    if not readings:
        raise failed[0]
    yield from dict.fromkeys(each for reading in readings for each in reading)


@functools.lru_cache(maxsize=64)
def _pattern(delimiters: tuple[str, ...], *, escapes: bool) -> re.Pattern[str]:
    ends = "|".join(re.escape(each) for each in (*delimiters, ";"))
    dollars = not any("$" in each for each in delimiters)
    body, tokens = (
        f"| {_BODY}" if dollars else "",
        _TOKENS.replace("DOLLAR", "$" if dollars else ""),
    )
    pattern = f"(?P<end> {ends} ) {body} | {tokens % _STRINGS[escapes]}"
    return re.compile(pattern, re.VERBOSE | re.DOTALL)


def _delimiters(text: str) -> tuple[str, ...]:
    found = sorted({*_DELIMITERS.findall(text)}, key=lambda each: (-len(each), each))
    if len(found) > _MAX_DELIMITERS:
        raise Unparsable("has too many delimiters")
    return tuple(found)


def _tokens(text: str, line: int, *, escapes: bool) -> Iterator[Token]:
    delimiters = _delimiters(text)
    pattern = _pattern(delimiters, escapes=escapes)
    end, at, previous, head, copied = 0, 0, 0, "", False
    while end < len(text):
        found = pattern.match(text, end)
        if found is None:  # every character is at least a mark
            break
        start, end, kind = end, found.end(), found.lastgroup or ""
        if kind == "skip":
            continue
        line, at = line + text.count("\n", at, start), start
        if kind == "open":
            raise Unparsable(f"has a {found[0]} that is not closed", line)
        alone = line != previous
        if alone and (text[start] in "#\\" or (delimiters and _DELIMITER.match(text, start))):
            end = _next_line(text, start)  # MySQL's comment and DELIMITER, psql's \commands
            continue
        previous = line
        if kind == "end":
            if copied:  # the rows that pg_dump writes below a COPY … FROM stdin
                stop = text.find("\n\\.", end)
                end = len(text) if stop < 0 else _next_line(text, stop + 1)
            head, copied = "", False
            yield Token("end", found[0], line)
            continue
        head = head or found[0].upper()
        copied = copied or (head == "COPY" and found[0].upper() == "STDIN")
        yield _token(found, line)


def _next_line(text: str, start: int) -> int:
    return text.find("\n", start) + 1 or len(text)


def _token(found: re.Match[str], line: int) -> Token:
    if found["ansi"]:
        return Token("name", found["ansi"][1:-1].replace('""', '"'), line)
    if found["string"]:
        text = found["string"].lstrip("eE")[1:-1]
        return Token("string", text.replace("''", "'"), line)
    if found["name"]:
        return Token("name", found["name"][1:-1].replace("``", "`"), line)
    if found["word"]:
        return Token("word", found["word"], line)
    if found["mark"]:
        return Token("mark", found["mark"], line)
    return Token("body", found["body"], line)


def _split(found: Sequence[Token]) -> Iterator[Statement]:
    statement: list[Token] = []
    depth = 0
    for i, token in enumerate(found):
        if (token.kind == "end" and not depth) or _is_separator(found, i):
            if statement:
                yield tuple(statement)
            statement, depth = [], 0
            continue
        following = found[i + 1] if i + 1 < len(found) else token
        before = statement[-1].keyword if statement else ""
        statement.append(token)
        if token.keyword == "BEGIN" and (depth or created(tuple(statement[:_HEAD])) in _ROUTINES):
            depth += following.keyword not in {"TRAN", "TRANSACTION"}
        elif token.keyword == "CASE" and depth:
            depth += before != "END"
        elif token.keyword == "END" and depth:
            depth -= following.line != token.line or following.keyword not in _CLAUSES - {"CASE"}
    if depth:
        raise Unparsable("has a BEGIN without its END", statement[0].line)
    if statement:
        yield tuple(statement)


def _is_separator(found: Sequence[Token], i: int) -> bool:
    token = found[i]
    if token.keyword != "GO" and (token.kind, token.text) != ("mark", "/"):
        return False
    return all(
        not 0 <= j < len(found) or found[j].line != token.line or found[j].kind == "end"
        for j in (i - 1, i + 1)
    )


def created(statement: Statement) -> str:
    """Return what kind of thing a CREATE or a routine's ALTER is about: `TABLE`, `TRIGGER`."""
    if not statement or statement[0].keyword not in {"CREATE", "ALTER"}:
        return ""
    return next((each.keyword for each in statement[1:_HEAD] if each.keyword in _KINDS), "")


def is_routine(statement: Statement) -> bool:
    """Say whether a statement only tells what is to be run later."""
    return created(statement) in _ROUTINES
