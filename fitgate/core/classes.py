"""Class and IO-SR number of an IO, from its categories and the rules that matched (fit.md 2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fitgate.core.facts import STRICT
from fitgate.core.findings import Match
from fitgate.core.policy import ChangeClass, Policy, Rule

CLASSES: tuple[ChangeClass, ...] = ("T", "R", "C", "D")
IO_SR_CLASSES: Mapping[int, tuple[ChangeClass, ...]] = {
    1: ("T", "C"),
    2: ("C", "R"),
    3: ("R", "C"),
    4: ("C", "D"),
    5: ("T", "R"),
}
"""What a trigger of S-RIOCS is of, beside its category."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a class or an IO-SR number comes from; `why` is the reason of a rule that sets it.

    `label` is `io-class:T` or `io-sr:4`; `by` is another label (`io:data`, `io-sr:4`) or `rule x`.
    """

    __pydantic_config__ = STRICT
    label: str
    by: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """Classes and IO-SR numbers in their order, and what each comes from."""

    classes: tuple[ChangeClass, ...]
    io_sr: tuple[int, ...]
    grounds: tuple[Ground, ...]


def in_order(policy: Policy, categories: Iterable[str]) -> tuple[str, ...]:
    """Return categories as the taxonomy lists them, then those that it does not know."""
    wanted = {*categories}
    known = (category for category in policy.taxonomy if category in wanted)
    return (*known, *sorted(wanted - {*policy.taxonomy}))


def derive(
    policy: Policy,
    matches: Sequence[Match],
    categories: Iterable[str],
    more: Iterable[int] = (),
    less: Iterable[int] = (),
) -> Derived:
    """Derive class and IO-SR number from categories and the rules that matched in them.

    A rule's own `classes` stand instead of those of its category and IO-SR number. `more` are
    numbers that hold besides, `less` those that do not though a rule says so.
    """
    categories, without = (*categories,), frozenset(less)
    numbers = dict.fromkeys(_numbers(policy, matches, categories, without))
    standing = {ground.label for ground in numbers}
    besides = frozenset(n for n in more if f"io-sr:{n}" not in standing)
    classes = dict.fromkeys(_classes(policy, matches, categories, besides, without))
    letters = {ground.label.removeprefix("io-class:") for ground in classes}
    return Derived(
        tuple(c for c in CLASSES if c in letters),
        tuple(sorted({*besides, *(int(label.removeprefix("io-sr:")) for label in standing)})),
        (*classes, *numbers),
    )


def _rules(policy: Policy, matches: Sequence[Match], category: str) -> tuple[list[Rule], bool]:
    """Return the rules that matched in a category, and whether anything else makes it one."""
    hit = {match.rule for match in matches if match.category == category}
    rules = [rule for rule in policy.rules if rule.id in hit and rule.category == category]
    return rules, not hit or bool(hit - {rule.id for rule in rules})


def _numbers(
    policy: Policy, matches: Sequence[Match], categories: Iterable[str], less: frozenset[int]
) -> Iterator[Ground]:
    for category in categories:
        for rule in _rules(policy, matches, category)[0]:
            for number in rule.io_sr:
                if number not in less:
                    yield Ground(f"io-sr:{number}", f"rule {rule.id}")


def _classes(
    policy: Policy,
    matches: Sequence[Match],
    categories: Iterable[str],
    more: frozenset[int],
    less: frozenset[int],
) -> Iterator[Ground]:
    numbers = {*more}
    for category in categories:
        rules, otherwise = _rules(policy, matches, category)
        plain = [rule for rule in rules if not rule.classes]
        if (plain or otherwise) and category in policy.taxonomy:
            for letter in policy.taxonomy[category].classes:
                yield Ground(f"io-class:{letter}", f"io:{category}")
        numbers |= {n for rule in plain for n in rule.io_sr if n not in less}
        for rule in rules:
            for letter in rule.classes:
                yield Ground(f"io-class:{letter}", f"rule {rule.id}", rule.why)
    for number in sorted(numbers):
        for letter in IO_SR_CLASSES[number]:
            yield Ground(f"io-class:{letter}", f"io-sr:{number}")
