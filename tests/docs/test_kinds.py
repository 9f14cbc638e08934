"""Every kind of evidence has its page, and what the page says of rules and changes is so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fitgate.core.classify.dependencies import dependency_effects
from fitgate.core.classify.manifests.dependency import Ecosystem
from fitgate.core.classify.migrations import migration_effects
from fitgate.core.classify.workflows import workflow_effects
from fitgate.core.conditions import Condition
from fitgate.core.effects import DependencyChange, Effects, MigrationChange, WorkflowChange
from tests.docs.changes import SAID, Shown, changes, policy_of
from tests.docs.pages import KINDS, PARTS, blocks, names, parts, table

SHOWN = [shown for page in KINDS for shown in changes(page)]
STRUCTURE: dict[str, tuple[Any, Effects]] = {
    "dependency": (DependencyChange, dependency_effects),
    "workflow": (WorkflowChange, workflow_effects),
    "migration": (MigrationChange, migration_effects),
}
WORDS = {str: "text", int: "number", float: "number", bool: "true or false"}

each_page = pytest.mark.parametrize("page", KINDS, ids=lambda page: page.stem)


def shapes() -> dict[str, type[BaseModel]]:
    """Return the kinds of evidence, by the key of `when`."""
    fields = Condition.model_fields.items()
    return {n: get_args(f.annotation)[0] for n, f in fields if not n.endswith("_")}


def rows(page: Path) -> list[list[str]]:
    """Return key, type and default of each key that a page tells."""
    return [[names(row[0])[0], *row[1:3]] for row in table(page, "key")]


def kind_of(annotation: Any) -> str:
    """Return in a word or two what may be written: `text`, `number or list`."""
    if get_origin(annotation) in {Union, UnionType}:
        some = [each for each in get_args(annotation) if each is not type(None)]
        return kind_of(some[0]) if len(some) == 1 else "value"
    if hasattr(annotation, "__metadata__"):
        return kind_of(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return f"{kind_of(get_args(annotation)[0])} or list"
    if get_origin(annotation) is dict:
        return "mapping"
    return WORDS.get(annotation, "word" if get_args(annotation) else "value")


def told(name: str, field: FieldInfo) -> list[str]:
    """Return what a table says of a key: its name, type and default."""
    default = {None: "any", (): "any", ("**",): "`**`"}.get(field.default, "all")
    kind = kind_of(field.annotation)
    return [field.alias or name, kind, "required" if field.is_required() else default]


def test_every_kind_of_evidence_has_its_page() -> None:
    assert {page.stem for page in KINDS} == {*shapes()}


@each_page
def test_a_page_has_the_five_parts(page: Path) -> None:
    assert parts(page) == PARTS


@each_page
def test_a_page_tells_every_key_with_its_type_and_default(page: Path) -> None:
    shape = shapes()[page.stem]
    assert rows(page) == [told(name, field) for name, field in shape.model_fields.items()]


@pytest.mark.parametrize("shown", SHOWN, ids=str)
def test_a_rule_says_of_a_change_what_the_page_says(shown: Shown) -> None:
    assert shown.rules
    assert shown.asked_of(policy_of(shown.rules)).is_io is SAID[shown.said]


@each_page
def test_what_the_rule_to_avoid_takes_wrong_the_one_to_prefer_takes_right(page: Path) -> None:
    wrong = [shown for shown in changes(page) if shown.block.part == "Avoid"]
    preferred, *more = (b for b in blocks(page) if (b.part, b.language) == ("Prefer", "yaml"))
    assert not more
    found = {str(each): each.asked_of(policy_of(preferred)).is_io for each in wrong}
    assert wrong
    assert [n for each in wrong if (n := found[str(each)]) in {None, SAID[each.said]}] == []


@each_page
def test_the_rule_to_prefer_is_shown_with_a_change_that_it_takes_and_one_it_does_not(
    page: Path,
) -> None:
    said = {shown.said for shown in changes(page) if shown.block.part == "Prefer"}
    assert {"matches", "does not match"} <= said


@pytest.mark.parametrize("kind", STRUCTURE)
def test_a_page_tells_every_word_of_change(kind: str) -> None:
    page = next(page for page in KINDS if page.stem == kind)
    words = [names(row[0])[0] for row in table(page, "change")]
    assert words == [*get_args(STRUCTURE[kind][0])]


def test_the_ecosystems_are_those_that_are_read() -> None:
    page = next(page for page in KINDS if page.stem == "dependency")
    told = {names(row[0])[0]: names(row[3]) for row in table(page, "key")}
    assert told["ecosystem"] == [*get_args(Ecosystem)]


def examples() -> list[tuple[str, list[str]]]:
    """Return the kind and the cells of every example of a change."""
    pages = [page for page in KINDS if page.stem in STRUCTURE]
    return [(page.stem, row) for page in pages for row in table(page, "change")]


def written(cell: str) -> bytes | None:
    """Return the file that a cell of a table shows, a line in backticks each."""
    lines = names(cell)
    return "".join(f"{line}\n" for line in lines).encode() if lines else None


@pytest.mark.parametrize(("kind", "row"), examples(), ids=str)
def test_the_example_of_a_change_is_one(kind: str, row: list[str]) -> None:
    change, _, file, before, after = row
    effects: Callable[..., Any] = STRUCTURE[kind][1]
    found = effects(names(file)[0], written(before), written(after))
    assert names(change)[0] in {effect.change for effect in found}
