"""What the story is told in: people, edits, changes as planned and chapters as built."""

import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

Category = Literal["data", "evaluation", "alignment", "deployment", "supply-chain", "optionality"]
Landing = Literal["merge", "squash", "push"]
Route = Literal["squash", "github", "gitlab", "local", "push"]
Form = Literal["revert", "reapply", "button", "reference", "merge", "silent"]
Artifact = Literal["resolves", "missing", "newer", "placeholder"]
Declared = Literal["trailers", "file"]
Confidence = Literal["high", "medium", "low"]

FILE, EXECUTABLE, LINK, GITLINK = "100644", "100755", "120000", "160000"


class Person(NamedTuple):
    """Someone who writes or lands commits; the zone is in minutes east of UTC."""

    name: str
    mail: str
    zone: int = 0


class Put(NamedTuple):
    """Write a whole file; a link's content is its target, a submodule's is a commit."""

    path: str
    content: str | bytes
    mode: str = FILE


class Swap(NamedTuple):
    """Replace a text that occurs exactly once."""

    path: str
    old: str
    new: str


class Remove(NamedTuple):
    """Delete a file."""

    path: str


class Move(NamedTuple):
    """Give a file another path, content and mode unchanged."""

    path: str
    to: str


class Mode(NamedTuple):
    """Change nothing of a file but its mode."""

    path: str
    mode: str


Edit = Put | Swap | Remove | Move | Mode


class Side(NamedTuple):
    """One commit of a branch that is merged, so many hours before the merge."""

    by: Person
    title: str
    hours: float
    edits: tuple[Edit, ...] = ()
    merges_main: bool = False


class Tag(NamedTuple):
    """A tag made so many hours after its change; without a message it is lightweight."""

    name: str
    hours: float
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One first-parent change as planned, with the label it is meant to get."""

    key: str
    days: float
    by: Person
    title: str = ""
    why: str
    edits: tuple[Edit, ...] = ()
    categories: tuple[Category, ...] = ()
    io_sr: tuple[int, ...] = ()
    confidence: Confidence = "high"
    look_alike_of: Category | None = None
    route: Route = "squash"
    number: int | None = None
    branch: str = ""
    sides: tuple[Side, ...] = ()
    body: str = ""
    trailers: tuple[tuple[str, str], ...] = ()
    co_authors: tuple[Person, ...] = ()
    reverts: str | None = None
    form: Form | None = None
    declared: Declared | None = None
    artifact: Artifact | None = None
    oddities: tuple[str, ...] = ()
    encoding: str = "utf-8"
    tag: Tag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One first-parent change as built: its commit, its facts and its intended label."""

    key: str
    sha: str
    title: str
    io: bool
    categories: frozenset[str]
    why: str
    number: int | None
    landed_as: Landing
    landed_at: datetime
    author: str
    contributors: tuple[str, ...]
    reverts: str | None
    revert_form: Form | None
    io_sr: frozenset[int]
    confidence: Confidence
    look_alike_of: str | None
    declared: Declared | None
    artifact: Artifact | None
    oddities: frozenset[str]
    tag: str | None

    def as_json(self) -> dict[str, object]:
        """Spell every field in JSON's own types."""
        values: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        for name, value in values.items():
            if isinstance(value, frozenset):
                values[name] = sorted(value)
            elif isinstance(value, datetime):
                values[name] = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return values


def page(text: str) -> str:
    """Take the source's indentation off a file's content."""
    return textwrap.dedent(text).lstrip("\n")
