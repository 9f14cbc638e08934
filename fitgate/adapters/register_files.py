"""The register in files: YAML, CSV, verdicts in JSON, and one page of HTML."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import yaml
from pydantic import ValidationError
from pydantic.types import JsonValue

from fitgate.core.inert import inert
from fitgate.core.interchange.registers_out import yaml_text
from fitgate.core.register import Register, RegisterEntry, entry_json, register_adapter
from fitgate.core.words.register import CSV, csv_row, summary
from fitgate.errors import Problem, RegisterError, UserError

MARK = "# IO register, proposed by FITGate"
"""How a file of ours begins; no other file is written over."""
MARK_IMPORTED = "# IO register, taken over by FITGate"
Writer = Callable[[Register, IO[str]], None]
LISTS = {"io_register": True, "undecided": None, "reclassified_not_io": False}
"""The lists of a register, by whether what is in them counts as an IO; the last may be missing."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Dumper(yaml.CSafeDumper):
    """Writes out what stands twice: an anchor in a register would puzzle its readers."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML calls it so
        return True


def write_files(folder: Path, register: Register, writers: Mapping[str, Writer]) -> list[Path]:
    """Write all files of a register into a folder, each whole or not at all; returns them.

    Raises:
        UserError: when the folder cannot be written, or a file there is not ours.
    """
    refuse_foreign(folder)
    for name, write in writers.items():
        with atomic(folder / name) as out:
            write(register, out)
    return [folder / name for name in writers]


def refuse_foreign(folder: Path) -> None:
    """Make sure that the register does not go where somebody keeps reviews under the same name.

    Raises:
        UserError: when `register.yaml` is there and was not written by a scan.
    """
    _refuse_but(folder / "register.yaml", MARK, "was not written by a scan")


def _refuse_but(path: Path, mark: str, why: str) -> None:
    with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as file:
        if not file.read(len(mark)).startswith(mark):
            raise UserError(f"{path}: {why}. Choose another --out.")


def write_imported(folder: Path, entries: Sequence[RegisterEntry]) -> Path:
    """Write entries of somebody else's register as one of ours, and return the file.

    Raises:
        UserError: when it cannot be written, or a register is there that was not taken over.
    """
    path = folder / "register.yaml"
    _refuse_but(path, MARK_IMPORTED, "is another register, and would be lost")
    with atomic(path) as out:
        out.write(f"{MARK_IMPORTED}: reviews go into .fitgate/register.yaml, not here\n")
        _write_list("io_register", entries, out)
        _write_list("undecided", (), out)
    return path


@contextmanager
def atomic(path: Path) -> Iterator[IO[str]]:
    """Open a file that appears in its place, whole, when all is written.

    Raises:
        UserError: when it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(number, "w", encoding="utf-8", newline="") as out:
                yield out
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise UserError(f"{path}: cannot be written: {exc.strerror}.") from exc


def write_yaml(register: Register, out: IO[str]) -> None:
    """Write the register in the canonical schema; below it, what could not be told to be an IO.

    What the rules took for one and two people do not is listed last, if there is any.
    """
    out.write(f"{MARK}: reviews go into .fitgate/register.yaml, not here\n")
    out.writelines(f"# {line}\n" for line in summary(register))
    out.write(f"# FITGate {register.version}, {register.at.isoformat().replace('+00:00', 'Z')}\n")
    for key, entries in _lists(register):
        _write_list(key, entries, out)


def _lists(register: Register) -> Iterator[tuple[str, Iterator[RegisterEntry]]]:
    for key, is_io in LISTS.items():
        if is_io is not False or register.tally.lowered:
            yield key, _counted(register, is_io=is_io)


def _counted(register: Register, *, is_io: bool | None) -> Iterator[RegisterEntry]:
    return (entry for entry in register.entries() if entry.counted.is_io is is_io)


def read_yaml(path: Path) -> list[RegisterEntry]:
    """Read the entries of a register that a scan wrote.

    Raises:
        RegisterError: when it is none.
        UserError: when it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            document = yaml.load(file, yaml.CSafeLoader)
        found = [*document["io_register"], *document["undecided"]]
        found += document.get("reclassified_not_io", [])
        entries = [register_adapter().validate_python(entry) for entry in found]
    except OSError as exc:
        raise UserError(f"{path}: {exc.strerror}. Name a folder that a scan wrote into.") from exc
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValidationError) as exc:
        problem = Problem("is no register that this version wrote", remedy="scan again with --out")
        raise RegisterError(str(path), [problem]) from exc
    return sorted(entries, key=lambda entry: str(entry.landed_at or entry.date_utc))


def _write_list(key: str, entries: Iterable[RegisterEntry], out: IO[str]) -> None:
    empty = True
    for entry in entries:
        if empty:
            out.write(f"{key}:\n")
            empty = False
        document = entry_json(entry)
        shown = {key: _inert(value) for key, value in document.items() if key != "imported"}
        yaml.dump([shown], out, _Dumper, sort_keys=False, allow_unicode=True, width=100)
        if "imported" in document:  # to be handed back as it came: escaped where shown inert
            text = yaml_text({"imported": document["imported"]})
            out.writelines(f"  {line}\n" for line in text.splitlines())
    if empty:
        out.write(f"{key}: []\n")


def _inert(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return inert(value)
        case list():
            return [_inert(item) for item in value]
        case dict():
            return {inert(key): _inert(item) for key, item in value.items()}
        case _:
            return value


def write_csv(register: Register, out: IO[str]) -> None:
    """Write one row an entry (RFC 4180), in which no cell is a formula to a spreadsheet."""
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(CSV)
    for entry in register.entries():
        rows.writerow(map(harmless, csv_row(entry)))


def harmless(cell: str) -> str:
    """Return a cell with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def write_verdicts(register: Register, out: IO[str]) -> None:
    """Write all verdicts as a JSON array, one object a line, also of what is no IO."""
    joint = "["
    for document in register.verdicts():
        out.write(f"{joint}\n{json.dumps(document)}")
        joint = ","
    out.write("\n]\n" if joint == "," else "[]\n")


def write_json(register: Register, out: IO[str]) -> None:
    """Write the register as one JSON document, one entry a line."""
    tally = register.tally
    head: dict[str, JsonValue] = {
        "repository": register.repository,
        "scope": register.scope,
        "at": register.at.isoformat().replace("+00:00", "Z"),
        "fitgate": register.version,
        "counts": {
            "changes": tally.changes,
            "io": tally.io,
            "not_io": tally.other,
            "unknown": tally.unknown,
            "categories": dict(tally.categories),
            "standings": {str(name): number for name, number in tally.standings.items()},
        },
        "unclaimed_reviews": [*register.unclaimed],
    }
    out.write(json.dumps(head)[:-1])
    for key, entries in _lists(register):
        out.write(f', "{key}": [')
        joint = "\n"
        for entry in entries:
            out.write(joint + json.dumps(entry_json(entry)))
            joint = ",\n"
        out.write("]")
    out.write("}\n")
