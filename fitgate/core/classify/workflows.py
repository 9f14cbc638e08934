"""Evidence of the kind `workflow`: what a change does to a CI file, read as structure."""

from __future__ import annotations

import functools

from fitgate.core.classify.ci.demands import demands, unpinned
from fitgate.core.classify.ci.github import read_github
from fitgate.core.classify.ci.gitlab import read_gitlab
from fitgate.core.classify.ci.losses import losses
from fitgate.core.classify.ci.matrix import matrix_effects
from fitgate.core.classify.ci.model import Pipeline
from fitgate.core.classify.ci.pairs import pair
from fitgate.core.classify.ci.tree import read_trees
from fitgate.core.classify.ci.triggers import permission_effects, trigger_effects
from fitgate.core.classify.flattening import Unparsable, entry
from fitgate.core.effects import Effect

_YAML = (".yml", ".yaml")


def is_workflow(path: str) -> bool:
    """Say whether a path is a CI file that can be read here.

    That is a workflow in `.github/workflows`, an action's `action.yml` in any folder, a
    `.gitlab-ci.yml` of any prefix in any folder, and what stands in `.gitlab/ci` or `.gitlab-ci`.
    """
    return _is_github(path) or _is_gitlab(path)


def _is_github(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name in {"action.yml", "action.yaml"} or (
        folder == ".github/workflows" and name.endswith(_YAML)
    )


def _is_gitlab(path: str) -> bool:
    name = path.rpartition("/")[2]
    if not name.endswith(_YAML):
        return False
    inside = f"/{path}".rpartition("/")[0] + "/"
    return (
        name.endswith((".gitlab-ci.yml", ".gitlab-ci.yaml"))
        or name.startswith(".gitlab-ci")
        or "/.gitlab/ci/" in inside
        or "/.gitlab-ci/" in inside
    )


def workflow_effects(path: str, before: bytes | None, after: bytes | None) -> tuple[Effect, ...]:
    """Return what a change does to a CI file, sorted by key; None is an absent file.

    Keys are alike on both forges: `jobs.test` (a job), `jobs.test.steps[pytest]` (a step, by what
    it runs, or by its action), `jobs.deploy.environment`, `jobs.deploy.needs[test]`,
    `jobs.test.strategy.matrix.os` (GitLab: `parallel.matrix`), `on.push.branches`,
    `permissions.contents`; in an action `runs.steps[…]`. `within` is the job. A job's `before` is
    what it ran, one command a line. Comments, names, quotes, anchors and order have no effect.

    Raises:
        Unparsable: a side that is no CI file, see `read_pipeline`.
    """
    # What a file was after one change is what it is before the next.
    sides = (None if data is None else _read_before(path, data) for data in (before, after))
    return compare(*sides)


def read_pipeline(path: str, data: bytes) -> Pipeline:
    """Return what a CI file says; its path tells the forge.

    Raises:
        Unparsable: no CI file by its name; not UTF-8 or YAML; over 1 MiB, nested deeper than 100,
            over 200,000 values; no mapping, several documents (but for the header of a GitLab
            component), over 1,000 jobs or 10,000 commands.
    """
    if not is_workflow(path):
        raise Unparsable("is not a CI file")
    trees = [tree for tree in read_trees(data) if tree.value]
    if _is_gitlab(path) and len(trees) > 1 and "spec" in trees[0]:
        del trees[0]  # https://docs.gitlab.com/ci/inputs/: the header declares its inputs
    if len(trees) > 1:
        raise Unparsable("has several documents", trees[1].line)
    if not trees:
        return Pipeline()
    if not trees[0].fields:
        raise Unparsable("is not a mapping", trees[0].line)
    return read_gitlab(trees[0]) if _is_gitlab(path) else read_github(trees[0])


_read_before = functools.lru_cache(maxsize=64)(read_pipeline)


def compare(before: Pipeline | None, after: Pipeline | None) -> tuple[Effect, ...]:
    """Return what became of a CI file, see `workflow_effects`; None is an absent file."""
    pairs = pair(before or Pipeline(), after or Pipeline())
    found = [
        *losses(pairs),
        *demands(pairs),
        *matrix_effects(pairs),
        *trigger_effects(pairs),
        *permission_effects(pairs),
    ]
    pinned = {step.commands[0].program: step.uses for step in pairs.before.includes}
    for step in pairs.after.includes:
        found += unpinned(step, pinned, f"include{entry(step.commands[0].program)}", "")
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _order(effect: Effect) -> tuple[str, str, int]:
    return effect.key, effect.change, effect.line or 0
