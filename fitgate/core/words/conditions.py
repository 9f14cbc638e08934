"""What a condition asks for, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fitgate.core.conditions import (
    Condition,
    DependencyCondition,
    EnvironmentCondition,
    LineCondition,
    MigrationCondition,
    PathCondition,
    SettingCondition,
    TextCondition,
    WorkflowCondition,
)
from fitgate.core.inert import inert
from fitgate.core.values import Scalar

LIMIT = 60
_WHETHER = {"binary": "binary", "lfs": "a Git LFS pointer", "submodule": "a submodule"}
_OF_LINES = {
    "fewer": "fewer lines match {}",
    "more": "more lines match {}",
    "added": "an added line matches {}",
    "removed": "a removed line matches {}",
}


def asks(condition: Condition) -> str:
    """Say what one kind of evidence asks for; of several that are joined, only how."""
    if condition.any_:
        return "any of"
    if condition.all_:
        return "all of"
    if condition.not_:
        return "not"
    if condition.text:
        return f"text: {'; '.join(_text(condition.text))}"
    if condition.environment:
        return f"environment: {'; '.join(_deployment(condition.environment))}"
    return _of_files(condition)


def _of_files(condition: Condition) -> str:
    if condition.path:
        kind, said = "path", _path(condition.path)
    elif condition.line:
        kind, said = "line", _line(condition.line)
    elif condition.setting:
        kind, said = "setting", _setting(condition.setting)
    elif condition.dependency:
        kind, said = "dependency", _dependency(condition.dependency)
    elif condition.workflow:
        kind, said = "workflow", _workflow(condition.workflow)
    elif condition.migration:
        kind, said = "migration", _migration(condition.migration)
    else:
        return "nothing"
    files = condition.look.files if condition.look else ()
    where = "" if files == ("**",) else f", in {_these(files)}"
    return f"{kind}: {'; '.join(said)}{where}"


def _path(look: PathCondition) -> Iterator[str]:
    yield _or(look.status)
    if look.larger_than is not None:
        yield f"larger than {look.larger_than} bytes"
    for key, said in _WHETHER.items():
        wanted = getattr(look, key)
        if wanted is not None:
            yield said if wanted else f"not {said}"


def _line(look: LineCondition) -> Iterator[str]:
    for key, said in _OF_LINES.items():
        asked = getattr(look, key)
        if asked:
            yield said.format(_these((asked,) if isinstance(asked, str) else asked))


def _setting(look: SettingCondition) -> Iterator[str]:
    yield f"{_these(look.key)} {_or(look.moved) or 'changed in any way'}"
    if look.before is not None:
        yield f"from {_values(look.before)}"
    if look.after is not None:
        yield f"to {_values(look.after)}"


def _dependency(look: DependencyCondition) -> Iterator[str]:
    yield _or(look.change)
    if look.name:
        yield f"named {_these(look.name)}"
    if look.ecosystem:
        yield f"of {_or(look.ecosystem)}"
    if look.group:
        yield f"in the group {_these(look.group)}"


def _workflow(look: WorkflowCondition) -> Iterator[str]:
    yield _or(look.change)
    if look.job:
        yield f"in the job {_these(look.job)}"
    if look.key:
        yield f"at {_these(look.key)}"
    if look.command:
        yield f"that ran {_these((look.command,))}"


def _migration(look: MigrationCondition) -> Iterator[str]:
    yield _or(look.change)
    if look.table:
        yield f"on {_these(look.table)}"


def _text(asked: TextCondition) -> Iterator[str]:
    for key in ("title", "body", "branch", "author", "label"):
        pattern = getattr(asked, key)
        if pattern is not None:
            yield f"the {'description' if key == 'body' else key} matches {_these((pattern,))}"
    for key, pattern in (asked.trailer or {}).items():
        yield f"the trailer {inert(key, LIMIT)} matches {_these((pattern,))}"


def _deployment(asked: EnvironmentCondition) -> Iterator[str]:
    if asked.environment:
        yield f"a deployment to {_these(asked.environment)}"
    if asked.ref:
        yield f"of {_these(asked.ref)}"
    if asked.exposure is not None:
        yield f"for {asked.exposure:g} % or more"


def _these(patterns: Iterable[str]) -> str:
    return f"`{inert(', '.join(patterns), LIMIT)}`"


def _values(values: Iterable[Scalar]) -> str:
    said = (str(value).lower() if isinstance(value, bool) else str(value) for value in values)
    return inert(" or ".join(said), LIMIT)


def _or(words: Iterable[str]) -> str:
    return inert(" or ".join(words), LIMIT)
