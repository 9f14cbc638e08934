"""`fitgate doctor`, as its users start it, on the twin."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.github.hosted import POLICY, Hosted, hosted
from tests.cli.conftest import run_fitgate
from tests.forked import Done
from tests.twin.github.rulesets import Protection

Doctor = Callable[..., Done]
BOUNDED = f"{POLICY}boundary: {{environments: [production]}}\n"


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted(policy=BOUNDED) as place:
        yield place


@pytest.fixture
def doctor(here: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Give what runs `fitgate doctor` as the App."""
    key = tmp_path / "key.pem"
    key.write_text(here.twin.app.private_key, encoding="ascii")
    monkeypatch.setenv("FITGATE_GITHUB_APP_ID", str(here.twin.app.id))
    monkeypatch.setenv("FITGATE_GITHUB_PRIVATE_KEY_FILE", str(key))
    monkeypatch.setenv("FITGATE_GITHUB_API_URL", here.twin.url)
    return lambda *words: run_fitgate(tmp_path, "doctor", *words)


def codes(done: Done) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(done.stdout)["found"]:
        found.setdefault(one["code"], []).append(one)
    return found


def test_a_repository_where_nothing_was_set_up_is_told_what_to_do(
    doctor: Doctor,
) -> None:
    done = doctor("acme/app")
    assert (done.returncode, done.stderr) == (0, "")
    assert "✗ The check `fitgate` is not required on the default branch" in done.stdout
    assert "Require it in a ruleset, with our App as its source." in done.stdout
    assert "? Not observed: rule suites" in done.stdout
    assert "✗ The permission attestations: read is missing" in done.stdout
    assert "✓ The policy .fitgate.yaml can be read, mode enforce." in done.stdout
    assert doctor("acme/app", "--exit-code").returncode == 1


def test_a_repository_that_is_governed_is_all_good(here: Hosted, doctor: Doctor) -> None:
    (installation,) = here.twin.installations.values()
    here.twin.grant(installation, administration="write", attestations="read", packages="read")
    owned = Protection({}, 1, enforce_admins=True, code_owners=True)
    here.repo.push("main", {".github/CODEOWNERS": "/.fitgate.yaml @acme/release\n"})
    here.repo.protect("main", owned)
    here.repo.require(checks=[("fitgate", here.twin.app.id)])
    here.repo.environment("production", admins_bypass=False)
    found = codes(doctor("acme/app", "--json"))
    assert {"check-pinned", "nobody-past", "policy-owned", "environment-guarded"} <= set(found)
    assert found["policy-owned"][0]["about"]["owners"] == "@acme/release"
    assert not {one["code"] for each in found.values() for one in each if one["state"] == "bad"} - {
        "event-missing"
    }


def test_whoever_can_go_past_is_named_and_an_exempt_actor_set_apart(
    here: Hosted, doctor: Doctor
) -> None:
    (installation,) = here.twin.installations.values()
    here.twin.grant(installation, administration="write")
    here.repo.require(checks=[("fitgate", None)], bypass=[("carol", "always"), ("bob", "exempt")])
    here.repo.environment("production")
    found = codes(doctor("acme/app", "--json"))
    assert "check-of-anybody" in found
    assert found["somebody-past"][0]["about"]["who"] == f"User {here.twin.users['carol'].id}"
    assert found["exempt-past"][0]["about"]["who"] == f"User {here.twin.users['bob'].id}"
    assert "environment-past" in found


def test_a_broken_policy_is_named_with_its_place(here: Hosted, doctor: Doctor) -> None:
    here.repo.push("main", {".fitgate.yaml": "version: 1\nmodus: enforce\n"})
    (found,) = codes(doctor("acme/app", "--json"))["policy-broken"]
    assert ".fitgate.yaml:2:1" in found["said"]


def test_deliveries_that_arrived_nowhere_are_counted(here: Hosted, doctor: Doctor) -> None:
    clock = here.twin.clock  # the command goes by the machine's
    clock.forward(hours=(clock.wall() - clock.now).total_seconds() / 3600)
    here.twin.hooks.to("http://127.0.0.1:9/hooks/github")
    here.repo.open_issue("One", by="alice")
    here.twin.hooks.drain()
    (found,) = codes(doctor("acme/app", "--json"))["deliveries-missed"]
    assert found["about"] == {"count": "1", "events": "issues"}


def test_by_a_token_less_is_seen_and_it_says_what(
    here: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = here.twin.keys.of_person(here.twin.user("carol"))
    monkeypatch.setenv("FITGATE_GITHUB_TOKEN", token)
    monkeypatch.setenv("FITGATE_GITHUB_API_URL", here.twin.url)
    done = run_fitgate(tmp_path, "doctor", "https://github.com/acme/app", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    states = {code: each[0]["state"] for code, each in codes(done).items()}
    assert (states["app-untold"], states["deliveries-untold"]) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [("acme", 2, "name it as owner/repo"), ("acme/none", 4, "is not installed on acme/none")],
)
def test_what_cannot_be_looked_at_says_so(doctor: Doctor, name: str, code: int, says: str) -> None:
    done = doctor(name)
    assert done.returncode == code
    assert says in done.stderr
