"""What a ledger on a Git branch costs, beside bare git commands."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.table import Row
from fitgate.adapters.ledger.branch import BranchLedger
from fitgate.core.chain import linked
from fitgate.core.entries import Draft

SINGLE = 60
MONTHS, MONTHLY = 10, 1000
FULL = 10_000
MOST_RATIO = 6.0  # five commands and fsync, beside two
LEAST_READ = 20_000
MOST_FULL_MS = 500
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REPO = "github:1"
_ENTRY = {"as": "merge", "commit": "1" * 40, "tree": "2" * 40, "title": "Drop the old index" * 8}


def branch_rows() -> Iterator[Row]:
    """Time appends one by one, a read of ten thousand entries, and an append to a full month."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clone")
        subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
        ledger = BranchLedger(path, REPO)
        yield _single(ledger, path)
        yield _read(ledger)
        yield _full(ledger)
        ledger.close()


def _draft(number: int) -> Draft:
    change = f"{REPO}#{number}"
    return Draft(NOW, "Landed", f"landed/{change}/merge", {"change": change, **_ENTRY})


def _single(ledger: BranchLedger, path: Path) -> Row:
    """Take turns with `commit-tree` and `update-ref` of an empty tree."""
    ours = theirs = 0.0
    git = ["git", "-C", str(path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    tree = subprocess.run([*git, "mktree"], input=b"", check=True, capture_output=True).stdout
    for number in range(SINGLE):
        start = time.perf_counter()
        ledger.append([_draft(number)], NOW)
        middle = time.perf_counter()
        commit = [*git, "commit-tree", tree.decode().strip(), "-m", str(number)]
        made = subprocess.run(commit, check=True, capture_output=True).stdout.decode().strip()
        subprocess.run([*git, "update-ref", "refs/heads/bare", made], check=True)
        ours, theirs = ours + middle - start, theirs + time.perf_counter() - middle
    return Row(
        "append to a branch / commit-tree + update-ref",
        f"{ours / theirs:.1f}",
        f"<= {MOST_RATIO:.0f}",
        ours <= MOST_RATIO * theirs,
        f"{SINGLE / ours:.0f}/s beside {SINGLE / theirs:.0f}/s",
    )


def _read(ledger: BranchLedger) -> Row:
    for month in range(MONTHS):
        drafts = [_draft(SINGLE + MONTHLY * month + number) for number in range(MONTHLY)]
        ledger.append(drafts, NOW + timedelta(days=31 * (month + 1)))
    start = time.perf_counter()
    count = sum(1 for _ in linked(ledger.stored(), REPO))
    a_second = count / (time.perf_counter() - start)
    what = "entries of a branch read and linked, a second"
    return Row(
        what, f"{a_second:,.0f}", f">= {LEAST_READ:,}", a_second >= LEAST_READ, f"{count:,} entries"
    )


def _full(ledger: BranchLedger) -> Row:
    later = NOW + timedelta(days=31 * (MONTHS + 2))
    first = SINGLE + MONTHLY * MONTHS
    ledger.append([_draft(first + number) for number in range(FULL)], later)
    start = time.perf_counter()
    ledger.append([_draft(first + FULL)], later)
    took = 1000 * (time.perf_counter() - start)
    what = f"append to a month of {FULL:,} entries, ms"
    return Row(what, f"{took:.0f}", f"<= {MOST_FULL_MS}", took <= MOST_FULL_MS)
