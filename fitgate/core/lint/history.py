"""What a policy says in vain of the changes that have landed: a hint, where others are proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fitgate.core.facts import Facts
from fitgate.core.findings import Match
from fitgate.core.globs import GlobSet
from fitgate.core.lint.reach import parts
from fitgate.core.lint.rules import own_rules
from fitgate.core.places import Located, Path
from fitgate.core.policy import Policy, Rule
from fitgate.errors import Problem


@dataclass(slots=True)
class Seen:
    """What was met on the way through a history."""

    changes: int = 0
    rules: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)

    def add(self, facts: Facts, matches: Iterable[Match]) -> None:
        """Note the paths of a change, and the rules that found something in it."""
        self.changes += 1
        self.rules.update(match.rule for match in matches)
        for file in facts.files or ():
            self.paths.update(path for path in (file.path, file.old_path) if path)


def not_met(policy: Policy, located: Located, seen: Seen) -> Iterator[Problem]:
    """Yield the rules of a file that matched nothing, and once each the globs that name no path."""
    if not seen.changes:
        return
    own = policy.rules[: own_rules(located)]
    looked = [[*_files(rule)] for rule in own]
    named = _named({glob for globs in looked for _, glob in globs}, seen.paths)
    told: set[str] = set()
    for n, (rule, globs) in enumerate(zip(own, looked, strict=True)):
        missing = [(at, glob) for at, glob in globs if glob not in named]
        nowhere = bool(globs) and len(missing) == len(globs)
        if rule.id not in seen.rules:
            why = ": no file that it looks at was there" if nowhere else ""
            message = f"rule `{rule.id}` matched none of these changes{why}"
            yield located.problem(("rules", n), message)
        if not nowhere:
            for at, glob in missing:
                if glob not in told:
                    told.add(glob)
                    where: Path = ("rules", n, "when", *at)
                    yield located.problem(where, f"`{glob}` names no path that was there")


def _files(rule: Rule) -> Iterator[tuple[Path, str]]:
    for at, part in parts(rule.when):
        if part.look:
            (kind,) = part.model_fields_set
            for n, glob in enumerate(part.look.files):
                if not glob.startswith("!"):
                    yield (*at, kind, "files", n), glob


def _named(globs: set[str], paths: set[str]) -> set[str]:
    each = sorted(globs)
    asked = GlobSet([[glob] for glob in each])
    hits = frozenset[int]().union(*map(asked.match, paths))
    return {each[n] for n in hits}
