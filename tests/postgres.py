"""A PostgreSQL server of the tests' own: one for all workers, ended when the last has ended."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

MISSING = "PostgreSQL is not here: install Debian's `postgresql` (initdb and pg_ctl) to test on it"
_GUARD = """
waited=0
while [ $waited -lt 7200 ] && [ -e "$2" ] && kill -0 "$1"; do sleep 1; waited=$((waited + 1)); done
[ -e "$2" ] || exit 0
read -r server < "$2/cluster/postmaster.pid" && kill -QUIT "$server"
sleep 2
rm -rf "$2"
"""
"""Ends the server when the tests were killed before they could."""
_HERE = "-c max_connections=50 -c listen_addresses="
_FAST = f"-c fsync=off -c full_page_writes=off {_HERE}"


def programs() -> Path | None:
    """Return the folder with initdb and pg_ctl; Debian does not put it on PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        places.insert(0, Path(found).resolve().parent)
    return next((p for p in places if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


def required() -> bool:
    """Say whether to do without it is a failure."""
    return any(os.environ.get(name) for name in ("CI", "FITGATE_REQUIRE_POSTGRES"))


@contextmanager
def server(shared: Path, *, durable: bool = False) -> Iterator[str]:
    """Give the folder of the server's socket; `shared` is a folder that all workers know.

    Tests need nothing on the disk; where it is `durable`, it is there when a commit returns.
    """
    folder = _enter(shared, _HERE if durable else _FAST)
    try:
        yield folder
    finally:
        _leave(shared)


@contextmanager
def databases(shared: Path, worker: str, *, durable: bool = False) -> Iterator[Callable[[], str]]:
    """Give what makes an empty database at each call, and returns its address."""
    bin_folder = programs()
    if bin_folder is None:
        if required():
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with server(shared, durable=durable) as socket:
        numbers = itertools.count()

        def make() -> str:
            name = f"{worker}_{next(numbers)}"
            with psycopg.connect(host=socket, user="fitgate", dbname="postgres") as connection:
                connection.autocommit = True
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            return f"postgresql://fitgate@/{name}?host={socket}"

        yield make


def _enter(shared: Path, options: str) -> str:
    with _state(shared) as state:
        if not state.get("users"):
            state["folder"] = _started(options)
            state["users"] = 0
        state["users"] += 1
        folder: str = state["folder"]
        return folder


def _leave(shared: Path) -> None:
    with _state(shared) as state:
        state["users"] -= 1
        if state["users"] == 0:
            _ended(Path(state["folder"]))


@contextmanager
def _state(shared: Path) -> Iterator[dict[str, Any]]:
    with (shared / "postgres.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state = json.loads(file.read() or "{}")
        yield state
        file.truncate(0)
        file.write(json.dumps(state))


def _started(options: str) -> str:
    """Make a cluster and start it, as another user if we are root: it refuses to run as that."""
    folder = Path(tempfile.mkdtemp(prefix="fitgate-pg-"))
    user: list[str] = []
    if os.getuid() == 0:
        names = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = names.get("postgres") or names["nobody"]
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        ids = (f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
        user = ["setpriv", *ids]
    place = programs()
    assert place is not None
    cluster = str(folder / "cluster")
    make = (str(place / "initdb"), "-D", cluster, "-U", "fitgate", "--auth=trust", "--no-sync")
    start = (str(place / "pg_ctl"), "-D", cluster, "-l", str(folder / "log"), "-w", "start")
    for command in ((*make, "-E", "UTF8"), (*start, "-o", f"{options} -k {folder}")):
        done = subprocess.run(
            [*user, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}, check=False, timeout=120,
        )  # fmt: skip
        log = folder / "log"
        said = log.read_text() if log.exists() else ""
        assert done.returncode == 0, done.stderr.decode() + said
    _guard(folder)
    return str(folder)


def _guard(folder: Path) -> None:
    tests = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    words = ["sh", "-c", _GUARD, "guard", str(tests), str(folder)]
    os.posix_spawn("/bin/sh", words, os.environ, file_actions=nowhere, setsid=True)


def _ended(folder: Path) -> None:
    """End the server by its process id, at once: nothing of it is kept."""
    running = folder / "cluster" / "postmaster.pid"
    if running.exists():
        os.kill(int(running.read_text().split()[0]), signal.SIGQUIT)
    for _ in range(300):
        if not running.exists():
            break
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)
