"""Declarations: `Rollback-Plan: docs/rollback.md` in a text, or a file `.fitgate/io/<id>.yaml`."""

# Git's own rules are too narrow for descriptions: it looks at the last paragraph only, and a
# `Co-authored-by:` that a squash adds below hides the rest (git-interpret-trailers, "DESCRIPTION").
# So any line counts, wherever it stands, but not in a code fence, a quotation or an HTML comment.

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fitgate.core.facts import Trailer

KEYS = (
    "IO-Category", "IO-Rationale", "IO-Owner",
    "Rollback-Artifact", "Rollback-Plan", "Rollback-Drill", "Evaluation-Plan",
)  # fmt: skip
_FOLDER = ".fitgate/io/"
_NAMED = {key.casefold(): key for key in KEYS}
_HINTS = ("io-", "rollback-", "evaluation-plan")
_TRAILER = re.compile(rf" {{0,3}}(?:[-*+] )?({'|'.join(KEYS)})[ \t]*:(.*)", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")

_NOTHING = frozenset(
    {
        "", "n/a", "na", "nil", "no", "none", "not applicable", "not yet", "null", "pending", "tba",
        "tbc", "tbd", "to be decided", "to be defined", "to be done", "todo", "unknown", "xxx",
        "fixme", "later", "same as above", "see above", "see below",
    }
)  # fmt: skip
_TEMPLATE = re.compile(
    r"<[^>:@]*>|\[[^\]]*\]|\{.*\}|\(.*\)|(?:path[ /]to|link to|your|e\.g\.?|eg)[ ,/].*"
    r"|(?:describe|explain|insert|replace)(?: (?:here|how|me|this|what|why)\b.*)?"
)


def parse_trailers(text: str, source: str = "message") -> tuple[Trailer, ...]:
    """Return the declarations in a text, as they stand; `source` is noted on each."""
    lower = text.casefold()
    if not any(hint in lower for hint in _HINTS):
        return ()
    found: list[Trailer] = []
    open_ = False
    for _, line in spoken(text):
        if trailer := _TRAILER.fullmatch(line):
            found.append(Trailer(_NAMED[trailer[1].casefold()], trailer[2].strip(), source))
            open_ = True
        elif open_ and line[:1] in {" ", "\t"} and line.strip():
            last = found.pop()
            found.append(Trailer(last.key, f"{last.value} {line.strip()}".strip(), source))
        else:
            open_ = False
    return tuple(found)


def spoken(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that a reader of the text sees as its own: no code fences, no comments.

    Each comes with its number in the text, from 1.
    """
    fence, hidden = "", False
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if closes else fence
            continue
        if mark and not hidden:
            fence = mark[1]
            continue
        shown, hidden = _uncommented(line, hidden=hidden)
        yield number, shown


def _uncommented(line: str, *, hidden: bool) -> tuple[str, bool]:
    """Return what a line shows outside of comments, and whether one goes on after it."""
    shown = ""
    while line:
        part, mark, line = line.partition("-->" if hidden else "<!--")
        shown += "" if hidden else part
        hidden = hidden != bool(mark)
    return shown, hidden


def is_placeholder(value: str) -> bool:
    """Say whether a value declares nothing: empty, TBD, none, or a template left as it was."""
    words = " ".join(value.casefold().split()).strip(" .!?-_*~`'\"…")
    return words in _NOTHING or _TEMPLATE.fullmatch(words) is not None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a declaration file says; `problem` names what is wrong with it, if anything is."""

    trailers: tuple[Trailer, ...] = ()
    problem: str = ""


_PLACES = {
    "IO-Rationale": ("rationale",),
    "IO-Owner": ("owner",),
    "IO-Category": ("categories",),
    "Rollback-Artifact": ("rollback", "artifact"),
    "Rollback-Plan": ("rollback", "plan"),
    "Rollback-Drill": ("rollback", "drill"),
    "Evaluation-Plan": ("evaluation", "plan"),
}
_MOST_BYTES = 65_536
_DEEPEST = 8


def is_declaration(path: str) -> bool:
    """Say whether a path is that of a declaration file: `.fitgate/io/<id>.yaml`."""
    name = path.removeprefix(_FOLDER)
    return name != path and "/" not in name and name.endswith((".yaml", ".yml"))


def read_declaration(text: str, path: str) -> Declaration:
    """Return what a declaration file says, as trailers whose source is the file.

    Of a file that cannot be read as a whole, what can be read counts; `problem` says the rest.
    """
    import yaml  # no gate reads a file, and a check starts on every push

    try:
        document = _document(text)
    except (yaml.YAMLError, ValueError) as exc:
        return Declaration(problem=f"{path} cannot be read as YAML: {' '.join(str(exc).split())}")
    problems = list(_strangers(document, ()))
    trailers: list[Trailer] = []
    for key, place in _PLACES.items():
        values = _at(document, place)
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str):
                trailers.append(Trailer(key, " ".join(value.split()), path))
            elif value is not None:
                problems.append(f"`{'.'.join(place)}` is not a text")
    return Declaration(tuple(trailers), f"{path}: {'; '.join(problems)}" if problems else "")


def _document(text: str) -> Any:  # noqa: ANN401 - YAML may hold anything
    """Read YAML, but refuse what is nested so deep, or so large, that reading it could do harm."""
    import yaml

    if len(text) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES} bytes")
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
            raise ValueError("it is nested too deep, or has aliases")
    return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but texts


def _at(document: Any, place: tuple[str, ...]) -> Any:  # noqa: ANN401 - as above
    for key in place:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _strangers(document: Any, within: tuple[str, ...]) -> Iterator[str]:  # noqa: ANN401 - as above
    """Yield what is wrong with the keys: a misspelt one would be a declaration that nobody sees."""
    if document is None:
        return
    if not isinstance(document, dict):
        yield f"`{'.'.join(within)}` is not a mapping" if within else "it is not a mapping"
        return
    known = {place[len(within)] for place in _PLACES.values() if place[: len(within)] == within}
    for key, value in document.items():
        if key not in known:
            yield f"there is no key `{'.'.join((*within, str(key)))}`"
        elif (*within, key) not in _PLACES.values():
            yield from _strangers(value, (*within, key))
