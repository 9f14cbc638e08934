"""`fitgate scan` on the story."""

import csv
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Fitgate, Scanned
from tests.conftest import Golden
from tests.hostile import is_inert
from tests.story import Chapter

Story = tuple[Path, tuple[Chapter, ...]]
FILES = ("register.yaml", "register.csv", "register.html", "verdicts.json")
MOMENT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z| UTC)")


def contents(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_bytes().decode() for name in FILES}


def test_the_table_of_the_story_reads_as_it_always_did(
    fitgate: Fitgate, story: Path, policy: Path, golden: Golden
) -> None:
    done = fitgate("scan", story, "--since", "all", "--policy", policy.name)
    assert (done.returncode, done.stderr) == (0, "")
    golden("scan/table.txt", done.stdout.replace(str(story), "STORY"))
    assert is_inert(done.stdout)


def test_every_format_tells_of_the_same_changes(scanned: Scanned) -> None:
    document = json.loads(scanned.done.stdout)
    ids = [e["change_id"] for key in ("io_register", "undecided") for e in document[key]]
    said = contents(scanned.folder)
    lists = yaml.safe_load(said["register.yaml"])
    assert [e["change_id"] for key in lists for e in lists[key]] == ids
    rows = csv.DictReader(io.StringIO(said["register.csv"], newline=""))
    assert {row["change_id"] for row in rows} == {*ids}
    assert all(f'id="{each}"' in said["register.html"] for each in ids)


def test_out_writes_the_files_and_leaves_no_journal(scanned: Scanned, chapters: Story) -> None:
    assert (scanned.done.returncode, scanned.done.stderr) == (0, "")
    assert {path.name for path in scanned.folder.iterdir()} == {*FILES}
    verdicts = json.loads(contents(scanned.folder)["verdicts.json"])
    assert [v["change"].rpartition("@")[2] for v in verdicts] == [c.sha for c in chapters[1]]


def test_without_out_nothing_is_written(fitgate: Fitgate, story: Path, tmp_path: Path) -> None:
    assert fitgate("scan", story).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_what_was_reverted_says_by_what(scanned: Scanned, chapters: Story) -> None:
    entries = json.loads(scanned.done.stdout)["io_register"]
    reverted = {(e["sha"], e["reverted_by"]) for e in entries if e["reverted_by"]}
    by_key = {chapter.key: chapter for chapter in chapters[1]}
    assert reverted
    assert reverted <= {(by_key[c.reverts].sha, c.sha) for c in chapters[1] if c.reverts}


def test_a_range_leaves_out_the_rest(fitgate: Fitgate, story: Path, chapters: Story) -> None:
    told = chapters[1]
    done = fitgate("scan", story, "--range", f"{told[9].sha}..{told[19].sha}", "--json")
    assert json.loads(done.stdout)["counts"]["changes"] == 10


def test_since_counts_back_from_now(fitgate: Fitgate, story: Path) -> None:
    done = fitgate("scan", story, "--since", "2026-10-20", "--json")
    document = json.loads(done.stdout)
    assert document["scope"] == "since 2026-10-20"
    assert 0 < document["counts"]["changes"] < 20


def test_exit_code_tells_of_landings_that_a_gate_would_have_held(
    fitgate: Fitgate, scanned: Scanned
) -> None:
    assert json.loads(scanned.done.stdout)["counts"]["standings"]["would-hold"]
    assert scanned.done.returncode == 0
    done = fitgate(*scanned.words[:-1], "--exit-code", "--out", "here")
    assert done.returncode == 1
    assert all(f"here/{name}" in done.stdout for name in FILES)


def test_reviews_are_merged_and_none_is_lost(
    fitgate: Fitgate, scanned: Scanned, tmp_path: Path
) -> None:
    first = json.loads(scanned.done.stdout)["io_register"][0]
    said = "by: ada, at: 2026-01-31T12:00:00Z"
    (tmp_path / "said.yaml").write_text(
        f"- {{change: '{first['sha'][:12]}', status: disputed, why: a fixture, {said}}}\n"
        f"- {{change: '#9999', status: confirmed, {said}}}\n"
    )
    document = json.loads(fitgate(*scanned.words, "--reviews", "said.yaml").stdout)
    assert document["io_register"][0]["review"]["status"] == "disputed"
    assert document["unclaimed_reviews"] == ["#9999"]


@pytest.mark.parametrize("lines", [0, 40])
def test_a_resumed_scan_equals_an_undisturbed_one_byte_for_byte(
    fitgate: Fitgate, scanned: Scanned, tmp_path: Path, lines: int
) -> None:
    journal = scanned.journal.splitlines(keepends=True)
    (tmp_path / "out").mkdir()
    torn = b"".join(journal[: lines + 1]) + journal[lines + 1][:100]
    (tmp_path / "out" / "scan.jsonl").write_bytes(torn)
    assert fitgate(*scanned.words, "--out", "out", "--resume").stdout == scanned.done.stdout
    assert contents(tmp_path / "out") == contents(scanned.folder)
    assert not (tmp_path / "out" / "scan.jsonl").exists()


def test_a_scan_that_was_killed_goes_on(fitgate: Fitgate, scanned: Scanned, tmp_path: Path) -> None:
    journal = tmp_path / "out" / "scan.jsonl"
    command = [sys.executable, "-m", "fitgate", *scanned.words, "--out", "out"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None and not (journal.exists() and journal.stat().st_size > 2000):
            time.sleep(0.001)
        running.send_signal(signal.SIGKILL)
    assert fitgate(*scanned.words, "--out", "out", "--resume").returncode == 0
    killed, quiet = (
        {name: MOMENT.sub("", text, count=1) for name, text in contents(folder).items()}
        for folder in (tmp_path / "out", scanned.folder)
    )
    assert killed == quiet


def test_another_scan_is_not_resumed(fitgate: Fitgate, scanned: Scanned, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scan.jsonl").write_bytes(scanned.journal)
    done = fitgate(*scanned.words[:2], "--since", "90d", "--out", "out", "--resume")
    assert done.returncode == 2
    assert "--since was 'all' and is now '90d'" in done.stderr
    assert (tmp_path / "out" / "scan.jsonl").read_bytes() == scanned.journal


def test_a_clone_without_history_is_the_users_to_change(fitgate: Fitgate, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "empty"], check=True)
    for place in ("empty", "nowhere"):
        done = fitgate("scan", place)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("fitgate: ")


def test_a_subfolder_of_a_clone_is_as_good_as_its_top(
    fitgate: Fitgate, story: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(story, copy, symlinks=True)
    (copy / ".fitgate").mkdir(exist_ok=True)
    (copy / ".fitgate" / "register.yaml").write_text("- nonsense\n")
    done = fitgate("scan", copy / "evals")
    assert done.returncode == 2
    assert "register.yaml:1:3" in done.stderr
