"""What a replay costs whose facts are kept, beside the scan that reads them."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.race import lap, median, race
from benchmarks.table import Row

CANDIDATE = """\
version: 1
use: [default, web-service]
gates: [{type: slow-authority, cooldown: PT48H}]
"""
LEAST = 1500
"""Changes a second: 30,000 in 20 s."""
LONG = 10_000
"""Changes: in a shorter history the start takes most of the time."""


def replay_rows(repo: Path, rounds: int) -> Iterator[Row]:
    """Replay a candidate with more rules than the policy in force, again and again, over all."""
    with tempfile.TemporaryDirectory() as folder:
        policy, out = Path(folder, "candidate.yaml"), Path(folder, "out")
        policy.write_text(CANDIDATE)
        fitgate = [sys.executable, "-m", "fitgate"]
        scan = [*fitgate, "scan", str(repo), "--since", "all", "--format", "json"]
        replay = [
            *fitgate, "replay", str(repo), "--since", "all", "--policy", str(policy), "--json",
            "--cache", folder, "--out", str(out),
        ]  # fmt: skip
        first = lap(replay)
        if first.code:
            raise SystemExit(f"benchmarks: a replay failed: {first.said}")
        changes = json.loads((out / "replay.json").read_text())["figures"]["changes"]
        laps = race({"scan": scan, "replay": replay}, rounds)
    scanned, took = median(laps["scan"]), median(laps["replay"])
    note = f"{changes} changes in {took:.2f} s; the first time {first.seconds:.2f} s"
    speed, limit = changes / took, f">= {LEAST}"
    kept = speed >= LEAST if changes >= LONG else None
    yield Row("replay, facts kept, changes a second", f"{speed:.0f}", limit, kept, note)
    note = f"scan {scanned:.2f} s"
    yield Row(
        "replay, facts kept / scan", f"{took / scanned:.2f}", "<= 0.5", took <= scanned / 2, note
    )
