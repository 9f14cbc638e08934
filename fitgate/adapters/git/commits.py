"""The metadata of commits, as git log prints them."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from fitgate.core.facts import Unknown

# git-log, "PRETTY FORMATS". Texts come as UTF-8 where git can convert what the commit's `encoding`
# header names, else as the bytes that were written.
_FIELDS = ("%H", "%T", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%e", "%B")
LOG = ("log", "-z", "--encoding=UTF-8", f"--format={'%x00'.join(_FIELDS)}")

_CHUNK = 1 << 18
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that RFC 3339 can write
_DIGITS = 20
_CO_AUTHOR = re.compile(
    r"^co-authored-by:[ \t]*([^<>\n]*)<([^<>\n]*)>", re.IGNORECASE | re.MULTILINE
)
_BLANK_LINE = re.compile(r"\n\s*\n")
# What commits are written in; Python knows more encodings, some of them costly or not of text.
_TEXTUAL = re.compile(
    r"ascii|utf-(8|16|32)\b.*|iso8859-.*|cp\d+|koi8-.*|big5.*|gb.*|euc_.*|shift_jis.*|iso2022.*|mac-.*"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and a mail address, as a commit carries them."""

    name: str
    mail: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. An impossible date is drawn to the nearest possible, and `unknown` says so."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    authored_at: datetime
    committed_at: datetime
    title: str
    body: str
    unknown: tuple[Unknown, ...] = ()

    @property
    def is_merge(self) -> bool:
        """Say whether it joins two histories or more."""
        return len(self.parents) > 1

    @property
    def message(self) -> str:
        """Return title and body, as one text."""
        return f"{self.title}\n\n{self.body}" if self.body else self.title

    @property
    def co_authors(self) -> tuple[Identity, ...]:
        """Return those whom `Co-authored-by:` lines name, wherever they stand."""
        found = _CO_AUTHOR.findall(self.body)
        return tuple(Identity(name.strip(), mail.strip()) for name, mail in found)


def read_commits(stream: IO[bytes]) -> Iterator[Commit]:
    """Yield the commits that a `LOG` command prints."""
    fields: list[bytes] = []
    begun: list[bytes] = []
    while chunk := stream.read(_CHUNK):
        first, *rest = chunk.split(b"\0")
        begun.append(first)
        if rest:
            fields += (b"".join(begun), *rest[:-1])
            begun = [rest[-1]]
        whole = len(fields) - len(fields) % len(_FIELDS)
        for start in range(0, whole, len(_FIELDS)):
            yield _commit(*fields[start : start + len(_FIELDS)])
        del fields[:whole]


def _commit(  # noqa: PLR0913, PLR0917 - a commit has these fields
    sha: bytes, tree: bytes, parents: bytes,
    author: bytes, author_mail: bytes, authored: bytes,
    committer: bytes, committer_mail: bytes, committed: bytes,
    encoding: bytes, message: bytes,
) -> Commit:  # fmt: skip
    title, body = split_message(_decoded(message, encoding))
    authored_at, odd_author = moment(authored, "authored_at")
    committed_at, odd_committer = moment(committed, "committed_at")
    return Commit(
        sha=sha.decode("ascii"),
        tree=tree.decode("ascii"),
        parents=tuple(parents.decode("ascii").split()),
        author=_identity(author, author_mail, encoding),
        committer=_identity(committer, committer_mail, encoding),
        authored_at=authored_at,
        committed_at=committed_at,
        title=title,
        body=body,
        unknown=(*odd_author, *odd_committer),
    )


@functools.lru_cache(maxsize=4096)  # a few people write most commits
def _identity(name: bytes, mail: bytes, encoding: bytes) -> Identity:
    return Identity(_decoded(name, encoding), _decoded(mail, encoding))


def split_message(message: str) -> tuple[str, str]:
    """Return the first paragraph on one line, and the rest (git-commit, "DISCUSSION")."""
    text = message.strip().replace("\r\n", "\n")
    first, *rest = _BLANK_LINE.split(text, maxsplit=1)
    return " ".join(first.splitlines()), "".join(rest)


def _decoded(text: bytes, encoding: bytes) -> str:
    """Decode UTF-8, else what git could not convert, else what can be read of it."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        try:
            codec = codecs.lookup(encoding.decode("ascii", "replace")).name
        except (LookupError, ValueError):
            codec = "utf-8"
        return text.decode(codec if _TEXTUAL.fullmatch(codec) else "utf-8", "replace")


def moment(seconds: bytes, what: str) -> tuple[datetime, tuple[Unknown, ...]]:
    """Return the moment that git's seconds give, and what is wrong with them if anything is."""
    number = int(seconds) if len(seconds) < _DIGITS and seconds.isdigit() else -1
    within = min(max(number, 0), _LAST_SECOND)
    at = datetime.fromtimestamp(within, UTC)
    if within == number:
        return at, ()
    written = seconds.decode("ascii", "replace") or "nothing"
    return at, (Unknown(what, f"the commit says {written[:40]}, which is no date"),)
