"""A verdict as a page in Markdown: what a check on a forge shows, and a comment in short."""

# What strangers wrote stands in code, or is of nothing but words: a forge looks for mentions,
# references and addresses everywhere else, whatever is done to their marks.

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from fitgate.core.facts import Facts
from fitgate.core.findings import Finding, Match, Outcome
from fitgate.core.inert import inert, inert_markdown
from fitgate.core.remedies import plain, sentence_for
from fitgate.core.verdict import Verdict
from fitgate.core.words.check import MARKS, headline, nature
from fitgate.core.words.matches import match_sentence
from fitgate.core.words.reclassified import ground_sentences

MARK = "<!-- fitgate -->"
"""What our own comment begins with."""
LIMIT = 65_535
"""Bytes of a page; GitHub calls them characters ("Create a check run", `output`)."""
_AS_OF = "<sub>As of "
_SAFE = re.compile(r"(?:[\w .,;:'\"()%/·→…✓✗?+=-]|`[^`\n]+`)*", re.ASCII)
_LINKED = re.compile(
    r"://|\bwww\.|\bGH-\d|\b[A-Za-z][A-Za-z0-9]*-\d+\b|\b[0-9a-f]{7,64}\b|(?:^|\W)_|_(?:$|\W)",
    re.IGNORECASE | re.ASCII,
)
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_CODE = re.compile(r"`[^`\n]+`")
_MOST_MATCHES = 200
_MESSAGE = 4_000
_TITLE = 250


@dataclass(frozen=True, slots=True)
class Links:
    """Where files are shown: before and after the change, as `https://…/blob/<commit>`."""

    before: str
    after: str

    def to(self, match: Match) -> str | None:
        """Return the address of the line that a match saw; a line that went is shown before."""
        if match.file is None:
            return None
        gone = match.after in {None, "removed"} and match.before is not None
        line = "" if match.line is None else f"#L{match.line}"
        return f"{self.before if gone else self.after}/{_quoted(match.file)}{line}"


def _quoted(path: str) -> str:
    """Return a path as part of an address (RFC 3986, 2.1)."""
    data = path.encode("utf-8", "replace")
    return "".join(chr(b) if b in _UNRESERVED else f"%{b:02X}" for b in data)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark on a line of a file as it is after the change."""

    path: str
    line: int
    level: Literal["notice", "warning", "failure"]
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a check shows: a line, how it stands, and all the reasons."""

    title: str
    summary: str
    text: str


def page(facts: Facts, verdict: Verdict, links: Links | None = None) -> Page:
    """Return the page of a verdict; each part fits into what a forge takes."""
    title = inert(f"{verdict.outcome}: {headline(verdict)}", _TITLE)
    summary = "\n".join(_summary(verdict))
    which = f", pull request {facts.change.number}" if facts.change.kind == "pull" else ""
    last = [f"{_AS_OF}{plain(verdict.as_of)}{which}, facts {verdict.facts[:19]}…</sub>"]
    again = f"`fitgate check --pull {facts.repo.name}#{facts.change.number}` prints all of it."
    text = _fitting(list(_text(facts, verdict, links)), last, again)
    return Page(title, summary, text)


def undated(text: str) -> str:
    """Return a page or comment without the moment it was made as of: what makes it another one."""
    lines = text.replace("\r\n", "\n").rstrip().split("\n")
    return "\n".join(line for line in lines if not line.startswith(_AS_OF))


def comment(verdict: Verdict, address: str) -> str | None:
    """Return the one comment on a change, in short; None: there is nothing to say.

    `address` is where the check is. What is no IO is never commented on.
    """
    if verdict.is_io is False:
        return None
    lines = [MARK, f"**FITGate** {MARKS[verdict.outcome]} {shown(headline(verdict))}", ""]
    lines.append(shown(nature(verdict)))
    lines += [
        f"- {shown(finding.gate)}: {_sentence(finding)}"
        for finding in verdict.findings
        if finding.outcome is not Outcome.ALLOW
    ]
    lines += ["", f"[All reasons, who can act and until when]({address})"]
    last = f"{_AS_OF}{plain(verdict.as_of)}</sub>"
    return _fitting(lines, [last], "The check has all of it.")


def gone_comment(address: str) -> str:
    """Return what a comment becomes when the change is no IO any more."""
    return f"{MARK}\n**FITGate** ✓ not an irreversible operation any more. [The check]({address})"


def remarks(verdict: Verdict) -> tuple[Annotation, ...]:
    """Return a remark for each match that has a line after the change, in their order."""
    level: Literal["notice", "warning"] = "notice" if verdict.mode == "shadow" else "warning"
    return tuple(
        Annotation(
            match.file, match.line, level,
            title=inert(f"{match.category} ({match.rule})", _TITLE),
            message=match_sentence(match)[:_MESSAGE],
        )
        for match in verdict.matches
        if match.file is not None and match.line is not None and match.after is not None
    )  # fmt: skip


def shown(text: str) -> str:
    """Return a line as it can stand in Markdown: plain words as they are, all else as code."""
    words = _CODE.sub("", text)
    if _SAFE.fullmatch(text) and not _LINKED.search(words):
        return text
    return inert_markdown(text)


def _summary(verdict: Verdict) -> Iterator[str]:
    yield f"{MARKS[verdict.outcome]} **{verdict.outcome}** {shown(headline(verdict))}"
    if verdict.is_io is not False:
        yield ""
        yield shown(nature(verdict))
    if verdict.eligible_at is not None and verdict.outcome is not Outcome.ALLOW:
        yield ""
        yield f"Eligible at: **{plain(verdict.eligible_at)}**"


def _text(facts: Facts, verdict: Verdict, links: Links | None) -> Iterator[str]:
    if verdict.is_io is not False:
        yield "### What it is"
        yield ""
        yield shown(nature(verdict))
        yield from (_match(match, links) for match in verdict.matches[:_MOST_MATCHES])
        if more := verdict.matches[_MOST_MATCHES:]:
            yield f"- and {len(more)} more"
        yield from (f"- {shown(said)}" for said in ground_sentences(verdict.grounds))
        yield ""
    if verdict.findings:
        yield "### What it waits for"
    for gate, findings in groupby(verdict.findings, key=lambda found: found.gate):
        yield ""
        yield f"#### {shown(gate)}"
        yield ""
        for finding in findings:
            yield from _finding(finding)
    if facts.unknown:
        yield ""
        yield "### What could not be read"
        yield ""
        yield from (f"- {shown(inert(u.what))}: {shown(inert(u.why))}" for u in facts.unknown)
    yield ""
    yield "### What judged it"
    yield ""
    yield _policy(verdict)
    if verdict.policy.note:
        yield ""
        yield shown(inert(verdict.policy.note))
    yield ""


def _policy(verdict: Verdict) -> str:
    policy = verdict.policy
    at = f" at {shown(f'`{inert(policy.commit[:12])}`')}" if policy.commit else ""
    return f"{shown(inert(policy.source))}{at} ({verdict.mode})"


def _match(match: Match, links: Links | None) -> str:
    address = links.to(match) if links else None
    where = "the line" if match.line is not None else "the file"
    return f"- {shown(match_sentence(match))}" + (f" ([{where}]({address}))" if address else "")


def _finding(finding: Finding) -> Iterator[str]:
    yield f"- {MARKS[finding.outcome]} **{finding.outcome}** {_sentence(finding)}"
    if finding.outcome is Outcome.ALLOW:
        return
    if finding.who:
        yield f"  - who can act: {', '.join(shown(inert(name)) for name in finding.who)}"
    if finding.until:
        yield f"  - eligible at: **{plain(finding.until)}**"
    if finding.remedy:
        yield f"  - next: {shown(inert(finding.remedy))}"


def _sentence(finding: Finding) -> str:
    return shown(inert(sentence_for(finding.code, finding.params)))


def _fitting(lines: list[str], last: list[str], again: str) -> str:
    """Return as many lines as a page holds, and the last ones always."""
    text = "\n".join([*lines, *last])
    if len(text.encode()) <= LIMIT:
        return text
    end = "\n".join(["", f"The rest does not fit here. {again}", "", *last])
    room = LIMIT - len(end.encode())
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept) + "\n" + end
