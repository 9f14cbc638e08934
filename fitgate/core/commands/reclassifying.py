"""What somebody says a change is: which words count, and what comes of them for the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fitgate.core.classes import derive, in_order
from fitgate.core.classify.looks import Looks
from fitgate.core.classify.rules import ruled
from fitgate.core.commands.asked import Reclassify
from fitgate.core.commands.entitled import Refusal
from fitgate.core.facts import Facts
from fitgate.core.policy import Policy
from fitgate.core.reclassification import Reclassification
from fitgate.core.reclassified import Nature, Reclassified, Ruled, Word, reclassify
from fitgate.core.records import Record
from fitgate.core.records.changes import Reclassified as Counted
from fitgate.core.records.changes import RegisterReviewed
from fitgate.core.shapes import closest, did_you_mean
from fitgate.core.trailers import is_placeholder
from fitgate.core.verdict import Verdict

_STOPS = ",;:"
_BEGINNINGS = frozenset({"because", "as", "since", "-", "--", "\N{EM DASH}"})
"""What a reason may begin with, so that its first word is taken for no category."""
_LEAST = 4
"""Shorter words are near to too many others to be taken for a misspelt category."""


def settles(command: Reclassify, verdict: Verdict) -> bool:
    """Say whether a word answers the question that the rules left open: is it one?"""
    return verdict.is_io is None and not command.is_io


def reclassification(
    command: Reclassify, facts: Facts, policy: Policy, by: str, at: datetime
) -> Refusal | Sequence[Record]:
    """Return a word to be recorded and, where more or less counts by it than before, what counts.

    To add counts at once. To take away waits for a second person without a hand in the change, who
    says the same.
    """
    named: tuple[str, ...] | None = None
    why = command.said
    if command.is_io:
        found = _categories(command.said, policy)
        if isinstance(found, Refusal):
            return found
        named, why = found
    ours = _ruled(facts, policy)
    word = Reclassification(by, at, why, command.is_io, named)
    before = reclassify(ours, map(Word.of, facts.reclassified))
    after = reclassify(ours, map(Word.of, (*facts.reclassified, word)))
    said = [] if after is None else [s for s in after.said if (s.by, s.at, s.why) == (by, at, why)]
    if after is None or not said:
        return Refusal.of("counts-already")
    change = facts.change.id
    review = RegisterReviewed(change, "amended" if command.is_io else "disputed", by, why, named)
    was = before.counted if before else _natural(ours)
    if after.counted == was:
        return (review,)
    return (review, _counted(change, ours, after, by, why))


def _ruled(facts: Facts, policy: Policy) -> Ruled:
    """Return what the rules alone say of a change."""
    found = ruled(facts, Looks(policy))
    categories = in_order(policy, (match.category for match in found.matches))
    return Ruled(found.is_io, categories, found.matches, facts, policy)


def _natural(ours: Ruled) -> Nature:
    """Return what a change counts as by the rules alone."""
    if ours.is_io is False:
        return Nature(is_io=False)
    derived = derive(ours.policy, ours.matches, ours.categories)
    return Nature(ours.is_io, ours.categories, derived.classes, derived.io_sr)


def _counted(change: str, ours: Ruled, after: Reclassified, by: str, why: str) -> Counted:
    counted = after.counted
    gone = not {*ours.categories} <= {*counted.categories}
    lowered = gone or (ours.is_io is not False and counted.is_io is False)
    second = next((name for s in after.said if s.by == by for name in s.seconded_by), None)
    return Counted(change, counted, by, why, lowered, second if lowered else None)


def _categories(said: str, policy: Policy) -> Refusal | tuple[tuple[str, ...], str]:
    """Take the categories off the beginning of what was said; what is left is the reason.

    A word that is nearly a category is one that was misspelt, unless `:` or `because` came first.
    """
    known = {name.casefold(): name for name in policy.taxonomy}
    words, named, ended = said.split(), list[str](), False
    while words and not ended:
        bare = words[0].casefold().strip(_STOPS)
        if bare and bare not in known:
            break
        named += [known[bare]] if bare else []
        ended = words.pop(0).endswith(":")
    ended = ended or not words or words[0].casefold() in _BEGINNINGS
    meant = "" if ended else words[0].casefold().strip(_STOPS)
    nearly = len(meant) >= _LEAST and closest(meant, [*known]) is not None
    if not named or nearly:
        wanted = words[0] if words else said
        remedy = did_you_mean(wanted.casefold().strip(_STOPS), policy.taxonomy)
        return Refusal.of("no-such-category", category=wanted, categories=remedy)
    why = " ".join(words[1:] if words and words[0].casefold() in _BEGINNINGS else words)
    if is_placeholder(why):
        return Refusal.of("no-reason")
    return tuple(dict.fromkeys(named)), why
