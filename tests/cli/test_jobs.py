"""A scan judged by several processes says what one says, and ends as one ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from fitgate.bootstrap import open_clone, shipped_policies
from fitgate.core.events import Event, Happening
from fitgate.core.reading import PolicyFile, parse_policy
from fitgate.entrypoints.cli.shares import MOST_JOBS, SHORT, Work, judged, worth
from fitgate.errors import UserError
from fitgate.pipeline import BATCH
from tests.adapters.git.making import Made, run
from tests.cli.conftest import POLICY, Fitgate, Scanned
from tests.story import Chapter

AT = datetime(2026, 11, 1, tzinfo=UTC)
CHANGES = 3 * BATCH + 10
UNDONE = BATCH + 3


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a history of some batches: a policy that breaks in the first, a revert in the last."""
    made = Made(tmp_path_factory.mktemp("jobs") / "history")
    made.git("config", "uploadpack.allowFilter", "true")
    bars = [b"threshold: %d\n" % (n * 37 % 100) for n in range(CHANGES)]
    shas = [made.commit("Begin", {"evals/bar.yaml": bars[0]})]
    for n in range(1, CHANGES - 1):
        broken = {".fitgate.yaml": b"version: 2\n"} if n == BATCH // 2 else {}
        files = {"evals/bar.yaml": bars[n], f"evals/{n}.yaml": b"threshold: 1\n", **broken}
        shas.append(made.commit(f"Change {n}", files))
    said = f'Revert "Change {UNDONE}"\n\nThis reverts commit {shas[UNDONE]}.'
    made.commit(said, {f"evals/{UNDONE}.yaml": None})
    made.done()
    run(made.path, "reset", "-q", "--hard")
    return made.path


@pytest.fixture(scope="module")
def whole(history: Path) -> list[bytes]:
    """Judge all of it in one process."""
    return lines(work(history), 1)


def work(path: Path, given: PolicyFile | None = None, done: int = 0) -> Work:
    """Return all of a history as work."""
    return Work(path, given, Event(Happening.LANDED, None, "HEAD", AT), done)


def lines(asked: Work, jobs: int) -> list[bytes]:
    """Judge in so many processes, and return the lines of the journal."""
    with open_clone(asked.path) as clone, judged(asked, clone, jobs) as said:
        return list(said)


def policy_file() -> PolicyFile:
    """Return the small policy as it is given by hand."""
    return parse_policy(POLICY, "policy.yaml", shipped_policies())


@pytest.mark.parametrize("jobs", [2, 3])
def test_a_journal_is_the_same_whoever_judged(history: Path, whole: list[bytes], jobs: int) -> None:
    assert len(whole) == CHANGES
    assert b"the policy cannot be read" in whole[-1]
    assert lines(work(history), jobs) == whole


@pytest.mark.parametrize(("done", "jobs"), [(7, 1), (7, 2), (BATCH, 3)])
def test_what_is_left_of_a_scan_reads_as_if_it_had_not_been_disturbed(
    history: Path, whole: list[bytes], done: int, jobs: int
) -> None:
    assert lines(work(history, done=done), jobs) == whole[done:]


def test_a_clone_that_lacks_objects_lacks_them_in_the_same_words(
    history: Path, tmp_path: Path
) -> None:
    run(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{history}", "treeless")
    asked = work(tmp_path / "treeless", policy_file())
    one = lines(asked, 1)
    assert b"a tree is not in this clone" in one[BATCH]
    assert lines(asked, 2) == one
    assert lines(work(asked.path, asked.given, 7), 1) == one[7:]


@pytest.mark.parametrize("jobs", [2, 3])
def test_a_register_is_the_same_whoever_judged(
    fitgate: Fitgate, scanned: Scanned, tmp_path: Path, jobs: int
) -> None:
    (tmp_path / "out").mkdir()
    cut = b"".join(scanned.journal.splitlines(keepends=True)[:3])
    (tmp_path / "out" / "scan.jsonl").write_bytes(cut)
    done = fitgate(*scanned.words, "--out", "out", "--resume", "--jobs", str(jobs))
    assert (done.stdout, done.stderr) == (scanned.done.stdout, "")
    for file in scanned.folder.iterdir():
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()


def test_a_revert_that_another_process_judged_is_known_here_too(history: Path) -> None:
    with open_clone(history) as clone, judged(work(history), clone, 2) as said:
        assert len(list(said)) == CHANGES
        state = clone.reverts.state(clone.resolve(f"HEAD~{CHANGES - 1 - UNDONE}"))
    assert state.is_reverted


def test_what_another_process_cannot_do_is_said_as_if_it_were_this_one(
    history: Path, tmp_path: Path
) -> None:
    elsewhere = work(tmp_path / "nowhere")
    with (
        open_clone(history) as clone,
        pytest.raises(UserError, match=r"nowhere is not a directory. Give the path"),
        judged(elsewhere, clone, 2) as said,
    ):
        assert len(list(said)) == BATCH


def test_a_bug_in_another_process_comes_with_its_trace(history: Path) -> None:
    odd = work(cast("Path", None))
    with (
        open_clone(history) as clone,
        pytest.raises(RuntimeError, match=r"Traceback(.|\n)*shares.py(.|\n)*TypeError"),
        judged(odd, clone, 2) as said,
    ):
        list(said)


@contextmanager
def scanning(history: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Start a scan by three processes; give it, and the two that it started."""
    command = [sys.executable, "-m", "fitgate", "scan", str(history), "--since", "all"]
    with subprocess.Popen(
        [*command, "--jobs", "3", "--out", "out"],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder)},  # noqa: TID251 - as the scan's users have it
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        started: list[int] = []
        while len(started) < 2 and running.poll() is None:
            started = [pid for pid, parent, words in processes() if parent == running.pid and words]
        yield running, started


def processes() -> Iterator[tuple[int, int, bool]]:
    """Yield the processes of this machine: their ids, their parents', and if they judge a share."""
    table = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=", "-o", "ppid=", "-o", "args="],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    for line in table.stdout.splitlines():
        pid, parent, *words = line.split(maxsplit=2)
        yield int(pid), int(parent), "shares import serve" in " ".join(words)


def are_gone(pids: list[int]) -> bool:
    """Say whether none of these processes is left, not even unburied; on a busy machine, soon."""
    deadline = time.monotonic() + 10
    while {pid for pid, _, _ in processes()} & {*pids}:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_process_that_was_killed_is_missed_and_what_to_do_is_said(
    history: Path, tmp_path: Path
) -> None:
    with scanning(history, tmp_path) as (running, started):
        os.kill(started[1], signal.SIGKILL)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 4
    assert said.startswith("fitgate: A process that judged a share of this scan was ended by sig")
    assert "Run it again with --jobs 1" in said
    assert "Traceback" not in said
    assert are_gone(started)
    resumed = subprocess.run(
        [*cast("list[str]", running.args)[:-4], "--jobs", "1", "--out", "out", "--resume"],
        cwd=tmp_path, check=False, capture_output=True,
    )  # fmt: skip
    assert resumed.returncode == 0


def test_an_interrupt_ends_all_of_them_and_leaves_nothing_behind(
    history: Path, tmp_path: Path
) -> None:
    with scanning(history, tmp_path) as (running, started):
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (130, "fitgate: interrupted; --resume goes on from here\n")
    assert are_gone(started)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_when_the_first_is_killed_the_others_leave_by_themselves(
    history: Path, tmp_path: Path
) -> None:
    with scanning(history, tmp_path) as (running, started):
        running.kill()
        running.communicate(timeout=30)
    until = time.monotonic() + 30
    while not are_gone(started) and time.monotonic() < until:
        time.sleep(0.05)
    assert are_gone(started)


def test_a_module_in_the_clone_is_not_taken_for_ours(
    chapters: tuple[Path, tuple[Chapter, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fitgate", "pickle", "traceback"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    assert len(lines(work(chapters[0]), 2)) == len(chapters[1])
    assert not (tmp_path / "ran").exists()


def test_a_short_scan_is_not_worth_another_process() -> None:
    assert worth(SHORT - 1) == 1
    assert 1 <= worth(100 * SHORT) <= MOST_JOBS


def test_no_jobs_at_all_is_the_users_to_change(fitgate: Fitgate, story: Path) -> None:
    done = fitgate("scan", story, "--jobs", "0")
    assert done.returncode == 2
    assert "--jobs" in done.stderr
