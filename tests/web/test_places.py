"""Repositories at work: found as what they are called now, and kept in mind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fitgate.adapters.ledger.database import Database
from fitgate.bootstrap import GitHubPlaces, open_database, reconciler
from fitgate.bootstrap.places import Shelf
from fitgate.core.events import Happening, Pointer
from fitgate.errors import ForgeError, UserError
from fitgate.settings import GitHubSettings
from tests.adapters.github.hosted import Hosted, hosted
from tests.builders import NOW
from tests.chronicles import landed


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path / 'l.db'}", create=True)) as opened:
        yield opened


@pytest.fixture
def places(here: Hosted, database: Database) -> GitHubPlaces:
    app = here.twin.app
    return GitHubPlaces(database, GitHubSettings(here.twin.url, app.id, app.private_key))


def pointer(here: Hosted) -> Pointer:
    """Point at the repository, as a delivery does."""
    (installation,) = (i for i in here.twin.installations.values() if i.account.login == "acme")
    repo = here.repo
    return Pointer(
        Happening.PROPOSED, f"github:{repo.id}", repo.full_name, "pull", 1,
        installation=installation.id,
    )  # fmt: skip


def test_a_repository_is_opened_once_and_its_ledger_is_its_own(
    here: Hosted, places: GitHubPlaces
) -> None:
    here.lowered()
    with places.at(pointer(here)) as place:
        assert place.memory.ledger.repo == f"github:{here.repo.id}"
        place.memory.write([landed("github:acme/app#9", NOW)], NOW)
    here.twin.calls.clear()
    timer = replace(pointer(here), installation=None)
    for again in (pointer(here), timer, pointer(here)):
        with places.at(again) as same:
            assert same is place
            assert [row.change for row in same.memory.told.rows()] == ["github:acme/app#9"]
    assert here.twin.calls.counts() == {}


def test_who_catches_up_asks_by_the_token_that_is_there(
    here: Hosted, places: GitHubPlaces, database: Database
) -> None:
    with places.at(pointer(here)):
        pass
    (origin,) = reconciler(database, places.app).origins
    assert here.repo.full_name in {found.name for found in origin.repositories()}
    assert here.twin.calls.kinds()["token"] == 1


def test_one_that_was_renamed_is_asked_by_its_new_name_whatever_a_late_delivery_says(
    here: Hosted, places: GitHubPlaces
) -> None:
    with places.at(pointer(here)) as before:
        memory = before.memory
    old = pointer(here)
    here.twin.rename(here.repo, "shop")
    with places.at(pointer(here)) as place:
        assert place.memory is memory
        assert place is not before
    with places.at(old) as late:
        assert late is place


def test_another_one_that_has_the_name_now_is_not_taken_for_it(
    here: Hosted, places: GitHubPlaces
) -> None:
    other = here.twin.repo("acme/other")
    meant = replace(pointer(here), name=other.full_name)
    with pytest.raises(ForgeError, match="another repository now") as told, places.at(meant):
        raise AssertionError("it was opened")
    assert told.value.status == 404


def test_an_app_that_was_installed_anew_is_asked_anew(here: Hosted, places: GitHubPlaces) -> None:
    with places.at(pointer(here)) as before:
        pass
    here.twin.install("acme")
    again = pointer(here)
    with places.at(again) as place:
        assert place is not before
        assert place.forge.open_pulls() == []


def test_who_asks_in_vain_is_forgotten_and_found_again(here: Hosted, places: GitHubPlaces) -> None:
    with places.at(pointer(here)) as before:
        pass
    with pytest.raises(ForgeError), places.at(pointer(here)):
        raise ForgeError("GitHub says 404.", status=404)
    with places.at(pointer(here)) as place:
        assert place is not before


def test_only_so_many_are_kept_in_mind() -> None:
    shelf: Shelf[str] = Shelf(2)
    for name in ("a", "b", "c"):
        with shelf.taken(name) as slot:
            slot.held = name
    with shelf.taken("a") as slot:
        assert slot.held is None
    with shelf.taken("c") as slot:
        assert slot.held == "c"


def test_one_repository_is_worked_on_by_one_thread_at_a_time(
    here: Hosted, places: GitHubPlaces
) -> None:
    inside: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with places.at(pointer(here)):
            inside.append("second")

    thread = threading.Thread(target=second)
    with places.at(pointer(here)):
        thread.start()
        entered.wait(5)
        thread.join(0.2)
        inside.append("first")
    thread.join(10)
    assert inside == ["first", "second"]


def test_without_a_token_or_an_app_nobody_works(database: Database) -> None:
    with pytest.raises(UserError, match="FITGATE_GITHUB_APP_ID"):
        GitHubPlaces(database, GitHubSettings())
