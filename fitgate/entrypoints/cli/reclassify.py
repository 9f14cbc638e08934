"""`fitgate reclassify`: say that a change is something else than the rules took it for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.policy import ChangeClass
    from fitgate.core.reclassified import Reclassified
    from fitgate.core.review import Review
    from fitgate.pipeline import Judged

_NONE = "none"


def reclassify(
    change: Annotated[str, typer.Argument(help="A commit, or an id of the register.")],
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    category: Annotated[
        list[str] | None, typer.Option(help="It is one, of these; may be repeated.", metavar="C")
    ] = None,
    not_io: Annotated[bool, typer.Option("--not-io", help="It is none.")] = False,
    letters: Annotated[
        list[str] | None,
        typer.Option("--class", help="Of these classes, or none.", metavar="T,R,C,D"),
    ] = None,
    io_sr: Annotated[
        list[str] | None, typer.Option(help="Of these IO-SR numbers, or none.", metavar="N")
    ] = None,
    second: Annotated[
        bool, typer.Option("--second", help="What somebody else said so far, you say too.")
    ] = False,
    why: Annotated[str, typer.Option(help="The reason, in a sentence.")] = "",
    by: Annotated[str | None, typer.Option(help="Who says so; else you.", metavar="LOGIN")] = None,
    seconded_by: Annotated[
        str | None, typer.Option(help="Who says so too.", metavar="LOGIN")
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="Judge by this policy, not that of the base.", metavar="FILE")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help=f"The reviews, if not in {asked.REVIEWS}.", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say that a change is more, less or something else than the rules took it for.

    To add is free. To take away needs a second person without a hand in the change, who says so
    with --second; until then it is kept as proposed, and what counted goes on to count.
    """
    from fitgate.bootstrap import open_clone, written
    from fitgate.core.review import append
    from fitgate.entrypoints.cli.judging import judged_landing

    told = (bool(category or letters or io_sr), not_io, second)
    if told.count(True) != 1:
        raise typer.BadParameter("say --category, --class or --io-sr; or --not-io; or --second")
    if second and seconded_by:
        raise typer.BadParameter("who says --second is the second: say --by")
    if not why.strip():
        raise typer.BadParameter("say --why: what is reclassified needs a reason")
    place = asked.reviews_file(path, file)
    text = asked.text_of(str(place)) if place.exists() else ""
    before = asked.reviews(place, must_exist=False)
    with open_clone(path) as clone:
        judged = judged_landing(clone, change.rpartition("@")[2], asked.policy_file(policy))
    made = _review(judged, by or asked.reviewer(), why, seconded_by)
    if second:
        made = _seconding(judged, before, made)
    elif not_io:
        made = replace(made, status="disputed")
    else:
        made = replace(
            made,
            categories=_categories(category, judged),
            classes=_classes(letters),
            io_sr=_numbers(io_sr),
        )
    longer = append(text, made, str(place))
    result = _weighed(judged, before, made)
    with written(place) as out:
        out.write(longer)
    _show(place, judged, made, result, as_json=as_json)


def _review(judged: Judged, by: str, why: str, seconded_by: str | None) -> Review:
    from fitgate.core.review import Review

    _may_second(judged, by, seconded_by)
    return Review(
        judged.facts.change.id, "amended", by, asked.now(), why=why, seconded_by=seconded_by
    )


def _may_second(judged: Judged, by: str, other: str | None) -> None:
    """Make sure that a second person is one, and had no hand in the change.

    Raises:
        UserError: when it would not count; it is nothing to put on record.
    """
    from fitgate.core.hands import Hands

    if other is None:
        return
    hands = Hands(judged.facts, judged.policy)
    if hands.same(by, other):
        raise UserError(f"{by} and {other} are, or may be, one person. A second one must say so.")
    if not hands.suffice((by, other)):
        known = "; ".join(f"{n} is {o}" for n in (by, other) if (o := hands.objection(n)))
        raise UserError(f"The second person must be a human without a hand in the change: {known}.")


def _seconding(judged: Judged, before: Sequence[Review], made: Review) -> Review:
    """Return what waits for a second person, as said by this one too.

    Raises:
        UserError: when nothing waits, or this person cannot second it.
    """
    from fitgate.core.hands import Hands
    from fitgate.core.review import weigh

    found = weigh(judged.facts, judged.verdict, judged.policy, before)
    open_ = {(said.by, said.at) for said in found.said if said.is_open} if found else set()
    change = judged.facts.change
    waiting = [
        review
        for review in reversed(before)
        if (review.by, review.at) in open_ and review.names(change.id, change.head, change.number)
    ]
    if not waiting:
        raise UserError("Nothing that was said of this change waits for a second person.")
    hands = Hands(judged.facts, judged.policy)
    review = next((r for r in waiting if not hands.same(r.by, made.by)), waiting[0])
    _may_second(judged, review.by, made.by)
    return replace(
        made,
        status=review.status,
        categories=review.categories,
        classes=review.classes,
        io_sr=review.io_sr,
    )


def _weighed(judged: Judged, before: Sequence[Review], made: Review) -> Reclassified:
    """Weigh a review with those before it.

    Raises:
        UserError: when it says what counts already, or of no category that it is one.
    """
    from fitgate.core.review import weigh

    found = weigh(judged.facts, judged.verdict, judged.policy, (*before, made))
    if found is None or all((said.by, said.at) != (made.by, made.at) for said in found.said):
        raise UserError("That is what it counts as already; `register review --confirm` says so.")
    if found.counted.is_io and not found.counted.categories:
        raise UserError("Of which --category is it?")
    return found


def _categories(said: list[str] | None, judged: Judged) -> tuple[str, ...] | None:
    if not said:
        return None
    known = judged.policy.taxonomy
    for name in said:
        if name not in known:
            raise UserError(f"--category {name!r} is none of {', '.join(known)}.")
    return tuple(dict.fromkeys(said))


def _parts(said: list[str]) -> list[str]:
    parts = [part for each in said for part in re.split(r"[,\s]+", each) if part]
    return [] if parts == [_NONE] else parts


def _classes(said: list[str] | None) -> tuple[ChangeClass, ...] | None:
    from fitgate.core.classes import CLASSES

    if said is None:
        return None
    asked_for = {part.upper() for part in _parts(said)}
    if not asked_for <= {*CLASSES}:
        raise UserError(f"--class {', '.join(said)} is none of {', '.join(CLASSES)}, {_NONE}.")
    return tuple(letter for letter in CLASSES if letter in asked_for)


def _numbers(said: list[str] | None) -> tuple[int, ...] | None:
    from fitgate.core.classes import IO_SR_CLASSES

    if said is None:
        return None
    parts = _parts(said)
    if not {*parts} <= {*map(str, IO_SR_CLASSES)}:
        raise UserError(f"--io-sr {', '.join(said)} is none of 1 to 5, {_NONE}.")
    return tuple(sorted({*map(int, parts)}))


def _show(place: Path, judged: Judged, made: Review, found: Reclassified, *, as_json: bool) -> None:
    from fitgate.core.reclassified import reclassified_adapter
    from fitgate.core.review import SHORTEST, reviews_adapter
    from fitgate.core.words.check import nature
    from fitgate.core.words.reclassified import nature_words, said_sentence

    if as_json:
        (review,) = reviews_adapter().dump_python((made,), mode="json")
        counted = reclassified_adapter().dump_python(found, mode="json")
        print(json.dumps({"review": review, "reclassified": counted}, indent=2))
        return
    print(f"The rules said: {nature(judged.verdict)}")
    print("\n".join(map(said_sentence, found.said)))
    print(f"It counts as:   {nature_words(found.counted)}")
    print(f"{place}: kept there. Commit it, to be read in Git.")
    if any(said.is_open for said in found.said):
        sha = str(judged.facts.change.head)[:SHORTEST]
        print(f'Next: fitgate reclassify {sha} --second --by SOMEBODY-ELSE --why "the reason"')
