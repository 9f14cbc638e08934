"""`fitgate policy test`: does a policy say of small changes what it is meant to say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.lint import PLACES, here
from fitgate.errors import UserError


def try_policy(
    policy: Annotated[
        Path | None, typer.Argument(help=f"The policy; else {' or '.join(PLACES)}.")
    ] = None,
    *,
    cases: Annotated[
        list[Path] | None,
        typer.Option(help="Cases, if not in <policy>.test.yaml; may be repeated.", metavar="FILE"),
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Fail if a rule matches in no case.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option(help="Write how it went as JUnit XML.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print how it went as JSON.")] = False,
) -> int:
    """Try a policy on the cases that stand beside it, and say which rules none of them covers.

    Exit code: 0 all is as expected; 1 something is not; 2 the policy or the cases cannot be used.
    """
    from fitgate.bootstrap import junit_report, shipped_policies, written
    from fitgate.core.cases import parse_cases
    from fitgate.core.in_force import rulebook
    from fitgate.core.reading import parse_policy
    from fitgate.core.trying import try_cases
    from fitgate.core.words.cases import reports, trial_json, trial_lines

    path, library = policy or here(), shipped_policies()
    book = rulebook(parse_policy(asked.text_of(str(path)), str(path), library))
    places = cases or [_beside(path)]
    read = (parse_cases(asked.text_of(str(p)), str(p), book.file.policy) for p in places)
    trial = try_cases([placed for file in read for placed in file], book, library)
    if junit is not None:
        with written(junit) as file:
            told = reports(trial, book.looks, str(path), coverage=coverage)
            file.write(junit_report("fitgate policy test", told))
    if as_json:
        print(json.dumps({"policy": str(path), **trial_json(trial)}, indent=2))
    else:
        print("\n".join(trial_lines(trial, book.looks, asked.width())))
    return 1 if trial.failed or (coverage and trial.uncovered) else 0


def _beside(policy: Path) -> Path:
    place = policy.with_name(f"{policy.stem}.test.yaml")
    if not place.is_file():
        raise UserError(f"there are no cases in {place}. Write some, or name them with --cases.")
    return place
