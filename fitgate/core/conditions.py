"""The grammar of `when`: the kinds of evidence a rule can ask for."""

import hashlib
from typing import Annotated, Literal, Self

import re2
import rfc8785
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from fitgate.core.effects import DependencyChange, Ecosystem, MigrationChange, WorkflowChange
from fitgate.core.globs import check_glob
from fitgate.core.key_globs import key_to_re2
from fitgate.core.values import Scalar


class Shape(BaseModel):
    """Everything a person writes in a policy: unknown keys fail, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _pattern(text: str) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error as exc:
        msg = (
            f"is not a regular expression that RE2 can run: {exc.args[0].decode(errors='replace')}"
        )
        raise ValueError(msg) from exc
    return text


def _glob(text: str) -> str:
    check_glob(text)
    return text


def _key(text: str) -> str:
    key_to_re2(text)
    return text


class OneOrMany:
    """Lets people write a single value where a list may stand, and tells their editors so."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_as_many, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        many = handler(schema)
        array = handler.resolve_ref_schema(many)
        return {"anyOf": [array["items"], many]} if "items" in array else many


def _as_many(value: object) -> object:
    return (value,) if isinstance(value, str | int | float | bool) else value


Glob = Annotated[str, AfterValidator(_glob)]
Key = Annotated[str, AfterValidator(_key)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Globs = Annotated[tuple[Glob, ...], OneOrMany(), Field(min_length=1)]
Patterns = Annotated[tuple[Pattern, ...], OneOrMany(), Field(min_length=1)]
FileStatus = Literal["added", "modified", "removed", "renamed"]
SettingMove = Literal["added", "inserted", "removed", "dropped", "changed", "raised", "lowered"]


class PathCondition(Shape):
    """Files by name and by what happened to them.

    A rename is a removal of the old path and an addition of the new one; one that keeps the file's
    name and stays inside `files` is only `renamed`.
    """

    files: Globs
    status: Annotated[tuple[FileStatus, ...], OneOrMany(), Field(min_length=1)] = (
        "added",
        "modified",
        "removed",
        "renamed",
    )
    larger_than: int | None = Field(None, ge=0, description="bytes, of the file after the change")
    binary: bool | None = None
    lfs: bool | None = Field(None, description="a Git LFS pointer after the change")
    submodule: bool | None = None


class LineCondition(Shape):
    """Regular expressions (RE2) on the lines that the change added or removed.

    A line that only moved is neither. `fewer` matches when more matching lines went than came
    (the net loss), `more` the other way round.
    """

    files: Globs = ("**",)
    added: Patterns | None = None
    removed: Patterns | None = None
    fewer: Pattern | None = None
    more: Pattern | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not any((self.added, self.removed, self.fewer, self.more)):
            msg = "needs one of added, removed, fewer, more"
            raise ValueError(msg)
        return self


Values = Annotated[tuple[Scalar, ...], OneOrMany()]


class SettingCondition(Shape):
    """A value in a parsed YAML, JSON, TOML, INI or .env file, before and after.

    `key` is a glob over the dotted path (`**.threshold`, `jobs[name=eval].optional`); `from` and
    `to` compare with the value as written, `moved` names the direction; `inserted` is added to a
    mapping or list that was there before, `dropped` removed from one that is still there.
    """

    files: Globs
    key: Annotated[tuple[Key, ...], OneOrMany(), Field(min_length=1)]
    moved: Annotated[tuple[SettingMove, ...], OneOrMany()] = ()
    before: Annotated[Values | None, Field(alias="from")] = None
    after: Annotated[Values | None, Field(alias="to")] = None


class TextCondition(Shape):
    """What people wrote about the change: regular expressions, and trailers by key and value."""

    title: Pattern | None = None
    body: Pattern | None = None
    branch: Pattern | None = None
    author: Pattern | None = None
    label: Pattern | None = None
    trailer: dict[str, Pattern] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.model_fields_set or self.trailer == {}:
            msg = "needs one of title, body, branch, author, label, trailer"
            raise ValueError(msg)
        return self


class DependencyCondition(Shape):
    """What became of dependencies, by manifests and lock files before and after.

    `name` is a glob over names (`torch`, `@acme/*`, `github.com/acme/**`), `ecosystem` one of pypi,
    conda, npm, cargo, go, maven, docker, actions, pre-commit, `group` the list that it stands in
    (`none` where there is but one).
    """

    files: Globs = ("**",)
    change: Annotated[tuple[DependencyChange, ...], OneOrMany(), Field(min_length=1)]
    name: Globs | None = None
    ecosystem: Annotated[tuple[Ecosystem, ...], OneOrMany(), Field(min_length=1)] | None = None
    group: Globs | None = None


class WorkflowCondition(Shape):
    """What became of CI files as structure: GitHub Actions and GitLab CI.

    `job` is a glob over the job's name, `key` over what changed (`on.push`,
    `jobs.*.steps[*pytest*]`), `command` a regular expression on what a removed job or step ran.
    """

    files: Globs = ("**",)
    change: Annotated[tuple[WorkflowChange, ...], OneOrMany(), Field(min_length=1)]
    job: Globs | None = None
    key: Annotated[tuple[Key, ...], OneOrMany(), Field(min_length=1)] | None = None
    command: Pattern | None = None


class MigrationCondition(Shape):
    """What a database migration does on its way up.

    `table` is a glob over `table.column`; capitals and small letters are the same.
    """

    files: Globs = ("**",)
    change: Annotated[tuple[MigrationChange, ...], OneOrMany(), Field(min_length=1)]
    table: Globs | None = None


class EnvironmentCondition(Shape):
    """Deployments, by the environment, the ref that is deployed, and how many will meet it.

    `exposure` is in percent, as the deployment's payload says: so many, or more.
    """

    environment: Globs | None = None
    ref: Globs | None = None
    exposure: float | None = Field(None, ge=0, le=100)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.model_fields_set:
            msg = "needs one of environment, ref, exposure"
            raise ValueError(msg)
        return self


class Condition(Shape):
    """Exactly one kind of evidence, or `any`, `all` or `not` of others."""

    path: PathCondition | None = None
    line: LineCondition | None = None
    setting: SettingCondition | None = None
    text: TextCondition | None = None
    dependency: DependencyCondition | None = None
    workflow: WorkflowCondition | None = None
    migration: MigrationCondition | None = None
    environment: EnvironmentCondition | None = None
    any_: Annotated[tuple["Condition", ...] | None, Field(alias="any", min_length=1)] = None
    all_: Annotated[tuple["Condition", ...] | None, Field(alias="all", min_length=1)] = None
    not_: Annotated["Condition | None", Field(alias="not")] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len(self.model_fields_set) != 1:
            kinds = ", ".join(sorted(name.rstrip("_") for name in self.model_fields_set))
            msg = (
                f"needs exactly one kind of evidence, has {kinds or 'none'}; combine with any, all"
            )
            raise ValueError(msg)
        return self

    @property
    def look(self) -> "Look | None":
        """Return the question to the files of a change that this is, if it is one."""
        return (
            self.path
            or self.line
            or self.setting
            or self.dependency
            or self.workflow
            or self.migration
        )


EffectCondition = DependencyCondition | WorkflowCondition | MigrationCondition
"""A question to a file that is read as structure."""
Look = (
    PathCondition
    | LineCondition
    | SettingCondition
    | DependencyCondition
    | WorkflowCondition
    | MigrationCondition
)
"""A question to the files of a change; its answer may need their contents."""


def look_id(look: Look) -> str:
    """Return a short name of a question, equal for equal questions in any policy."""
    document = {type(look).__name__: look.model_dump(mode="json")}
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()[:12]


class LookIds:
    """The ids of looks, each computed once; told by the object, for to Python `1` equals `True`."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Look, str]] = {}

    def __getitem__(self, look: Look) -> str:
        known = self._known.get(id(look))
        if known is None:  # a look that is kept here is not replaced by another in its place
            known = self._known[id(look)] = look, look_id(look)
        return known[1]
