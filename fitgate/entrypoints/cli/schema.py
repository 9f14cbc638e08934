"""`fitgate schema`: the published shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer


def schema(
    name: Annotated[
        str | None,
        typer.Argument(help="facts, verdict, entry, policy, cases, register, reviews."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the published ones here.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it does anyway.")] = False,  # noqa: ARG001 - what every command takes
) -> None:
    """Print a JSON Schema, or write all that are published into a folder."""
    from fitgate.core.schemas import NAMES

    if out is not None:
        for each in [name] if name else NAMES:
            write(each, out / f"{each}.v1.json")
    elif name is None:
        raise typer.BadParameter(f"say which: {', '.join(_names())}; or --out DIR")
    else:
        write(name, None)


def write(name: str, out: Path | None) -> None:
    """Print a schema, or write it into a file."""
    text = json.dumps(_schema(name), indent=2) + "\n"
    if out is None or str(out) == "-":
        print(text, end="")
        return
    from fitgate.bootstrap import written

    with written(out) as file:
        file.write(text)


def _names() -> tuple[str, ...]:
    from fitgate.core.schemas import NAMES

    return (*NAMES, "register", "reviews")


def _schema(name: str) -> dict[str, Any]:
    from fitgate.core import schemas
    from fitgate.core.register import register_adapter
    from fitgate.core.review import reviews_adapter

    for known in schemas.NAMES:
        if name == known:
            return schemas.schema(known)
    if name == "register":
        return register_adapter().json_schema(mode="serialization")
    if name == "reviews":
        return reviews_adapter().json_schema()
    raise typer.BadParameter(f"there is no schema {name!r}: one of {', '.join(_names())}")
