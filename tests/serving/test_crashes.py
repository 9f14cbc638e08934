"""A worker may be killed at any step: GitHub and the ledger end as if it had not been."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fitgate.bootstrap import chain_in, open_database, open_queue
from fitgate.core.chain import linked, read
from fitgate.core.work import Delivery
from tests.adapters.github.hosted import POLICY, Hosted, place
from tests.serving.lives import Life, Lives, moment
from tests.serving.test_watching import BREAKERS
from tests.twin.github import Twin
from tests.twin.github.outcome import outcome

PARTS = 2
STRIDE = 12
"""A common run kills at one step in twelve, and at the last of each act; `make soak` at all."""
FILES, BAR = ("eval.yaml", "d/eval.yaml"), "threshold: 0.9\n"


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with Lives() as process:
        yield process


@dataclass
class Run:
    """A story of three acts, each followed by one worker that does all that is due."""

    lives: Lives
    here: Hosted
    folder: Path
    heard: int = 0

    @property
    def url(self) -> str:
        """Return where its ledger and its queue are."""
        return f"sqlite:///{self.folder / 'fitgate.db'}"

    def life(self, dies_at: int = 0) -> int | None:
        """Hand over what GitHub sent, and let a worker live."""
        clock = self.here.twin.clock
        queue = open_queue(self.url, lambda: clock.now)
        events = self.here.twin.hooks.heard
        for number, (name, payload) in enumerate(events[self.heard :], self.heard):
            body = json.dumps(payload).encode()
            event = name.partition(".")[0]
            queue.accept([Delivery("github:1", f"guid-{number}", event, body, clock.now)])
        self.heard = len(events)
        queue.close()
        app, repo = self.here.twin.app, self.here.repo
        return self.lives.one(
            Life(
                self.url, self.here.twin.url, app.id, app.private_key, f"github:{repo.id}",
                repo.full_name, moment(clock.now), dies_at,
            )
        )  # fmt: skip

    def ends(self) -> tuple[Any, list[tuple[Any, ...]]]:
        """Return what can be seen on GitHub, and what the ledger tells, in whatever order.

        What is of other changes, or of the repository as a whole, waits for nothing of these. That
        somebody looked at the breakers is of the process that did: a second life looks again.
        """
        ledger = chain_in(open_database(self.url), f"github:{self.here.repo.id}")
        told = [*read(linked(ledger.stored(), ledger.repo))]
        ledger.close()
        lasting = (entry for entry in told if entry.kind != "BreakersWatched")
        entries = sorted(lasting, key=lambda e: (e.at, e.kind, e.key))
        return outcome(self.here.twin), [(e.at, e.kind, e.key, e.body) for e in entries]


def opened(here: Hosted) -> None:
    """Open a pull request that is held."""
    here.lowered()


def signed(here: Hosted) -> None:
    """Sign it, and let its cool-down pass."""
    here.repo.pulls[1].approve("bob")
    here.repo.pulls[1].approve("carol")
    here.twin.clock.forward(hours=49)


def merged(here: Hosted) -> None:
    """Merge it, and one beside it that was held: a bypass, which trips a breaker."""
    here.repo.push("other", {"d/eval.yaml": "threshold: 0.7\n"}, by="alice", message="Lower")
    here.repo.open_pull("other", "main", "Lower more", "", by="alice").merge("carol", "merge")
    here.repo.pulls[1].merge("bob", "squash")


ACTS: tuple[Callable[[Hosted], None], ...] = (opened, signed, merged)


def told(lives: Lives, folder: Path, dies: tuple[int, int] | None) -> tuple[Any, list[int | None]]:
    """Tell the story, killed in one act at one step; return how it ends and the steps it took."""
    folder.mkdir()
    with Twin() as twin:
        run = Run(lives, place(twin, dict.fromkeys(FILES, BAR), POLICY + BREAKERS), folder)
        steps: list[int | None] = []
        for number, act in enumerate(ACTS):
            act(run.here)
            steps.append(run.life(dies[1] if dies and dies[0] == number else 0))
            if steps[-1] is None:
                assert run.life() is not None
        assert not twin.faults, "\n".join(twin.faults)
        return run.ends(), steps


@pytest.mark.parametrize("part", range(PARTS))
def test_whoever_is_killed_at_any_step_leaves_nothing_undone_and_nothing_doubled(
    lives: Lives, tmp_path: Path, pytestconfig: pytest.Config, part: int
) -> None:
    stride = 1 if pytestconfig.getoption("soak") else STRIDE
    undisturbed, steps = told(lives, tmp_path / "undisturbed", None)
    every = [
        (act, step)
        for act, last in enumerate(steps)
        for step in range(1, (last or 0) + 1)
        if (step - 1) % stride == 0 or step == last
    ]
    assert len(every) > 15
    for act, step in every[part::PARTS]:
        ended, taken = told(lives, tmp_path / f"{act}-{step}", (act, step))
        assert taken[act] is None
        assert ended == undisturbed, f"killed in act {act} at step {step} of {steps[act]}"
