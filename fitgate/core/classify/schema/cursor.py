"""A place in a statement of SQL, and what can be read from there on."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.classify.schema.tokens import Statement, Token

_TOLD = 200  # tokens: else many verbs in one statement would take quadratic time
_LAST = Token("end", "", 0)


class Cursor:
    """A place in a statement that moves on with what is read."""

    def __init__(self, statement: Statement, i: int = 0) -> None:
        self.statement = statement
        self.i = i

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.i >= len(self.statement)

    @property
    def line(self) -> int:
        """The line of this place, or of the last token behind the end."""
        return self.statement[min(self.i, len(self.statement) - 1)].line

    @property
    def begins_line(self) -> bool:
        """Whether nothing of the statement stands before it on its line."""
        return self.peek(-1).line != self.peek().line

    def peek(self, offset: int = 0) -> Token:
        """Return the token at this place, or so many further."""
        i = self.i + offset
        return self.statement[i] if 0 <= i < len(self.statement) else _LAST

    def keyword(self, offset: int = 0) -> str:
        """Return the word at this place in capitals, empty if it is none or quoted."""
        return self.peek(offset).keyword

    def is_mark(self, mark: str) -> bool:
        """Say whether a mark stands at this place."""
        return self.peek()[:2] == ("mark", mark)

    def skip(self, *words: str) -> int:
        """Go behind these words if all of them stand here; return how many that were."""
        if any(self.keyword(i) != word for i, word in enumerate(words)):
            return 0
        self.i += len(words)
        return len(words)

    def skip_mark(self, mark: str) -> bool:
        """Go behind a mark if it stands here; say whether it did."""
        found = self.is_mark(mark)
        self.i += found
        return found

    def name(self) -> str:
        """Return the name that stands here without its schema and quotes, and go behind it."""
        found = ""
        while self.peek().kind in {"word", "name"}:
            found = self.peek().text
            self.i += 1
            if not self.skip_mark("."):
                break
            self.skip_mark(".")  # SQL Server: a database and its default schema
        return found

    def names(self) -> Iterator[str]:
        """Yield names that are separated by commas."""
        while name := self.name():
            yield name
            self.skip_mark("*")  # PostgreSQL: with the tables that inherit
            if not self.skip_mark(","):
                return

    def text_from(self, start: int) -> str:
        """Return what stands from a place on, written always alike and cut off after a while."""
        shown = self.statement[start : start + _TOLD]
        return " ".join(f"{each.kind[0]}:{each.text}" for each in shown)
