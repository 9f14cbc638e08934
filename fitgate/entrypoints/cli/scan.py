"""`fitgate scan`: the register of what has landed in a clone."""

from __future__ import annotations

import sys
import textwrap
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.ledgers import LedgerOption, opened

if TYPE_CHECKING:
    from fitgate.adapters.journal import Journal
    from fitgate.core.register import Register
    from fitgate.entrypoints.cli.scanning import Scan
    from fitgate.ports import Ledger

JOURNAL = "scan.jsonl"


class Format(StrEnum):
    """What stdout gets."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    HTML = "html"


def scan(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    since: Annotated[
        str | None,
        typer.Option(help="90d (the default), 12w, a day, a moment, or all.", metavar="WHEN"),
    ] = None,
    span: Annotated[
        str | None, typer.Option("--range", help="What landed on B since A.", metavar="A..B")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="One policy for all, not that of each base.", metavar="FILE"),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="What to print.", case_sensitive=False)
    ] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write register.yaml, .csv, .html and verdicts.json.", metavar="DIR"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a scan into --out that was interrupted.")
    ] = False,
    reviews: Annotated[
        Path | None,
        typer.Option(help="Where reviews are, if not in .fitgate/register.yaml.", metavar="FILE"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that judge; by default as many as pay.", metavar="N"),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write what was judged into the ledger as well.")
    ] = False,
    ledger: LedgerOption = None,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="Exit 1 if anything landed that a gate would have held."),
    ] = False,
) -> int:
    """Judge every change that has landed, as of its landing, and list the irreversible ones.

    Exit code: 0 whatever is found; with --exit-code 1 if there is a bypass or a would-hold. What is
    unjudged neither accuses nor acquits.
    """
    if resume and out is None:
        raise typer.BadParameter("--resume goes on with a scan into a folder: say --out DIR")
    from fitgate.bootstrap import open_clone, refuse_foreign, write_register
    from fitgate.core.standing import Standing
    from fitgate.entrypoints.cli.scanning import Scan

    if out is not None:
        refuse_foreign(out)
    known = asked.reviews(asked.reviews_file(path, reviews), must_exist=reviews is not None)
    given, when = asked.policy_file(policy), since or ("all" if span else "90d")
    with open_clone(path) as clone:
        work = Scan(path, clone, given, known, span=span, since=when, keep_facts=record)
        with work.journal(out and out / JOURNAL, resume=resume) as journal:
            try:
                work.judge(journal, jobs=jobs, shown=sys.stderr.isatty())
            except KeyboardInterrupt:
                if out is not None:
                    print("fitgate: interrupted; --resume goes on from here", file=sys.stderr)
                raise
            register = work.register(journal)
            if record:
                with opened(ledger, path, create=True) as home:
                    _record(journal, register, work, policy, home)
                    _review(path, policy, home)
            files = write_register(out, register) if out is not None else []
            journal.remove()
            _show(register, path, files, Format.JSON if as_json else form)
    held = any(register.tally.standings.get(s) for s in (Standing.BYPASS, Standing.WOULD_HOLD))
    return 1 if exit_code and held else 0


def _record(
    journal: Journal, register: Register, work: Scan, policy: str | None, home: Ledger
) -> None:
    """Write what was judged into the ledger, and what people say of it; tell what that came to."""
    from fitgate.core.words.cells import counted
    from fitgate.entrypoints.cli import recording

    texts = recording.Texts(work.clone, asked.text_of(policy) if policy else None)
    done = recording.record(
        journal.lines(), work.clone, texts, home, asked.now(),
        total=journal.done, shown=sys.stderr.isatty(),
    )  # fmt: skip
    said = recording.record_reviews(register.entries(), work.reviews, home, asked.now())
    new = counted(done.entries + said, "entry")
    print(f"fitgate: {new} written into the ledger", file=sys.stderr)


def _review(path: Path, policy: str | None, home: Ledger) -> None:
    """Look at all breakers after what was written, and note down and tell which have moved."""
    from fitgate.core.breaker.watching import Breakers
    from fitgate.core.words.breaker import due_words
    from fitgate.entrypoints.cli.governing import governing
    from fitgate.entrypoints.cli.ledgers import told_by

    now = asked.now()
    known = Breakers(governing(path, policy).policy, told_by(home), now)
    due = known.all_due()
    home.append([*due, *known.looked()], now)
    for draft in due:
        print(f"fitgate: {due_words(draft)}", file=sys.stderr)


def _show(register: Register, path: Path, files: list[Path], form: Format) -> None:
    """Print what is asked for; `files` are those that were written."""
    from fitgate.bootstrap import print_table, register_writers
    from fitgate.core.words.register import TABLE, hints, summary, table_row

    if form is not Format.TABLE:
        register_writers()[f"register.{form}"](register, sys.stdout)
        return
    if register.tally.io or register.tally.unknown:
        print_table(TABLE, lambda: map(table_row, register.entries()), colour=asked.colourful())
        print()
    for line in summary(register):
        print(textwrap.fill(line, asked.width()) if sys.stdout.isatty() else line)
    if files:
        print("\nWritten:\n" + "\n".join(f"  {file}" for file in files))
    clone = "" if path == Path() else str(path)
    print("\n" + "\n".join(hints(register, clone, written=bool(files))))
