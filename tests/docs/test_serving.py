"""The page on the service says what the service does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from starlette.routing import Route

from fitgate.adapters.github.permissions import PERMISSIONS
from fitgate.bootstrap import DatabaseBooks
from fitgate.entrypoints.web import Rooms, application
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.events import (
    KINDS,
    EvaluatedEvent,
    IncidentEvent,
    LandedEvent,
    LaunchedEvent,
)
from fitgate.settings import settings
from tests.builders import NOW
from tests.docs.pages import names, table
from tests.house.tree import ROOT
from tests.memory_queue import MemoryQueue
from tests.web.conftest import SETTINGS

PAGE = "docs/service.md"
SHAPES: dict[str, type[BaseModel]] = {
    "landed": LandedEvent, "launched": LaunchedEvent, "evaluated": EvaluatedEvent,
    "incident": IncidentEvent,
}  # fmt: skip


class Asked(dict[str, str]):
    """An environment that remembers what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default


@pytest.fixture
def books() -> DatabaseBooks:
    return DatabaseBooks(None)  # type: ignore[arg-type] # nobody asks it anything


def test_every_setting_is_told_and_no_other() -> None:
    asked = Asked()
    settings(asked)
    told = [names(row[0])[0] for row in table(PAGE, "variable")]
    assert len(told) == len(set(told))
    assert {*told} == asked.names


def test_every_setting_of_github_is_told_on_its_page_too() -> None:
    told = {names(row[0])[0] for row in table("docs/github.md", "variable")}
    assert told == {
        name for row in table(PAGE, "variable") if "_GITHUB_" in (name := names(row[0])[0])
    }


def test_the_ways_in_are_those_of_the_application(books: DatabaseBooks) -> None:
    queue = MemoryQueue(lambda: NOW)
    app = application(queue, SETTINGS, lambda: NOW, Rooms(Counts(queue), books))
    served = {
        (route.path, method)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {(names(row[0])[0], row[1]) for row in table(PAGE, "at")} == served


def test_the_permissions_are_those_that_the_manifest_asks_for() -> None:
    told = [(names(row[0])[0], row[1], row[2]) for row in table(PAGE, "permission")]
    assert told == [(each.name, each.level, each.why) for each in PERMISSIONS]


def test_the_kinds_of_event_say_what_their_shapes_take() -> None:
    assert {*SHAPES} == {*KINDS}
    for row in table(PAGE, "kind"):
        fields = SHAPES[names(row[0])[0]].model_fields
        must = [n for n, field in fields.items() if field.is_required() and n != "kind"]
        may = [n for n, field in fields.items() if not field.is_required()]
        assert (names(row[1]), names(row[2])) == (must, may)
    assert [names(row[0])[0] for row in table(PAGE, "kind")] == [*SHAPES]


def test_the_numbers_are_those_that_prometheus_reads() -> None:
    counts = Counts(MemoryQueue(lambda: NOW))
    counts.tell_of(lambda: True)
    families = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in counts.registry.collect()
    }
    assert {names(row[0])[0] for row in table(PAGE, "metric")} == families


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/kubernetes.yaml"])
def test_what_the_examples_set_is_a_setting(file: str) -> None:
    known = {names(row[0])[0] for row in table(PAGE, "variable")}
    text = (ROOT / file).read_text()
    documents = [*yaml.safe_load_all(text)]
    set_there = {name for name in _names_in(documents) if name.startswith("FITGATE_")}
    assert set_there
    assert set_there <= known


def _names_in(tree: object) -> Iterator[str]:
    """Yield every key, and what stands under `name`."""
    match tree:
        case dict():
            for key, value in tree.items():
                yield str(key)
                yield from (str(value),) if key == "name" else _names_in(value)
        case list():
            for each in tree:
                yield from _names_in(each)
        case _:
            return


def test_the_image_is_not_root_and_takes_nothing_without_its_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text()
    assert "USER 10001:10001" in lines
    assert "--require-hashes" in lines
    assert lines.count("pip install") == 1
