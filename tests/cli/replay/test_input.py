"""What `fitgate replay` says of histories and candidates that are not as they should be."""

import json
import re
from pathlib import Path

import pytest

from tests.adapters.git.making import run
from tests.cli.conftest import Fitgate
from tests.cli.replay.conftest import KEEP

NONE = "No change of this history that was later undone would still have been held"


def test_what_is_missing_is_not_replayable_and_in_no_figure(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    run(history, "config", "uploadpack.allowFilter", "true")
    run(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{history}", "partial")
    done = fitgate("replay", "partial", "--policy", candidate.name, *KEEP)
    assert re.search(r"^\d of 10 not replayable: ", done.stdout, re.MULTILINE)
    told = json.loads(
        fitgate("replay", "partial", "--policy", candidate.name, *KEEP, "--json").stdout
    )
    figures = told["figures"]
    assert figures["replayable"] + figures["not_replayable"] == figures["changes"] == 10
    assert len(told["not_replayable"]) == figures["not_replayable"] > 0
    assert told["held"] == []


def test_what_was_missing_is_replayed_once_it_is_there(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    """Though what could be read the first time is not read again."""
    run(history, "config", "uploadpack.allowFilter", "true")
    run(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{history}", "late")
    words = ("--policy", candidate.name, *KEEP, "--json")
    for _ in range(2):
        before = json.loads(fitgate("replay", "late", *words).stdout)
        assert before["figures"]["not_replayable"] > 0
    blobs = run(history, "rev-list", "--objects", "--all")
    names = "".join(f"{line.split()[0]}\n" for line in blobs.splitlines())
    pack = run(
        history,
        "pack-objects",
        "-q",
        str(tmp_path / "late/objects/pack/pack"),
        stdin=names.encode(),
    )
    assert pack
    for _ in range(2):
        after = json.loads(fitgate("replay", "late", *words).stdout)
        assert after["figures"]["not_replayable"] == 0
    whole = json.loads(fitgate("replay", history, *words).stdout)
    assert after["figures"] == whole["figures"]


def test_a_shallow_clone_is_not_replayable_at_its_edge(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    run(tmp_path, "clone", "-q", "--depth", "3", f"file://{history}", "shallow")
    done = fitgate("replay", "shallow", "--policy", candidate.name, *KEEP)
    assert (done.returncode, "1 of 3 not replayable" in done.stdout) == (0, True)


def test_nothing_landed_is_nothing_to_say(fitgate: Fitgate, history: Path, candidate: Path) -> None:
    words = ("replay", history, "--policy", candidate.name, *KEEP, "--range", "HEAD..HEAD")
    done = fitgate(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 changes" in done.stdout
    assert "nothing to replay" in done.stdout
    delay = json.loads(fitgate(*words, "--json").stdout)["figures"]["delay_at_least"]
    assert delay["hours_per_change"] is None


def test_where_there_is_no_case_that_is_said(
    fitgate: Fitgate, history: Path, candidate: Path
) -> None:
    done = fitgate(
        "replay", history, "--policy", candidate.name, *KEEP, "--range", "HEAD~2..HEAD~1"
    )
    assert NONE in done.stdout


def test_a_candidate_that_cannot_be_read_names_all_its_problems(
    fitgate: Fitgate, history: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text("version: 2\nrulez: []\ngates: [{type: slow}]\n")
    done = fitgate("replay", history, "--policy", "bad.yaml")
    assert done.returncode == 2
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["1", "2", "3"]
    assert fitgate("replay", history, "--policy", "none.yaml").returncode == 2
    assert fitgate("replay", history).returncode == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--range", "nothing..HEAD"), "'nothing' names no commit"),
        (("--range", "HEAD"), "is not a range"),
        (("--since", "yesterday"), "is none of"),
        (("--jobs", "0"), "--jobs"),
        (("--cache", "slow.yaml"), "Choose another --cache"),
        (("--against", "none.yaml"), "none.yaml"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    fitgate: Fitgate, history: Path, candidate: Path, words: tuple[str, ...], said: str
) -> None:
    done = fitgate("replay", history, "--policy", candidate.name, *words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
