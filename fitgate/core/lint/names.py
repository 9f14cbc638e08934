"""Files that by their names are never read as what a condition asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fitgate.core.conditions import (
    Condition,
    DependencyCondition,
    MigrationCondition,
    SettingCondition,
    WorkflowCondition,
)
from fitgate.core.lint.inclusion import apart
from fitgate.core.lint.reach import Proof

_YAML = "{yml,yaml}"
_ENV = "**/.env.*"
READ: dict[str, tuple[str, ...]] = {
    "setting": (
        "**/*.{yaml,yml,json,jsonc,toml,ini,cfg,py,env,properties}",
        _ENV,
    ),
    "dependency": (
        "**/{pyproject.toml,Pipfile,setup.cfg,setup.py,uv.lock,poetry.lock,Pipfile.lock}",
        "**/{package.json,package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml}",
        "**/{Cargo.toml,Cargo.lock,go.mod,pom.xml}",
        f"**/{{.pre-commit-config,action}}.{_YAML}",
        f".github/workflows/*.{_YAML}",
        "**/{docker,container}file{,[._-]*}",
        "**/*.{docker,container}file",
        f"**/environment*.{_YAML}",
        "**/*{requirements,constraints}*.{txt,in,lock}",
        "**/requirements/*.{txt,in,lock}",
    ),
    "workflow": (
        f"**/action.{_YAML}",
        f".github/workflows/*.{_YAML}",
        f"**/*.gitlab-ci*.{_YAML}",
        f"**/.gitlab-ci*.{_YAML}",
        f"**/{{.gitlab/ci,.gitlab-ci}}/**/*.{_YAML}",
    ),
    "migration": (
        "**/*.sql",
        "**/*{migration,migrations,alembic}*/**/*.py",
        "**/versions/*.py",
        "**/{,*_}migrate/**/*.rb",
    ),
}
"""By kind of evidence, globs that surely name every file that is read; they may name more."""
_MEANT = {
    "setting": (
        "settings",
        "`.yaml`, `.json`, `.toml`, `.ini`, `.cfg`, `.py`, `.env`, `.properties`",
    ),
    "dependency": (
        "a manifest or lock file",
        "`pyproject.toml`, `package.json`, `go.mod` and such",
    ),
    "workflow": ("a CI file", "`.github/workflows/*.yml`, `action.yml`, `.gitlab-ci.yml`"),
    "migration": ("a migration", "`.sql`, `.py` and `.rb` in folders of migrations"),
}


def unread(condition: Condition) -> Iterator[Proof]:
    """Yield the globs of a condition none of whose files is read, told by their names."""
    look = condition.look
    match look:
        case SettingCondition():
            kind = "setting"
        case DependencyCondition():
            kind = "dependency"
        case WorkflowCondition():
            kind = "workflow"
        case MigrationCondition():
            kind = "migration"
        case _:
            return
    for n, glob in enumerate(look.files):
        if not glob.startswith("!") and (why := _why(kind, glob)):
            remedy = f"it reads {_MEANT[kind][1]}; of other files ask for `line` or `path`"
            yield Proof((kind, "files", n), why, remedy)


def _why(kind: str, glob: str) -> str:
    if apart(glob, READ[kind]):
        return (
            f"no file that `{glob}` names is read as {_MEANT[kind][0]}, unless it had another name"
        )
    rest: Sequence[str] = [other for other in READ[kind] if other != _ENV]
    if len(rest) < len(READ[kind]) and apart(glob, rest) and ".env" not in glob:
        return f"of `{glob}` only files named `.env.…` are read as settings"
    return ""
