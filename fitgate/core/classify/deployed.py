"""What a deployment is: what its changes were found to be, and what rules say of its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.classes import CLASSES, Derived, Ground, derive, in_order
from fitgate.core.classify.looks import Looks
from fitgate.core.classify.raised import raised
from fitgate.core.classify.rules import Subject, ask
from fitgate.core.classify.rules import classify as by_files
from fitgate.core.contained import Contained, Deployment
from fitgate.core.facts import Facts, Unknown
from fitgate.core.findings import Classification, Match
from fitgate.core.policy import Layer, Policy
from fitgate.core.reading import rules_of

CONTAINED = "contained-changes"
"""Stands for a rule where a deployment is of a category because a change in it is."""
_TEMPI: tuple[Layer, ...] = ("fast", "medium", "slow")


def classify(facts: Facts, looks: Looks) -> Classification:
    """Say whether the change is an IO, by which matches, and what could not be seen.

    A deployment is what the changes in it were found to be (contract.md, "Which policy"). Beside
    these only rules are asked that look at where it goes: all others have been, change by change.
    """
    if facts.deployment is None:
        return by_files(facts, looks)
    own = _own(facts, looks)
    contained = _contained(facts.deployment, facts)
    matches = (*own.matches, *contained.matches)
    unknown = (*own.unknown, *contained.unknown)
    is_io = True if matches else (None if unknown else False)
    said = Classification(is_io, tuple(dict.fromkeys(matches)), tuple(dict.fromkeys(unknown)))
    return raised(facts, said, looks.policy)


def _own(facts: Facts, looks: Looks) -> Classification:
    matches: list[Match] = []
    unknown: list[Unknown] = []
    if looks.policy.extends:
        unknown.append(Unknown("the rules of `extends`", "not available in this version"))
    subject = Subject(replace(facts, files=()), looks)
    for rule, conditions in rules_of(looks.policy):
        if not any(condition.environment for condition in conditions):
            continue
        said = ask(rule, rule.when, subject)
        if said.holds:
            matches += said.matches or (Match(rule.id, rule.category, "absence"),)
        elif said.holds is None:
            unknown += (Unknown(f"rule {rule.id}: {u.what}", u.why) for u in said.unknown)
    return Classification(None, tuple(matches), tuple(unknown))


def _contained(deployment: Deployment, facts: Facts) -> Classification:
    if deployment.contains is None:
        whys = [u.why for u in facts.unknown if u.what == "contains"]
        why = whys[0] if whys else "the changes in it could not be listed"
        return Classification(None, (), (Unknown("the changes that it contains", why),))
    matches = (
        Match(
            CONTAINED, category, "contained", key=each.change,
            change="taken-out" if each.undone else "put-in",
        )
        for each in deployment.contains
        if each.is_io
        for category in each.categories
    )  # fmt: skip
    unknown = (
        Unknown(
            f"what {each.change} is",
            each.why or ("of no category" if each.is_io else "never judged"),
        )
        for each in deployment.contains
        if each.is_io is None or (each.is_io and not each.categories)
    )
    return Classification(None, tuple(matches), tuple(unknown))


def derived(policy: Policy, found: Classification, facts: Facts) -> Derived:
    """Derive class and IO-SR number: of contained changes those that were recorded of them."""
    if facts.deployment is None:
        return derive(policy, found.matches, in_order(policy, _categories(found.matches)))
    own = [match for match in found.matches if match.kind != "contained"]
    said = derive(policy, own, in_order(policy, _categories(own)))
    ios = [each for each in facts.deployment.contains or () if each.is_io]
    letters = {*said.classes, *(letter for each in ios for letter in each.classes)}
    numbers = {*said.io_sr, *(number for each in ios for number in each.io_sr)}
    grounds = dict.fromkeys((*said.grounds, *(g for each in ios for g in _grounds(each))))
    return Derived(
        tuple(c for c in CLASSES if c in letters), tuple(sorted(numbers)), tuple(grounds)
    )


def _categories(matches: list[Match] | tuple[Match, ...]) -> Iterator[str]:
    return (match.category for match in matches)


def _grounds(each: Contained) -> Iterator[Ground]:
    for letter in each.classes:
        yield Ground(f"io-class:{letter}", each.change)
    for number in each.io_sr:
        yield Ground(f"io-sr:{number}", each.change)


def slowest(deployment: Deployment) -> tuple[Layer, ...]:
    """Return the slowest layer of the IOs in a deployment; each was held to its own before."""
    found = {each.layer for each in deployment.contains or () if each.is_io}
    return tuple(layer for layer in _TEMPI if layer in found)[-1:]
