"""`fitgate policy`: is this policy right, and what may stand in one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli.graph import graph
from fitgate.entrypoints.cli.lint import lint
from fitgate.entrypoints.cli.policy_explain import explain
from fitgate.entrypoints.cli.policy_test import try_policy

app = typer.Typer(help="Look at policy files.", no_args_is_help=True)


app.command("lint")(lint)
app.command("test")(try_policy)
app.command("explain")(explain)
app.command("graph")(graph)


@app.command()
def schema(
    cases: Annotated[
        bool, typer.Option("--cases", help="The shape of cases for a policy, instead.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it does anyway.")] = False,  # noqa: ARG001 - what every command takes
) -> None:
    """Print the JSON Schema of a policy, or of its cases, for completion in an editor."""
    from fitgate.entrypoints.cli.schema import write

    write("cases" if cases else "policy", out)
