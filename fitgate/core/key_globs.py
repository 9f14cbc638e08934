"""Globs over the dotted keys of settings, and what they tell of a file before it is parsed."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator

import re2

from fitgate.core.globs import GLOBSTAR, alternatives, tokens
from fitgate.core.patterns import either

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_KEY = re.compile(
    rf"(?P<quoted>{_QUOTED})|\[(?P<entry>(?:{_QUOTED}|\\.|[^\[\]\"\\])*)\]"
    r"|\\(?P<escaped>.)|(?P<dot>\.)|(?P<stars>\*+)|(?P<text>[^\\\"\[\].*]+)",
    re.DOTALL,
)

NAME_END = r"(?:[^\w-]|$)"
"""What follows a whole name in the text of a file."""
_SPELT_OTHERWISE = re.compile(r"""[\s'"]""")
_IN_NAME = r'[^."\[\]]*'
_IN_ENTRY = rf'(?:[^\[\]"]|{_QUOTED})*'
_ENTRY = rf"(?:\[{_IN_ENTRY}\](?:#[0-9]+)?)"
_SEGMENT = rf'(?:(?:[^."\[\]]+|{_QUOTED}){_ENTRY}*|{_ENTRY}+)'


@functools.lru_cache(maxsize=4096)
def key_to_re2(glob: str) -> str:
    r"""Translate a glob over dotted keys into an anchored RE2 pattern.

    `*` is one segment or a part of one, `**` any number of segments, `{a,b}` either. `[name=eval]`
    is an entry of a list, with `*` allowed inside; a segment without brackets stands for the value
    and for every entry of a list. Entries of a list at the root, and the documents of a YAML
    stream, need not be named. `-` and `_` are the same, capitals and small letters are not. What
    FITGate shows in quotes is written in quotes; a backslash makes `{ } , *` plain. Raises
    ValueError if the glob is malformed.
    """
    return rf"\A(?s:{either(map(_key, alternatives(glob)))})\z"


def name_patterns(glob: str) -> tuple[str, ...]:
    """Return RE2 patterns of which the text of a file must hold one for a key to match the glob.

    They find the last name that each alternative of the glob asks for; () if one asks for none, or
    for one that a file may write in another way than letter by letter.
    """
    found = []
    for each in alternatives(glob):
        segments = [  # None is a wildcard
            [None if kind == "stars" else _literal(_plain(kind, p)) for kind, p in segment]
            for segment in _segmented(each, entries=False)
        ]
        names = [parts for parts in segments if any(parts)]
        if not names or _SPELT_OTHERWISE.search("".join(filter(None, names[-1]))):
            return ()
        name = names[-1]
        start = "" if name[0] is None else r"(?:^|[^\w-])"
        end = "" if name[-1] is None else NAME_END
        found.append(start + r"[^\n]*".join(part for part in name if part) + end)
    return tuple(found)


def own_name(glob: str) -> str | None:
    """Return an RE2 pattern for the name that each value has itself whose key matches the glob.

    None if a value may match by a name that stands above it, or by its place in a list.
    """
    names = []
    for each in alternatives(glob):
        *_, last = _segmented(each)
        kinds = {kind for kind, _ in last}
        if "entry" in kinds or [part for _, part in last] in (["*"], ["**"]):
            return None
        names.append("".join(".*" if k == "stars" else _literal(_plain(k, p)) for k, p in last))
    return rf"\A(?s:{'|'.join(names)})\z"


def _segmented(glob: str, *, entries: bool = True) -> list[list[tuple[str, str]]]:
    segments: list[list[tuple[str, str]]] = [[]]
    for kind, part in tokens(_KEY, glob):
        if kind == "dot":
            segments.append([])
        elif entries or kind != "entry":
            segments[-1].append((kind, part))
    return segments


def _plain(kind: str, part: str) -> str:
    return str(json.loads(part)) if kind == "quoted" else part


def _key(text: str) -> tuple[str, ...]:
    """Return the pattern of a key in its parts."""
    segments = [*_segments(text)]
    below = rf"(?:\.{_SEGMENT})*" if segments[-1][0] == GLOBSTAR else ""
    while segments and segments[-1][0] == GLOBSTAR:
        segments.pop()
    if not segments:
        return (".*",)
    at_root = f"{_ENTRY}*" if segments[0][0].startswith(r"\[") else rf"(?:{_ENTRY}+\.)?"
    *first, (name, entries) = segments
    parts = [at_root]
    for above, its_entries in first:
        parts += (rf"(?:{_SEGMENT}\.)*",) if above == GLOBSTAR else (above, rf"{its_entries}\.")
    return (*parts, name, entries + below)


def _segments(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pattern of each segment of a key, and that of the entries in its value."""
    pattern, listed = "", False
    for kind, part in (*tokens(_KEY, text), ("dot", ".")):
        if listed and kind not in {"dot", "entry"} and not re.fullmatch("#[0-9]+", part):
            raise ValueError("has text after ]; a dot comes first")
        if kind == "dot":
            if not pattern:
                raise ValueError("has an empty segment")
            if GLOBSTAR in pattern and pattern != GLOBSTAR:
                raise ValueError("has ** beside other characters; ** stands alone, as in **.name")
            whole = _SEGMENT if pattern == _IN_NAME else pattern
            yield whole, "" if listed or pattern == GLOBSTAR else f"{_ENTRY}*"
            pattern, listed = "", False
        elif kind == "entry":
            parts = re.split(r"(?<!\\)\*", part)
            if pattern == _IN_NAME:  # any name, one in quotes too
                pattern = f"(?:{_IN_NAME}|{_QUOTED})"
            pattern += rf"\[{_IN_ENTRY.join(map(_literal, parts))}\](?:#[0-9]+)?"
            listed = True
        elif kind == "stars":
            pattern += _IN_NAME if part == "*" else part
        else:
            pattern += _literal(part)


def _literal(text: str) -> str:
    plain = re.sub(r"\\([{},*])", r"\1", text)
    return re.sub(r"\\-|_", "[-_]", re2.escape(plain))
