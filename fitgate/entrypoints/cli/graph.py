"""`fitgate policy graph`: a picture of a policy."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.lint import PLACES, here


class Picture(StrEnum):
    """How a policy is drawn."""

    SVG = "svg"
    DOT = "dot"
    JSON = "json"


def graph(
    file: Annotated[
        Path | None, typer.Argument(help=f"The policy; else {' or '.join(PLACES)}.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
    form: Annotated[
        Picture | None,
        typer.Option(
            "--format", help="By default what FILE ends in, else svg.", case_sensitive=False
        ),
    ] = None,
) -> None:
    """Draw a policy: its categories and rules, what they wait for, breakers and layers."""
    from fitgate.bootstrap import policy_pictures, shipped_policies, written
    from fitgate.core.diagram import diagram_of
    from fitgate.core.reading import parse_policy

    path = file or here()
    policy = parse_policy(asked.text_of(str(path)), str(path), shipped_policies()).policy
    writers = policy_pictures()
    ending = out.suffix.removeprefix(".").lower() if out else ""
    if form is None and ending and ending not in writers:
        raise typer.BadParameter(
            f"a policy is drawn as {', '.join(writers)}, not as {ending}. Name the file so, say"
            f" --format, or let Graphviz make it: … policy graph --format dot | dot -T{ending}"
        )
    draw = writers[form or ending or Picture.SVG]
    picture = diagram_of(policy, path.name)
    if out is None or str(out) == "-":
        draw(picture, sys.stdout)
        return
    with written(out) as opened:
        draw(picture, opened)
