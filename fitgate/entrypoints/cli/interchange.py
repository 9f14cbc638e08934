"""`fitgate import pilot` and `export pilot`: the pilot pack's logs, in and out without loss."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption, governing
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption, opened, told_by
from fitgate.errors import ImportProblemsError, UserError

if TYPE_CHECKING:
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.entries import Draft
    from fitgate.core.interchange.tables import Columns, Log, Table
    from fitgate.ports import Ledger

R = TypeVar("R")
_MOST = 64 << 20
import_app = typer.Typer(help="Take over what others wrote down.", no_args_is_help=True)
export_app = typer.Typer(help="Hand over what is written down.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@import_app.callback()
def _import() -> None:
    """Keep `pilot` a word of its own."""


@export_app.callback()
def _export() -> None:
    """Keep `pilot` a word of its own."""


@import_app.command("pilot")
def import_pilot(
    changes: Annotated[str, typer.Argument(help="The change log, as CSV.", metavar="CHANGES")],
    drills: Annotated[
        str | None, typer.Argument(help="The drill log, as CSV.", metavar="DRILLS")
    ] = None,
    *,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over a change log and a drill log of the pilot pack: all of it, or nothing.

    Their categories become those that the policy's taxonomy names them for. A file that was taken
    over is kept in the ledger, and taken over once; one that grew adds what is new.
    """
    from fitgate.core.interchange import pilot, pilot_entries
    from fitgate.core.words.interchange import taken_over

    now = asked.now()
    rules = governing(clone, policy).policy
    files = [asked.bytes_of(name, _MOST) for name in (changes, drills) if name is not None]

    def change_log() -> Log[pilot.PilotChange]:
        return pilot.read_changes(_table(files[0], changes, pilot.CHANGES), rules, now)

    def drill_log() -> Log[pilot.PilotDrill]:
        return pilot.read_drills(_table(files[1], str(drills), pilot.DRILLS), now)

    problems: list[ImportProblemsError] = []
    read_change_log = _tried(change_log, problems)
    read_drill_log = _tried(drill_log, problems) if drills is not None else None
    with opened(ledger, clone, repo, create=True) as book:
        told = told_by(book)
        drafts: list[Draft] = []
        if (log := read_change_log) is not None:
            made = _tried(lambda: pilot_entries.change_drafts(log, rules, told), problems) or []
            drafts += [*made, _imported(pilot_entries.CHANGES, files[0], log, now)]
        if (drilled := read_drill_log) is not None:
            made = _tried(lambda: pilot_entries.drill_drafts(drilled, told), problems) or []
            drafts += [*made, _imported(pilot_entries.DRILLS, files[1], drilled, now)]
        if problems:
            raise ImportProblemsError.joined(problems)
        written = book.append(drafts, now, files)
    rows = sum(len(each.rows) for each in (read_change_log, read_drill_log) if each is not None)
    if as_json:
        print(json.dumps({"rows": rows, "written": len(written)}))
    else:
        print(taken_over(rows, len(written)))


def _tried(work: Callable[[], R], problems: list[ImportProblemsError]) -> R | None:
    """Do it, or note what is wrong, so that all that is wrong is told at once."""
    try:
        return work()
    except ImportProblemsError as exc:
        problems.append(exc)
        return None


def _table(content: bytes, name: str, columns: Columns) -> Table:
    from fitgate.core.interchange.tables import read_table

    return read_table(asked.decoded(content, name), name, columns)


def _imported(source: str, content: bytes, log: Log[R], now: datetime) -> Draft:
    from fitgate.core.canonical import sha256
    from fitgate.core.interchange.pilot_entries import imported

    return imported(source, sha256(content), len(log.rows), now)


@export_app.command("pilot")
def export_pilot(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Where changes.csv and drills.csv go.")
    ] = Path(),
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the landings and drills of the ledger as the pilot pack's change log and drill log.

    What was imported comes out as it went in, byte for byte. A cell that a spreadsheet would run as
    a formula gets an apostrophe, which `import` takes away again.
    """
    from fitgate.bootstrap import written
    from fitgate.core.interchange import pilot, pilot_entries
    from fitgate.core.words.interchange import handed_over, left_out

    now = asked.now()
    rules = governing(clone, policy).policy
    with opened(ledger, clone, repo) as book:
        told = told_by(book)
        change_logs = _logs(
            book, told, pilot_entries.CHANGES, pilot.CHANGES,
            lambda table: pilot.read_changes(table, rules, now).sound(),
        )  # fmt: skip
        drill_logs = _logs(
            book, told, pilot_entries.DRILLS, pilot.DRILLS,
            lambda table: pilot.read_drills(table, now).sound(),
        )  # fmt: skip
    changes, unknown = pilot_entries.changes_in(told, rules)
    drills = pilot_entries.drills_in(told)
    texts = {
        out / "changes.csv": pilot_entries.changes_csv(changes, rules, change_logs),
        out / "drills.csv": pilot_entries.drills_csv(drills, drill_logs),
    }
    for path in texts:
        if path.exists() and not force:
            raise UserError(f"{path}: is there already. Choose another --out, or say --force.")
    for path, text in texts.items():
        with written(path) as file:
            file.write(text)
    if as_json:
        counts = {"changes": len(changes), "drills": len(drills), "left_out": [*unknown]}
        print(json.dumps({"files": [*map(str, texts)], **counts}))
        return
    print(handed_over(str(out), len(changes), len(drills)))
    if unknown:
        print(left_out(unknown))


def _logs(
    book: Ledger,
    told: Chronicle,
    source: str,
    columns: Columns,
    read: Callable[[Table], Log[R]],
) -> list[Log[R]]:
    """Return the files that were taken over, as far as they can still be read, the newest first."""
    from fitgate.core.records.controls import Imported

    logs: list[Log[R]] = []
    for each in reversed(told.told(Imported)):
        content = book.blob(each.record.digest) if each.record.source == source else None
        if content is None:
            continue
        log = _tried(lambda c=content: read(_table(c, source, columns)), [])  # type: ignore[misc] # mypy infers no lambda with a default
        logs += [log] if log is not None else []
    return logs
