"""Workflows and composite actions of GitHub Actions, read into the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fitgate.core.classify.ci.commands import read_action, read_commands
from fitgate.core.classify.ci.conditions import gates, ignores_failures, is_never
from fitgate.core.classify.ci.matrix import read_matrix
from fitgate.core.classify.ci.model import (
    MAX_COMMANDS,
    MAX_JOBS,
    Job,
    Permissions,
    Pipeline,
    Step,
    Trigger,
)
from fitgate.core.classify.ci.tree import Node
from fitgate.core.classify.flattening import Unparsable, dotted

_EVERYTHING = {"*", "**", "**/*"}
_FALSE = {"", "false", "${{ false }}"}
_OPENED = frozenset({"opened", "synchronize", "reopened"})  # the types without `types`
_FILTERS = (
    *("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"),
    *("types", "workflows"),
)


def read_github(root: Node) -> Pipeline:
    """Return a workflow, or the steps of a composite action as a job named `runs`.

    The keys are those of
    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax and of
    https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax. Raises
    Unparsable: over 1,000 jobs, over 10,000 commands, or jobs that are no mapping.
    """
    if "runs" in root and "jobs" not in root:
        steps = _steps(root["runs"]["steps"])
        return Pipeline(jobs={"runs": Job("runs", "runs", steps, line=root["runs"].line)})
    nodes = root["jobs"]
    if not isinstance(nodes.value, dict) and nodes.value:
        raise Unparsable("has jobs that are no mapping", nodes.line)
    if len(nodes.fields) > MAX_JOBS:
        raise Unparsable("has too many jobs", nodes.line)
    jobs = {name: _job(name, node) for name, node in nodes.fields.items()}
    if sum(len(step.commands) for job in jobs.values() for step in job.steps) > MAX_COMMANDS:
        raise Unparsable("has too many commands", nodes.line)
    return Pipeline(
        triggers={trigger.name: trigger for trigger in _triggers(root["on"])},
        permissions=_permissions(root["permissions"]) if "permissions" in root else None,
        jobs=jobs,
    )


def _job(name: str, node: Node) -> Job:
    condition = node["if"].text
    called = node["uses"].text
    steps = _steps(node["steps"])
    if called:
        steps = (Step((read_action(called),), uses=called, line=node["uses"].line), *steps)
    environment = node["environment"]
    key = dotted(("jobs", name))
    needs = frozenset(each.text for each in node["needs"].entries if each.text)
    return Job(
        name,
        key,
        steps,
        needs=needs,
        environment=(environment.text or environment["name"].text).strip(),
        gates=gates(condition),
        regardless="" if _weighs_needs(node) else condition * ignores_failures(condition),
        disabled=is_never(condition),
        can_fail=_can_fail(node["continue-on-error"]),
        matrix=read_matrix(node["strategy"]["matrix"], f"{key}.strategy.matrix"),
        runner=node["runs-on"].words(),
        permissions=_permissions(node["permissions"]) if "permissions" in node else None,
        unseen=frozenset({called} if called else ()),
        line=node.line,
    )


def _weighs_needs(node: Node) -> bool:
    """Say whether a job looks itself at how those that it needs have ended."""
    looks = (text for each in (node["if"], node["steps"], node["env"]) for text in each.texts())
    return any("needs." in text or "toJSON(needs)" in text for text in looks)


def _steps(node: Node) -> tuple[Step, ...]:
    return tuple(_step(each) for each in node.entries if each.fields)


def _step(node: Node) -> Step:
    uses, condition = node["uses"].text.strip(), node["if"].text
    return Step(
        (read_action(uses),) if uses else read_commands(node["run"].text),
        name=node["id"].text or node["name"].text,
        uses=uses,
        gates=gates(condition),
        can_fail=_can_fail(node["continue-on-error"]),
        disabled=is_never(condition),
        line=node.line,
    )


def _can_fail(node: Node) -> str:
    """Return what lets a job or step fail; what depends on the matrix lets only parts of it."""
    text = node.words()
    return "" if text.lower() in _FALSE or "matrix." in text else text


def _permissions(node: Node) -> Permissions:
    if node.text in {"read-all", "write-all"}:
        return Permissions({"*": node.text.removesuffix("-all")}, node.line)
    levels = {scope: level.text for scope, level in node.fields.items()}
    return Permissions({s: level for s, level in levels.items() if level != "none"}, node.line)


def _triggers(node: Node) -> Iterable[Trigger]:
    for each in node.entries if not node.fields else ():
        yield Trigger(each.text, dotted(("on", each.text)), _default(each.text), each.line)
    for name, event in node.fields.items():
        yield Trigger(name, dotted(("on", name)), _filters(name, event), event.line)


def _default(name: str) -> dict[str, frozenset[str] | None]:
    return {"types": _OPENED} if name.startswith("pull_request") else {}


def _filters(name: str, node: Node) -> Mapping[str, frozenset[str] | None]:
    if name == "schedule":
        return {"cron": frozenset(each["cron"].text for each in node.entries)}
    found = _default(name)
    for filter_ in _FILTERS:
        if filter_ in node:
            values = frozenset(each.text for each in node[filter_].entries)
            found[filter_] = None if values & _EVERYTHING and values <= _EVERYTHING else values
    if name == "push":  # a filter for the one leaves out the other
        for one, other in (("branches", "tags"), ("tags", "branches")):
            given = {one, f"{one}-ignore"} & found.keys()
            if given and not {other, f"{other}-ignore"} & found.keys():
                found[other] = frozenset()
    return found
