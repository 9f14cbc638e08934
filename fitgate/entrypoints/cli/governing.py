"""Which policy governs a repository now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.reading import PolicyFile

PolicyOption = Annotated[
    str | None,
    typer.Option("--policy", help="This policy, not that of the clone's HEAD.", metavar="FILE"),
]
PathOption = Annotated[
    Path, typer.Option("--clone", help="A folder of the clone, if not this one.", metavar="DIR")
]


CacheOption = Annotated[
    Path | None,
    typer.Option("--cache", help="Where to keep what was read, if not inside .git.", metavar="DIR"),
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Read everything anew.")]


def governing(path: Path, given: str | None = None) -> PolicyFile:
    """Return the policy given by hand, else that of the clone's HEAD, else the shipped default."""
    from fitgate.bootstrap import open_clone, shipped_policies
    from fitgate.core.in_force import choose

    if (by_hand := asked.policy_file(given)) is not None:
        return by_hand
    library = shipped_policies()
    try:
        with open_clone(path) as clone:
            return choose(clone.policies(clone.resolve("HEAD")), library)
    except UserError:  # no clone, or one without a commit
        return choose((), library)
