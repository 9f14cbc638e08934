"""The process that is forked for each command: see `forked.py`."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import socket
import sys
import time
from collections.abc import Sequence

import sqlalchemy.dialects.sqlite  # noqa: F401 - SQLAlchemy looks for it by name

import fitgate
from fitgate.core.entries import entry_adapter
from fitgate.core.facts_file import facts_adapter
from fitgate.core.records import SHAPES, record_adapter
from fitgate.core.register import line_adapter
from fitgate.core.verdict import verdict_adapter
from tests.forked import LENGTH, read

_LEFT_OUT = ("fitgate.__main__", "fitgate.adapters.columns", "fitgate.adapters.ledger.migrations")
"""What is not loaded ahead: DuckDB has threads, which no fork takes along."""


def serve(end: int) -> bool:
    """Fork for each command that is asked for; return True in the fork, False when all is done."""
    _load()
    asking = socket.socket(fileno=end)
    while True:
        said, streams, _, _ = socket.recv_fds(asking, LENGTH, 3)
        if not said:
            return False
        words, folder, environment = json.loads(read(asking, int.from_bytes(said)))
        child = os.fork()
        if child == 0:
            asking.close()
            _become(streams, folder, environment)
            sys.argv[:] = ["fitgate", *words]
            return True
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        asking.sendall(code.to_bytes(LENGTH, signed=True))


def _become(streams: Sequence[int], folder: str, environment: dict[str, str]) -> None:
    """Be what a new process would be: its streams, its folder, its environment."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[:0] = [folder]  # as `python -m` has it


def _load() -> None:
    """Load what commands load, and build what they build on first use."""
    for found in pkgutil.walk_packages(fitgate.__path__, "fitgate."):
        if not found.name.startswith(_LEFT_OUT):
            importlib.import_module(found.name)
    for adapter in (entry_adapter, facts_adapter, line_adapter, verdict_adapter):
        adapter()
    for kind in SHAPES:
        record_adapter(kind)
