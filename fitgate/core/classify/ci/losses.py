"""What a CI file no longer runs, or runs so that its failure does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fitgate.core.classify.ci.commands import Command
from fitgate.core.classify.ci.model import Job, Pipeline, Step
from fitgate.core.classify.ci.pairs import Pairs, effect, step_key
from fitgate.core.classify.ci.steps import find_stand_ins, match_steps
from fitgate.core.effects import Effect, WorkflowChange


@dataclass(frozen=True, slots=True)
class _Lost:
    """A command that is no longer written as it was, its step, and what became of that."""

    job: Job
    step: Step
    became: Step | None
    command: Command


def losses(pairs: Pairs) -> Iterator[Effect]:
    """Yield the jobs and steps that are gone, switched off, or whose failure is now hidden.

    What moved to another job or was written anew is not gone; what may have moved to a file that
    is now called, and was not before, is not known to be.
    """
    if pairs.after.disabled and not pairs.before.disabled:
        yield effect("disabled", "workflow.rules", (None, "never"), 0, "")
    lost: list[_Lost] = []
    texts = {command.text for command in pairs.after.commands()}
    for job in pairs.gone:
        found, effects = _gone(job, pairs)
        lost += found
        yield from effects
    for old, new in pairs.jobs:
        if new.disabled and not old.disabled:
            yield effect("disabled", new.key, (None, "never"), new.line, new.id)
        elif not new.disabled and not old.disabled:
            became = {id(one): other for one, other in match_steps(old.steps, new.steps)}
            yield from _switched_off(new, became, old)
            if not _calls_more(old, new):
                lost += (
                    _Lost(old, step, became.get(id(step)), command)
                    for step, command in old.commands()
                    if not (id(step) in became and became[id(step)].disabled)
                )
    lost = [each for each in lost if each.command.text not in texts]
    known = {command.text for command in pairs.before.commands()}
    fresh = [
        (step, command)
        for job in pairs.after.jobs.values()
        for step, command in job.commands()
        if command.text not in known
    ]
    stand_ins = find_stand_ins([(each.became, each.command) for each in lost], fresh)
    for each, stand_in in zip(lost, stand_ins, strict=True):
        yield from _told(each, stand_in)
    yield from _hidden(pairs)


def _told(lost: _Lost, stand_in: Command | None) -> Iterator[Effect]:
    key = step_key(lost.job, lost.step, lost.command.program)
    line, within = lost.step.line, lost.job.id
    if stand_in is None:
        approval = "approv" in lost.command.program.lower()
        change: WorkflowChange = "gate-removed" if approval else "step-removed"
        yield effect(change, key, (lost.command.text, None), line, within)
    elif stand_in.hidden and not lost.command.hidden and stand_in.program == lost.command.program:
        line = lost.became.line if lost.became else line
        yield effect("or-true-added", key, (lost.command.text, stand_in.hidden), line, within)


def _gone(job: Job, pairs: Pairs) -> tuple[list[_Lost], list[Effect]]:
    """Return what of a job that is gone is lost, or that all of it is."""
    if job.disabled:
        return [], []
    commands = list(job.commands())
    elsewhere = _taken_over(pairs)
    left = [each for each in commands if not elsewhere & {each[1].text, each[1].program}]
    if len(left) < len(commands):
        return [_Lost(job, step, None, command) for step, command in left], []
    if f".{job.id}" in pairs.after.hidden:  # a template that no job is made of
        return [], [effect("disabled", job.key, (None, f".{job.id}"), job.line, job.id)]
    if _calls_elsewhere(pairs.after) - _calls_elsewhere(pairs.before):
        return [], []
    runs = "\n".join(command.text for _, command in commands)
    return [], [effect("job-removed", job.key, (runs, None), job.line, job.id)]


def _taken_over(pairs: Pairs) -> set[str]:
    """Return what jobs run, in text and by program, that did not or not on as much as now."""
    found: set[str] = set()
    for job in pairs.fresh:
        found.update(name for _, command in job.commands() for name in _names(command))
    for old, new in pairs.jobs:
        now = {name for _, command in new.commands() for name in _names(command)}
        grown = new.matrix.size > old.matrix.size or (new.matrix.key and not new.matrix.known)
        found |= now if grown else now - {n for _, c in old.commands() for n in _names(c)}
    return found


def _names(command: Command) -> tuple[str, str]:
    return command.text, command.program


def _calls_elsewhere(pipeline: Pipeline) -> set[str]:
    """Return what a file calls or takes in from other files of the same repository."""
    called = {step.uses for job in pipeline.jobs.values() for step in job.steps}
    called |= {step.uses for step in pipeline.includes}
    called |= {name for job in pipeline.jobs.values() for name in job.unseen}
    return {
        name
        for name in called
        if name.startswith(("./", "$/", "/")) or name.endswith((".yml", ".yaml"))
    }


def _calls_more(old: Job, new: Job) -> bool:
    """Say whether a job calls what is not in this file, and did not before."""
    called = [
        {step.uses for step in job.steps if step.uses[:2] in {"./", "$/"}} for job in (old, new)
    ]
    return bool(new.unseen - old.unseen or called[1] - called[0])


def _switched_off(job: Job, became: dict[int, Step], old: Job) -> Iterator[Effect]:
    for step in old.steps:
        now = became.get(id(step))
        if now and now.disabled and not step.disabled and step.counting:
            text = step.counting[0].text
            yield effect("disabled", step_key(job, step), (text, "never"), now.line, job.id)


def _hidden(pairs: Pairs) -> Iterator[Effect]:
    """Yield the commands that ran openly before, and whose failure is hidden now."""
    was, now = _openly(pairs.before), _openly(pairs.after)
    olds = {new.id: _openly(Pipeline(jobs={old.id: old})) for old, new in pairs.jobs}
    for job in pairs.after.jobs.values():
        for step, command in job.commands():
            text = command.text
            if not command.hidden or now[text, True] <= was[text, True]:
                continue
            own = olds.get(job.id, was)
            if now[text, False] < was[text, False] and own[text, False]:
                key = step_key(job, step, command.program)
                yield effect("or-true-added", key, (text, command.hidden), step.line, job.id)


def _openly(pipeline: Pipeline) -> Counter[tuple[str, bool]]:
    """Count each command, those with a hidden failure apart."""
    return Counter((command.text, bool(command.hidden)) for command in pipeline.commands())
