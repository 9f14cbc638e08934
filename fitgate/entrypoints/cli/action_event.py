"""Why a workflow runs: which event, where it points, and whether strangers can have caused it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fitgate.core.events import Happening, Pointer
from fitgate.errors import DeliveryError, UserError

if TYPE_CHECKING:
    from fitgate.adapters.runner import Runner

_ALWAYS = "schedule"
_ON_DEFAULT = frozenset({"push", "workflow_dispatch"})
_SWEEPING = frozenset({"schedule", "workflow_dispatch"})
_READ_ONLY = frozenset({"pull_request", "pull_request_review"})


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a job runs. `branch` is the default branch where the event tells it.

    `is_trusted`: only who may write to the default branch can have caused it, so that it may write
    the ledger. `is_fork`: the token reads only, because it is a fork's event.
    """

    name: str
    pointers: tuple[Pointer, ...]
    branch: str
    is_trusted: bool
    is_fork: bool

    @property
    def sweeps(self) -> bool:
        """Say whether all that is open is looked at."""
        return self.name in _SWEEPING and self.is_trusted

    @property
    def number(self) -> int | None:
        """Return the pull request that the event is about, if it is about one."""
        return next((p.number for p in self.pointers if p.kind == "pull"), None)


def occasion(runner: Runner) -> Occasion:
    """Read the event of a job.

    Raises:
        UserError: when this is no job, or there is no event, or it cannot be understood.
    """
    from fitgate.bootstrap.workflows import pointers_of

    body = runner.body()
    try:
        pointers, said = pointers_of(runner.event, body), json.loads(body)
    except (DeliveryError, ValueError, RecursionError) as exc:
        why = str(exc) if isinstance(exc, DeliveryError) else "it is not JSON."
        raise UserError(f"The event in GITHUB_EVENT_PATH is none of GitHub's: {why}") from exc
    on = _text(said, "repository", "default_branch")
    branch = on or (runner.ref.removeprefix("refs/heads/") if runner.event == _ALWAYS else "")
    on_default = bool(branch) and runner.ref == f"refs/heads/{branch}"
    return Occasion(
        runner.event,
        tuple(_meant(pointers, _text(said, "comment", "body"))),
        branch,
        is_trusted=runner.event == _ALWAYS or (runner.event in _ON_DEFAULT and on_default),
        is_fork=runner.event in _READ_ONLY and _is_fork(said),
    )


def _meant(pointers: Sequence[Pointer], comment: str) -> Iterator[Pointer]:
    """Yield where to look. A comment is a stranger's to write, and so is the event of it.

    What only reads is answered at once. For a command that would write something down the change is
    judged anew; it is carried out, and answered, by the next run that may write.
    """
    for pointer in pointers:
        if pointer.happening is Happening.ASKED and not _only_reads(comment):
            yield replace(pointer, happening=Happening.PROPOSED, detail="")
        else:
            yield pointer


def _only_reads(comment: str) -> bool:
    from fitgate.core.commands.asked import Explain, Help, Recheck
    from fitgate.core.commands.grammar import commands

    asks = [each.command for each in commands(comment)]
    return bool(asks) and all(isinstance(each, Recheck | Explain | Help) for each in asks)


def _is_fork(said: Mapping[str, Any]) -> bool:
    head = _at(said, "pull_request", "head", "repo", "id")
    return head != _at(said, "repository", "id")


def _text(said: object, *path: str) -> str:
    found = _at(said, *path)
    return found if isinstance(found, str) else ""


def _at(said: object, *path: str) -> object:
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return said
