"""Whatever becomes of deliveries, a ledger comes to tell of the same landings, each once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from random import Random
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serving.office import Office, office
from tests.twin.github.answer import Refusal
from tests.twin.github.pulls import Pull

Fate = Literal["at once", "lost", "twice", "late"]
FILES = {f"eval{n}.yaml": "threshold: 0.9\n" for n in range(8)}
OUR_ABSENCE = {"no-decision", "check-not-passed"}
"""Bypasses that only an absence brings about: nobody was there to decide, or to turn it green."""


@dataclass(frozen=True)
class Act:
    """What somebody does, and how many hours pass then."""

    what: Literal["open", "open io", "approve", "merge", "squash", "push", "push io", "force"]
    which: int
    hours: int


ACTS = st.builds(
    Act,
    st.sampled_from(["open", "open io", "approve", "merge", "squash", "push", "push io", "force"]),
    st.integers(0, 2),
    st.sampled_from([1, 9, 25, 49]),
)


@dataclass
class Team:
    """People who work on a repository on the twin; what its rules or Git forbid does not happen."""

    here: Office
    count: int = 0
    pulls: list[Pull] = field(default_factory=list)

    def does(self, act: Act) -> None:
        with suppress(Refusal):
            self._does(act)
        self.here.twin.clock.forward(hours=act.hours)

    def _does(self, act: Act) -> None:
        repo, self.count = self.here.repo, self.count + 1
        is_io = act.what.endswith("io")
        name = f"eval{self.count % 8}.yaml" if is_io else f"docs/{self.count}.md"
        files = {name: f"threshold: 0.{self.count % 8}\n"}
        pull = self.pulls[act.which % len(self.pulls)] if self.pulls else None
        match act.what:
            case "open" | "open io":
                repo.push(f"b{self.count}", files, by="alice", message=f"Change {self.count}")
                self.pulls.append(
                    repo.open_pull(f"b{self.count}", "main", "It", "IO-Rationale: x", by="alice")
                )
            case "approve" if pull is not None:
                pull.approve("bob")
                pull.approve("carol")
            case "merge" | "squash" if pull is not None:
                pull.merge("carol", act.what)
            case "push" | "push io":
                repo.push("main", files, by="bob", message=f"Push {self.count}")
            case "force":
                tip = repo.git.show(str(repo.sha_of("main")))
                if tip.parents:
                    files = {f"forced/{self.count}.md": "x\n"}
                    repo.push("main", files, by="bob", onto=tip.parents[0], force=True)
            case _:
                pass


def landings(here: Office) -> dict[str, tuple[object, ...]]:
    """Return what a ledger tells of landings, but for what only our absence brings about."""
    found: dict[str, tuple[object, ...]] = {}
    for row in here.memory.caught_up().rows():
        assert row.change not in found
        hows = {passed.how for passed in row.bypasses} - OUR_ABSENCE
        said: tuple[datetime, ...] = (row.landed_at,)
        found[row.change] = (*said, row.commit, row.route, row.standing, row.nature, hows)
    return found


def undisturbed(acts: Sequence[Act]) -> dict[str, tuple[object, ...]]:
    with office(FILES) as here:
        here.reconcile()
        team = Team(here)
        for act in acts:
            team.does(act)
            here.settle()
        return landings(here)


def disturbed(
    acts: Sequence[Act], fates: Sequence[Fate], order: Random, *, poll_first: bool
) -> dict[str, tuple[object, ...]]:
    with office(FILES) as here:
        here.reconcile()
        team, late, ahead = Team(here), [], cycle(fates)
        for act in acts:
            team.does(act)
            for each, fate in zip(here.waiting(), ahead, strict=False):
                late += [each] if fate in {"late", "twice"} else []
                if fate in {"lost", "late"}:
                    here.lose(each)
            here.settle()
        here.restart()
        if poll_first:
            here.reconcile()
        order.shuffle(late)
        here.twin.hooks.heard.extend(late)
        here.settle()
        here.reconcile()
        return landings(here)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    acts=st.lists(ACTS, min_size=3, max_size=7),
    fates=st.lists(
        st.sampled_from(["at once", "lost", "lost", "twice", "late"]), min_size=1, max_size=9
    ),
    order=st.randoms(use_true_random=False),
    poll_first=st.booleans(),
)
def test_deliveries_lost_late_doubled_and_out_of_order_lead_to_the_same_landings(
    acts: list[Act], fates: list[Fate], order: Random, *, poll_first: bool
) -> None:
    assert disturbed(acts, fates, order, poll_first=poll_first) == undisturbed(acts)


def test_three_days_without_any_delivery_are_accounted_for() -> None:
    acts = [
        Act("open io", 0, 9), Act("open", 1, 1), Act("approve", 0, 25), Act("squash", 1, 9),
        Act("merge", 0, 9), Act("push io", 0, 9), Act("force", 0, 9), Act("push", 0, 1),
    ]  # fmt: skip
    told = undisturbed(acts)
    assert len(told) == 5
    assert disturbed(acts, ["lost"], Random(0), poll_first=False) == told  # noqa: S311 - an order, and no secret
