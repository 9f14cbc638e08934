"""CI files of GitLab, read into the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fitgate.core.classify.ci.commands import Command, read_commands
from fitgate.core.classify.ci.gitlab_file import GitlabFile
from fitgate.core.classify.ci.model import (
    MAX_COMMANDS,
    MAX_JOBS,
    Job,
    Matrix,
    Pipeline,
    Step,
    Trigger,
)
from fitgate.core.classify.ci.tree import Node
from fitgate.core.classify.flattening import Unparsable, dotted

_NO_JOBS = {
    *("default", "include", "stages", "variables", "workflow", "image", "services", "cache"),
    *("before_script", "after_script", "types", "spec"),
}
_STAGES = ("build", "test", "deploy")  # https://docs.gitlab.com/ci/yaml/#stages
_RUNS = {"script", "trigger", "run", "extends"}
_CLAUSES = ("if", "changes", "exists")
_TRUE = {"true", "True", "TRUE"}


def read_gitlab(root: Node) -> Pipeline:
    """Return a CI file with its jobs; what it includes from other files is not seen.

    The keywords are those of https://docs.gitlab.com/ci/yaml/. Raises Unparsable: over 1,000 jobs,
    over 10,000 commands, or a job that extends itself.
    """
    file = GitlabFile(root)
    names = [name for name, node in root.fields.items() if name not in _NO_JOBS and node.fields]
    if len(names) > MAX_JOBS:
        raise Unparsable("has too many jobs")
    jobs: dict[str, Job] = {}
    room = MAX_COMMANDS
    for name in names:
        node, unseen = file.job(name)
        if not name.startswith(".") and (node.fields | root[name].fields).keys() & _RUNS:
            jobs[name] = _Reading(root, file, node, set(unseen)).job(name)
            room -= sum(len(step.commands) for step in jobs[name].steps)
            if room < 0:
                raise Unparsable("has too many commands", node.line)
    ways = _ways(list(file.entries(root["workflow"]["rules"], set())))
    filters = {"rules": ways.all if root["workflow"]["rules"].value else None}
    return Pipeline(
        triggers={"workflow": Trigger("workflow", "workflow", filters, root["workflow"].line)},
        jobs=jobs,
        hidden=frozenset(name for name in names if name.startswith(".")),
        includes=tuple(_include(each) for each in root["include"].entries),
        disabled=ways.never,
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    """The conditions under which a job runs, waits, or does not run."""

    automatic: frozenset[str] = frozenset()
    manual: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    can_fail: str = ""
    never: bool = False

    @property
    def all(self) -> frozenset[str]:
        """All of them; what must not be begins with an exclamation mark."""
        return self.automatic | self.manual | {f"!{each}" for each in self.refused}

    @property
    def restrict(self) -> bool:
        """Say whether there is any case in which the job does not run."""
        return bool(self.refused) or "" not in self.automatic | self.manual


def _ways(rules: list[Node], when: str = "on_success") -> _Ways:
    """Read `rules`: the first whose condition holds decides; without one it always holds."""
    found: dict[str, set[str]] = {"never": set(), "manual": set(), "automatic": set()}
    can_fail = ""
    for rule in rules:
        clauses = (f"{name}: {rule[name].words()}" for name in _CLAUSES if name in rule)
        condition = rule["if"].words() if not {"changes", "exists"} & rule.fields.keys() else ""
        condition = condition or "; ".join(clauses)
        how = rule["when"].text or when
        found[how if how in found else "automatic"].add(condition)
        can_fail = can_fail or ("true" if rule["allow_failure"].text in _TRUE else "")
        if not condition:
            break
    running = found["automatic"] | found["manual"]
    refused = frozenset(found["never"] - {""})
    never = bool(rules) and not running
    return _Ways(
        frozenset(found["automatic"]), frozenset(found["manual"]), refused, can_fail, never
    )


@dataclass(slots=True)
class _Reading:
    """One job on its way into the model."""

    root: Node
    file: GitlabFile
    node: Node
    unseen: set[str]

    def job(self, name: str) -> Job:
        node, key, when = self.node, dotted(("jobs", name)), self.node["when"].text
        ruled = "rules" in node
        if ruled:
            ways = _ways(list(self.file.entries(node["rules"], self.unseen)), when or "on_success")
        else:
            always = frozenset({""})
            ways = _Ways(manual=always) if when == "manual" else _Ways(automatic=always)
        environment = node["environment"]
        needs = self._needs()
        return Job(
            name,
            key,
            tuple(self._steps()),
            needs=needs,
            stage=self._stage(),
            environment=environment.text or environment["name"].text,
            gates=self._gates(ways, ruled=ruled),
            triggers=tuple(self._triggers(ways, key, ruled=ruled)),
            automatic=frozenset() if when == "never" else ways.automatic,
            manual=ways.manual,
            disabled=ways.never or when == "never",
            can_fail=self._can_fail(waits=when == "manual" and not ruled) or ways.can_fail,
            matrix=_matrix(node["parallel"], f"{key}.parallel.matrix"),
            unseen=frozenset(self.unseen),
            line=node.line,
        )

    def _steps(self) -> Iterator[Step]:
        """Yield the scripts whose failure counts; that of `after_script` does not."""
        inherits = self.node["inherit"]["default"].text != "false"
        for name in ("before_script", "script"):
            node = self.node[name]
            if name == "before_script" and name not in self.node and inherits:
                node = (
                    self.root["default"][name] if name in self.root["default"] else self.root[name]
                )
            lines = [each.text for each in self.file.entries(node, self.unseen)]
            if commands := read_commands("\n".join(lines)):
                yield Step(commands, name=name, line=node.line)
        for step in self.node["run"].entries:
            yield Step(read_commands(step["script"].text), name=step["name"].text, line=step.line)
        if started := self.node["trigger"].words():
            command = Command(f"trigger {started}", f"trigger {started}")
            yield Step((command,), name="trigger", line=self.node["trigger"].line)

    def _needs(self) -> frozenset[str] | None:
        if "needs" not in self.node:
            return None
        needs = self.file.entries(self.node["needs"], self.unseen)
        return frozenset(name for each in needs if (name := each.text or each["job"].text))

    def _stage(self) -> int:
        stages = [each.text for each in self.root["stages"].entries] or list(_STAGES)
        order = [".pre", *(name for name in stages if name not in {".pre", ".post"}), ".post"]
        stage = self.node["stage"].text or "test"
        return order.index(stage) if stage in order else -1

    def _can_fail(self, *, waits: bool) -> str:
        """Read `allow_failure`: a job that waits for a person may fail unless it says no."""
        allowed = self.node["allow_failure"]
        if allowed.value and allowed.text.lower() != "false":
            return "true" if allowed.text in _TRUE else allowed.words()
        return "when: manual" if waits and not allowed.value else ""

    def _gates(self, ways: _Ways, *, ruled: bool) -> Mapping[str, str]:
        asked = {name: self.node[name].words() for name in ("only", "except") if name in self.node}
        if ruled and ways.restrict and not ways.never:
            asked["rules"] = ", ".join(sorted(ways.all))
        return {"rules": "; ".join(asked.values())} if any(asked.values()) else {}

    def _triggers(self, ways: _Ways, key: str, *, ruled: bool) -> Iterator[Trigger]:
        if ruled:
            yield Trigger("rules", key, {"rules": ways.all}, self.node["rules"].line)
        for name in ("only", "except"):
            if name in self.node:
                node = self.node[name]
                parts = node.fields or {"": node}
                filters = {
                    f"{name}.{part}" if part not in {"", "refs"} else name: frozenset(
                        each.words() for each in self.file.entries(value, self.unseen)
                    )
                    for part, value in parts.items()
                }
                yield Trigger(name, key, filters, node.line)


def _matrix(node: Node, key: str) -> Matrix:
    axes: dict[str, set[str]] = {}
    combinations = [each for each in node["matrix"].entries if each.fields]
    for combination in combinations:
        for name, given in combination.fields.items():
            axes.setdefault(name, set()).update(each.words() for each in given.entries)
    included = frozenset(each.words() for each in combinations) if len(combinations) > 1 else ()
    frozen = {name: frozenset(values) for name, values in axes.items()}
    return Matrix(frozen, frozenset(included), key=key, line=node.line)


def _include(node: Node) -> Step:
    """Return a file taken in as a step: `uses` is the file with the version asked for."""
    name = (
        " ".join(
            each
            for key in ("local", "project", "file", "remote", "template", "component")
            if (each := node[key].words())
        )
        or node.words()
    )
    name, _, version = name.partition("@")
    version = node["ref"].text or version
    return Step(
        (Command(f"include {name}", name),),
        uses=f"{name}@{version}" if version else name,
        line=node.line,
    )
