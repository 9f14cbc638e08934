"""`fitgate check`: the verdict on one change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked

if TYPE_CHECKING:
    from fitgate.core.facts import Facts
    from fitgate.core.verdict import Verdict

_BY_HAND = "no --policy was given; judged by FITGate's default"


def check(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    base: Annotated[str | None, typer.Option(help="The revision that the change is for.")] = None,
    head: Annotated[str, typer.Option(help="The revision of the change.")] = "HEAD",
    change: Annotated[
        str | None, typer.Option(help="A change that has landed, as of then.", metavar="SHA")
    ] = None,
    facts: Annotated[
        str | None, typer.Option(help="Judge these facts instead; - is stdin.", metavar="FILE")
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="Judge by this policy, not that of the base.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="Judge as of then, not as of now.", metavar="TIME")
    ] = None,
) -> int:
    """Say whether a change is irreversible, what it waits for, who can act and until when.

    Exit code: 0 allowed, not irreversible, or shadow; 1 HOLD, UNDECIDED or DENY in enforce mode.
    """
    if [base, change, facts].count(None) != 2:  # noqa: PLR2004 - one of the three
        ways = "--base REV (and --head REV), --change SHA or --facts FILE"
        raise typer.BadParameter(f"say which change, by one of {ways}")
    if facts is not None:
        seen, verdict = _of_facts(facts, policy, as_of)
    else:
        at = asked.moment(as_of, "--as-of") if as_of else asked.now()
        seen, verdict = _of_clone(path, (base, head, change), policy, at)
    _show(seen, verdict, as_json=as_json)
    held = verdict.mode == "enforce" and verdict.outcome != "ALLOW"
    return 1 if held else 0


def _of_facts(name: str, policy: str | None, as_of: str | None) -> tuple[Facts, Verdict]:
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.classify import classify
    from fitgate.core.facts_file import parse_facts
    from fitgate.core.in_force import choose, rulebook
    from fitgate.core.verdict import decide

    facts = parse_facts(asked.text_of(name), name)
    if as_of is not None:
        facts = replace(facts, as_of=asked.moment(as_of, "--as-of"))
    given = asked.policy_file(policy)
    if given is None:
        default = choose((), shipped_policies())
        given = replace(default, note=f"{_BY_HAND}, mode {default.policy.mode}")
    book = rulebook(given)
    return facts, decide(facts, classify(facts, book.looks), book)


def _of_clone(
    path: Path, which: tuple[str | None, str, str | None], policy: str | None, at: datetime
) -> tuple[Facts, Verdict]:
    from fitgate.bootstrap import open_clone, shipped_policies
    from fitgate.entrypoints.cli.landed import event_of
    from fitgate.pipeline import Policies, run

    given = asked.policy_file(policy)
    with open_clone(path) as clone:
        event = event_of(clone, *which, at)
        (judged,) = run(event, clone, Policies(clone, shipped_policies(), given))
    return judged.facts, judged.verdict


def _show(facts: Facts, verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        from fitgate.core.verdict import verdict_json

        print(json.dumps(verdict_json(verdict), indent=2))
        return
    from fitgate.core.words.check import check_lines

    lines = check_lines(facts, verdict, asked.width())
    if asked.colourful():
        from fitgate.bootstrap import painted

        lines = [painted(line) for line in lines]
    print("\n".join(lines))
