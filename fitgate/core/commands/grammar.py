"""From the text of a comment to commands: one a line, each problem with what to do next."""

# A line is one where a reader sees it as the writer's own: not in a code block, not in a quotation,
# not in an HTML comment. Words that are not understood are never passed over: half a command that
# is carried out is worse than none.

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from fitgate.core.commands.asked import (
    Asked,
    Command,
    Evaluate,
    Explain,
    FollowUp,
    Help,
    Override,
    Rationale,
    Recheck,
    Reclassify,
    Rehearse,
)
from fitgate.core.inert import inert
from fitgate.core.interchange.moments import utc
from fitgate.core.shapes import did_you_mean
from fitgate.core.trailers import is_placeholder, spoken
from fitgate.core.values import length_in
from fitgate.errors import Problem

MOST = 10
"""So many commands of a comment are carried out, and no more."""
LONGEST = 2_000
"""Characters of what somebody says in a command."""
_LONGEST_NAME = 200
_COMMAND = re.compile(r" {0,3}/fitgate(?=\s|$)[ \t]*")
_PREFORMATTED = re.compile(r" {0,3}<(pre|script|style|textarea)(?=[\s>]|$)", re.IGNORECASE)
_WORD = re.compile(r'[ \t]*(?:"([^"]*)"(?=\s|$)|(\S+))[ \t]*')
_LENGTH = re.compile(
    r"(?=\d)(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m(?:in)?)?(?:(\d{1,9})s)?", re.IGNORECASE
)
_DASHES = ("--", "\N{EM DASH}")  # telephones write two hyphens as one dash
_ENDED = {"passed": True, "failed": False}


def commands(text: str) -> tuple[Asked, ...]:
    """Return what a comment asks for, line by line; nothing, if it asks for nothing.

    Any text is understood in some way. A problem's `line` is that of the comment, its `column` that
    of the word in its line, both from 1.
    """
    found = tuple(_lines(text))
    return (*(_asked(*each) for each in found[:MOST]), *map(_too_many, found[MOST : MOST + 1]))


def _lines(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield each line that is a command: its number, what follows the name, and where that is."""
    told = text.encode("utf-8", "replace").decode()  # half a surrogate pair can be kept nowhere
    inside = ""
    for number, line in spoken(told):
        opened = _PREFORMATTED.match(line)
        if inside or opened:
            inside = inside or (opened[1].casefold() if opened else "")
            inside = "" if f"</{inside}>" in line.casefold() else inside
        elif found := _COMMAND.match(line):
            yield number, line[found.end() :].rstrip(), found.end() + 1


def _asked(number: int, text: str, column: int) -> Asked:
    words = _Words(number, text, column)
    name = words.next() or ""
    read = _GRAMMAR.get(name.casefold())
    if read is None:
        message = f"there is no command {_shown(name)}" if name else "it says nothing to do"
        problem = words.wrong(message, did_you_mean(name.casefold(), _GRAMMAR))
        return Asked(number, "", problems=(problem,))
    try:
        return Asked(number, name.casefold(), read(words))
    except _WrongError as exc:
        return Asked(number, name.casefold(), problems=(exc.problem,))


def _too_many(found: tuple[int, str, int]) -> Asked:
    message = f"a comment may ask {MOST} things, this is one more"
    problem = Problem(message, "", found[0], 1, "ask the rest in another comment")
    return Asked(found[0], "", problems=(problem,))


class _WrongError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Words:
    """What is left to read of a line."""

    def __init__(self, line: int, text: str, column: int) -> None:
        self._line, self._text, self._start, self._at = line, text, column, 0
        self._last = 0

    def next(self) -> str | None:
        """Return the next word, or what stands in quotation marks, and go on behind it."""
        found = _WORD.match(self._text, self._at)
        if found is None:
            return None
        quoted = found[1] is not None
        self._last = found.start(1 if quoted else 2)
        self._at = found.end()
        return found[1] if quoted else found[2]

    def peek(self) -> str:
        """Return the next word, and stay before it; empty: there is none."""
        at, last = self._at, self._last
        word = self.next()
        self._at, self._last = at, last
        return word or ""

    def rest(self) -> str:
        """Return all that is left."""
        self._last, said = self._at, self._text[self._at :].strip()
        self._at = len(self._text)
        return said

    def wrong(self, message: str, remedy: str = "") -> Problem:
        """Return a problem with the word that was read last."""
        return Problem(message, "", self._line, self._start + self._last, remedy)

    def refuse(self, message: str, remedy: str = "") -> _WrongError:
        """Return the same as what ends the reading."""
        return _WrongError(self.wrong(message, remedy))


def _shown(word: str) -> str:
    return f"`{inert(word.replace('`', chr(39)), 40)}`"


def _sentence(words: _Words, what: str) -> str:
    """Read the rest as what somebody says, which must say something."""
    said = words.rest()
    if is_placeholder(said):
        raise words.refuse(f"it does not say {what}", f"write {what} behind it, in a sentence")
    return _short(said, words)


def _short(said: str, words: _Words) -> str:
    if len(said) > LONGEST:
        message = f"is {len(said)} characters long, and {LONGEST} are kept"
        raise words.refuse(message, "say it shorter, and link the rest")
    return said


def _name(words: _Words, what: str) -> str:
    name = (words.next() or "").strip()
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise words.refuse(f"it names no {what}", f'as in `"the name of the {what}" passed`')
    return name


def _nothing_more(words: _Words, command: Command) -> Command:
    if words.peek():
        words.next()
        raise words.refuse("nothing can stand there", "leave it out")
    return command


def _option(words: _Words) -> str | None:
    """Read `--for`, or `--for=`, whose value is then the next word; None: no option comes."""
    word = words.peek()
    dashes = next((each for each in _DASHES if word.startswith(each)), None)
    if dashes is None:
        return None
    words.next()
    return word.removeprefix(dashes).casefold()


def _length(text: str | None, words: _Words) -> timedelta:
    """Read `2h`, `1h30m`, `PT2H`."""
    told = text or ""
    found = _LENGTH.fullmatch(told)
    if found:
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    else:
        length = (length_in(told.upper()) if told[:1] in {"P", "p"} else None) or timedelta(0)
    if not found and not length:
        message = f"{_shown(told)} is no length of time" if told else "it says no length of time"
        raise words.refuse(message, "as in `2h`, `1h30m` or `PT2H`")
    return length


def _until(text: str | None, words: _Words) -> datetime:
    try:
        return utc((text or "").upper())
    except ValueError:
        message = f"{_shown(text)} is no moment in UTC" if text else "it says no moment"
        raise words.refuse(message, "as in `2026-01-31T12:00Z`") from None


def _rationale(words: _Words) -> Command:
    return Rationale(_sentence(words, "why the change must be made"))


def _override(words: _Words) -> Command:
    long: timedelta | None = None
    until: datetime | None = None
    while (option := _option(words)) is not None:
        if long is not None or until is not None:
            raise words.refuse("it says twice until when", "say `--for` or `--until`, once")
        name, equals, value = option.partition("=")
        if name not in {"for", "until"}:
            raise words.refuse(f"there is no {_shown('--' + name)}", "`--for 2h` or `--until TIME`")
        told = value if equals else words.next()
        if name == "for":
            long = _length(told, words)
            if not long:
                raise words.refuse("it would be over at once", "as in `--for 2h`")
        else:
            until = _until(told, words)
    return Override(_sentence(words, "why the glass must be broken"), long, until)


def _reclassify(words: _Words) -> Command:
    is_none = words.peek().casefold().rstrip(":,") in {"not-io", "non-io"}
    if is_none:
        words.next()
    what = "why" if is_none else "of which categories it is, and why"
    return Reclassify(_sentence(words, what), is_io=not is_none)


def _ended(words: _Words) -> bool:
    word = words.next()
    ended = _ENDED.get((word or "").casefold().rstrip(",.;"))
    if ended is None:
        message = f"{_shown(word)} says not how it ended" if word else "it says not how it ended"
        raise words.refuse(message, 'say `passed` or `failed`; a name of two words in `"…"`')
    return ended


def _evaluated(words: _Words) -> Command:
    name = _name(words, "evaluation")
    passed = _ended(words)
    return Evaluate(name, passed, _short(words.rest(), words))


def _drill(words: _Words) -> Command:
    name = _name(words, "drill")
    passed = _ended(words)
    told: dict[str, timedelta] = {}
    while (what := words.peek().casefold().rstrip(":=")) in {"recovery", "loss"}:
        words.next()
        if what in told:
            raise words.refuse(f"it says `{what}` twice", "say it once")
        told[what] = _length((words.next() or "").rstrip(",.;") or None, words)
    note = _short(words.rest(), words)
    return Rehearse(name, passed, told.get("recovery"), told.get("loss"), note)


def _follow_up(words: _Words) -> Command:
    if (words.next() or "").casefold() != "done":
        raise words.refuse("it does not say `done`", "as in `/fitgate followup done what was done`")
    return FollowUp(_sentence(words, "what was done"))


def _explain(words: _Words) -> Command:
    rule = words.next()
    return _nothing_more(words, Explain(rule))


_GRAMMAR: Mapping[str, Callable[[_Words], Command]] = {
    "rationale": _rationale,
    "override": _override,
    "reclassify": _reclassify,
    "evaluated": _evaluated,
    "drill": _drill,
    "followup": _follow_up,
    "recheck": lambda words: _nothing_more(words, Recheck()),
    "explain": _explain,
    "help": lambda words: _nothing_more(words, Help()),
}
NAMES = tuple(_GRAMMAR)
"""What the commands are called."""
