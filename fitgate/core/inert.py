"""Text by strangers, made harmless for wherever it is shown."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""Persian and emoji are spelt with these, and they move nothing."""


def inert(text: str, limit: int | None = None) -> str:
    r"""Return the text with all that steers a terminal or a reader's eye shown as `\x1b`.

    That is control characters, line breaks, the marks that turn the direction of writing and others
    that are not seen. Longer than `limit` characters it is cut, with an ellipsis.
    """
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _UNSEEN or char in _JOINERS:
        return char
    number = ord(char)
    if number < 0x100:  # noqa: PLR2004 - what two digits can tell
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - as above


def inert_markdown(text: str, limit: int | None = None) -> str:
    """Return the text for Markdown on a forge: nobody is mentioned, nothing is linked or set.

    Every mark of punctuation is written as its number, and a forge looks for mentions, references
    and addresses in no code.
    """
    marks = (
        f"&#{ord(c)};" if c.isascii() and not c.isalnum() and c != " " else c
        for c in inert(text, limit)
    )
    return f"<code>{''.join(marks)}</code>"


def quoted(text: str, limit: int = 80) -> str:
    """Return a line by a stranger in quotation marks, without its margins, shortened."""
    return f"“{inert(text.strip(), limit)}”"
