"""Cases tried on a policy: the facts of each, what is said of them, and whether that is right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fitgate.core.cases import FileInCase, Placed, PolicyCase
from fitgate.core.classify import Looks, classify
from fitgate.core.classify.explaining import RuleExplained, explain, widened
from fitgate.core.classify.lines import Difference
from fitgate.core.facts import (
    Approval,
    Change,
    Facts,
    File,
    Person,
    Repo,
    Status,
    Trailer,
    Unknown,
    Unread,
)
from fitgate.core.findings import Classification
from fitgate.core.in_force import Rulebook
from fitgate.core.policy import Policy, Rule
from fitgate.core.reading import parse_policy
from fitgate.core.trailers import is_declaration, parse_trailers, read_declaration
from fitgate.core.verdict import Verdict, decide

_DIGEST = f"sha256:{'0' * 64}"
_REPO = Repo("cases", "cases")
_UNLISTED = Unknown("files", "the case says that they could not be listed")
_UNTOLD = Unread("the case does not say what is in the file")


@dataclass(frozen=True, slots=True)
class Tried:
    """A case, and what the policy says of it."""

    placed: Placed
    facts: Facts
    found: Classification
    verdict: Verdict

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the ids of the rules that matched, in the order of their matches."""
        return tuple(dict.fromkeys(match.rule for match in self.found.matches))

    @property
    def passed(self) -> bool:
        """Say whether all is as expected; of categories and rules the order is nothing."""
        case = self.placed.case
        return (
            case.unknown == (self.found.is_io is None)
            and (case.categories is None or {*case.categories} == {*self.verdict.categories})
            and (case.rules is None or {*case.rules} == {*self.rules})
            and (case.outcome is None or case.outcome is self.verdict.outcome)
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """All cases tried, and the ids of the rules that they are asked to cover."""

    tried: tuple[Tried, ...]
    rules: tuple[str, ...]

    @property
    def failed(self) -> tuple[Tried, ...]:
        """Return the cases that did not go as expected."""
        return tuple(each for each in self.tried if not each.passed)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Return the rules that matched in no case, in the order of the policy."""
        covered = {rule for each in self.tried for rule in each.rules}
        return tuple(rule for rule in self.rules if rule not in covered)


def try_cases(cases: Iterable[Placed], book: Rulebook, library: Mapping[str, str]) -> Trial:
    """Try cases on a policy. The rules that come with a pack are for the pack's own cases."""
    tried = tuple(_tried(placed, book) for placed in cases)
    return Trial(tried, tuple(rule.id for rule in _own_rules(book.file.policy, library)))


def _tried(placed: Placed, book: Rulebook) -> Tried:
    facts = facts_of(placed.case, book.looks)
    found = classify(facts, book.looks)
    return Tried(placed, facts, found, decide(facts, found, book))


def _own_rules(policy: Policy, library: Mapping[str, str]) -> Iterator[Rule]:
    packs = [parse_policy(library[name], name, library).policy for name in policy.use]
    packed = {rule.id: rule for pack in packs for rule in pack.rules}
    return (rule for rule in policy.rules if rule != packed.get(rule.id))


def not_matched(tried: Tried, looks: Looks) -> tuple[RuleExplained, ...]:
    """Explain the rules that were expected to match and did not.

    Where only categories are expected, that is every rule of theirs that the case concerns.
    """
    case, wide = tried.placed.case, Looks(widened(looks.policy))
    missing = {*(case.rules or ())} - {*tried.rules}
    categories = {*(case.categories or ())} - {*tried.verdict.categories}
    return tuple(
        each
        for each in explain(tried.facts, looks, facts_of(case, wide))
        if each.rule.id in missing
        or (not case.rules and each.concerned and each.rule.category in categories)
    )


def facts_of(case: PolicyCase, looks: Looks) -> Facts:
    """Return the facts of a case, its files looked into as those of any change are."""
    files = None
    if case.files is not None:
        files = tuple(_looked_into(path, told, looks) for path, told in case.files.items())
    return Facts(
        case.as_of,
        "git",
        _REPO,
        _change(case),
        files,
        people=tuple(_people(case)),
        approvals=_approvals(case),
        evaluations=case.evaluations,
        artifacts=case.artifacts,
        drills=case.drills,
        breakers=case.breakers,
        overrides=case.overrides,
        looked=looks.ids,
        unknown=(_UNLISTED,) if files is None else (),
    )


def _change(case: PolicyCase) -> Change:
    return Change(
        id=case.name,
        kind=case.kind,
        title=case.title,
        body=case.body,
        branch=case.branch,
        author=case.author,
        contributors=None if case.author is None else (case.author,),
        labels=case.labels,
        trailers=tuple(_trailers(case)),
        digest=_DIGEST,
        material_at=case.as_of - case.waited,
        environment=case.environment,
        restores=(),
    )


def _approvals(case: PolicyCase) -> tuple[Approval, ...] | None:
    if case.approvals is None:
        return None
    return tuple(Approval(login, case.as_of, _DIGEST) for login in case.approvals)


def _people(case: PolicyCase) -> Iterator[Person]:
    """Yield who takes part; whoever the case does not describe has the roles the policy gives."""
    yield from case.people
    described = {person.id for person in case.people}
    for login in dict.fromkeys((case.author, *(case.approvals or ()))):
        if login is not None and login not in described:
            yield Person(login, login, "human", ())


def _trailers(case: PolicyCase) -> Iterator[Trailer]:
    yield from (Trailer(key, value) for key, told in case.trailers.items() for value in told)
    yield from parse_trailers(case.body or "", "body")
    for path, told in (case.files or {}).items():
        if is_declaration(path):
            yield from read_declaration(told.after or "", path).trailers


def _looked_into(path: str, told: FileInCase, looks: Looks) -> File:
    sides = _sides(told)
    before, after = (None if isinstance(side, Unread) else side for side in sides)
    oids = [_oid(side, told.happened, name) for side, name in zip(sides, "-+", strict=True)]
    mode = told.mode or "100644"
    file = File(
        path,
        told.happened,
        old_path=told.renamed_from,
        mode_before=mode if oids[0] else None,
        mode_after=mode if oids[1] else None,
        oid_before=oids[0],
        oid_after=oids[1],
    )
    known = zip(oids, sides, strict=True)
    contents = {oid: side for oid, side in known if oid and side is not None}
    change = _UNTOLD if _UNTOLD in sides else Difference.of_contents(before, after)
    return looks.inspect(file, contents, change)


def _sides(told: FileInCase) -> tuple[bytes | Unread | None, bytes | Unread | None]:
    """Return what is in a file before and after; None where it is not there."""
    before, after = (None if t is None else t.encode() for t in (told.before, told.after))
    if told.happened == "renamed":  # it moved as it was, unless two texts are told
        return _or_untold(before, after), _or_untold(after, before)
    if before is None and after is None:
        return (
            None if told.happened == "added" else _UNTOLD,
            None if told.happened == "removed" else _UNTOLD,
        )
    return before, after


def _or_untold(text: bytes | None, other: bytes | None) -> bytes | Unread:
    known = other if text is None else text
    return _UNTOLD if known is None else known


def _oid(text: bytes | Unread | None, happened: Status, side: str) -> str | None:
    """Return what stands for a blob's id: it is the same on both sides of what only moved."""
    if isinstance(text, Unread):
        return "untold" if happened == "renamed" else f"untold{side}"
    return None if text is None else hashlib.sha256(text).hexdigest()
