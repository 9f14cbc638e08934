"""Why a rule speaks, or does not: its condition taken apart, each part with its own answer."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fitgate.core.classify.answers import Answer
from fitgate.core.classify.effects import is_read, kind_of
from fitgate.core.classify.looks import Looks
from fitgate.core.classify.rules import Subject, ask, effect_match, line_match, setting_match
from fitgate.core.classify.settings import ANY_MOVE, matching_settings
from fitgate.core.conditions import (
    Condition,
    EffectCondition,
    LineCondition,
    PathCondition,
    SettingCondition,
)
from fitgate.core.facts import POLICY_FILES, Facts, File, Unknown
from fitgate.core.findings import Match
from fitgate.core.globs import GlobSet
from fitgate.core.policy import Gate, Layer, Policy, Rule
from fitgate.core.reading import rules_of

_WIDE = "nearly"


@dataclass(frozen=True, slots=True)
class Explained:
    """A condition, its answer, those of its parts, and what there was to answer it from.

    `files` are the paths that it looks at. `seen` is what is known of them that comes nearest to
    what is asked for, told as matches are; it is empty where the answer has matches of its own.
    `concerned`: the change has something to do with it.
    """

    condition: Condition
    said: Answer
    concerned: bool
    parts: tuple[Explained, ...] = ()
    files: tuple[str, ...] = ()
    seen: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """A rule before a change: whether it speaks, and why."""

    rule: Rule
    why: Explained

    @property
    def concerned(self) -> bool:
        """Say whether the rule has anything to do with the change."""
        return self.why.concerned or self.why.said.holds is not False

    @property
    def met_something(self) -> bool:
        """Say whether there was anything in the change for the rule to weigh."""
        return self.why.said.holds is not False or _met(self.why)


def _met(part: Explained) -> bool:
    here = part.seen or part.said.matches or part.said.unknown
    return bool(here) or any(map(_met, part.parts))


def explain(facts: Facts, looks: Looks, told: Facts | None = None) -> tuple[RuleExplained, ...]:
    """Return every rule of a policy before a change, in the order of the policy.

    `told` are the same facts as the looks of the `widened` policy tell them: they decide nothing,
    and know better what a rule nearly saw.
    """
    subject = Subject(facts, looks)
    nearly = {file.path: file for file in (told or facts).files or ()}
    return tuple(
        RuleExplained(rule, _explained(rule, rule.when, subject, nearly))
        for rule in looks.policy.rules
    )


def _explained(
    rule: Rule, condition: Condition, subject: Subject, nearly: Mapping[str, File]
) -> Explained:
    inside = inner_conditions(condition)
    parts = tuple(_explained(rule, inner, subject, nearly) for inner in inside)
    said = _answer(rule, condition, subject)
    if parts:
        return Explained(condition, said, any(part.concerned for part in parts), parts)
    files = tuple(file.path for file in _looked_at(condition, subject))
    found = (nearly[path] for path in files if path in nearly)
    seen = () if said.matches else _nearest(rule, condition, found, subject)
    concerned = bool(files) or _is_told(condition, subject.facts)
    return Explained(condition, said, concerned, (), files, tuple(dict.fromkeys(seen)))


def _answer(rule: Rule, condition: Condition, subject: Subject) -> Answer:
    if subject.facts.files is None:  # then no rule is asked at all
        why = next((u.why for u in subject.facts.unknown if u.what == "files"), "")
        return Answer(None, (), (Unknown("files", why or "the files could not be listed"),))
    return ask(rule, condition, subject)


def inner_conditions(condition: Condition) -> tuple[Condition, ...]:
    """Return what an `any`, `all` or `not` is made of; of one kind of evidence, nothing."""
    negated = (condition.not_,) if condition.not_ else ()
    return (*(condition.any_ or ()), *(condition.all_ or ()), *negated)


def _looked_at(condition: Condition, subject: Subject) -> Iterator[File]:
    look = condition.look
    if look is not None:
        for file in subject.concerned(subject.looks.id_of[look]):
            if not isinstance(look, EffectCondition) or is_read(look, *file.paths):
                yield file


def _is_told(condition: Condition, facts: Facts) -> bool:
    """Say whether a condition asks for something, other than files, that the change has."""
    if condition.text is not None:
        only_trailers = condition.text.model_fields_set == {"trailer"}
        return not only_trailers or bool(facts.change.trailers)
    return condition.environment is not None and facts.change.environment is not None


def _nearest(
    rule: Rule, condition: Condition, files: Iterable[File], subject: Subject
) -> Iterator[Match]:
    """Yield what is known of the things that a condition asks about, though it is no proof."""
    look = condition.look
    if look is None:
        yield from _told(rule, condition, subject.facts)
    elif isinstance(look, LineCondition):
        for file, hits in subject.found.get(subject.looks.id_of[look], []):
            lines = dict.fromkeys(itertools.chain(*hits.values()))
            yield from (line_match(rule, file, line) for line in lines)
    else:
        for file in files:
            yield from _nearest_in(rule, look, file)


def _nearest_in(
    rule: Rule, look: PathCondition | SettingCondition | EffectCondition, file: File
) -> Iterator[Match]:
    if isinstance(look, PathCondition):
        before = file.old_path if file.status == "renamed" else None
        yield Match(rule.id, rule.category, "path", file.path, None, "status", before, file.status)
    elif isinstance(look, SettingCondition):
        any_move = look.model_copy(update=ANY_MOVE)
        found = matching_settings(any_move, file.settings or ())
        yield from (setting_match(rule, file, setting) for setting in found)
    else:
        kind = kind_of(look)
        effects = (effect for effect in file.effects or () if effect.kind == kind)
        yield from (effect_match(rule, file, effect) for effect in effects)


def _told(rule: Rule, condition: Condition, facts: Facts) -> Iterator[Match]:
    change = facts.change
    if condition.environment and change.environment is not None:
        yield Match(
            rule.id, rule.category, "environment", key="environment", after=change.environment
        )
    if condition.text is None:
        return
    asked = condition.text.model_fields_set
    values: dict[str, tuple[str | None, ...]] = {
        "title": (change.title,),
        "body": (change.body,),
        "branch": (change.branch,),
        "author": (facts.person(change.author).login if change.author else None,),
        "label": change.labels or (),
    }
    said = [(key, value) for key, told in values.items() if key in asked for value in told]
    keys = {key.casefold() for key in condition.text.trailer or ()}
    said += [(t.key, t.value) for t in change.trailers if t.key.casefold() in keys]
    for key, value in said:
        if value is not None:
            yield Match(rule.id, rule.category, "text", key=key, after=value)


def widened(policy: Policy) -> Policy:
    """Return a policy that looks for whatever became of the settings that its rules ask about.

    Facts that were looked into for it tell what a rule nearly saw.
    """
    settings = (c.setting for _, inside in rules_of(policy) for c in inside if c.setting)
    wide = dict.fromkeys(setting.model_copy(update=ANY_MOVE) for setting in settings)
    if not wide:
        return policy
    when = Condition(any_=tuple(Condition(setting=setting) for setting in wide))
    rule = Rule(id=_WIDE, category="", why="it was nearly seen", when=when)
    return policy.model_copy(update={"rules": (*policy.rules, rule)})


@dataclass(frozen=True, slots=True)
class PathExplained:
    """Which rules look at a path and with what, its layer, and whether it is ignored.

    A policy file `is_policy`: it is an IO by itself, whatever is ignored.
    """

    path: str
    layer: Layer
    ignored: bool
    is_policy: bool
    rules: tuple[tuple[Rule, tuple[Condition, ...]], ...]


def explain_path(path: str, looks: Looks) -> PathExplained:
    """Say of a path from the top of the repository who looks at it; it need not exist."""
    ids = looks.concerning(path)
    asking = ((rule, tuple(_asking(rule.when, path, ids, looks))) for rule in looks.policy.rules)
    ignored = bool(looks.policy.ignore) and bool(_globs(looks.policy.ignore).match(path))
    looking = tuple((rule, conditions) for rule, conditions in asking if conditions)
    return PathExplained(path, looks.layer(path), ignored, path in POLICY_FILES, looking)


def _asking(
    condition: Condition, path: str, ids: frozenset[str], looks: Looks
) -> Iterator[Condition]:
    for inner in inner_conditions(condition):
        yield from _asking(inner, path, ids, looks)
    look = condition.look
    if look is None or looks.id_of[look] not in ids:
        return
    if not isinstance(look, EffectCondition) or is_read(look, path):
        yield condition


@functools.lru_cache(maxsize=4)
def _globs(globs: tuple[str, ...]) -> GlobSet:
    return GlobSet([globs])


def gates_for(rule: Rule, policy: Policy) -> tuple[Gate, ...]:
    """Return the gates whose filters let through what this rule recognises, by the rule alone."""
    category = policy.taxonomy.get(rule.category)
    classes = rule.classes or (category.classes if category else ())
    return tuple(
        gate
        for gate in policy.gates
        if (gate.categories is None or rule.category in gate.categories)
        and (gate.classes is None or not {*gate.classes}.isdisjoint(classes))
    )
