"""`fitgate ledger`: is it whole, and how it is taken elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeGuard, cast

import typer

from fitgate.core.entries import Head
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption, opened
from fitgate.entrypoints.cli.redeciding import redecided
from fitgate.errors import BrokenChainError, UserError
from fitgate.ports import Ledger

if TYPE_CHECKING:
    from fitgate.adapters.ledger.projection import ProjectedLedger

app = typer.Typer(help="Verify the ledger, take it elsewhere.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_EVERY = 5_000
"""Entries between two moves of the progress bar."""


@app.command()
def verify(
    *,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    expect: Annotated[
        str | None,
        typer.Option(
            help="A head noted down earlier, that the chain must go through.", metavar="SEQ:DIGEST"
        ),
    ] = None,
    decisions: Annotated[
        bool,
        typer.Option("--decisions", help="Make every decision again, from what it was made on."),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Check that no entry was edited, left out or put in.

    Whoever can write to the database can also write the whole chain anew, and this will find it
    whole: note the head down elsewhere (`fitgate ledger head`) and --expect it.

    --decisions tells those that come out the same, those that differ under the same version of
    FITGate (an error) and those that a newer one decides otherwise (a report).

    Exit code: 0 the chain is whole, 1 it is broken (the first broken entry is named) or a decision
    differs under the version that made it.
    """
    noted = _noted(expect)
    with opened(ledger, repo=repo) as chain:
        broken = None
        try:
            head = _walk(chain, noted)
        except BrokenChainError as exc:
            broken, head = exc, chain.head()
        again = redecided(chain) if decisions and broken is None else None
        whose = chain.repo
    told = {"repo": whose, "whole": broken is None, **_shown(head)}
    if as_json:
        fault = None if broken is None else {"seq": broken.seq, "why": broken.why}
        more = {} if again is None else {"decisions": again.document()}
        print(json.dumps({**told, "broken": fault, **more}))
    elif broken is None:
        print(f"The ledger of {whose} is whole: {_line(head)}")
        print("\n".join(again.lines() if again else ()), end="\n" if again else "")
    else:
        print(f"The ledger of {whose} is broken: {broken}")
    return 0 if broken is None and (again is None or again.is_sound) else 1


def _walk(ledger: Ledger, noted: Head | None) -> Head:
    """Go through a chain from its first entry to its head.

    Raises:
        BrokenChainError: at the first entry that does not hang together with those before it.
    """
    from fitgate.bootstrap import progress
    from fitgate.core.chain import linked

    before, last = ledger.head(), Head()
    known = {before.seq: (before.digest, "the one that the ledger ended with")}
    if noted is not None:
        known[noted.seq] = (noted.digest, f"the one noted down, {noted.digest}")
    with progress("checking entries", before.seq, shown=sys.stderr.isatty()) as show:
        for each in linked(ledger.stored(), ledger.repo):
            digest, which = known.get(each.seq, (each.digest, ""))
            if each.digest != digest:
                raise BrokenChainError(each.seq, f"is not {which}")
            last = Head(each.seq, each.digest, before.recorded_at)
            if each.seq % _EVERY == 0:
                show(each.seq)
    if last.seq < max(known):
        raise BrokenChainError(last.seq + 1, f"is missing: the ledger went on to {max(known)}")
    after = ledger.head()  # others may have written since we began
    if last.seq > after.seq:
        raise BrokenChainError(after.seq + 1, "was written past the end of the ledger")
    if last.seq == after.seq and last.digest != after.digest:
        raise BrokenChainError(last.seq, "is not the one that the ledger ended with")
    return after if after.seq == last.seq else last


def _noted(expect: str | None) -> Head | None:
    if expect is None:
        return None
    seq, _, digest = expect.partition(":")
    if not (seq.isdecimal() and seq.isascii() and digest.startswith("sha256:")):
        raise typer.BadParameter(f"--expect {expect!r} is not like 12:sha256:…, as `head` prints")
    return Head(int(seq), digest)


@app.command("head")
def show_head(
    *, ledger: LedgerOption = None, repo: RepoOption = None, as_json: JsonOption = False
) -> None:
    """Print the last entry's number and digest, to note down elsewhere."""
    with opened(ledger, repo=repo) as chain:
        head = chain.head()
    print(json.dumps({"repo": chain.repo, **_shown(head)}) if as_json else _line(head))


def _shown(head: Head) -> dict[str, object]:
    from fitgate.core.entries import moment

    at = None if head.recorded_at is None else moment(head.recorded_at)
    return {"seq": head.seq, "digest": head.digest, "recorded_at": at}


def _line(head: Head) -> str:
    return f"{head.seq}:{head.digest}" if head.seq else "no entries yet"


@app.command()
def rebuild(
    *, ledger: LedgerOption = None, repo: RepoOption = None, as_json: JsonOption = False
) -> None:
    """Make the rows that figures read again, from nothing.

    They are worked out from the entries alone, so nothing is lost by throwing them away.
    """
    from fitgate.bootstrap import progress
    from fitgate.core.words.cells import counted

    with opened(ledger, repo=repo) as chain:
        total = chain.head().seq
        if not _has_rows(chain):
            none = {"repo": chain.repo, "entries": total, "rows": None}
            said = (
                "A ledger on a branch has no rows: figures are folded from its entries each time."
            )
            print(json.dumps(none) if as_json else said)
            return
        with progress("folding entries", total, shown=sys.stderr.isatty()) as show:
            rows = chain.rebuild(show)
    if as_json:
        print(json.dumps({"repo": chain.repo, "entries": total, "rows": rows}))
    else:
        print(
            f"{chain.repo}: {counted(rows, 'row')}, one a landing, from {counted(total, 'entry')}."
        )


@app.command("export")
def export_ledger(
    *,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here, not to stdout.", metavar="FILE")
    ] = None,
) -> None:
    """Write all entries and contents into one file.

    Entries are written byte for byte as they are hashed. The chain is verified on the way; what is
    broken is not exported.
    """
    from fitgate.bootstrap import progress, written
    from fitgate.core.ledger_file import lines_of
    from fitgate.core.words.cells import counted

    with opened(ledger, repo=repo) as chain:
        head = chain.head()
        lines = lines_of(chain.repo, head, chain.stored(), chain.digests(), chain.blob)
        if out is None:
            for line in lines:
                sys.stdout.buffer.write(line + b"\n")
            return
        with (
            progress("writing entries", head.seq, shown=sys.stderr.isatty()) as show,
            written(out) as file,
        ):
            for number, line in enumerate(lines):
                cast("TextIO", file).buffer.write(line + b"\n")
                if number % _EVERY == 0:
                    show(number)
    print(f"{out}: {counted(head.seq, 'entry')} of {chain.repo}, up to {_line(head)}")


@app.command("import")
def import_ledger(
    file: Annotated[Path, typer.Argument(help="What `fitgate ledger export` wrote; - is stdin.")],
    *,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over an exported ledger, all or nothing.

    The bytes and the digests stay the same. Into an empty ledger, or into one that holds the
    beginning of the same chain.
    """
    from fitgate.bootstrap import restored
    from fitgate.core.ledger_file import LedgerFile
    from fitgate.core.words.cells import counted

    try:
        with open(sys.stdin.fileno() if str(file) == "-" else file, "rb") as lines:  # noqa: PTH123 - a descriptor has no path
            told = LedgerFile(lines, str(file))
            with opened(ledger, repo=told.header.repo, create=True) as chain:
                if not _has_rows(chain):
                    raise UserError(
                        "A ledger on a branch goes from clone to clone by `git push` and `git "
                        "fetch`, so that each clone sees it grow; a file is imported into a "
                        "database: --ledger sqlite:///FILE."
                    )
                added = restored(chain, told)
                head = chain.head()
    except OSError as exc:
        raise UserError(f"{file}: {exc.strerror}. Give a file that can be read.") from exc
    if as_json:
        print(json.dumps({"repo": chain.repo, "added": added, **_shown(head)}))
    else:
        print(f"{chain.repo}: {counted(added, 'entry')} added; the ledger ends at {_line(head)}")


@app.command()
def upgrade(*, ledger: LedgerOption = None) -> None:
    """Bring an older database up to this version.

    Entries stay as they are. Commands that write do so by themselves.
    """
    from fitgate.bootstrap import open_database
    from fitgate.settings import ledger_kind, settings

    where = ledger or settings().database_url
    if ledger_kind(where) == "branch":
        print("A ledger on a branch has no tables: there is nothing to bring up.")
        return
    database = open_database(where, upgrade=True)
    database.close()
    print(f"{database.name} is up to date.")


def _has_rows(ledger: Ledger) -> TypeGuard[ProjectedLedger]:
    """Say whether a ledger is in a database."""
    return hasattr(ledger, "rebuild")
