"""`fitgate breaker`, as its users start it: a whole life of a breaker, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fitgate.core.entries import Draft
from fitgate.core.records.changes import PassedBy
from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.ledgers import opened
from tests.builders import DAY, HOUR
from tests.chronicles import closed, landed
from tests.cli.conftest import run_fitgate
from tests.forked import Done

POLICY = """\
version: 1
mode: enforce
roles: {release: {users: [rita]}, safety: {users: [sam]}}
gates:
  - {type: slow-authority, signatures: [release, safety]}
auditors: [zoe]
breakers:
  - {name: CB-VL, when: {metric: vl_hours, limit: 72, consecutive: 3}, then: freeze, owner: rita}
  - {name: CB-GBR, when: {metric: gbr_per_week, limit: 1, any_unauthorised: true}, then: audit}
  - {name: CB-IO, when: {metric: io_count, limit: 9}, then: degrade}
  - {name: CB-DIS, when: {metric: declared}, then: degrade, environments: [production, staging]}
boundary: {environments: [production, staging]}
"""
NOW = asked.now()
LATE = [landed(f"c{n}", NOW - (10 - n) * DAY) for n in range(3)]
DONE = [closed(f"c{n}", NOW - HOUR) for n in range(3)]


class Told:
    """A folder with a policy and a ledger, and `fitgate breaker` started in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run = partial(run_fitgate, folder, "breaker")
        (folder / "policy.yaml").write_text(POLICY)
        self.write([])

    def write(self, drafts: Sequence[Draft]) -> None:
        """Write entries into the ledger."""
        with opened(
            f"sqlite:///{self._folder}/fitgate.db", self._folder, "git:1", create=True
        ) as ledger:
            ledger.append([landed("first", NOW - 40 * DAY, required=None), *drafts], NOW)

    def __call__(self, *words: str, policy: bool = True) -> Done:
        given = ("--policy", "policy.yaml") if policy else ()
        return self._run(*words, *given, "--repo", "git:1")

    def said(self, *words: str) -> str:
        """Run a command that succeeds, and return what it prints."""
        done = self(*words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def data(self, *words: str) -> dict[str, Any]:
        """Run a command that succeeds, and return the JSON that it prints."""
        found: dict[str, Any] = json.loads(self.said(*words, "--json"))
        return found

    def state(self, name: str) -> str:
        """Return the state of a breaker."""
        (found,) = (each for each in self.data("show", name)["breakers"])
        return str(found["state"])


@pytest.fixture
def at(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_a_breaker_trips_is_planned_reset_and_proves_itself(at: Told) -> None:
    at.write(LATE)
    assert "CB-VL tripped at" in at.said("watch", "--dry-run")
    assert at.state("CB-VL") == "closed"
    assert "CB-VL tripped at" in at.said("watch")
    assert at.said("watch") == "5 breakers were looked at; none has moved.\n"
    assert at.state("CB-VL") == "open"
    assert "Next: somebody who did not trip it" in at.said(
        "plan", "CB-VL", "--plan", "run the evaluations", "--by", "rita"
    )
    refused = at("reset", "CB-VL", "--by", "rita")
    assert refused.returncode == 2
    assert "rita is its owner" in refused.stderr
    assert "its figure is not back under yellow" in refused.stderr
    at.write(DONE)
    assert "CB-VL is on probation" in at.said("reset", "CB-VL", "--by", "sam", "--because", "done")
    assert at.state("CB-VL") == "probation"


def test_a_waiver_that_expires_stands_for_a_figure_that_is_still_bad(at: Told) -> None:
    at.write(LATE)
    at.said("watch")
    at.said("plan", "CB-VL", "--plan", "run the evaluations", "--by", "rita")
    until = str(NOW.date() + 2 * DAY)
    waived = ("reset", "CB-VL", "--by", "sam", "--waiver", "the evaluator is down")
    assert "the waiver does not expire" in at(*waived).stderr
    entry = at.data(*waived, "--until", until)["entry"]
    assert (entry["to"], entry["waiver_until"]) == ("probation", f"{until}T00:00:00Z")
    assert "waived until" in at.said("show", "CB-VL")


def test_show_says_what_a_reset_by_somebody_lacks(at: Told) -> None:
    at.write(LATE)
    at.said("watch")
    said = at.said("show", "CB-VL", "--by", "rita")
    assert "missing: no recovery plan was filed after it tripped" in said
    assert "rita is its owner" in said
    assert "tripped: the newest 3 irreversible landings were not validated within 72 h" in said


def test_list_shows_each_breaker_and_what_is_not_written_down_yet(at: Told) -> None:
    at.write(LATE)
    said = at.said("list")
    assert "CB-DIS in production" in said
    assert "3 late in a row of 3" in said
    assert "Not written down yet" in said
    found = at.data("list")["breakers"][0]
    assert (found["state"], found["over"], found["acts"]) == ("closed", True, True)
    assert found["not_written_down"][0].startswith("tripped/CB-VL/*/")
    assert "CB-DIS in staging" not in at.said("list", "--environment", "production")
    assert "late in a row" not in at.said("list", "--as-of", str((NOW - 30 * DAY).date()))


def test_a_breaker_is_tripped_by_hand_in_one_environment(at: Told) -> None:
    assert "say which, with --environment" in at("trip", "CB-DIS", "--because", "poison").stderr
    done = ("trip", "CB-DIS", "--because", "poison", "--by", "rita", "--environment", "production")
    assert "CB-DIS in production is open." in at.said(*done)
    assert "was open already" in at.said(*done)
    states = {b["environment"]: b["state"] for b in at.data("show", "CB-DIS")["breakers"]}
    assert states == {"production": "open", "staging": "closed"}
    at.said("plan", "CB-DIS", "--environment", "production", "--plan", "purge", "--by", "rita")
    reset = ("reset", "CB-DIS", "--environment", "production", "--by")
    assert "rita tripped it" in at(*reset, "rita").stderr
    assert "is on probation" in at.said(*reset, "sam")


@pytest.mark.parametrize("name", ["CB-VL", "CB-GBR"])
def test_a_drill_shows_that_it_holds_and_leaves_no_trace_in_the_state(at: Told, name: str) -> None:
    said = at.said("drill", name, "--by", "zoe")
    assert f"{name} worked." in said
    assert "✗" not in said
    assert at.state(name) == "closed"
    assert "(drill)" in at.said("show", name)


def test_a_drill_that_finds_nothing_held_fails_and_says_so(at: Told, tmp_path: Path) -> None:
    text = POLICY.replace("  - {type: slow-authority, signatures: [release, safety]}\n", "")
    (tmp_path / "policy.yaml").write_text(text.replace("gates:\n", "gates: []\n"))
    done = at("drill", "CB-DIS", "--environment", "staging", "--by", "zoe")
    assert done.returncode == 1
    assert "✗ while it is open: degrade: nothing more is asked" in done.stdout
    assert "DID NOT WORK" in done.stdout


def test_what_only_advises_and_what_is_open_cannot_be_drilled(at: Told) -> None:
    assert "only advises (io_count stops nothing)" in at("drill", "CB-IO").stderr
    at.said("trip", "CB-GBR", "--because", "a test", "--by", "rita")
    assert "CB-GBR is open: that is no drill." in at("drill", "CB-GBR").stderr


def test_a_replay_says_when_each_would_have_tripped(at: Told) -> None:
    pushed = landed("p", NOW - 20 * DAY, bypasses=(PassedBy("direct-push"),))
    at.write(
        [pushed, closed("p", NOW - 20 * DAY + HOUR), landed("q", NOW - 12 * DAY), *LATE, *DONE]
    )
    said = at.said("replay")
    assert "CB-GBR would have tripped once, open for 8 days in all; 1 of" in said
    assert "CB-VL would have tripped once" in said
    found = at.data("replay", "--since", "11d")["breakers"]
    episodes = {b["name"]: len(b["episodes"]) for b in found}
    assert episodes == {"CB-VL": 1, "CB-GBR": 0, "CB-IO": 0, "CB-DIS": 0}
    then = ("replay", "--as-of", NOW.isoformat(), "--json")
    assert at.said(*then) == at.said(*then)


def test_a_plan_for_what_has_not_tripped_is_refused(at: Told) -> None:
    done = at("plan", "CB-VL", "--plan", "nothing")
    assert (done.returncode, "CB-VL is closed" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "CB-NONE"), "has no breaker 'CB-NONE'; it has CB-VL, CB-GBR, CB-IO, CB-DIS."),
        (("trip", "CB-VL", "--because", " "), "is not tripped without a reason"),
        (("plan", "CB-VL"), "say --plan"),
        (("trip", "CB-VL", "--because", "x", "--environment", "a"), "leave --environment out"),
        (("reset", "CB-VL", "--waiver", "x", "--until", "soon"), "--until 'soon' is none of"),
        (("reset", "CB-VL"), "it is not open, it is closed"),
        (("show", "CB-DIS", "--environment", "lab"), "not 'lab'"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    at: Told, words: tuple[str, ...], told: str
) -> None:
    done = at(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in " ".join(done.stderr.replace("│", " ").split())


def test_without_a_policy_the_default_is_looked_at_and_runs_dry(at: Told) -> None:
    done = at("list", policy=False)
    assert done.returncode == 0
    assert "dry: would freeze" in done.stdout


def test_a_policy_without_breakers_says_so(at: Told, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: 1\n")
    assert "declares no breakers" in at.said("list")
    assert "declares no breakers" in at.said("replay")
    assert "it declares none" in at("show", "CB-VL").stderr


def test_all_that_is_done_is_told_as_data_too(at: Told) -> None:
    at.write(LATE)
    moves = at.data("watch")["moves"]
    assert [(m["kind"], m["breaker"], m["metric"]) for m in moves] == [
        ("Tripped", "CB-VL", "vl_hours")
    ]
    plan = at.data("plan", "CB-VL", "--plan", "run them", "--by", "rita")
    assert (plan["written"], plan["entry"]["plan"]) == (True, "run them")
    trip = at.data("trip", "CB-GBR", "--because", "a hunch", "--by", "rita")
    assert (trip["entry"]["kind"], trip["entry"]["by"]) == ("Tripped", "rita")
    drill = at.data("drill", "CB-DIS", "--environment", "staging", "--by", "zoe")
    assert (drill["worked"], len(drill["steps"])) == (True, 6)
    shown = at.data("show", "CB-VL", "--by", "rita")["breakers"][0]
    assert [m["kind"] for m in shown["moves"]] == ["Tripped", "RecoveryPlanned"]
    assert shown["reset_lacks"] == [
        "it cannot be reset by this person: rita is its owner",
        "its figure is not back under yellow",
    ]
