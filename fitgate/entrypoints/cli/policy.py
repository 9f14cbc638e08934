"""`fitgate policy`: is this policy right, and what may stand in one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli.graph import graph
from fitgate.entrypoints.cli.lint import lint

app = typer.Typer(help="Look at policy files.", no_args_is_help=True)


app.command("lint")(lint)
app.command("graph")(graph)


@app.command()
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
) -> None:
    """Print the JSON Schema of a policy, for completion in an editor."""
    from fitgate.entrypoints.cli.schema import write

    write("policy", out)
