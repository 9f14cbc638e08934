"""What GitHub could not deliver is asked for again; and where the App is installed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from fitgate.adapters.github.app import App
from fitgate.adapters.github.deliveries import Deliveries
from tests.adapters.github.hosted import Hosted, hosted
from tests.twin.listener import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.close()


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def deliveries(here: Hosted) -> Deliveries:
    return Deliveries(App(here.twin.app.id, here.twin.app.private_key, here.twin.url, patience=5.0))


def day_ago(here: Hosted) -> datetime:
    return here.twin.clock.now - timedelta(days=1)


def test_what_was_refused_or_never_connected_is_sent_again_once(
    here: Hosted, listener: Listener
) -> None:
    here.twin.hooks.to("http://127.0.0.1:9/hooks/github")  # nobody listens there
    here.repo.open_issue("One", by="alice")
    here.twin.hooks.drain()
    here.twin.hooks.hooks[0].url, listener.status = listener.url, 500
    here.repo.open_issue("Two", by="alice")
    here.twin.hooks.drain()
    listener.status = 202
    here.repo.open_issue("Three", by="alice")
    here.twin.hooks.drain()
    asks = deliveries(here)
    assert len(asks.missed(day_ago(here))) == 2
    assert asks.redelivered(day_ago(here)) == 2
    here.twin.hooks.drain()
    titles = [one.payload["issue"]["title"] for one in listener.heard]
    assert titles[:2] == ["Two", "Three"]
    assert sorted(titles[2:]) == ["One", "Two"]
    assert asks.missed(day_ago(here)) == []
    assert asks.redelivered(day_ago(here)) == 0


def test_what_fails_again_is_not_asked_for_a_third_time(here: Hosted, listener: Listener) -> None:
    here.twin.hooks.to(listener.url)
    listener.status = 500
    here.repo.open_issue("One", by="alice")
    here.twin.hooks.drain()
    asks = deliveries(here)
    assert asks.redelivered(day_ago(here)) == 1
    here.twin.hooks.drain()
    assert [one.again for one in asks.missed(day_ago(here))] == [True]
    assert asks.redelivered(day_ago(here)) == 0


def test_only_what_was_sent_since_is_asked_for(here: Hosted, listener: Listener) -> None:
    here.twin.hooks.to(listener.url)
    listener.status = 500
    here.repo.open_issue("One", by="alice")
    here.twin.hooks.drain()
    here.twin.clock.forward(hours=2)
    assert deliveries(here).redelivered(here.twin.clock.now - timedelta(hours=1)) == 0
    assert deliveries(here).last() is None


def test_all_repositories_are_found_but_those_of_a_suspended_installation(here: Hosted) -> None:
    here.twin.repo("acme/lib")
    here.twin.repo("other/tool")
    found = deliveries(here).repositories()
    assert {one.name for one in found} == {"acme/app", "acme/lib", "other/tool"}
    assert {one.repo for one in found} >= {f"github:{here.repo.id}"}
    assert len({one.installation for one in found}) == 2
    (other,) = (i for i in here.twin.installations.values() if i.account.login == "other")
    here.twin.suspend(other)
    assert {one.name for one in deliveries(here).repositories()} == {"acme/app", "acme/lib"}
