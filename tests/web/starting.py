"""`fitgate serve` as a process of its own, as whoever runs it starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.twin.github import Twin
from tests.web.conftest import until


@dataclass
class Started:
    """A process of the service, and every line that it wrote."""

    running: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def log(self) -> list[dict[str, Any]]:
        """Return what it logged: nothing but lines of JSON."""
        return [json.loads(line) for line in [*self.lines]]

    def said(self, event: str) -> list[dict[str, Any]]:
        """Return what it logged of one kind."""
        return [line for line in self.log if line["event"] == event]

    @property
    def url(self) -> str:
        """Return where it listens."""
        return str(next(line for line in self.log if "url" in line)["url"])

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return how it ended."""
        self.running.send_signal(how)
        return self.running.wait(timeout=40)


@contextmanager
def started(
    folder: Path, environment: Mapping[str, str], *words: str, ready: str = "serving"
) -> Iterator[Started]:
    """Start `fitgate` until it says that it is ready; whatever happens, it is ended."""
    running = subprocess.Popen(
        [sys.executable, "-m", "fitgate", *words],
        cwd=folder, env={"PATH": os.defpath, **environment}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    process = Started(running)
    assert running.stdout is not None
    reader = threading.Thread(target=lambda: process.lines.extend(running.stdout or ()))
    reader.start()
    try:
        until(lambda: running.poll() is not None or any(ready in line for line in process.lines))
        yield process
    finally:
        running.kill()
        running.wait(timeout=10)
        reader.join(timeout=10)
        running.stdout.close()


def environment_of(twin: Twin, where: str) -> dict[str, str]:
    """Return the settings of the twin's App, its ledgers and inbox in a database."""
    return {
        "FITGATE_DATABASE_URL": where,
        "FITGATE_GITHUB_API_URL": twin.url,
        "FITGATE_GITHUB_APP_ID": str(twin.app.id),
        "FITGATE_GITHUB_PRIVATE_KEY": twin.app.private_key,
        "FITGATE_GITHUB_WEBHOOK_SECRET": twin.app.webhook_secret,
    }
