"""Lists of GitHub's that not everybody may read: read page by page, or why they are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

from fitgate.adapters.github.app import Session
from fitgate.core.facts import Unread
from fitgate.errors import ForgeError

PAGE = 100
_PAGES = 500
_HIDDEN = frozenset({403, 404, 451})
T = TypeVar("T")


def pages(session: Session, path: str, **asked: str) -> Iterator[Any]:
    """Yield the members of a list, in the order in which GitHub gives them, page by page.

    Raises:
        ForgeError: when a page cannot be read, or there are more than any use is made of.
    """
    here: str | None = f"{path}?{urlencode({**asked, 'per_page': str(PAGE)})}"
    for _ in range(_PAGES):
        found, here = session.page(str(here))
        if isinstance(found, dict):  # some lists come with their total
            found = next(each for each in found.values() if isinstance(each, list))
        yield from found
        if here is None:
            return
    raise ForgeError(f"{path} has more than {_PAGES * PAGE} members; they are not all read.")


def seen(read: Callable[[], T], why: str) -> T | Unread:
    """Read what a permission may hide; where it does, return why, and GitHub's own word for it.

    Raises:
        ForgeError: when it cannot be read for another reason: a limit, or no answer.
    """
    try:
        return read()
    except ForgeError as exc:
        if not exc.is_refusal(*_HIDDEN):
            raise
        return Unread(f"{why} (GitHub says {exc.status})")
