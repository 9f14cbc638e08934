"""Rules applied to facts: the change's categories with their proofs, three-valued."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.classify.answers import NO, Answer, all_of, answer, any_of, none_of
from fitgate.core.classify.effects import evidence as evidence_of
from fitgate.core.classify.effects import is_read
from fitgate.core.classify.lines import Found, evidence
from fitgate.core.classify.looks import Looks
from fitgate.core.classify.paths import paths
from fitgate.core.classify.possible import DECLARED
from fitgate.core.classify.raised import raised
from fitgate.core.classify.settings import fits, is_unclear
from fitgate.core.classify.text import environment, text
from fitgate.core.conditions import Condition, EffectCondition, LineCondition, SettingCondition
from fitgate.core.effects import Effect
from fitgate.core.facts import POLICY_FILES, Facts, File, Line, Setting, Unknown
from fitgate.core.findings import Classification, Match
from fitgate.core.policy import POLICY_CATEGORY, POLICY_RULE, Rule

_OTHERS_FILES = answer(
    (), (Unknown("files", "those of a deployment are judged with the changes that it contains"),)
)


class Subject:
    """One change before the rules: what was found in its files, by look.

    `live` are the looks that may hold or be unknown; of a file in which nothing was found there are
    none.
    """

    def __init__(self, facts: Facts, looks: Looks) -> None:
        self.facts, self.looks = facts, looks
        self.files = facts.files or ()
        self.found: dict[str, list[tuple[File, Found]]] = {}
        self.settings: dict[str, list[tuple[File, list[Setting]]]] = {}
        self.live: set[str] = {DECLARED} if facts.change.trailers else set()
        read = looks.lines | looks.settings | looks.effects
        self.unanswered = frozenset() if facts.looked is None else read.difference(facts.looked)
        for file in self.files:
            ids = looks.concerned_with(file)
            self.live |= ids & looks.paths[file.status]
            if file.effects != ():
                self.live |= ids & looks.effects
            self.live |= ids & self.unanswered
            if file.settings is None:
                self.live |= ids & looks.settings
            elif file.settings:
                for name, settings in looks.setting_looks(ids).found(file.settings).items():
                    self.live.add(name)
                    self.settings.setdefault(name, []).append((file, settings))
            if file.lines is None:
                self.live |= ids & looks.lines
            elif file.lines:
                for name, found in looks.line_looks(ids).found(file.lines).items():
                    self.live.add(name)
                    self.found.setdefault(name, []).append((file, found))

    def concerned(self, name: str) -> list[File]:
        """Return the files that a look concerns."""
        return [file for file in self.files if name in self.looks.concerned_with(file)]


def classify(facts: Facts, looks: Looks) -> Classification:
    """Say whether the change is an IO, by which matches, and what could not be seen."""
    return raised(facts, ruled(facts, looks), looks.policy)


def ruled(facts: Facts, looks: Looks) -> Classification:
    """Say what the rules alone find, whatever people say of the change."""
    if facts.files is None:
        why = next(
            (u.why for u in facts.unknown if u.what == "files"), "the files could not be listed"
        )
        return Classification(None, (), (Unknown("files", why),))
    subject = Subject(facts, looks)
    matches = list(_policy_files(facts.files))
    unknown: list[Unknown] = []
    if looks.policy.extends:  # nobody knows what the rules of the parent would have found
        unknown.append(Unknown("the rules of `extends`", "not available in this version"))
    for rule in looks.rules(subject.live):
        said = ask(rule, rule.when, subject)
        if said.holds:
            matches += said.matches or (Match(rule.id, rule.category, "absence"),)
        elif said.holds is None:
            unknown += (Unknown(f"rule {rule.id}: {u.what}", u.why) for u in said.unknown)
    is_io = True if matches else (None if unknown else False)
    return Classification(is_io, tuple(dict.fromkeys(matches)), tuple(dict.fromkeys(unknown)))


def _policy_files(files: tuple[File, ...]) -> list[Match]:
    return [
        Match(POLICY_RULE, POLICY_CATEGORY, "built-in", path, None, "status", None, file.status)
        for file in files
        for path in file.paths
        if path in POLICY_FILES
    ]


def ask(  # noqa: PLR0911 - one branch a kind
    rule: Rule, condition: Condition, subject: Subject
) -> Answer:
    """Say what a condition, or a part of one, says of a change."""
    if condition.any_:
        return any_of(ask(rule, inner, subject) for inner in condition.any_)
    if condition.all_:
        return all_of(ask(rule, inner, subject) for inner in condition.all_)
    if condition.not_:
        return none_of(ask(rule, condition.not_, subject))
    if condition.text:
        author = subject.facts.change.author
        login = subject.facts.person(author).login if author else None
        return text(rule, condition.text, subject.facts.change, login)
    if condition.environment:
        deployment = subject.facts.deployment
        exposure = deployment.exposure if deployment else None
        return environment(rule, condition.environment, subject.facts.change, exposure)
    if subject.facts.deployment and condition.look:
        return _OTHERS_FILES
    if condition.path:
        name = subject.looks.id_of[condition.path]
        return paths(
            rule, condition.path, subject.files, lambda path: name in subject.looks.concerning(path)
        )
    if condition.line:
        return _line(rule, condition.line, subject)
    if condition.setting:
        return _setting(rule, condition.setting, subject)
    structure = condition.dependency or condition.workflow or condition.migration
    return _effects(rule, structure, subject) if structure else NO


def _line(rule: Rule, condition: LineCondition, subject: Subject) -> Answer:
    """Ask a line condition of all its files together: what moved to another file is no loss."""
    name = subject.looks.id_of[condition]
    files = subject.concerned(name)
    unread = files if name in subject.unanswered else [file for file in files if file.lines is None]
    found = [] if name in subject.unanswered else subject.found.get(name, [])
    if condition.fewer is not None or condition.more is not None:
        if unread:
            return any_of(map(_unread, unread))
        if not evidence(condition, [hits for _, hits in found]):
            return NO
    proofs = (
        line_match(rule, file, line) for file, hits in found for line in evidence(condition, [hits])
    )
    return answer(proofs, (u for file in unread for u in _unread(file).unknown))


def line_match(rule: Rule, file: File, line: Line) -> Match:
    """Return a changed line as proof."""
    gone = line.sign == "-"
    before, after = (line.text, None) if gone else (None, line.text)
    return Match(rule.id, rule.category, "line", file.path, line.number, None, before, after)


def _setting(rule: Rule, condition: SettingCondition, subject: Subject) -> Answer:
    name = subject.looks.id_of[condition]
    files, answered = subject.concerned(name), name not in subject.unanswered
    unread = (file for file in files if file.settings is None or not answered)
    found = subject.settings.get(name, ()) if answered else ()
    return any_of(
        (
            *map(_unread, unread),
            *(_settings_of(rule, condition, file, all_) for file, all_ in found),
        )
    )


def _settings_of(
    rule: Rule, condition: SettingCondition, file: File, settings: list[Setting]
) -> Answer:
    if file.broken:  # anything that stood under the key is at stake
        lost = (setting_match(rule, file, replace(s, after=file.broken)) for s in settings)
        return answer(lost, ())
    return answer(
        (setting_match(rule, file, s) for s in settings if fits(condition, s)),
        (
            Unknown(f"{file.path}: {s.key}", f"{s.before} and {s.after} do not compare")
            for s in settings
            if is_unclear(condition, s)
        ),
    )


def setting_match(rule: Rule, file: File, s: Setting) -> Match:
    """Return what became of a setting as proof."""
    return Match(rule.id, rule.category, "setting", file.path, s.line, s.key, s.before, s.after)


def _unread(file: File) -> Answer:
    why = file.unread or "these facts were gathered under a policy that did not ask for it"
    return answer((), (Unknown(f"contents of {file.path}", why),))


def _effects(rule: Rule, condition: EffectCondition, subject: Subject) -> Answer:
    name = subject.looks.id_of[condition]
    files = subject.concerned(name)
    seen = () if name in subject.unanswered else files
    unseen = files if name in subject.unanswered else [f for f in files if f.effects is None]
    # To tell which files are read as structure, all that read them must be loaded.
    unread = [file for file in unseen if is_read(condition, *file.paths)]
    return answer(
        (effect_match(rule, file, effect) for file, effect in evidence_of(condition, seen)),
        (u for file in unread for u in _unread(file).unknown),
    )


def effect_match(rule: Rule, file: File, e: Effect) -> Match:
    """Return what became of a thing read as structure as proof."""
    return Match(
        rule.id, rule.category, e.kind, file.path, e.line, e.key, e.before, e.after, e.change
    )
