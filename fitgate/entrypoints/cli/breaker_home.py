"""What the commands about breakers share: their options, the policy, the ledger, which breaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.breaker.watched import Watched
    from fitgate.core.breaker.watching import Breakers
    from fitgate.core.entries import Draft
    from fitgate.core.reading import PolicyFile
    from fitgate.ports import Ledger

NameArgument = Annotated[str, typer.Argument(help="The name of a breaker of the policy.")]
EnvironmentOption = Annotated[
    str | None,
    typer.Option("--environment", help="Where, if it watches several.", metavar="E"),
]
ByOption = Annotated[str | None, typer.Option("--by", help="Who; else you.", metavar="LOGIN")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="As it was then: a day or a moment; else now.", metavar="WHEN"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class Home:
    """A ledger, the policy that governs, and the breakers as of now."""

    ledger: Ledger
    file: PolicyFile
    known: Breakers

    def one(self, name: str, environment: str | None) -> Watched:
        """Return the breaker that is meant.

        Raises:
            UserError: when there is none, or it is not told in which environment.
        """
        mine = self.called(name)
        if environment is None and len(mine) == 1:
            return mine[0]
        for watched in mine:
            if environment is not None and watched.environment == environment:
                return watched
        places = [watched.environment for watched in mine if watched.environment is not None]
        if not places:
            raise UserError(f"{name} watches everything together: leave --environment out.")
        said = "say which" if environment is None else f"not {environment!r}"
        raise UserError(f"{name} watches {', '.join(places)}: {said}, with --environment.")

    def called(self, name: str) -> Sequence[Watched]:
        """Return a breaker, once for each of its environments."""
        mine = [watched for watched in self.known.all if watched.breaker.name == name]
        if not mine:
            names = dict.fromkeys(breaker.name for breaker in self.file.policy.breakers)
            has = f"it has {', '.join(names)}" if names else "it declares none"
            raise UserError(f"The policy ({self.file.source}) has no breaker {name!r}; {has}.")
        return mine

    def write(self, drafts: Sequence[Draft]) -> int:
        """Write moves down; what is there already adds nothing. Return how many were new."""
        return len(self.ledger.append(drafts, self.known.as_of))


@contextmanager
def home(
    ledger: str | None,
    clone: Path,
    repo: str | None,
    policy: str | None,
    *,
    as_of: str | None = None,
    create: bool = False,
) -> Iterator[Home]:
    """Open the ledger, and read the policy that governs and all that is told."""
    from fitgate.core.breaker.watching import Breakers
    from fitgate.entrypoints.cli.governing import governing
    from fitgate.entrypoints.cli.ledgers import opened, told_by

    file = governing(clone, policy)
    at = asked.now() if as_of is None else asked.moment(as_of, "--as-of")
    with opened(ledger, clone, repo, create=create) as found:
        yield Home(found, file, Breakers(file.policy, told_by(found, at), at))
