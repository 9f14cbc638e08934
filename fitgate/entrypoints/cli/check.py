"""`fitgate check`: the verdict on one change."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.facts import Facts
    from fitgate.core.verdict import Verdict

SQLITE = "sqlite:///"
HELP = """Say whether a change is irreversible, what it waits for, who can act and until when.

Exit code: 0 allowed, not irreversible, or shadow; 1 HOLD, UNDECIDED or DENY in enforce mode.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fitgate check", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    say = parser.add_argument
    say("path", nargs="?", type=Path, default=Path(), help="a folder of the clone")
    say("--base", metavar="REV", help="the revision that the change is for")
    say("--head", metavar="REV", default="HEAD", help="the revision of the change (HEAD)")
    say("--change", metavar="SHA", help="a change that has landed, as of then")
    say("--pull", metavar="OWNER/REPO#N", help="a pull request on GitHub")
    say("--facts", metavar="FILE", help="judge these facts instead; - is stdin")
    say("--policy", metavar="FILE", help="judge by this policy, not that of the base")
    say("--ledger", metavar="WHERE", help="what it remembers counts: breakers, drills, overrides")
    say("--json", action="store_true", dest="as_json", help="print the verdict as JSON")
    say("--as-of", metavar="TIME", help="judge as of then, not as of now")
    return parser


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    said = _parser().parse_args(words)
    if [said.base, said.change, said.pull, said.facts].count(None) != 3:  # noqa: PLR2004 - one of the four
        ways = "--base REV (and --head REV), --change SHA, --pull OWNER/REPO#N or --facts FILE"
        raise UserError(f"Say which change, by one of {ways}.")
    if said.facts is not None:
        seen, verdict = _of_facts(said.facts, said.policy, said.as_of)
        _show(seen, verdict, as_json=said.as_json)
        return _code(verdict)
    at = asked.moment(said.as_of, "--as-of") if said.as_of else asked.now()
    if said.pull is not None:
        from fitgate.entrypoints.cli.pulls import judged_pull

        judged = judged_pull(said.pull, said.policy, at)
        seen, verdict = judged.facts, judged.verdict
    else:
        which = said.base, said.head, said.change
        seen, verdict = _of_clone(said.path, which, said.policy, at, said.ledger)
    _show(seen, verdict, as_json=said.as_json)
    return _code(verdict)


def _code(verdict: Verdict) -> int:
    return int(verdict.mode == "enforce" and verdict.outcome != "ALLOW")


def _of_facts(name: str, policy: str | None, as_of: str | None) -> tuple[Facts, Verdict]:
    from fitgate.core.classify import classify
    from fitgate.core.facts_file import parse_facts
    from fitgate.core.verdict import decide

    facts = parse_facts(asked.text_of(name), name)
    if as_of is not None:
        facts = replace(facts, as_of=asked.moment(as_of, "--as-of"))
    book = asked.rulebook_by_hand(policy)
    return facts, decide(facts, classify(facts, book.looks), book)


def _of_clone(
    path: Path,
    which: tuple[str | None, str, str | None],
    policy: str | None,
    at: datetime,
    ledger: str | None,
) -> tuple[Facts, Verdict]:
    from fitgate.bootstrap import open_clone, shipped_policies
    from fitgate.entrypoints.cli.landed import event_of
    from fitgate.pipeline import Policies, run

    given = asked.policy_file(policy)
    with open_clone(path) as clone:
        event = event_of(clone, *which, at)
        policies = Policies(clone, shipped_policies(), given, _told(ledger, path))
        (judged,) = run(event, clone, policies)
    _, _, change = which
    if change is None or not (said := asked.reviews_file(path, None)).exists():
        return judged.facts, judged.verdict
    from fitgate.core.review import weigh

    reviews = asked.reviews(said, must_exist=True)
    people_say = weigh(judged.facts, judged.verdict, judged.policy, reviews)
    return judged.facts, replace(judged.verdict, reclassified=people_say)


def _told(ledger: str | None, path: Path) -> Chronicle | None:
    """Return what the ledger here remembers; None: there is none, and none was asked for."""
    from fitgate.settings import BY_DEFAULT, settings

    where = ledger or settings().database_url
    if (
        ledger is None
        and where == BY_DEFAULT
        and not Path(BY_DEFAULT.removeprefix(SQLITE)).exists()
    ):
        return None
    from fitgate.entrypoints.cli.ledgers import opened, told_by

    with opened(where, path) as home:
        return told_by(home)


def _on_a_forge(facts: Facts, verdict: Verdict) -> Iterator[str]:
    """Yield what a forge would show of the verdict: the check, and the labels that are wanting."""
    from fitgate.core.plan import AddLabels, PostCheck, RemoveLabels, plan

    for effect in plan(verdict, facts.change.labels or ()):
        match effect:
            case PostCheck(conclusion):
                yield f"on a forge: check {conclusion}"
            case AddLabels(labels):
                yield f"on a forge: add {', '.join(labels)}"
            case RemoveLabels(labels):
                yield f"on a forge: remove {', '.join(labels)}"


def _show(facts: Facts, verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        from fitgate.core.verdict import verdict_json

        print(json.dumps(verdict_json(verdict), indent=2))
        return
    from fitgate.core.words.check import check_lines

    if facts.files == () and not facts.change.title:
        head = (facts.change.head or "the head")[:12]
        print(f"There is nothing to judge: {head} has no commits that its base lacks.")
        return
    lines = [*check_lines(facts, verdict, asked.width()), *_on_a_forge(facts, verdict)]
    if asked.colourful():
        from fitgate.bootstrap import painted

        lines = [painted(line) for line in lines]
    print("\n".join(lines))
