"""`fitgate check --pull` and `fitgate facts owner/repo#7`, as their users start them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.github.hosted import POLICY, Hosted, hosted
from tests.cli.conftest import run_fitgate
from tests.forked import Done

Run = Callable[..., Done]


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        place.lowered()
        yield place


def by_token(here: Hosted) -> dict[str, str]:
    """Return the environment of somebody with a token."""
    token = here.twin.keys.of_person(here.twin.user("carol"))
    return {"FITGATE_GITHUB_TOKEN": token, "FITGATE_GITHUB_API_URL": here.twin.url}


@pytest.fixture
def fitgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs `fitgate` in an empty folder, with more in its environment."""

    def run(environment: dict[str, str], *words: str) -> Done:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return run_fitgate(tmp_path, *words)

    return run


def test_a_pull_request_is_judged_and_the_exit_code_says_how(here: Hosted, fitgate: Run) -> None:
    done = fitgate(by_token(here), "check", "--pull", "acme/app#1")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("✗ HOLD: waits for owner, keeper")
    assert "github:acme/app#1" in done.stdout
    assert "threshold lowered from 0.9 to 0.8 (rule bar-lowered)" in done.stdout
    assert "on a forge: add io:evaluation" in done.stdout


@pytest.mark.parametrize("name", ["acme/app#1", "https://github.com/acme/app/pull/1/files"])
def test_its_facts_give_the_same_verdict_again(
    here: Hosted, tmp_path: Path, fitgate: Run, name: str
) -> None:
    facts = fitgate(by_token(here), "facts", name)
    assert (facts.returncode, facts.stderr) == (0, "")
    document = json.loads(facts.stdout)
    assert (document["forge"], document["repo"]["name"]) == ("github", "acme/app")
    (tmp_path / "f.json").write_text(facts.stdout, encoding="utf-8")
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    words = ("--policy", "p.yaml", "--json", "--as-of", document["as_of"])
    again = fitgate({}, "check", "--facts", "f.json", *words)
    first = fitgate(by_token(here), "check", "--pull", "acme/app#1", *words)
    apart = ("facts", "policy")  # where each was read
    one, two = (json.loads(done.stdout) for done in (first, again))
    assert {k: v for k, v in one.items() if k not in apart} == {
        k: v for k, v in two.items() if k not in apart
    }


def test_an_app_reads_by_its_key(here: Hosted, tmp_path: Path, fitgate: Run) -> None:
    key = tmp_path / "key.pem"
    key.write_text(here.twin.app.private_key, encoding="ascii")
    environment = {
        "FITGATE_GITHUB_APP_ID": str(here.twin.app.id),
        "FITGATE_GITHUB_PRIVATE_KEY_FILE": str(key),
        "FITGATE_GITHUB_API_URL": here.twin.url,
        "FITGATE_GITHUB_TOKEN": "",
    }
    done = fitgate(environment, "check", "--pull", "acme/app#1")
    assert (done.returncode, done.stderr) == (1, "")


def test_nothing_is_written(here: Hosted, fitgate: Run) -> None:
    here.twin.calls.clear()
    fitgate(by_token(here), "check", "--pull", "acme/app#1")
    assert here.twin.calls.reads > 0
    assert here.twin.calls.writes == 0


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        ("acme/app", {}, (2, "'acme/app' is no pull request: name it as owner/repo#7.")),
        ("acme/app#1", {"TOKEN": ""}, (2, "set FITGATE_GITHUB_TOKEN")),
        ("acme/app#99", {}, (4, "acme/app#99 could not be read")),
        ("acme/none#1", {}, (4, "acme/none")),
        ("acme/app#1", {"TOKEN": "ghp_wrong"}, (4, "GitHub says 401")),
        ("acme/app#1", {"API_URL": "http://127.0.0.1:9"}, (4, "does not answer")),
        ("acme/app#1", {"API_URL": "github"}, (2, "FITGATE_GITHUB_API_URL")),
        ("acme/app#1 --base main", {}, (2, "Say which change, by one of")),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(
    here: Hosted, fitgate: Run, words: str, environment: dict[str, str], told: tuple[int, str]
) -> None:
    more = {f"FITGATE_GITHUB_{name}": value for name, value in environment.items()}
    done = fitgate({**by_token(here), **more}, "check", "--pull", *words.split())
    assert (done.returncode, done.stdout) == (told[0], "")
    assert told[1] in done.stderr
    assert "Traceback" not in done.stderr
    assert "ghp_wrong" not in done.stderr


def test_facts_that_are_judged_load_no_forge(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom fitgate.entrypoints.cli import check\n"
        "try: check.run(['--facts', 'none.json'])\nexcept Exception: pass\n"
        "print(sorted({'github', 'requests', 'jwt', 'urllib3'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
