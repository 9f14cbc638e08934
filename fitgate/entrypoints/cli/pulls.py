"""A pull request on GitHub, as a command line names it: `acme/app#7`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.pipeline import Judged

NAMED = re.compile(
    r"(?:https?://[\w.-]+(?::\d+)?/)?([\w.-]+/[\w.-]+)(?:#|/pull/)([1-9]\d{0,8})(?:/.*)?", re.ASCII
)
"""`owner/repo#7`, or the address of its page."""


def judged_pull(said: str, policy: str | None, at: datetime) -> Judged:
    """Gather a pull request from GitHub and judge it as of a moment, or as of its merge.

    Raises:
        UserError: when that is no name of a pull request, or nothing says who asks.
        ForgeError: when GitHub cannot be read.
    """
    from fitgate.bootstrap import open_github, shipped_policies
    from fitgate.core.events import Happening, Pointer
    from fitgate.entrypoints.cli import asked
    from fitgate.pipeline import Policies, run
    from fitgate.settings import settings

    found = NAMED.fullmatch(said)
    if found is None:
        raise UserError(f"{said!r} is no pull request: name it as owner/repo#7.")
    name, number = found[1], int(found[2])
    given = asked.policy_file(policy)
    pointer = Pointer(Happening.PROPOSED, None, name, "pull", number)
    with open_github(name, settings().github) as forge:
        policies = Policies(forge, shipped_policies(), given)
        (judged,) = run(pointer.event(at), forge, policies)
    return judged
