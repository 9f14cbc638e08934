"""`fitgate policy`: is this policy right, and what may stand in one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

app = typer.Typer(help="Look at policy files.", no_args_is_help=True)
_PLACES = (".fitgate.yaml", ".fitgate/policy.yaml")


@app.command()
def lint(
    file: Annotated[
        Path | None, typer.Argument(help=f"The policy; else {' or '.join(_PLACES)}.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print problems and notes as JSON.")
    ] = False,
) -> int:
    """Name every problem of a policy: file:line:column: where: what (what to do).

    Exit code: 0 it can be used; 2 it cannot. Notes say what this version does not act on.
    """
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.inert import inert
    from fitgate.core.reading import parse_policy
    from fitgate.core.words.lint import not_acted_on

    path = file or _here()
    policy = parse_policy(asked.text_of(str(path)), str(path), shipped_policies()).policy
    notes = [inert(note) for note in not_acted_on(policy)]
    if as_json:
        print(json.dumps({"file": str(path), "problems": [], "notes": notes}))
        return 0
    for note in notes:
        print(f"{path}: note: {note}")
    print(
        f"{path}: can be used ({len(policy.rules)} rules, {len(policy.gates)} gates, {policy.mode})"
    )
    return 0


@app.command()
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
) -> None:
    """Print the JSON Schema of a policy, for completion in an editor."""
    from fitgate.entrypoints.cli.schema import write

    write("policy", out)


def _here() -> Path:
    found = [Path(place) for place in _PLACES if Path(place).is_file()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{' and '.join(_PLACES)} are both here. Keep one of them.")
    raise UserError(f"there is no {' and no '.join(_PLACES)} here. Name the file.")
