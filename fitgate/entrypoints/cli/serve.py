"""`fitgate serve` and `fitgate worker`: the webhook service, and more hands for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.github import (
    ENV_FILE,
    KEY_FILE,
    EnvOption,
    KeyOption,
    OrgOption,
    installed,
    made,
    registration,
)
from fitgate.errors import Problem, SettingsError, UserError

if TYPE_CHECKING:
    from fitgate.adapters.ledger.database import Database
    from fitgate.bootstrap import Books, Registration
    from fitgate.entrypoints.web.counting import Counts
    from fitgate.entrypoints.web.shift import Shift
    from fitgate.ports import Queue
    from fitgate.settings import Settings

HostOption = Annotated[str, typer.Option("--host", help="The address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", help="The port; 0: any.", min=0, max=65535)]
WorkerOption = Annotated[
    bool | None,
    typer.Option(
        "--worker/--no-worker",
        help="Work here too, or leave it to `fitgate worker` (PostgreSQL only).",
        show_default="worker",
    ),
]


def serve(
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8080,
    worker: WorkerOption = None,
    setup: Annotated[
        bool, typer.Option("--setup", help="Only make the App, on the page /setup; then end.")
    ] = False,
    key_file: KeyOption = KEY_FILE,
    env_file: EnvOption = ENV_FILE,
    org: OrgOption = None,
) -> None:
    """Receive GitHub's webhooks, judge what they point at, and show and record it.

    Settings come from the environment alone: docs/service.md lists them.
    """
    installed()
    from fitgate.entrypoints.web import Rooms, application, running
    from fitgate.entrypoints.web.logs import log

    said = _settings()
    if setup:
        if not said.public_url:
            raise UserError(
                "GitHub must be told where to reach the service: set "
                "FITGATE_PUBLIC_URL=https://fitgate.example."
            )
        _set_up(said, host, port, registration(said, org, (key_file, env_file)))
        return
    works = _works_here(said, worker)
    _complete(said, receives=True, works=works)
    with running.listening(host, port) as listener, _opened(said) as desk:
        shift = desk.shift() if works else None
        rooms = Rooms(desk.counts, desk.books, None if shift is None else lambda: shift.is_working)
        app = application(desk.queue, said, asked.now, rooms)
        log().info("serving", url=running.url_of(listener), worker=works)
        running.run(app, listener, shift)
        log().info("served")


def worker(
    host: HostOption = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option("--port", help="Tell there how it does; without, nowhere.", min=0, max=65535),
    ] = None,
) -> None:
    """Work on what `fitgate serve` received: as many of these as you like, on PostgreSQL."""
    installed()
    from fitgate.entrypoints.web import Rooms, looks, running
    from fitgate.entrypoints.web.logs import log

    said = _settings()
    if _kind(said) == "sqlite":
        raise UserError(
            "An inbox in SQLite has one worker, and that is in `fitgate serve`. For others set "
            "FITGATE_DATABASE_URL=postgresql://…"
        )
    _complete(said, receives=False, works=True)
    with ExitStack() as ends:
        listener = None if port is None else ends.enter_context(running.listening(host, port))
        desk = ends.enter_context(_opened(said))
        shift = desk.shift()
        if listener is None:
            log().info("working")
            running.work(shift)
        else:
            log().info("working", url=running.url_of(listener))
            rooms = Rooms(desk.counts, is_working=lambda: shift.is_working)
            running.run(looks(desk.queue, rooms), listener, shift)
        log().info("worked")


def _set_up(said: Settings, host: str, port: int, making: Registration) -> None:
    """Serve the page that makes the App until it is made."""
    from fitgate.entrypoints.web import running

    if said.github.webhook_secrets:
        raise UserError(
            "There is an App already: FITGATE_GITHUB_WEBHOOK_SECRET is set. Leave --setup out."
        )
    with running.listening(host, port) as listener:
        kept = made(making, listener, said.public_url, browser=False, minutes=60)
    print(f"App {kept.app_id} is made: its settings are in {kept.files[1]}. Start again with them.")


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a process of the service works with."""

    settings: Settings
    database: Database
    queue: Queue
    counts: Counts
    books: Books

    def shift(self) -> Shift:
        """Return the worker of this process, not begun yet."""
        from fitgate.bootstrap import GitHubPlaces, github_deliveries, reconciler
        from fitgate.entrypoints.web.shift import Shift, Watched
        from fitgate.serving import Serving
        from fitgate.serving.reconciling import EVERY

        github = self.settings.github
        places = GitHubPlaces(self.database, github)
        parsers = {"github": github_deliveries(github).parse}
        serving = Serving(places, parsers, asked.now, reconciler(self.database, places.app))
        shift = Shift(self.queue, Watched(serving, self.counts), [EVERY])
        self.counts.tell_of(lambda: shift.is_working)
        return shift


@contextmanager
def _opened(said: Settings) -> Iterator[_Desk]:
    """Open the ledgers and the inbox, which are in one database, and close them."""
    from fitgate.bootstrap import DatabaseBooks, open_database, open_queue
    from fitgate.entrypoints.web.counting import Counts
    from fitgate.entrypoints.web.logs import opened

    opened()
    with (
        closing(open_queue(said.database_url, asked.now)) as queue,
        closing(open_database(said.database_url, create=True)) as database,
    ):
        yield _Desk(said, database, queue, Counts(queue), DatabaseBooks(database))


def _settings() -> Settings:
    from fitgate.settings import settings

    return settings()


def _kind(said: Settings) -> str | None:
    from fitgate.settings import ledger_kind

    return ledger_kind(said.database_url)


def _works_here(said: Settings, worker: bool | None) -> bool:
    if worker is False and _kind(said) == "sqlite":
        raise UserError(
            "--no-worker leaves the work to `fitgate worker`, which needs PostgreSQL: set "
            "FITGATE_DATABASE_URL=postgresql://…, or leave --no-worker out."
        )
    return worker is not False


def _complete(said: Settings, *, receives: bool, works: bool) -> None:
    """Make sure that all is set that the service cannot do without.

    Raises:
        SettingsError: with every variable that is missing or is no use.
    """
    from fitgate.bootstrap import can_sign

    makes = "`fitgate github app create` makes an App and tells it"
    problems: list[Problem] = []
    if _kind(said) == "branch":
        told = "is a branch; a service keeps its ledgers in SQLite or PostgreSQL"
        problems.append(Problem(told, where="FITGATE_DATABASE_URL"))
    if receives and not said.github.webhook_secrets:
        told = "is not set, so no delivery could be believed"
        problems.append(Problem(told, where="FITGATE_GITHUB_WEBHOOK_SECRET", remedy=makes))
    if works and not said.github.token:
        for name, value in (
            ("APP_ID", said.github.app_id), ("PRIVATE_KEY_FILE", said.github.private_key)
        ):  # fmt: skip
            if not value:
                told = "is not set, so GitHub could not be asked"
                problems.append(Problem(told, where=f"FITGATE_GITHUB_{name}", remedy=makes))
    if works and not can_sign(said.github):
        told = "(or the file that FITGATE_GITHUB_PRIVATE_KEY_FILE names) is no private key in PEM"
        remedy = "give the file that GitHub gave for the App, line breaks included"
        problems.append(Problem(told, where="FITGATE_GITHUB_PRIVATE_KEY", remedy=remedy))
    if problems:
        raise SettingsError("environment", problems)
