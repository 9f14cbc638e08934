"""Repositories at work: each with its forge, its chain and what that tells, for one at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from fitgate.errors import ForgeError, UserError
from fitgate.settings import GitHubSettings

if TYPE_CHECKING:
    from fitgate.adapters.github.app import App, Session
    from fitgate.adapters.ledger.database import Database
    from fitgate.core.events import Pointer
    from fitgate.ports import Ledger
    from fitgate.serving.place import Memory, Place
    from fitgate.serving.telling import Book

KEPT = 256
"""So many repositories are kept in mind; one that is asked for again is read anew."""
_GONE = frozenset({401, 403, 404})
T = TypeVar("T")


class Books(Protocol):
    """Who has the ledgers at hand that things are told to."""

    def of(self, repo: str | None) -> AbstractContextManager[Book]:
        """Open the ledger of a repository, for one thread at a time; None: the only one there.

        Raises:
            UserError: when there is no such ledger, or it cannot be told which is meant.
        """


@dataclass
class Slot(Generic[T]):
    """What is kept of one repository, and the lock of who uses it."""

    held: T | None = None
    turn: threading.RLock = field(default_factory=threading.RLock)
    users: int = 0


class Shelf(Generic[T]):
    """What is kept of each repository, the ones used last; each is used by one thread at a time."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._slots: OrderedDict[str, Slot[T]] = OrderedDict()
        self._turn = threading.Lock()

    @contextmanager
    def taken(self, name: str) -> Iterator[Slot[T]]:
        """Give what is kept under a name, for one thread at a time."""
        with self._turn:
            slot = self._slots.setdefault(name, Slot())
            self._slots.move_to_end(name)
            slot.users += 1
        try:
            with slot.turn:
                yield slot
        finally:
            with self._turn:
                slot.users -= 1
                self._forget()

    def _forget(self) -> None:
        spare = len(self._slots) - self._most
        idle = [name for name, slot in self._slots.items() if not slot.users]
        for name in idle[: max(spare, 0)]:
            del self._slots[name]


@dataclass
class _Desk:
    """A repository on GitHub at work: as which name and installation it is asked."""

    place: Place
    name: str
    installation: int | None


class GitHubPlaces:
    """The repositories on GitHub that an App works for; it satisfies `serving.place.Places`.

    Their ledgers are in one database, each by the host's id of its repository. `app` is as whom
    GitHub is asked, with one token an installation; None: by a token that was given.
    """

    def __init__(self, database: Database, settings: GitHubSettings) -> None:
        """Take where the ledgers are, and as whom GitHub is asked: a token, or an App.

        Raises:
            UserError: when it is neither.
        """
        from fitgate.bootstrap.clones import shipped_policies
        from fitgate.bootstrap.forges import app_of

        self.app = app_of(settings)
        self._database = database
        self._library: Mapping[str, str] = dict(shipped_policies())
        self._open = _sessions(self.app, settings)
        self._desks: Shelf[_Desk] = Shelf()

    @contextmanager
    def at(self, pointer: Pointer) -> Iterator[Place]:
        """Open the repository that a pointer names, for one thread at a time.

        Raises:
            ForgeError: when it cannot be asked for; it is found anew the next time.
        """
        with self._desks.taken(pointer.repo or "") as slot:
            try:
                if slot.held is None or not _is_at(slot.held, pointer):
                    slot.held = self._desk(pointer, slot.held)
                yield slot.held.place
            except ForgeError as exc:
                if exc.status in _GONE:  # moved, renamed, or installed anew: asked as another
                    slot.held = None
                raise

    def _desk(self, pointer: Pointer, before: _Desk | None) -> _Desk:
        from fitgate.adapters.github.client import GitHub
        from fitgate.pipeline import Policies
        from fitgate.serving.place import Place

        session = self._open(pointer)
        name = _current_name(session, pointer)
        if before is not None and (before.name, before.installation) == (
            name,
            pointer.installation,
        ):
            return before
        forge = GitHub(session, name)
        memory = self._memory(pointer) if before is None else before.place.memory
        policies = Policies(forge, self._library, told=memory.told)
        place = Place(forge, memory, policies, self._library)
        return _Desk(place, name, pointer.installation)

    def _memory(self, pointer: Pointer) -> Memory:
        from fitgate.bootstrap.ledgers import chain_in
        from fitgate.serving.place import Memory

        return Memory(chain_in(self._database, pointer.repo or ""))


def _is_at(desk: _Desk, pointer: Pointer) -> bool:
    """Say whether a desk is that of the repository as a pointer names it."""
    installations = (pointer.installation, desk.installation)
    same = None in installations or pointer.installation == desk.installation
    return same and desk.name.casefold() == pointer.name.casefold()


def _sessions(app: App | None, settings: GitHubSettings) -> Callable[[Pointer], Session]:
    """Return what gives the session that may ask about a repository."""
    from fitgate.adapters.github.app import by_token

    if app is not None:
        return partial(_of_app, app)
    if settings.token:
        session = by_token(settings.token, settings.api_url)
        return lambda _: session
    raise UserError(
        "GitHub does not say who works: set FITGATE_GITHUB_APP_ID and "
        "FITGATE_GITHUB_PRIVATE_KEY_FILE, or make an App with `fitgate github app create`."
    )


def _of_app(app: App, pointer: Pointer) -> Session:
    if pointer.installation is not None:
        return app.session(pointer.installation)
    return app.of_repository(pointer.name)


def _current_name(session: Session, pointer: Pointer) -> str:
    """Return what a repository is called now; a delivery may come late.

    Raises:
        ForgeError: when it cannot be asked, or another one has the name now.
    """
    found = session.read(f"/repos/{pointer.name}")
    if pointer.repo is not None and f"github:{found['id']}" != pointer.repo:
        raise ForgeError(
            f"{pointer.name} is another repository now, github:{found['id']}; {pointer.repo} was "
            "meant, which was moved or is gone.", status=404,
        )  # fmt: skip
    return str(found["full_name"])


class DatabaseBooks:
    """The ledgers of a database, as things are told to them; it satisfies `Books`."""

    def __init__(self, database: Database) -> None:
        from fitgate.bootstrap.clones import shipped_policies

        self._database = database
        self._library: Mapping[str, str] = dict(shipped_policies())
        self._books: Shelf[Book] = Shelf()

    @contextmanager
    def of(self, repo: str | None) -> Iterator[Book]:
        """Open the ledger of a repository; raises as `Books.of`."""
        name = self._meant(repo)
        with self._books.taken(name) as slot:
            if slot.held is None:
                slot.held = self._book(name)
            try:
                yield slot.held
            except BaseException:
                slot.held = None  # what was heard of it may have been left half way
                raise

    def _meant(self, repo: str | None) -> str:
        held = self._database.repos()
        if repo in held:
            return str(repo)
        if repo is None and len(held) == 1:
            return held[0]
        listed = f"it has {', '.join(held)}" if held else "it has none yet"
        what = "say which repository is meant" if repo is None else f"there is no ledger of {repo}"
        raise UserError(
            f"{what}: {listed}. A ledger begins with a repository's first delivery, and is called "
            "by the host's id."
        )

    def _book(self, name: str) -> Book:
        from fitgate.bootstrap.ledgers import chain_in
        from fitgate.serving.telling import Book

        ledger: Ledger = chain_in(self._database, name)
        return Book(ledger, self._library)
