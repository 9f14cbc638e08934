"""`python -m benchmarks REPO`: what a scan, a check and the ledger cost beside others."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.branch_ledger import branch_rows
from benchmarks.breakers import breaker_rows
from benchmarks.checking import COUNT, checking_rows, worker_rows
from benchmarks.figures import figure_rows
from benchmarks.ledger import ledger_rows
from benchmarks.queues import queue_rows
from benchmarks.race import Lap, median, race
from benchmarks.replaying import replay_rows
from benchmarks.rules import rule_rows
from benchmarks.table import Row, code_of, tell, tell_rows
from benchmarks.workflow import workflow_rows

FACTS = Path(__file__).with_name("facts.json")
MOST_MIB = 300
MOST_MS = 150
MOST_GROWTH = 1.5  # "flat": a process that has run longer has a somewhat larger heap


def main() -> int:
    """Measure, print a table of ratios with their limits; return 1 if a limit is broken."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pydriller-commits", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = [
        *scan_rows(asked.repo, asked.rounds, asked.pydriller_commits),
        *check_rows(asked.rounds),
        *rule_rows(asked.repo),
        *figure_rows(),
        *replay_rows(asked.repo, asked.rounds),
        *ledger_rows(asked.rounds),
        *branch_rows(),
        *breaker_rows(),
        *queue_rows(),
        *checking_rows(COUNT),
        *worker_rows(),
        *workflow_rows(),
    ]
    if asked.json:
        tell(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        tell_rows(rows)
    return code_of(rows)


def _git(repo: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _scan(repo: Path, *words: str) -> list[str]:
    scan = [sys.executable, "-m", "benchmarks.one_scan", "scan", str(repo)]
    return [*scan, "--format", "json", *words]


def _peak_mib(laps: Sequence[Lap]) -> float:
    said = [line for lap in laps for line in lap.said.splitlines() if line.startswith("peak-kib ")]
    return max(int(line.split()[1]) for line in said) / 1024


def scan_rows(repo: Path, rounds: int, sample: int) -> Iterator[Row]:
    """Compare a whole scan with git's own patches and with PyDriller."""
    head = _git(repo, "rev-parse", "HEAD")
    chain = _git(repo, "rev-list", "--first-parent", head).split()
    log = ["git", "-C", str(repo), "log", "-p", "-U0", "--first-parent", head]
    laps = race({"git": log, "scan": _scan(repo, "--since", "all")}, rounds)
    late = f"{chain[len(chain) // 4]}..{head}"
    quarter = race({"scan": _scan(repo, "--range", late)}, 1)["scan"]
    for lap in (*laps["scan"], *quarter):
        if lap.code:
            raise SystemExit(f"benchmarks: a scan failed: {lap.said}")
    git, scan = median(laps["git"]), median(laps["scan"])
    yield Row("changes scanned", f"{len(chain)}", "", None, f"{scan:.2f} s")
    if laps["git"][0].code:
        note = "git log -p died, at a missing blob for one: no ratio"
        yield Row("scan / git log -p -U0 --first-parent", "-", "<= 1.0", None, note)
    else:
        ratio = f"{scan / git:.2f}"
        kept = scan <= git
        yield Row("scan / git log -p -U0 --first-parent", ratio, "<= 1.0", kept, f"git {git:.2f} s")
    yield _beside_pydriller(repo, chain[:sample], len(chain) / scan)
    peak, part = _peak_mib(laps["scan"]), _peak_mib(quarter)
    yield Row("memory of a whole scan, MiB", f"{peak:.0f}", f"<= {MOST_MIB}", peak <= MOST_MIB)
    growth = peak / part
    limit = f"<= {MOST_GROWTH}"
    yield Row("memory, whole / last quarter", f"{growth:.2f}", limit, growth <= MOST_GROWTH)


def _beside_pydriller(repo: Path, commits: Sequence[str], ours: float) -> Row:
    """Compare changes a second with PyDriller's, over the newest commits with modified files."""
    from git.exc import GitCommandError  # noqa: PLC0415 - only `make bench` installs these
    from pydriller import Git  # noqa: PLC0415 - of the bench group alone

    what, limit = "scan / PyDriller, changes a second", ">= 10"
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # it wants a clone of its own, and none that is bare
        clone = Path(folder, "clone")
        _git(repo, "clone", "--quiet", "--shared", "--no-checkout", str(repo.resolve()), str(clone))
        start = time.perf_counter()
        history = Git(str(clone))
        try:
            for commit in commits:
                for file in history.get_commit(commit).modified_files:
                    _ = (file.filename, file.diff, file.added_lines)
        except (GitCommandError, ValueError) as exc:
            return Row(what, "-", limit, None, f"PyDriller died: {str(exc).splitlines()[0][:60]}")
        theirs = len(commits) / (time.perf_counter() - start)
    note = f"{ours:.0f}/s beside {theirs:.0f}/s over {len(commits)}"
    return Row(what, f"{ours / theirs:.1f}", limit, ours >= 10 * theirs, note)


def check_rows(rounds: int) -> Iterator[Row]:
    """Time `fitgate check --facts` from process start to verdict."""
    fitgate = str(Path(sys.executable).with_name("fitgate"))
    check = [fitgate, "check", "--facts", str(FACTS)]
    laps = race({"check": check, "python": [sys.executable, "-c", "pass"]}, 7 * rounds)
    took, bare = 1000 * median(laps["check"]), 1000 * median(laps["python"])
    note = f"bare Python {bare:.0f} ms"
    limit = f"<= {MOST_MS}"
    yield Row("check --facts, start to verdict, ms", f"{took:.0f}", limit, took <= MOST_MS, note)


if __name__ == "__main__":
    sys.exit(main())
