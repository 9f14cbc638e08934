"""Which file is which manifest or lock file, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fitgate.core.classify.manifests.conda import environment
from fitgate.core.classify.manifests.containers import dockerfile
from fitgate.core.classify.manifests.dependency import Dependency
from fitgate.core.classify.manifests.golang import go_mod
from fitgate.core.classify.manifests.maven import pom
from fitgate.core.classify.manifests.node import package_json, package_lock
from fitgate.core.classify.manifests.node_locks import pnpm_lock, yarn_lock
from fitgate.core.classify.manifests.pinned_refs import actions, hooks
from fitgate.core.classify.manifests.python import pipfile, pyproject, setup_cfg
from fitgate.core.classify.manifests.python_locks import pipfile_lock, poetry_lock, uv_lock
from fitgate.core.classify.manifests.requirements import requirements_file
from fitgate.core.classify.manifests.rust import cargo_lock, cargo_toml
from fitgate.core.classify.manifests.setup_py import setup_py

_MANIFEST, _LOCK = 1 << 20, 8 << 20  # bytes
_PYTHON = 256 << 10  # Python's own parser takes three seconds for a megabyte


@dataclass(frozen=True, slots=True)
class Format:
    """Who reads a file, and up to which size in bytes."""

    read: Callable[[str], tuple[Dependency, ...]]
    limit: int = _MANIFEST


_BY_NAME = {
    "pyproject.toml": Format(pyproject),
    "Pipfile": Format(pipfile),
    "setup.cfg": Format(setup_cfg),
    "setup.py": Format(setup_py, _PYTHON),
    "uv.lock": Format(uv_lock, _LOCK),
    "poetry.lock": Format(poetry_lock, _LOCK),
    "Pipfile.lock": Format(pipfile_lock, _LOCK),
    "package.json": Format(package_json),
    "package-lock.json": Format(package_lock, _LOCK),
    "npm-shrinkwrap.json": Format(package_lock, _LOCK),
    "yarn.lock": Format(yarn_lock, _LOCK),
    "pnpm-lock.yaml": Format(pnpm_lock, _LOCK),
    "Cargo.toml": Format(cargo_toml),
    "Cargo.lock": Format(cargo_lock, _LOCK),
    "go.mod": Format(go_mod),
    "pom.xml": Format(pom),
    ".pre-commit-config.yaml": Format(hooks),
    ".pre-commit-config.yml": Format(hooks),
    "action.yml": Format(actions),
    "action.yaml": Format(actions),
}
_BY_PATH = (
    (re.compile(r"\.github/workflows/[^/]+\.ya?ml"), Format(actions)),
    (
        re.compile(
            r"(?:.*/)?(?i:(?:docker|container)file(?:[._-](?!dockerignore)[^/]*)?"
            r"|[^/]+\.(?:docker|container)file)"
        ),
        Format(dockerfile),
    ),
    (re.compile(r"(?:.*/)?(?i:environment[^/]*\.ya?ml)"), Format(environment)),
    (
        re.compile(
            r"(?:.*/)?(?i:[^/]*(?:requirements|constraints)[^/]*|requirements/[^/]+)\.(?:txt|in|lock)"
        ),
        Format(requirements_file),
    ),
)


def format_of(path: str) -> Format | None:
    """Return who reads a file, told by its path; None if nobody does."""
    if found := _BY_NAME.get(path.rpartition("/")[2]):
        return found
    return next((format_ for pattern, format_ in _BY_PATH if pattern.fullmatch(path)), None)
