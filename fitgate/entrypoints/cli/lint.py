"""`fitgate policy lint`: what is wrong with a policy, what it says in vain, what it never met."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.lint.history import Seen
    from fitgate.core.reading import PolicyFile

PLACES = (".fitgate.yaml", ".fitgate/policy.yaml")


def lint(
    file: Annotated[
        Path | None, typer.Argument(help=f"The policy; else {' or '.join(PLACES)}.")
    ] = None,
    clone: Annotated[
        Path | None, typer.Argument(help="A folder of the clone for --history; else this one.")
    ] = None,
    *,
    history: Annotated[
        bool,
        typer.Option("--history", help="Name rules that matched nothing of what has landed too."),
    ] = False,
    since: Annotated[
        str, typer.Option(help="How far --history looks back, as in a scan.", metavar="WHEN")
    ] = "180d",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print problems, warnings and notes as JSON.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if there is a warning.")] = False,
) -> int:
    """Name every problem of a policy, and what it says in vain: file:line:column: where: what.

    Exit code: 0 it can be used; 1 with --strict if there are warnings; 2 it cannot be used. A
    warning is proved. What history did not meet may yet come, and counts for nothing. Notes say
    what this version does not act on.
    """
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.inert import inert
    from fitgate.core.lint import by_place
    from fitgate.core.lint import lint as found_in
    from fitgate.core.lint.history import not_met
    from fitgate.core.places import load
    from fitgate.core.reading import parse_policy
    from fitgate.core.words.lint import can_be_used, labelled, looked_at, not_acted_on

    if clone is not None and not history:
        raise typer.BadParameter("a clone is looked at with --history only")
    if history and clone is None and file is not None and file.is_dir():
        file, clone = None, file
    path = file or here()
    text = asked.text_of(str(path))
    given = parse_policy(text, str(path), shipped_policies())
    policy, located = given.policy, load(text)
    warnings = found_in(policy, located)
    notes = [inert(note) for note in not_acted_on(policy)]
    code = 1 if strict and warnings else 0
    started = asked.since(since, asked.now())
    seen = _looked(clone or Path(), given, started) if history else None
    unmet = sorted(not_met(policy, located, seen), key=by_place) if seen else []
    if as_json:
        told: dict[str, Any] = {
            "file": str(path),
            "problems": [],
            "warnings": [*map(asdict, warnings)],
        }
        if seen:
            begin = started.isoformat() if started else None
            told["history"] = {
                "changes": seen.changes,
                "since": begin,
                "unmet": [*map(asdict, unmet)],
            }
        print(json.dumps(told | {"notes": notes}))
        return code
    name = inert(str(path))
    lines = [labelled(name, "warning", warning) for warning in warnings]
    lines += [f"{name}: note: {note}" for note in notes]
    lines += [labelled(name, "history", each) for each in unmet]
    lines += [f"{name}: {looked_at(seen, started)}"] if seen else []
    print("\n".join([*lines, f"{name}: {can_be_used(policy, len(warnings))}"]))
    return code


def here() -> Path:
    """Return where the policy of this folder is.

    Raises:
        UserError: when there is none, or more than one.
    """
    found = [Path(place) for place in PLACES if Path(place).is_file()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{' and '.join(PLACES)} are both here. Keep one of them.")
    raise UserError(f"there is no {' and no '.join(PLACES)} here. Name the file.")


def _looked(clone: Path, given: PolicyFile, since: datetime | None) -> Seen:
    """Judge what has landed in a clone under one policy, and note what it met."""
    from fitgate.bootstrap import open_clone, progress, shipped_policies
    from fitgate.core.events import Event, Happening
    from fitgate.core.lint.history import Seen
    from fitgate.pipeline import Policies, run

    seen = Seen()
    with open_clone(clone) as opened:
        event = Event(Happening.LANDED, None, opened.resolve("HEAD"), asked.now(), since)
        policies = Policies(opened, shipped_policies(), given)
        total = opened.count(event)
        with progress("looking at changes", total, shown=sys.stderr.isatty()) as show:
            for judged in run(event, opened, policies):
                seen.add(judged.facts, judged.verdict.matches)
                show(seen.changes)
        seen.paths.update(opened.paths(event.head))
    return seen
