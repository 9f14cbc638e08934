"""`fitgate policy explain`: why each rule speaks of a change or does not; who looks at a path."""

from __future__ import annotations

import json
import posixpath
import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.lint import PLACES
from fitgate.errors import FitgateError, UserError

if TYPE_CHECKING:
    from fitgate.core.classify.explaining import RuleExplained
    from fitgate.core.facts import Facts
    from fitgate.core.reading import PolicyFile
    from fitgate.core.verdict import Verdict

    _Change = tuple[Facts, Verdict, tuple[RuleExplained, ...]]

_A_COMMIT = re.compile(r"[0-9a-f]{7,64}|[^/]*(?:[~^]|@\{).*")
"""What is meant as a commit, whether or not there is one: a hash, or `HEAD~3`."""


def explain(
    what: Annotated[
        str | None, typer.Argument(help="A path from the top of the repository, or a commit.")
    ] = None,
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    facts: Annotated[
        str | None, typer.Option(help="A change as a facts file, instead.", metavar="FILE")
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="By this policy, not that of the base.", metavar="FILE")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="List rules that have nothing to do with it too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Say why each rule speaks of a change or does not, or which rules look at a path.

    What exists as a file is a path, else what names a commit is the change that landed with it, and
    anything else is a path that may come to be; one that looks like a commit is written ./deadbeef.
    """
    if (what is None) == (facts is None):
        raise typer.BadParameter("say what: a path or a commit, or --facts FILE")
    if facts is not None:
        _show_change(*_of_facts(facts, policy), every=every, as_json=as_json)
        return
    named = posixpath.normpath(str(what))
    change = None if (path / named).exists() else _landed(str(what), path, policy)
    if change is not None:
        _show_change(*change, every=every, as_json=as_json)
    else:
        _show_path(named, path, asked.policy_file(policy) or _policy_in(path), as_json=as_json)


def _of_facts(name: str, policy: str | None) -> _Change:
    from fitgate.core.classify import classify
    from fitgate.core.classify.explaining import explain as rules_explained
    from fitgate.core.facts_file import parse_facts
    from fitgate.core.verdict import decide

    facts, book = parse_facts(asked.text_of(name), name), asked.rulebook_by_hand(policy)
    verdict = decide(facts, classify(facts, book.looks), book)
    return facts, verdict, rules_explained(facts, book.looks)


def _landed(what: str, path: Path, policy: str | None) -> _Change | None:
    """Judge the change that landed with a commit; None if it is none, and a path may be meant.

    Its facts are looked into twice: as they decide, and so that they tell what was nearly seen.
    """
    from fitgate.bootstrap import open_clone, shipped_policies
    from fitgate.core.classify import Looks
    from fitgate.core.classify.explaining import explain as rules_explained
    from fitgate.core.classify.explaining import widened
    from fitgate.core.reading import PolicyFile
    from fitgate.entrypoints.cli.landed import landing
    from fitgate.pipeline import Policies, run

    given = asked.policy_file(policy)
    with ExitStack() as stack:
        try:
            clone = stack.enter_context(open_clone(path))
            event = landing(clone, what, asked.now())
        except FitgateError as exc:
            if _A_COMMIT.fullmatch(what):
                raise UserError(f"{exc} A path that may come to be is ./{what} here.") from exc
            return None
        (judged,) = run(event, clone, Policies(clone, shipped_policies(), given))
        wide = PolicyFile(widened(judged.policy), "", "")
        (told,) = run(event, clone, Policies(clone, shipped_policies(), wide))
    looks = Looks(judged.policy)
    return judged.facts, judged.verdict, rules_explained(judged.facts, looks, told.facts)


def _policy_in(folder: Path) -> PolicyFile:
    """Read the policy as it stands in a folder; without one, the default."""
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.in_force import PolicyText, choose, read_version

    there = {place: folder / place for place in PLACES if (folder / place).is_file()}
    if not there:
        return choose((), shipped_policies())
    texts = {place: asked.text_of(str(file)) for place, file in there.items()}
    return replace(read_version(PolicyText("", texts), shipped_policies()), commit=None)


def _show_change(
    facts: Facts,
    verdict: Verdict,
    rules: tuple[RuleExplained, ...],
    *,
    every: bool,
    as_json: bool,
) -> None:
    from fitgate.core.words.explaining import explain_json, explain_lines

    if as_json:
        print(json.dumps(explain_json(facts, verdict, rules), indent=2))
    else:
        _print(explain_lines(facts, verdict, rules, asked.width(), every=every))


def _show_path(path: str, folder: Path, file: PolicyFile, *, as_json: bool) -> None:
    from fitgate.core.classify import Looks
    from fitgate.core.classify.explaining import explain_path
    from fitgate.core.words.explaining import path_json, path_lines

    if path.startswith(("/", "..")) or path == ".":
        raise UserError(f"{path}: name a file by its path from the top of the repository.")
    policy, exists = file.policy, (folder / path).exists()
    found = explain_path(path, Looks(policy))
    if as_json:
        print(json.dumps(path_json(found, policy, file.source, exists=exists), indent=2))
    else:
        _print(path_lines(found, policy, file.source, asked.width(), exists=exists))


def _print(lines: list[str]) -> None:
    if asked.colourful():
        from fitgate.bootstrap import painted

        lines = [painted(line) for line in lines]
    print("\n".join(lines))
