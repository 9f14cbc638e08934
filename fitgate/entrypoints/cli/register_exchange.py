"""`fitgate register import` and `export`: registers in the schemas of others."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption, governing


class Schema(StrEnum):
    """Whose schema a register is in."""

    PILOT = "pilot"
    SRIOCS = "sriocs"


SchemaOption = Annotated[
    Schema, typer.Option("--format", help="The pilot pack's schema, or that of S-RIOCS.")
]


def import_(
    file: Annotated[str, typer.Argument(help="A register, or - for stdin.", metavar="FILE")],
    *,
    form: SchemaOption,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The folder that register.yaml goes into.")
    ],
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the entries as JSON.")] = False,
) -> None:
    """Take over a register: its entries in the canonical schema, each with what it was before.

    Nothing is judged: what an entry says is what somebody said. `register show` prints it.
    """
    from fitgate.bootstrap import write_imported_register
    from fitgate.core.interchange.registers import read_register
    from fitgate.core.register import entry_json
    from fitgate.core.words.cells import counted

    text = asked.decoded(asked.bytes_of(file), file)
    entries = read_register(text, file, form.value, governing(clone, policy).policy)
    path = write_imported_register(out, entries)
    if as_json:
        print(json.dumps([entry_json(entry) for entry in entries], indent=2))
    else:
        print(f"{path}: {counted(len(entries), 'entry')}")


def export(
    where: Annotated[
        Path, typer.Argument(help="A folder with a register of ours, or the file.", metavar="WHERE")
    ],
    *,
    form: SchemaOption,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
) -> None:
    """Write a register, of a scan or taken over, in the schema of the pilot pack or of S-RIOCS.

    What was taken over in that schema goes out as it came; what the schema has no key for does not.
    """
    from fitgate.bootstrap import read_register, written
    from fitgate.core.interchange.registers_out import register_text

    entries = read_register(where / "register.yaml" if where.is_dir() else where)
    held = [entry for entry in entries if entry.counted.is_io]
    text = register_text(held, form.value, governing(clone, policy).policy)
    if out is None:
        print(text, end="")
    else:
        with written(out) as file:
            file.write(text)
    if undecided := sum(entry.counted.is_io is None for entry in entries):
        from fitgate.core.words.interchange import undecided_left_out

        print(undecided_left_out(undecided), file=sys.stderr)
