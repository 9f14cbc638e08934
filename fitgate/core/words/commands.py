"""Answers to commands: what was done, or why not and what to do next; in Markdown, all inert."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fitgate.core.classify.explaining import RuleExplained
from fitgate.core.commands.asked import Asked, Comment
from fitgate.core.commands.entitled import ENTITLED, Refusal, whose
from fitgate.core.commands.grammar import NAMES
from fitgate.core.facts import Facts
from fitgate.core.inert import inert
from fitgate.core.policy import Policy
from fitgate.core.records import Record
from fitgate.core.records.changes import (
    Evaluated,
    FollowUpClosed,
    Overridden,
    RationaleGiven,
    Reclassified,
    RegisterReviewed,
)
from fitgate.core.records.controls import Drilled
from fitgate.core.remedies import plain
from fitgate.core.verdict import Verdict
from fitgate.core.words.check import headline
from fitgate.core.words.explaining import explain_lines
from fitgate.core.words.page import shown
from fitgate.core.words.reclassified import nature_words

LIMIT = 60_000
"""Characters of an answer; GitHub takes 65,536 of a comment."""
_WIDTH = 100
_FENCE = re.compile(r"^`{3,}", re.MULTILINE)
_PAGE = "docs/commands.md"
USES: Mapping[str, tuple[str, str]] = {
    "rationale": ("rationale TEXT", "says why the change must be made, as `IO-Rationale:` does"),
    "override": (
        "override [--for 2h | --until TIME] REASON",
        "breaks the glass: once, for this content, for a time; it is counted and followed up",
    ),
    "reclassify": (
        "reclassify CATEGORY… REASON, or reclassify not-io REASON",
        "says what the change is; to add counts at once, to take away takes two people",
    ),
    "evaluated": (
        "evaluated NAME passed|failed [EVIDENCE]", "says how an evaluation ended (self-reported)"
    ),
    "drill": (
        "drill NAME passed|failed [recovery 40m] [loss 5m] [NOTE]",
        "says how a rehearsal of the way back ended (self-reported)",
    ),
    "followup": ("followup done NOTE", "closes what an override left to be done"),
    "recheck": ("recheck", "reads everything again and judges anew"),
    "explain": ("explain [RULE]", "says why each rule speaks of the change or does not"),
    "help": ("help", "says this"),
}  # fmt: skip
"""How each command is written, and what it does."""
_UNREAD = "Make sure that FITGate may read members and collaborators, and write the command again."
REFUSALS: Mapping[str, tuple[str, str]] = {
    "not-entitled": (
        "You may not: it takes {who}.",
        "Ask one of them to write the command.",
    ),
    "rights-unknown": (
        "It cannot be read whether you may: it takes {who}.",
        _UNREAD,
    ),
    "no-role-named": (
        "Nobody may: the policy's `override` names no role.",
        "Name one in the policy, as in `override: {{roles: [safety-owner]}}`.",
    ),
    "own-change": (
        "You had a hand in this change, and who did cannot break its glass.",
        "Ask somebody else with the role.",
    ),
    "perhaps-own-change": (
        "It cannot be told whether you had a hand in this change: not all who had are known.",
        "Ask for commits that GitHub links to accounts, and write the command again.",
    ),
    "landed": (
        "The change has landed; that counts only before.",
        "What is said afterwards: `evaluated`, `drill`, `reclassify`, `followup`.",
    ),
    "not-an-io": (
        "This is no irreversible operation: nothing is asked of it.",
        "Nothing needs to be done.",
    ),
    "to-be-settled": (
        "It cannot be told whether this is an irreversible operation, so no gate holds it yet.",
        "Settle that: `/fitgate reclassify not-io REASON`, or `reclassify CATEGORY REASON`.",
    ),
    "nothing-held": (
        "Every gate that applies is satisfied: nothing is to be overridden.",
        "Nothing needs to be done.",
    ),
    "content-unknown": (
        "What the change does could not be read, so an override could not be bound to it.",
        "Make it readable, and write the command again.",
    ),
    "too-long": (
        "An override may count for {most} at most.",
        "Say a shorter time, or none: then it is that.",
    ),
    "over-already": (
        "It would have run out at {until}, before it was read.",
        "Write the command again.",
    ),
    "no-such-category": (
        "There is no category {category}.",
        "{categories} A reason that begins like one comes behind `:`.",
    ),
    "no-reason": ("It gives no reason.", "Write why, behind the categories."),
    "counts-already": (
        "That is what it counts as already, or what you have said of it.",
        "Nothing needs to be done.",
    ),
    "no-pass": ("That is no pass: {over}.", "Say `failed`."),
    "no-follow-up": (
        "No override of this change has landed whose follow-up is open.",
        "Nothing needs to be done before one has.",
    ),
    "no-such-rule": ("The policy has no rule {rule}.", "{rules}"),
    "through-an-app": (
        "It was written through an App, and only what people write themselves is carried out.",
        "Write it on GitHub's own page.",
    ),
    "edited": (
        "It was edited before it was read, and GitHub does not say by whom.",
        "Write it again in a new comment.",
    ),
}  # fmt: skip
"""Why nothing was done, and what to do next, by the code of a refusal."""
EDITED = (
    "The comment was edited after it was answered: what it said then is what counts. To say "
    "something else, write a new one."
)


def answer_mark(comment: int) -> str:
    """Return what the one answer to a comment begins with."""
    return f"<!-- fitgate:answer comment {comment} -->"


def button_mark(head: str) -> str:
    """Return what the one answer to a pressed button begins with, of a head."""
    return f"<!-- fitgate:answer override {head} -->"


def heading(comment: Comment) -> str:
    """Return the first line of an answer: whose words it answers; nobody is mentioned."""
    who = shown(inert(comment.author.login, 100))
    return f"**FITGate** answers [this](#issuecomment-{comment.id}) by {who}"


def answer(mark: str, lines: Iterable[str]) -> str:
    """Return an answer as a comment; what does not fit is left out, and said so."""
    text = "\n".join([mark, *lines])
    if len(text) <= LIMIT:
        return text
    kept = text[:LIMIT].rpartition("\n")[0]
    fences = _FENCE.findall(kept)
    closed = [fences[-1]] if len(fences) % 2 else []
    return "\n".join([kept, *closed, "", "The rest does not fit here."])


def edited(text: str) -> str:
    """Return an answer that says that its comment was edited since, once."""
    told = text.replace("\r\n", "\n")
    return told if told.endswith(EDITED) else f"{told}\n\n{EDITED}"


def verdict_line(verdict: Verdict) -> str:
    """Say how the change stands after all that was asked."""
    return f"Now: **{verdict.outcome}** {shown(headline(verdict))}"


def wrong_lines(asked: Asked) -> Iterator[str]:
    """Say what is wrong with a line that asks for something."""
    for problem in asked.problems:
        where = f"line {problem.line}, column {problem.column}"
        yield f"- ✗ {where}: {_sentence(problem.message)} Next: {_sentence(problem.remedy)}"


def refused_line(asked: Asked, refusal: Refusal) -> str:
    """Say why a command was not carried out, and what to do next."""
    said, remedy = REFUSALS[refusal.code]
    params = {name: shown(inert(value, 400)) for name, value in refusal.params.items()}
    told, then = (_stopped(each.format(**params)) for each in (said, remedy))
    return f"- ✗ {_named(asked)}: {told} Next: {then}"


def done_lines(asked: Asked, records: Sequence[Record]) -> Iterator[str]:
    """Say what was written down of a command."""
    for record in records:
        yield f"- ✓ {_named(asked)}: {_recorded(record)}"


def carried_out_line(entries: int) -> str:
    """Say that what a comment asked was carried out, where what it asked is not there any more."""
    return (
        f"- ✓ It was carried out as it was first written; the ledger has {entries} of its entries."
    )


def _named(asked: Asked) -> str:
    return f"line {asked.line}, `/fitgate {asked.name}`"


def _sentence(text: str) -> str:
    """Return what is ours and may hold a word of theirs as a sentence."""
    return _stopped(text[:1].upper() + text[1:])


def _stopped(text: str) -> str:
    return text if text.endswith((".", "?", "!")) or not text else f"{text}."


def _recorded(record: Record) -> str:  # noqa: PLR0911 - one return a kind
    match record:
        case RationaleGiven():
            return "The rationale is on record and counts as one in the description."
        case Overridden(settles="not-io"):
            return (
                f"Settled until {plain(record.until)}, for this content alone: it is no"
                " irreversible operation."
            )
        case Overridden():
            return (
                f"The glass is broken until {plain(record.until)}, for this content alone, once."
                " It counts as an authorised bypass. When it has landed and what it left is done:"
                " `/fitgate followup done NOTE`."
            )
        case RegisterReviewed(status="disputed"):
            return (
                "It is on record that you say it is none. The register counts it as none once a"
                " second person without a hand in it says the same; its gates ask on."
            )
        case RegisterReviewed():
            named = ", ".join(shown(inert(each, 100)) for each in record.categories or ())
            return f"It is on record that you say it is: {named}."
        case Reclassified():
            more = "; its gates ask on as the rules say" if record.lowered else ""
            return f"It counts as {shown(nature_words(record.nature))} from now on{more}."
        case Evaluated():
            where = " of this head; it closes nothing before it lands" if record.commit else ""
            return (
                f"{shown(inert(record.name, 200))} {record.result} is on record as"
                f" self-reported{where}. Where a check of that name tells otherwise, that stands."
            )
        case Drilled():
            how = "passed" if record.passed else "failed"
            return f"{shown(inert(record.name or '', 200))} {how} is on record as self-reported."
        case FollowUpClosed():
            return "The follow-up of the override is closed."
        case _:  # no command leads to others
            return "It is on record."


def help_lines(policy: Policy) -> Iterator[str]:
    """Say what can be asked, and by whom under this policy."""
    yield "| write | it | who may |"
    yield "|---|---|---|"
    for name in NAMES:
        usage, what = USES[name]
        who = whose(ENTITLED[name], _roles(policy))
        yield f"| `/fitgate {usage.replace('|', chr(92) + '|')}` | {what} | {who} |"
    yield ""
    yield f"One a line. `{_PAGE}` in FITGate's repository says all of it."


def _roles(policy: Policy) -> str:
    named = " or ".join(shown(inert(role, 100)) for role in policy.override.roles)
    return named or "that `override` names (it names none)"


def explained_lines(
    facts: Facts, verdict: Verdict, rules: Sequence[RuleExplained], rule: str | None
) -> Iterator[str]:
    """Say why, taken apart; of one rule all of it. It stands as code: nothing in it is live."""
    chosen = [each for each in rules if rule in {None, each.rule.id}]
    lines = explain_lines(facts, verdict, chosen, _WIDTH, every=rule is not None)
    runs = (len(run) for line in lines for run in re.findall(r"`+", line))
    fence = "`" * max(3, 1 + max(runs, default=0))
    yield f"{fence}text"
    yield from lines
    yield fence


def override_lines(policy: Policy) -> Iterator[str]:
    """Say how to break the glass: a button gives no reason, and somebody must answer for it."""
    yield "**FITGate** An override needs a reason and somebody who answers for it."
    yield ""
    yield f"- who: {whose(ENTITLED['override'], _roles(policy))}"
    yield "- how: a comment with the line `/fitgate override REASON`"
    most = plain(policy.override.expires)
    yield f"- for how long: {most}, or less with `--for 2h`; for what it does now, and once"
    yield "- then: it counts as an authorised bypass, and leaves a follow-up that must be closed"
