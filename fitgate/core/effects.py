"""What a change does to files that are read as structure: dependencies, CI, migrations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict

from fitgate.core.values import Scalar

Ecosystem = Literal[
    "pypi", "conda", "npm", "cargo", "go", "maven", "docker", "actions", "pre-commit"
]  # fmt: skip
"""Where a dependency comes from, as its key begins."""
EffectKind = Literal["dependency", "workflow", "migration"]
DependencyChange = Literal[
    "added", "removed", "upgraded", "major", "downgraded", "unpinned", "unbounded", "movable",
    "hash-dropped", "source-changed", "published", "group-emptied",
]  # fmt: skip
"""What becomes of a dependency.

`unpinned`: one exact version, commit or digest before, several may come now. `unbounded`: it had an
upper bound and has none. `movable`: it is now given by a name that others can point elsewhere (a
branch, `latest`). `source-changed`: it comes from elsewhere, or from another publisher.
`published`: it came from a repository, a URL or a folder, and comes from its registry now.
`group-emptied`: the last of its group went.
"""
WorkflowChange = Literal[
    "job-removed", "step-removed", "gate-removed", "environment-removed", "needs-removed",
    "continue-on-error-added", "or-true-added", "disabled", "trigger-added", "trigger-removed",
    "permission-widened", "matrix-shrunk", "manual-removed", "action-unpinned",
]  # fmt: skip
"""What becomes of a CI file.

`gate-removed`: what a step or job demanded before it goes on (`if`, `rules`, required approval).
`continue-on-error-added` is GitLab's `allow_failure` too. `disabled`: it is there and never runs.
`manual-removed`: what a person started now starts by itself.
"""
MigrationChange = Literal["drops", "truncates", "deletes", "narrows", "no-way-down"]
"""What a migration does on its way up; `no-way-down`: it cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a change does to a file read as structure.

    `key` names what is meant (`pypi:requests`, `jobs.test.steps[pytest]`, `users.email`), `within`
    the group, job or statement that it stands in. `line` counts in the file after the change, or
    before it where the thing is gone.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: EffectKind
    change: str
    key: str
    before: Scalar = None
    after: Scalar = None
    line: int | None = None
    within: str = ""


Effects = Callable[[str, bytes | None, bytes | None], tuple[Effect, ...]]
"""(path, contents before, contents after) → what the change does; None is an absent file."""
