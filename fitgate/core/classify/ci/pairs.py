"""A CI file before and after: which job became which, and how an effect is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fitgate.core.classify.ci.model import Job, Pipeline, Step
from fitgate.core.classify.flattening import MAX_TEXT, entry, plain_value, shorten
from fitgate.core.effects import Effect, WorkflowChange


@dataclass(frozen=True, slots=True)
class Pairs:
    """Both sides, and the jobs that are still there, each before and after.

    `gone` and `fresh` are the jobs that are on one side alone.
    """

    before: Pipeline
    after: Pipeline
    jobs: tuple[tuple[Job, Job], ...]
    gone: tuple[Job, ...]
    fresh: tuple[Job, ...]


def pair(before: Pipeline, after: Pipeline) -> Pairs:
    """Return which job became which: by its id, else by what it runs (at least half of it)."""
    same = before.jobs.keys() & after.jobs.keys()
    became = {name: name for name in before.jobs if name in same}
    running: dict[str, list[str]] = defaultdict(list)
    for name, job in after.jobs.items():
        for text in _texts(job) if name not in same else ():
            running[text].append(name)
    taken: set[str] = set()
    for name, job in before.jobs.items():
        texts = _texts(job) if name not in same else set[str]()
        shared = Counter(each for text in texts for each in running[text] if each not in taken)
        if shared and 2 * max(shared.values()) >= len(texts):
            became[name] = min(shared, key=lambda each: (-shared[each], each))
            taken.add(became[name])
    there = {*became.values()}
    return Pairs(
        before,
        after,
        tuple((before.jobs[old], after.jobs[new]) for old, new in became.items()),
        tuple(job for name, job in before.jobs.items() if name not in became),
        tuple(job for name, job in after.jobs.items() if name not in there),
    )


def _texts(job: Job) -> set[str]:
    """Return what a job runs; where that is only set-up, all of it."""
    counting = {command.text for step in job.steps for command in step.counting}
    return counting or {command.text for step in job.steps for command in step.commands}


def step_key(job: Job, step: Step, program: str = "") -> str:
    """Return `jobs.test.steps[pytest]`: a step goes by the first program that counts in it."""
    commands = step.counting or step.commands
    name = program or (commands[0].program if commands else step.name)
    return f"{job.key}.steps{entry(name)}"


def effect(
    change: WorkflowChange, key: str, texts: Iterable[str | None], line: int, within: str
) -> Effect:
    """Return an effect with what facts can keep of its two texts, before and after."""
    before, after = (None if each is None else _kept(each) for each in texts)
    return Effect(
        "workflow", change, str(plain_value(key)), before, after, line or None, _kept(within)
    )


def _kept(text: str) -> str:
    return shorten(str(plain_value(text)), MAX_TEXT)
