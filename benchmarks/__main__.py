"""`python -m benchmarks REPO`: what a scan and a check cost beside git and PyDriller."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.race import Lap, median, race

FACTS = Path(__file__).parent.parent / "tests" / "golden" / "facts" / "bench.json"


def main() -> int:
    """Measure, print a table of ratios with their limits, and exit 1 if a limit is broken."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pydriller-commits", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = [
        *scan_rows(asked.repo, asked.rounds, asked.pydriller_commits),
        *check_rows(asked.rounds),
    ]
    if asked.json:
        print(json.dumps(rows, indent=1))
    else:
        for row in rows:
            print(f"{row['what']:<58} {row['figure']:>10} {row['limit']:>12}  {row['note']}")
    return 0 if all(row["ok"] for row in rows) else 1


def _row(what: str, figure: str, limit: str, *, ok: bool, note: str = "") -> dict[str, object]:
    return {
        "what": what,
        "figure": figure,
        "limit": limit,
        "ok": ok,
        "note": note or ("" if ok else "BROKEN"),
    }


def _git(repo: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(repo), *words],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def _scan(repo: Path, *words: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "benchmarks.one_scan",
        "scan",
        str(repo),
        "--format",
        "json",
        *words,
    ]


def _peak_mib(laps: Sequence[Lap]) -> float:
    said = [line for lap in laps for line in lap.said.splitlines() if line.startswith("peak-kib ")]
    return max(int(line.split()[1]) for line in said) / 1024


def scan_rows(repo: Path, rounds: int, sample: int) -> list[dict[str, object]]:
    """Compare a whole scan with git's own patches and with PyDriller."""
    head = _git(repo, "rev-parse", "HEAD")
    chain = _git(repo, "rev-list", "--first-parent", head).split()
    late = f"{chain[len(chain) // 4]}..{head}"
    laps = race(
        {
            "git log -p": ["git", "-C", str(repo), "log", "-p", "-U0", "--first-parent", head],
            "scan": _scan(repo, "--since", "all"),
        },
        rounds,
    )
    quarter = race({"scan": _scan(repo, "--range", late)}, 1)["scan"]
    for name, said in (("scan", laps["scan"][0]), ("scan of a quarter", quarter[0])):
        if said.code:
            raise SystemExit(f"benchmarks: {name} failed: {said.said}")
    git, scan = median(laps["git log -p"]), median(laps["scan"])
    died = laps["git log -p"][0].code != 0
    per_second = len(chain) / scan
    driller = _pydriller(repo, chain[:sample])
    peak, part = _peak_mib(laps["scan"]), _peak_mib(quarter)
    return [
        _row(f"changes scanned ({repo.name})", f"{len(chain)}", "", ok=True, note=f"{scan:.2f} s"),
        _row(
            "scan ÷ git log -p -U0 --first-parent", f"{scan / git:.2f}", "≤ 1.0", ok=died or scan <= git,
            note="git died at a missing blob: no ratio" if died else f"git {git:.2f} s",
        ),
        _row(
            "scan ÷ PyDriller, changes a second", f"{per_second / driller:.0f}" if driller else "–", "≥ 10",
            ok=not driller or per_second >= 10 * driller,
            note=f"{per_second:.0f}/s beside {driller:.0f}/s" if driller else "PyDriller died",
        ),
        _row("memory of a whole scan, MiB", f"{peak:.0f}", "≤ 300", ok=peak <= 300, note="ours, git's own apart"),
        _row(
            "memory, whole history ÷ its last quarter", f"{peak / part:.2f}", "≤ 1.5", ok=peak <= 1.5 * part,
            note="flat in the length of the range",
        ),
    ]  # fmt: skip


def _pydriller(repo: Path, commits: Sequence[str]) -> float | None:
    """Return how many commits a second PyDriller reads with their modified files."""
    from git.exc import GitCommandError  # noqa: PLC0415 - only `make bench` installs these
    from pydriller import Git  # noqa: PLC0415

    start = time.perf_counter()
    history = Git(str(repo))
    try:
        for commit in commits:
            for file in history.get_commit(commit).modified_files:
                _ = (file.filename, file.diff, file.added_lines)
    except (GitCommandError, ValueError):
        return None
    return len(commits) / (time.perf_counter() - start)


def check_rows(rounds: int) -> list[dict[str, object]]:
    """Time `fitgate check --facts` from process start to verdict."""
    fitgate = Path(sys.executable).with_name("fitgate")
    commands = {
        "check": [str(fitgate), "check", "--facts", str(FACTS)],
        "python": [sys.executable, "-c", "pass"],
    }
    laps = race(commands, 7 * rounds)
    took, bare = 1000 * median(laps["check"]), 1000 * median(laps["python"])
    return [
        _row(
            "check --facts, process start to verdict, ms", f"{took:.0f}", "≤ 150", ok=took <= 150,
            note=f"bare Python {bare:.0f} ms",
        )
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
