"""What a document of GitHub's says at a path, in the type that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fitgate.errors import DeliveryError

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_LONGEST = 1_000
_MOST = 1 << 63


class Said:
    """A delivery's document; what is missing, or of another type, is None."""

    def __init__(self, event: str, document: object) -> None:
        self.event = event
        self._document = document

    def _at(self, path: tuple[str, ...]) -> object:
        here = self._document
        for key in path:
            here = here.get(key) if isinstance(here, dict) else None
        return here

    def text(self, *path: str) -> str | None:
        """Return a short text that can be written anywhere."""
        found = self._at(path)
        if not isinstance(found, str) or len(found) > _LONGEST:
            return None
        return found if found.isascii() or found.isprintable() else None

    def long_text(self, *path: str) -> str:
        """Return a text of any length."""
        found = self._at(path)
        return found if isinstance(found, str) else ""

    def number(self, *path: str) -> int | None:
        """Return a positive number that a database can hold."""
        found = self._at(path)
        good = isinstance(found, int) and not isinstance(found, bool) and 0 < found < _MOST
        return found if good else None  # type: ignore[return-value] # mypy forgets it was tested

    def oid(self, *path: str) -> str | None:
        """Return an object id; nothing but zeros is none, it stands for what is not there."""
        found = self._at(path)
        if not isinstance(found, str) or not _OID.fullmatch(found):
            return None
        return found if found.strip("0") else None

    def yes(self, *path: str) -> bool:
        """Say whether it is true."""
        return self._at(path) is True

    def has(self, *path: str) -> bool:
        """Say whether there is anything."""
        return self._at(path) is not None

    def each(self, *path: str) -> Iterator[Said]:
        """Yield the members of a list."""
        found = self._at(path)
        for member in found if isinstance(found, list) else ():
            yield Said(self.event, member)

    def name(self, *path: str) -> str | None:
        """Return the name of a repository, `owner/name`."""
        found = self.text(*path)
        return found if found and _NAME.fullmatch(found) else None

    def lacking(self, *path: str) -> DeliveryError:
        """Return the error that a field is not there, or not what it should be."""
        return DeliveryError(f"The {self.event} delivery does not say {'.'.join(path)}.")
