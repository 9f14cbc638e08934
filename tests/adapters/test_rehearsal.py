"""A rehearsal run on this machine: it is measured, bounded, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from fitgate.adapters import rehearsal
from fitgate.adapters.rehearsal import HEAD, TAIL, rehearse
from fitgate.core.drills import Measured, Rehearsal, Rehearsed
from fitgate.errors import UserError

LIMIT = timedelta(seconds=20)


def shell(text: str) -> tuple[str, ...]:
    return ("sh", "-c", text)


def run(command: str, verify: str = "", loss: str = "", limit: timedelta = LIMIT) -> Rehearsed:
    plan = Rehearsal(shell(command), limit, *(shell(t) if t else () for t in (verify, loss)))
    return rehearse(plan, lambda _: None)


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def gone(pid: int) -> bool:
    """Say whether a process ends soon."""
    for _ in range(50):
        if not is_running(pid):
            return True
        time.sleep(0.1)
    return False


def test_recovery_counts_to_the_first_time_that_it_is_verified(tmp_path: Path) -> None:
    back = tmp_path / "back"
    found = run(f"(sleep 0.5; touch {back}) >/dev/null 2>&1 &", f"echo looked; test -e {back}")
    assert found.found.restored
    recovery = found.found.recovery
    assert recovery is not None
    assert timedelta(seconds=1) <= recovery < timedelta(seconds=10)
    assert found.log.count(b"\nlooked\n") == 2


def test_without_verification_the_command_itself_tells() -> None:
    found = run("echo out; echo err >&2")
    assert (found.found.restored, found.found.loss) == (True, None)
    assert found.log == b"$ sh -c 'echo out; echo err >&2'\nout\nerr\n"


@pytest.mark.parametrize(
    ("command", "why"), [("exit 3", "exited with 3"), ("kill -9 $$", "was ended by SIGKILL")]
)
def test_a_command_that_fails_restored_nothing(command: str, why: str) -> None:
    found = run(command, "true")
    assert found.found == Measured(restored=False)
    assert found.went.endswith(why)


def test_a_command_is_ended_with_all_that_it_started_when_its_time_is_over(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    started = time.monotonic()
    found = run(f"sleep 60 & echo $! > {pid}; wait", limit=timedelta(seconds=0.5))
    assert time.monotonic() - started < 10
    assert found.found == Measured(restored=False)
    assert found.went.endswith("was ended after 0.5 s")
    assert gone(int(pid.read_text()))


def test_what_never_passes_is_given_up() -> None:
    found = run("true", "false", limit=timedelta(seconds=1.5))
    assert found.found == Measured(restored=False)
    assert found.went.endswith("did not pass: given up after 1.5 s")


def test_what_is_left_running_on_purpose_is_left_alone(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    assert run(f"sleep 60 & echo $! > {pid}").found.restored
    assert is_running(int(pid.read_text()))
    os.kill(int(pid.read_text()), signal.SIGKILL)


@pytest.mark.parametrize(
    ("said", "loss"),
    [
        ("echo PT5M", timedelta(minutes=5)),
        ("echo lost:; echo 1.5", timedelta(seconds=1.5)),
        ("echo much", None),
        ("true", None),
        ("echo PT5M; exit 1", None),
    ],
)
def test_the_loss_is_what_its_command_tells(said: str, loss: timedelta | None) -> None:
    found = run("true", "true", said)
    assert found.found.loss == loss
    assert ("told no length of time" in found.went) == (loss is None)


def test_no_shell_reads_what_nobody_wrote_for_one(tmp_path: Path) -> None:
    rehearse(Rehearsal(("touch", f"{tmp_path}/a;b"), LIMIT), lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["a;b"]


def test_a_command_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match=r"`no-such-program --now` cannot be run: No such file"):
        rehearse(Rehearsal(("no-such-program", "--now"), LIMIT), lambda _: None)


def test_a_long_log_keeps_its_beginning_and_its_end() -> None:
    found = run("echo first; head -c 3000000 /dev/zero; echo; echo last")
    assert HEAD + TAIL < len(found.log) < HEAD + TAIL + 100
    assert b"\nfirst\n" in found.log[:100]
    assert found.log.endswith(b"\nlast\n")
    assert b" bytes are left out]\n" in found.log


def test_a_flood_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "FLOOD", 100_000)
    found = run("cat /dev/zero | head -c 300000; sleep 60")
    assert found.went.endswith("was ended: it wrote more than 1 GiB")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_stops_all_of_it(number: signal.Signals, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = (
        "from datetime import timedelta; from fitgate.adapters.rehearsal import *\n"
        f"rehearse(Rehearsal(('sh', '-c', 'echo $$ > {pid}; sleep 60'), timedelta(60)), id)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.PIPE, start_new_session=True
    ) as program:
        for _ in range(100):
            if pid.exists() and pid.read_text():
                break
            time.sleep(0.1)
        program.send_signal(number)
        said = program.communicate(timeout=30)[1]
    assert b"KeyboardInterrupt" in said
    assert gone(int(pid.read_text()))
