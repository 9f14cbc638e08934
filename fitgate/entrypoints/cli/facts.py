"""`fitgate facts`: all that a verdict on a change is made from, as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked


def facts(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
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
    if (base is None) == (change is None):
        raise typer.BadParameter("say which change: --base REV (and --head REV), or --change SHA")
    from fitgate.bootstrap import open_clone, shipped_policies, written
    from fitgate.core.facts_file import facts_json
    from fitgate.entrypoints.cli.landed import event_of
    from fitgate.pipeline import Policies, run

    given, at = asked.policy_file(policy), asked.now()
    with open_clone(path) as clone:
        event = event_of(clone, base, head, change, at)
        (judged,) = run(event, clone, Policies(clone, shipped_policies(), given))
    text = json.dumps(facts_json(judged.facts), indent=2) + "\n"
    if out is None or str(out) == "-":
        print(text, end="")
        return
    with written(out) as file:
        file.write(text)
