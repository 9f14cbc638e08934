"""What starts a CI file by itself and what its token may do, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fitgate.core.classify.ci.model import Permissions, Pipeline, Trigger
from fitgate.core.classify.ci.pairs import Pairs, effect
from fitgate.core.effects import Effect, WorkflowChange

_QUIET = {"pull_request", "merge_group", "workflow_dispatch", "workflow_call"}
_BY_HAND = {"workflow_dispatch", "workflow_call"}
_CHECKING = {"pull_request", "pull_request_target", "push", "merge_group", "schedule", "workflow"}
_LEVELS = {"none": 0, "read": 1, "write": 2}
_NEVER_DEFAULT = {"id-token", "*"}  # what no repository gives a token that asks for nothing
_Filter = frozenset[str] | None


def trigger_effects(pairs: Pairs) -> Iterator[Effect]:
    """Yield what newly starts the file, or less often, and what a job of it newly runs on.

    Added are those that start by themselves: not `pull_request` and `merge_group`, which run with
    the rights of the proposal, nor what a person or another file calls. Removed are those that
    check a proposal or a branch. A filter with as many other values is a replacement.
    """
    before, after = pairs.before.triggers, pairs.after.triggers
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old and new:
            yield from _filters(old, new, "")
        elif new and name not in _QUIET:
            yield effect("trigger-added", new.key, (None, _told(new)), new.line, "")
        elif (
            old
            and name in _CHECKING
            and not (name == "pull_request_target" and "pull_request" in after)
        ):
            yield effect("trigger-removed", old.key, (_told(old), None), old.line, "")
    if before and before.keys() <= _BY_HAND and not after.keys() <= _QUIET:
        line = min(trigger.line for trigger in after.values())
        texts = (", ".join(sorted(each)) for each in (before, after))
        yield effect("manual-removed", "on", texts, line, "")
    for job, now in pairs.jobs:
        olds = {trigger.name: trigger for trigger in job.triggers}
        for new in now.triggers:
            if (old := olds.get(new.name)) and not now.disabled:
                yield from _filters(old, new, now.id)


def starts_less(before: Pipeline, after: Pipeline) -> bool:
    """Say whether any trigger is gone or narrowed."""
    return any(
        name not in after.triggers
        or any(_net(f, *each) < 0 for f, *each in _both(old, after.triggers[name]))
        for name, old in before.triggers.items()
    )


def _filters(old: Trigger, new: Trigger, within: str) -> Iterator[Effect]:
    for name, was, now in _both(old, new):
        net = _net(name, was, now)
        change: WorkflowChange = "trigger-added" if net > 0 else "trigger-removed"
        told = old.name in _CHECKING or within if net < 0 else True
        if net and told:
            texts = (None if each is None else _listed(each) for each in (was, now))
            yield effect(change, f"{new.key}.{name}", texts, new.line, within)


def _both(old: Trigger, new: Trigger) -> Iterator[tuple[str, _Filter, _Filter]]:
    for name in sorted({*old.filters, *new.filters}):
        yield name, old.filters.get(name), new.filters.get(name)


def _net(name: str, was: _Filter, now: _Filter) -> int:
    """Return more than zero if a filter lets more through than before, less if it lets less."""
    leaves_out = name.endswith("-ignore") or name.startswith("except")
    if leaves_out:
        return len(was or ()) - len(now or ())
    if was is None or now is None:
        return (was is not None) - (now is not None)
    gained, lost = now - was, was - now
    return _weight(gained) - _weight(lost)


def _weight(values: frozenset[str]) -> int:
    return sum(-1 if each.startswith("!") else 1 for each in values)


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def _told(trigger: Trigger) -> str:
    """Return a trigger with its filters on one line."""
    filters = (f"{n}: {', '.join(sorted(v))}" for n, v in sorted(trigger.filters.items()) if v)
    return "; ".join([trigger.name, *filters])


def permission_effects(pairs: Pairs) -> Iterator[Effect]:
    """Yield what a job's token may do that it could not before.

    A job has its own permissions, else those of the file, else the repository's default, which is
    not known; a scope that is not named in either is `none`, see
    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions. Of
    a new job only what it may write is told.
    """
    top = pairs.before.permissions
    if not pairs.before.jobs:
        top = Permissions({})
    found: dict[Effect, None] = {}
    for old, new in pairs.jobs:
        own = new.permissions or old.permissions
        key, within = (f"{new.key}.permissions", new.id) if own else ("permissions", "")
        was, now = old.permissions or top, new.permissions or pairs.after.permissions
        line = now.line if now else was.line if was else 0
        for scope, *levels in _widened(was, now):
            place = f"{key}.{scope}" if scope else key
            found[effect("permission-widened", place, levels, line, within)] = None
    for new in pairs.fresh:
        now = new.permissions or pairs.after.permissions
        own_key = f"{new.key}.permissions" if new.permissions else "permissions"
        for scope, old_level, level in _widened(top, now) if now else ():
            if now and level == "write":
                place = f"{own_key}.{scope}" if scope else own_key
                within = new.id if new.permissions else ""
                one = effect("permission-widened", place, (old_level, level), now.line, within)
                found[one] = None
    yield from found


def _widened(
    was: Permissions | None, now: Permissions | None
) -> Iterator[tuple[str, str | None, str]]:
    """Yield scope, level before and level after; the whole block has no scope."""
    if now is None:
        if was is not None and _level(was.levels, "*") != "write":
            yield "", _words(was), "default"
    elif was is None:
        for scope in sorted(_NEVER_DEFAULT):
            if _level(now.levels, scope) == "write" and scope in now.levels:
                yield _named(scope), None, "write"
    else:
        for scope in sorted({*was.levels, *now.levels}):
            old, new = _level(was.levels, scope), _level(now.levels, scope)
            if _LEVELS.get(new, 0) > _LEVELS.get(old, 0):
                yield _named(scope), old, new


def _named(scope: str) -> str:
    return "" if scope == "*" else scope


def _level(levels: Mapping[str, str], scope: str) -> str:
    return levels.get(scope, levels.get("*", "none"))


def _words(permissions: Permissions) -> str:
    return ", ".join(f"{s}: {level}" for s, level in sorted(permissions.levels.items())) or "none"
