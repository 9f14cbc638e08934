"""How figures are printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENDLESS = "from benchmarks.table import tell\nwhile True: tell('a figure')"


def test_a_table_whose_reader_went_away_ends_quietly() -> None:
    command = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"a figure\n"
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141
