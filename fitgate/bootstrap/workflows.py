"""A job of a GitHub workflow: its runner, and the repository at work without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING

from fitgate.core.events import Event, Pointer
from fitgate.errors import UserError
from fitgate.pipeline import Judged, Policies
from fitgate.serving.place import Memory, Place
from fitgate.settings import GitHubSettings

if TYPE_CHECKING:
    from fitgate.adapters.github.app import Session
    from fitgate.adapters.runner import Runner

Asked = Callable[[datetime], Iterator[tuple[int, int]]]
"""From a moment to the comments that asked for something since: pull request, comment."""
Merged = Callable[[str, datetime], Iterator[int]]
"""From a branch and a moment to the pull requests that were merged into it since."""


@dataclass
class Desk(Place):
    """A repository at work in one job; `seen` are all that was judged, in that order."""

    name: str = field(kw_only=True)
    merged: Merged = field(kw_only=True)
    asked: Asked = field(kw_only=True)
    seen: list[Judged] = field(default_factory=list)

    def judged(self, event: Event) -> list[Judged]:
        """Take what an event points at through the corridor, and remember what came of it."""
        found = super().judged(event)
        self.seen += found
        return found

    @contextmanager
    def at(self, pointer: Pointer) -> Iterator[Place]:
        """Open the one repository that there is."""
        if pointer.repo != self.memory.ledger.repo:
            raise UserError(f"The event is of {pointer.name}, and the job of another repository.")
        yield self


def runner(environment: Mapping[str, str], out: IO[str]) -> Runner:
    """Return the runner of the job that an environment is of."""
    from fitgate.adapters.runner import Runner

    return Runner(environment, out)


def forward(address: str, secret: str, job: Runner) -> None:
    """Hand the event of a job on to a service; raises UserError, UpstreamError."""
    from fitgate.adapters import forwarding

    event = job.event.replace("pull_request_target", "pull_request")
    forwarding.forward(address, secret, event, f"actions-{job.run}", job.body())


def pointers_of(event: str, body: bytes) -> Sequence[Pointer]:
    """Return where an event of GitHub's says to look; raises DeliveryError."""
    from fitgate.adapters.github.webhook import parse

    return parse(event.replace("pull_request_target", "pull_request"), body) or ()


@contextmanager
def open_desk(
    repo: str, name: str, settings: GitHubSettings, *, writes_ledger: bool
) -> Iterator[Desk]:
    """Open a repository by its id and name, with the ledger on its branch `fitgate-ledger`.

    It is seen and shown to as the App of the settings, if there is one, else by the token; the
    ledger is written by the token, which is that of the job.

    Raises:
        UserError: when there is neither.
    """
    from fitgate.adapters.github.client import GitHub
    from fitgate.adapters.github.merged import asked_since, merged_since
    from fitgate.adapters.ledger.unwritten import Unwritten
    from fitgate.bootstrap.clones import shipped_policies
    from fitgate.bootstrap.forges import ledger_on_github

    with ExitStack() as stack:
        forge_session, ledger_session = _sessions(name, settings)
        stack.callback(forge_session.close)
        stack.callback(ledger_session.close)
        ledger = ledger_on_github(ledger_session, name, repo)
        memory = Memory(ledger if writes_ledger else Unwritten(ledger))
        forge, library = GitHub(forge_session, name), shipped_policies()
        policies = Policies(forge, library, told=memory.told)

        def merged(branch: str, since: datetime) -> Iterator[int]:
            return merged_since(forge_session, name, branch, since)

        def asked(since: datetime) -> Iterator[tuple[int, int]]:
            return asked_since(forge_session, name, since)

        yield Desk(forge, memory, policies, library, name=name, merged=merged, asked=asked)


def _sessions(name: str, settings: GitHubSettings) -> tuple[Session, Session]:
    """Return who looks and shows, and who writes the ledger."""
    from fitgate.adapters.github.app import by_workflow
    from fitgate.bootstrap.forges import app_of

    own = by_workflow(settings.token, settings.api_url) if settings.token else None
    app = app_of(settings)
    if app is not None:
        session = app.of_repository(name)
        session.hears = False
        return session, own or session
    if own is None:
        raise UserError(
            "The input `token` is empty, and there is no `app-id` with a `private-key`. Leave "
            "`token` out: it is the workflow's own then."
        )
    return own, own
