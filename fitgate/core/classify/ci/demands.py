"""What a job or step no longer demands before it goes on, or is now forgiven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fitgate.core.classify.ci.model import Job, Pipeline, Step
from fitgate.core.classify.ci.pairs import Pairs, effect, step_key
from fitgate.core.classify.ci.steps import match_steps
from fitgate.core.classify.ci.triggers import starts_less
from fitgate.core.effects import Effect

_ABOUT_TRIGGERS = ("github.ref", "github.event_name", "github.base_ref", "github.event.action")


def demands(pairs: Pairs) -> Iterator[Effect]:
    """Yield the gates, environments, needs and failures that count no longer, job by job.

    A condition that went from a step to its job, or into what starts the file, still stands.
    """
    ids = {old.id: new.id for old, new in pairs.jobs}
    narrowed = starts_less(pairs.before, pairs.after)
    for old, new in pairs.jobs:
        if old.disabled or new.disabled:
            continue
        if new.can_fail and not old.can_fail:
            key = f"{new.key}.continue-on-error"
            yield effect("continue-on-error-added", key, (None, new.can_fail), new.line, new.id)
        yield from _steps(old, new, narrowed=narrowed)
        if new.unseen - old.unseen:
            continue  # what is not said here any more may be said there
        yield from _job_gates(old, new, narrowed=narrowed)
        if old.environment and not new.environment:
            key = f"{new.key}.environment"
            yield effect("environment-removed", key, (old.environment, None), old.line, new.id)
        yield from _needs(old, new, ids, pairs)
        yield from _manual(old, new)


def _steps(old: Job, new: Job, *, narrowed: bool) -> Iterator[Effect]:
    for before, after in match_steps(old.steps, new.steps):
        key = step_key(new, after)
        if after.can_fail and not before.can_fail and after.counting:
            key = f"{key}.continue-on-error"
            yield effect("continue-on-error-added", key, (None, after.can_fail), after.line, new.id)
        dropped = _dropped(before.gates, after.gates, narrowed=narrowed)
        if dropped and after.counting and not dropped.keys() <= new.gates.keys():
            yield _gate(f"{step_key(new, after)}.if", dropped, after.gates, after.line, new.id)
    yield from _unpinned(old, new)


def _job_gates(old: Job, new: Job, *, narrowed: bool) -> Iterator[Effect]:
    dropped = _dropped(old.gates, new.gates, narrowed=narrowed)
    inside = [step.gates.keys() for step in new.steps if step.counting]
    ruled = "rules" in dropped
    if dropped and not (inside and all(dropped.keys() <= each for each in inside)):
        name = "rules" if ruled else "if"
        yield _gate(f"{new.key}.{name}", dropped, new.gates, new.line, new.id)
    elif new.regardless and not old.regardless and new.needs and old.needs:
        yield effect("gate-removed", f"{new.key}.if", (None, new.regardless), new.line, new.id)


def _dropped(
    before: Mapping[str, str], after: Mapping[str, str], *, narrowed: bool
) -> dict[str, str]:
    """Return the conditions that are gone, if nothing new is asked in their place."""
    if after.keys() - before.keys():
        return {}
    gone = {name: text for name, text in before.items() if name not in after}
    if narrowed:
        gone = {n: text for n, text in gone.items() if not any(a in n for a in _ABOUT_TRIGGERS)}
    return gone


def _gate(
    key: str, dropped: Mapping[str, str], left: Mapping[str, str], line: int, within: str
) -> Effect:
    texts = [" && ".join(sorted(each.values())) or None for each in (dropped, left)]
    return effect("gate-removed", key, (texts[0], texts[1]), line, within)


def _needs(old: Job, new: Job, ids: Mapping[str, str], pairs: Pairs) -> Iterator[Effect]:
    unknown = None in {old.needs, new.needs} and min(old.stage, new.stage) < 0
    if unknown or (old.needs, old.stage) == (new.needs, new.stage):
        return
    was = {ids.get(name, name) for name in _needed(old, pairs.before)}
    now = _needed(new, pairs.after)
    gone = (was - now) & pairs.after.jobs.keys() - {new.id}
    if not gone or len(now - was) >= len(gone):
        return
    for name in sorted(gone - _behind(now, pairs.after)):
        key = f"{new.key}.needs[{name}]"
        yield effect("needs-removed", key, (name, None), new.line, new.id)


def _needed(job: Job, pipeline: Pipeline) -> set[str]:
    """Return what a job waits for: without `needs` on GitLab the jobs of all earlier stages."""
    if job.needs is not None:
        return {*job.needs}
    return {name for name, other in pipeline.jobs.items() if other.stage < job.stage}


def _behind(names: set[str], pipeline: Pipeline) -> set[str]:
    """Return what is still waited for because a needed job waits for it."""
    found, waiting = set[str](), [*names]
    while waiting:
        job = pipeline.jobs.get(waiting.pop())
        fresh = _needed(job, pipeline) - found if job else set[str]()
        found |= fresh
        waiting += fresh
    return found


def _manual(old: Job, new: Job) -> Iterator[Effect]:
    """Tell a job that now starts by itself from one that now waits for a person."""
    started = new.automatic - old.automatic
    if old.manual and (old.manual & new.automatic or (started and not new.manual)):
        yield effect(
            "manual-removed", f"{new.key}.when", ("manual", "on_success"), new.line, new.id
        )
    elif new.manual and old.automatic and not new.automatic:
        key = f"{new.key}.when"
        yield effect("trigger-removed", key, ("on_success", "manual"), new.line, new.id)


def _unpinned(old: Job, new: Job) -> Iterator[Effect]:
    pinned = {step.commands[0].program: step.uses for step in old.steps if step.uses}
    for step in new.steps:
        yield from unpinned(step, pinned, step_key(new, step), new.id)


def unpinned(step: Step, pinned: Mapping[str, str], key: str, within: str) -> Iterator[Effect]:
    """Yield that a step's action is no longer asked for by its commit or digest."""
    was = pinned.get(step.commands[0].program, "") if step.uses else ""
    if _is_pinned(was) and not _is_pinned(step.uses):
        yield effect("action-unpinned", key, (was, step.uses), step.line, within)


def _is_pinned(uses: str) -> bool:
    version = uses.rpartition("@")[2].removeprefix("sha256:")
    return len(version) in {40, 64} and not set(version.lower()) - set("0123456789abcdef")
