"""What was found in the files of changes, kept between runs, so that a history is read once."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from typing import Any

from fitgate.core.looked import Answered, Found, joined, parse_found

_FORMAT = 1
_LOOKED = 8
"""Sets of looks that are kept beside the new ones: those that answer for the most changes."""
_LONGEST = 1 << 26  # bytes; a line that is longer was not written by us
_FASTEST = 1


class FactsCache:
    """Found things by change and by the looks that found them; the whole is read when it is opened.

    A file is only good for what `key` says: another version of FITGate may find otherwise. One that
    cannot be read, or was not written by us, is empty; it is replaced when this one is saved.
    """

    def __init__(self, path: Path, key: Mapping[str, str]) -> None:
        self._path, self._key = path, dict(key)
        self._sets: list[tuple[str, ...]] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._parts: dict[str, dict[int, bytes]] = {}
        self._used: set[int] = set()
        self._has_news = False
        try:
            self._read()
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
            self._sets, self._numbers, self._parts = [], {}, {}

    def _read(self) -> None:
        with gzip.open(self._path, "rb") as file:
            header: dict[str, Any] = json.loads(file.readline(_LONGEST))
            if header["facts-cache"] != _FORMAT or header["key"] != self._key:
                return
            for ids in header["looks"]:
                self._number(tuple(map(str, ids)))
            while line := file.readline(_LONGEST):
                sha, number, found = line.rstrip(b"\n").split(b" ", 2)
                if int(number) < len(self._sets):
                    self._parts.setdefault(sha.decode("ascii"), {})[int(number)] = found

    def _number(self, ids: tuple[str, ...]) -> int:
        if ids not in self._numbers:
            self._numbers[ids] = len(self._sets)
            self._sets.append(ids)
        return self._numbers[ids]

    def of(self, sha: str, asked: AbstractSet[str]) -> Answered:
        """Return what is known to be in the files of a change, and which of the looks found it."""
        known: Found = ()
        answered: frozenset[str] = frozenset()
        for number, text in self._parts.get(sha, {}).items():
            ids = frozenset(self._sets[number]) & asked
            if ids <= answered:
                continue
            found = parse_found(text)
            if found is not None:
                known, answered = joined(known, found), answered | ids
                self._used.add(number)
        return Answered(known, answered)

    def add(self, sha: str, looked: tuple[str, ...], found: bytes) -> None:
        """Keep what these looks found, in JSON, instead of what some of them found before."""
        number, parts = self._number(looked), self._parts.setdefault(sha, {})
        for each in [n for n in parts if set(self._sets[n]) <= set(looked)]:
            del parts[each]
        self._used.add(number)
        parts[number] = found
        self._has_news = True

    def save(self) -> None:
        """Write it, whole or not at all, if there is something new.

        Raises:
            OSError: when it cannot be written there.
        """
        if not self._has_news:
            return
        answers = Counter(number for parts in self._parts.values() for number in parts)
        rest = [number for number in answers if number not in self._used]
        rest.sort(key=lambda number: (answers[number], number))
        kept = sorted(self._used.union(rest[-_LOOKED:]))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{self._path.name}-", dir=self._path.parent)
        try:
            with (
                os.fdopen(number, "wb") as out,
                gzip.GzipFile("", "wb", _FASTEST, out, mtime=0) as file,
            ):
                file.writelines(self._lines(kept))
            Path(name).replace(self._path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _lines(self, kept: list[int]) -> Iterator[bytes]:
        looks = [self._sets[number] for number in kept]
        header = {"facts-cache": _FORMAT, "key": self._key, "looks": looks}
        yield json.dumps(header).encode() + b"\n"
        places = {number: place for place, number in enumerate(kept)}
        for sha, parts in self._parts.items():
            for number, found in parts.items():
                if number in places:
                    yield b"%s %d %s\n" % (sha.encode("ascii"), places[number], found)
