"""Which ledger a command means, and whose chain in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fitgate.entrypoints.cli.ledgers import opened
from fitgate.errors import UserError
from tests.adapters.git.making import run
from tests.adapters.ledger.raw import closed
from tests.builders import NOW


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Say where a ledger is that is not made yet, in a folder that is no clone."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return "sqlite:///ledger.db"


def test_the_repository_is_that_of_the_clone(where: str, story: Path) -> None:
    with opened(where, story, create=True) as ledger:
        whose = ledger.repo
        assert whose.startswith("git:")
        ledger.append([closed(1)], NOW)
    with opened(where, story) as ledger:
        assert (ledger.repo, ledger.head().seq) == (whose, 1)
    with opened(where) as ledger:  # the only one that it holds
        assert ledger.repo == whose


def test_a_clone_that_the_ledger_does_not_know_is_not_taken_for_another(
    where: str, story: Path
) -> None:
    with opened(where, repo="github:1", create=True) as ledger:
        ledger.append([closed(1)], NOW)
    said = r"has no entries of git:\w+, the repository of the clone here\. It holds: github:1\."
    with pytest.raises(UserError, match=said), opened(where, story):
        pass
    with opened(where, story, "github:1") as ledger:
        assert ledger.head().seq == 1


def test_the_environment_says_where_if_the_command_does_not(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FITGATE_DATABASE_URL", "sqlite:///from-environment.db")
    with opened(None, repo="github:1", create=True) as ledger:
        ledger.append([closed(1)], NOW)
    assert Path("from-environment.db").exists()
    monkeypatch.delenv("FITGATE_DATABASE_URL")
    with opened(None, repo="github:1", create=True) as ledger:
        ledger.append([], NOW)
    assert Path("fitgate.db").exists()
    assert not Path(where.removeprefix("sqlite:///")).exists()


def test_a_new_ledger_must_be_told_whose_it_is(where: str) -> None:
    said = r"It holds none yet\. Name it with --repo"
    with pytest.raises(UserError, match=said), opened(where, create=True):
        pass


def test_a_shallow_clone_has_no_id(where: str, story: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    run(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{story}", str(shallow))
    said = r"`git fetch --unshallow` brings the rest; or name the repository: --repo"
    with pytest.raises(UserError, match=said), opened(where, shallow):
        pass


@pytest.mark.usefixtures("where")
def test_a_ledger_on_a_branch_needs_a_clone() -> None:
    with pytest.raises(UserError, match="no branch to keep a ledger on"), opened("branch"):
        pass
