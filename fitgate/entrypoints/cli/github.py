"""`fitgate github app create`: makes the App on GitHub, and keeps its key."""

from __future__ import annotations

import json
import re
import secrets
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.errors import UserError

if TYPE_CHECKING:
    import socket

    from fitgate.bootstrap import Kept, Registration
    from fitgate.settings import Settings

app = typer.Typer(help="What FITGate is on GitHub.", no_args_is_help=True)
apps = typer.Typer(help="The GitHub App that FITGate works as.", no_args_is_help=True)
app.add_typer(apps, name="app")

OrgOption = Annotated[
    str | None, typer.Option("--org", help="Whose App it is; else yours.", metavar="ORG")
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--public-url", help="Where GitHub will reach the service; else FITGATE_PUBLIC_URL.",
        metavar="URL",
    ),
]  # fmt: skip
KeyOption = Annotated[Path, typer.Option("--key-file", help="Where its key is to be kept.")]
EnvOption = Annotated[Path, typer.Option("--env-file", help="Where its settings are to be kept.")]
KEY_FILE, ENV_FILE = Path("fitgate-app.pem"), Path("fitgate.env")
_ORG = re.compile(r"[\w-]{1,39}", re.ASCII)
_HERE = re.compile(r"https?://(localhost|127\.|\[?::1|0\.0\.0\.0)", re.IGNORECASE)
_LONGEST = 34
"""Characters of an App's name."""


@apps.command()
def create(
    *,
    org: OrgOption = None,
    public_url: UrlOption = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What it is called, on all of GitHub.")
    ] = None,
    key_file: KeyOption = KEY_FILE,
    env_file: EnvOption = ENV_FILE,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    wait: Annotated[
        float, typer.Option("--wait", help="Minutes until it is given up.", min=0.01, max=60)
    ] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Make the App by GitHub's own page in a browser, with the least permissions that do."""
    installed()
    from fitgate.entrypoints.web import running
    from fitgate.settings import settings

    making = registration(settings(), org, (key_file, env_file), public_url, name)
    with running.listening("127.0.0.1", 0) as listener:
        kept = made(making, listener, running.url_of(listener), browser=browser, minutes=wait)
    files = [str(path) for path in kept.files]
    if as_json:
        print(json.dumps({"app_id": kept.app_id, "page": kept.page, "files": files}))
        return
    # Nothing secret is printed: terminals remember.
    print(f"App {kept.app_id} is made: {kept.page}")
    print(f"Its key is in {files[0]}, its settings are in {files[1]}: for you alone to read.")
    print(f"Install it: {kept.page}/installations/new")
    print(f"Then start the service: set -a; . {files[1]}; fitgate serve")


def registration(
    said: Settings,
    org: str | None,
    files: tuple[Path, Path],
    public_url: str | None = None,
    name: str | None = None,
) -> Registration:
    """Return an App to be made; `files` are those of its key and of its settings.

    Raises:
        UserError: when something cannot be used as it was said.
    """
    from fitgate.bootstrap import Registration

    url = (public_url or said.public_url).rstrip("/")
    if not url:
        raise UserError(
            "GitHub must be told where to reach the service: say --public-url "
            "https://fitgate.example, or set FITGATE_PUBLIC_URL."
        )
    if not re.fullmatch(r"https?://[\w.:-]+(/[\w./-]*)?", url, re.ASCII) or _HERE.match(url):
        named = "--public-url" if public_url else "FITGATE_PUBLIC_URL"
        raise UserError(
            f"{named} {url!r} is no address that GitHub can reach: say one as in "
            "https://fitgate.example; a tunnel's will do to try it."
        )
    if org is not None and not _ORG.fullmatch(org):
        raise UserError(f"--org {org!r} is not what an organisation on GitHub can be called.")
    called = name or (f"FITGate of {org}" if org else "FITGate")
    if name is not None and len(name) > _LONGEST:
        raise UserError(f"--name is longer than the {_LONGEST} characters that GitHub allows.")
    made = Registration(called[:_LONGEST], url, said.github.api_url, *files, org)
    made.check()
    return made


def made(
    making: Registration, listener: socket.socket, url: str, *, browser: bool, minutes: float
) -> Kept:
    """Serve the page until the App is made, and return what was kept.

    Raises:
        UserError: when nobody made it in time.
    """
    from fitgate.entrypoints.web import bare, running
    from fitgate.entrypoints.web.logs import log, opened
    from fitgate.entrypoints.web.setup import Setup

    opened(sys.stderr)
    setup = Setup(making, url, secrets.token_urlsafe(24))
    site = bare()
    setup.join(site)
    page = f"{url}/setup?token={setup.token}"
    print(f"Open this page in your browser: {page}", file=sys.stderr, flush=True)
    log().info("serving", url=running.url_of(listener))
    if browser:
        webbrowser.open(page)
    running.run(site, listener, until=lambda: setup.kept is not None, seconds=60 * minutes)
    if setup.kept is None:
        raise UserError("No App was made. Start this again when you have the time for it.")
    return setup.kept


def installed() -> None:
    """Make sure that what it takes to answer over HTTP is installed.

    Raises:
        UserError: when it is not.
    """
    missing = [name for name in ("fastapi", "prometheus_client", "structlog", "uvicorn")
               if find_spec(name) is None]  # fmt: skip
    if missing:
        raise UserError(f"This needs {', '.join(missing)}: install `fitgate[service]`.")
