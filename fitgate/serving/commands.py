"""What people ask for, in comments and by buttons: carried out once, and answered once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fitgate.core.chain import read
from fitgate.core.classify import Looks
from fitgate.core.classify.explaining import explain
from fitgate.core.commands.asked import Asked, Comment, Explain, Help, Recheck, Speaker
from fitgate.core.commands.carrying_out import Result, Situation, carry_out, key_of
from fitgate.core.commands.entitled import ENTITLED, Refusal
from fitgate.core.commands.grammar import MOST, commands
from fitgate.core.entries import Draft, Entry
from fitgate.core.events import Happening, Pointer
from fitgate.core.records import record_of
from fitgate.core.words import commands as words
from fitgate.core.work import Task, look
from fitgate.pipeline import Judged
from fitgate.serving.place import Place
from fitgate.serving.proposals import proposed, shown


def asked(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Do what a comment or a button asks for, and judge the pull request anew.

    An event says that somebody asked: what, and whether they may, is read from the forge.
    """
    what, _, which = pointer.detail.partition(":")
    if pointer.number is None:
        for found in place.forge.headed(pointer.head) if pointer.head else ():
            if found.is_open:
                yield look(replace(pointer, kind="pull", number=found.number), now)
    elif what == "comment" and which.isdigit():
        yield from _commented(place, pointer, int(which), now)
    elif which == "override":
        _told_how(place, pointer, now)
    elif which == "recheck":
        yield from proposed(place, _proposal(pointer), now)


def _proposal(pointer: Pointer) -> Pointer:
    return replace(pointer, happening=Happening.PROPOSED, detail="", by=None)


def _told_how(place: Place, pointer: Pointer, now: datetime) -> None:
    """Say how the glass is broken: a button gives no reason. Once a head, however often pressed."""
    (judged,) = place.judged(_proposal(pointer).event(now))
    change = judged.facts.change
    if change.landed_at is None and change.head is not None:
        mark = words.button_mark(change.head)
        text = words.answer(mark, words.override_lines(judged.policy))
        place.forge.answer(change.number or 0, mark, text, change.material_at)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A comment that asks for something, and what it has come to before."""

    comment: Comment
    asks: Sequence[Asked]
    mark: str
    answer: str | None
    entries: Sequence[Entry]


def _commented(place: Place, pointer: Pointer, comment: int, now: datetime) -> Iterator[Task]:
    """Carry out the commands of a comment as it was first written, and answer it.

    The order is such that it can end anywhere and be done again: written down, judged, and answered
    last of all. A comment that was edited since is not carried out: anybody who may write here can
    edit the words of others.
    """
    heard = _heard(place, pointer, comment, now)
    if heard is None:
        return
    if heard.answer is not None:
        if heard.comment.edited:
            _say(place, heard, words.edited(heard.answer))
        return
    (judged,) = place.judged(_proposal(pointer).event(now))
    results = _results(place, heard, judged, now)
    if any(result.drafts for result in results):
        (judged,) = place.judged(_proposal(pointer).event(now))
    if judged.facts.change.landed_at is None:  # what landed is told of by its own delivery
        yield from shown(place, judged, _proposal(pointer), now)
    lines = [words.heading(heard.comment), "", *_lines(results, heard, judged)]
    good = all(result.is_good for result in results)
    place.forge.react(heard.comment.number, comment, good=good)
    text = words.answer(heard.mark, lines)
    edited = heard.comment.edited and bool(heard.entries)
    _say(place, heard, words.edited(text) if edited else text)


def _heard(place: Place, pointer: Pointer, comment: int, now: datetime) -> _Heard | None:
    """Return a comment that is somebody's own and asks for something, or did; None: it is not."""
    found = place.forge.comment(comment)
    if found is None or found.number != pointer.number or found.author.kind != "human":
        return None
    asks, mark = commands(found.text), words.answer_mark(comment)
    if not asks and not found.edited:
        return None
    answer = place.forge.answered(found.number, mark, found.at)
    entries = _entries(place, comment)
    if not asks and answer is None and not entries:
        return None
    at = min(found.at, now)  # our clock may be behind the forge's
    return _Heard(replace(found, at=at), asks, mark, answer, entries)


def _entries(place: Place, comment: int) -> Sequence[Entry]:
    """Return what a comment has been carried out as: something only where an answer was lost."""
    ledger = place.memory.ledger
    if not ledger.holds([key_of(comment, n) for n in range(1, MOST + 1)]):
        return ()
    ours = key_of(comment, 0).removesuffix("0")
    return [entry for entry in read(ledger.stored()) if entry.key.startswith(ours)]


def _results(place: Place, heard: _Heard, judged: Judged, now: datetime) -> Sequence[Result]:
    """Carry out what has not been, and return what has become of each line that asks."""
    unheard = "through-an-app" if heard.comment.by_app else "edited"
    if heard.comment.by_app or heard.comment.edited:
        return [Result(each, refusal=Refusal.of(unheard)) for each in heard.asks]
    here = Situation(
        heard.comment, _speaker(place, heard, judged), judged.facts, judged.verdict,
        judged.policy, place.memory.told, now,
    )  # fmt: skip
    results = [
        Result(found.asked, done) if (done := _done(heard, n)) else found
        for n, found in enumerate(carry_out(heard.asks, here), start=1)
    ]
    place.memory.write([draft for result in results for draft in result.drafts], now)
    return results


def _speaker(place: Place, heard: _Heard, judged: Judged) -> Speaker:
    """Return who asks with what they may do; nothing is read of those who ask for nothing."""
    author, asks = heard.comment.author, [each for each in heard.asks if each.command]
    if not asks:
        return Speaker(author, None)
    by_role = any(ENTITLED[each.name].roles for each in asks)
    return place.forge.speaker(author, judged.policy.roles if by_role else {})


def _done(heard: _Heard, place: int) -> tuple[Draft, ...]:
    key = key_of(heard.comment.id, place)
    entries = (e for e in heard.entries if e.key == key or e.key.startswith(f"{key}/"))
    return tuple(Draft(e.at, e.kind, e.key, e.body) for e in entries)


def _lines(results: Sequence[Result], heard: _Heard, judged: Judged) -> Iterator[str]:
    """Say what became of each line that asks, and how the change stands now."""
    if heard.comment.edited and heard.entries:
        yield words.carried_out_line(len(heard.entries))
        return
    answers: list[str] = []
    for result in results:
        asks = result.asked
        if asks.problems:
            yield from words.wrong_lines(asks)
        elif result.refusal is not None:
            yield words.refused_line(asks, result.refusal)
        else:
            yield from words.done_lines(asks, [record_of(draft) for draft in result.drafts])
            answers += _answers(asks, judged)
    moved = any(result.is_good and _moves(result) for result in results)
    if moved and judged.facts.change.landed_at is None:
        yield from ("", words.verdict_line(judged.verdict))
    yield from answers


def _moves(result: Result) -> bool:
    return bool(result.drafts) or isinstance(result.asked.command, Recheck)


def _answers(asks: Asked, judged: Judged) -> Iterator[str]:
    match asks.command:
        case Help():
            yield from ("", *words.help_lines(judged.policy))
        case Explain(rule):
            rules = explain(judged.facts, Looks(judged.policy))
            said = words.explained_lines(judged.facts, judged.verdict, rules, rule)
            yield from ("", *said)
        case _:
            pass


def _say(place: Place, heard: _Heard, text: str) -> None:
    comment = heard.comment
    place.forge.answer(comment.number, heard.mark, text, comment.at)
