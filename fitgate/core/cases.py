"""Cases for a policy: small changes written down, and what the policy is to say of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from fitgate.core.conditions import Shape
from fitgate.core.events import ChangeKind
from fitgate.core.facts import (
    Artifact,
    BreakerState,
    Drill,
    Evaluation,
    Override,
    Person,
    Status,
)
from fitgate.core.findings import Outcome
from fitgate.core.places import Located
from fitgate.core.policy import POLICY_CATEGORY, POLICY_RULE, Duration, Names, Policy
from fitgate.core.shapes import did_you_mean, many, mappings, read_shape
from fitgate.core.values import Instant
from fitgate.errors import CasesError, Problem

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_STATUSES: dict[tuple[bool, bool], Status] = {
    (False, True): "added", (True, True): "modified", (True, False): "removed"
}  # fmt: skip


class _OrStatus:
    """Lets people write what happened to a file where its texts would stand."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_with_status, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"enum": ["added", "modified", "removed"]}, handler(schema)]}


def _with_status(value: object) -> object:
    return {"status": value} if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _from_the_top(path: str) -> str:
    parts = path.split("/")
    if not path or {"", ".", ".."}.intersection(parts):
        msg = f"{path!r} is not a path from the top of the repository, as in evals/safety.yaml"
        raise ValueError(msg)
    return path


FilePath = Annotated[str, AfterValidator(_from_the_top)]


class FileInCase(Shape):
    """A small file of a change: its whole text before and after, null where it is not there.

    A file of which only the status is told has contents that nobody knows, as far as rules ask for
    them. A renamed file keeps its text unless two are told.
    """

    before: str | None = None
    after: str | None = None
    status: Literal["added", "modified", "removed"] | None = None
    renamed_from: FilePath | None = None
    mode: Annotated[
        Literal["100644", "100755", "120000", "160000"] | None, BeforeValidator(_as_text)
    ] = Field(None, description="Git file mode; 160000 is a submodule")

    @property
    def happened(self) -> Status:
        """Return what happened to the file."""
        told = _STATUSES.get((self.before is not None, self.after is not None))
        return "renamed" if self.renamed_from else told or self.status or "modified"

    @model_validator(mode="after")
    def _says_what_happened(self) -> Self:
        told = _STATUSES.get((self.before is not None, self.after is not None))
        if self.renamed_from is None and self.status is None and told is None:
            msg = "needs a text before or after, or a status: added, modified, removed"
            raise ValueError(msg)
        if self.status is not None and told is not None and told != self.status:
            msg = f"says {self.status}, but by its texts it was {told}"
            raise ValueError(msg)
        return self


class PolicyCase(Shape):
    """A change as short as it can be told, and what is expected of it.

    What is left out is known to be empty; null could not be read. `waited` is the time since the
    last material change; `approvals` are logins of people who signed the content as it stands.
    """

    name: str = Field(min_length=1)
    files: dict[FilePath, Annotated[FileInCase, _OrStatus()]] | None = {}
    title: str = ""
    body: str | None = ""
    branch: str | None = ""
    author: str | None = "author"
    labels: Names | None = ()
    trailers: dict[str, Names] = {}
    kind: ChangeKind = "pull"
    environment: str | None = None
    as_of: Instant = SOME_DAY
    waited: Duration = timedelta(0)
    approvals: Names | None = ()
    people: tuple[Person, ...] = ()
    evaluations: tuple[Evaluation, ...] | None = ()
    artifacts: tuple[Artifact, ...] | None = ()
    drills: tuple[Drill, ...] | None = ()
    breakers: tuple[BreakerState, ...] | None = ()
    overrides: tuple[Override, ...] | None = ()

    categories: Names | None = Field(None, description="exactly these; [] is no IO")
    unknown: bool = Field(default=False, description="it cannot be told whether this is an IO")
    rules: Names | None = Field(None, description="exactly these match")
    outcome: Outcome | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if self.unknown and (self.categories or self.rules):
            msg = "expects matches, and that nothing can be told: one of the two"
            raise ValueError(msg)
        if self.categories is None and not self.unknown:
            msg = "needs what is expected: categories ([] is no IO), or `unknown: true`"
            raise ValueError(msg)
        return self


class CaseFile(Shape):
    """The cases of a policy."""

    version: Literal[1]
    cases: tuple[PolicyCase, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A case, the file that it is written in, and its line there."""

    case: PolicyCase
    source: str
    line: int


def parse_cases(text: str, source: str, policy: Policy) -> tuple[Placed, ...]:
    """Read a file of cases for a policy.

    Raises:
        CasesError: with every problem at once, each with its line and column.
    """
    check = functools.partial(_check_names, policy=policy)
    file, located = read_shape(text, source, CaseFile, CasesError, check)
    lines = (located.places["cases", n].line for n in range(len(file.cases)))
    return tuple(Placed(c, source, line) for c, line in zip(file.cases, lines, strict=True))


def _check_names(located: Located, policy: Policy) -> Iterator[Problem]:
    """Yield names of cases given twice, and what they expect that the policy has not."""
    known = {
        "categories": ("category", [*policy.taxonomy, POLICY_CATEGORY]),
        "rules": ("rule", [*(rule.id for rule in policy.rules), POLICY_RULE]),
    }
    first: dict[str, int] = {}
    for n, case in mappings(located.document.get("cases")):
        here = ("cases", n)
        for name in many(case.get("name")):
            if first.setdefault(name, n) != n:
                message = f"case {first[name]} has the name `{name}` too"
                yield located.problem((*here, "name"), message)
        for key, (what, choices) in known.items():
            for name in many(case.get(key)):
                if name not in choices:
                    remedy = did_you_mean(name, choices)
                    yield located.problem((*here, key), f"there is no {what} `{name}`", remedy)
