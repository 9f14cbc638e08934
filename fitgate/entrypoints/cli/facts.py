"""`fitgate facts`: all that a verdict on a change is made from, as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked

if TYPE_CHECKING:
    from fitgate.core.facts import Facts


def facts(
    where: Annotated[
        str, typer.Argument(help="A folder of the clone, or a pull request: owner/repo#7.")
    ] = ".",
    *,
    base: Annotated[str | None, typer.Option(help="The revision that the change is for.")] = None,
    head: Annotated[str, typer.Option(help="The revision of the change.")] = "HEAD",
    change: Annotated[
        str | None, typer.Option(help="A change that has landed, instead.", metavar="SHA")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="Look for what this policy asks, not that of the base.", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it does anyway.")] = False,  # noqa: ARG001 - what every command takes
) -> None:
    """Write the facts of one change, after looking into what the policy in force asks for."""
    from fitgate.bootstrap import written
    from fitgate.core.facts_file import facts_json
    from fitgate.entrypoints.cli.pulls import NAMED, judged_pull

    if NAMED.fullmatch(where) and not Path(where).exists():
        if base is not None or change is not None:
            raise typer.BadParameter(f"{where} says which change; leave --base and --change out")
        found = judged_pull(where, policy, asked.now()).facts
    else:
        found = _of_clone(Path(where), base, head, change, policy)
    text = json.dumps(facts_json(found), indent=2) + "\n"
    if out is None or str(out) == "-":
        print(text, end="")
        return
    with written(out) as file:
        file.write(text)


def _of_clone(
    path: Path, base: str | None, head: str, change: str | None, policy: str | None
) -> Facts:
    if (base is None) == (change is None):
        ways = "--base REV (and --head REV), --change SHA, or a pull request as owner/repo#7"
        raise typer.BadParameter(f"say which change: {ways}")
    from fitgate.bootstrap import open_clone, shipped_policies
    from fitgate.entrypoints.cli.landed import event_of
    from fitgate.pipeline import Policies, run

    given, at = asked.policy_file(policy), asked.now()
    with open_clone(path) as clone:
        event = event_of(clone, base, head, change, at)
        (judged,) = run(event, clone, Policies(clone, shipped_policies(), given))
    return judged.facts
