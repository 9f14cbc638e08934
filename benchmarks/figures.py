"""What figures over millions of changes cost, beside bare DuckDB and plain Python."""

from __future__ import annotations

import csv
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.table import Row
from fitgate.adapters.columns.questions import Cell
from fitgate.adapters.columns.readings import measure_columns
from fitgate.adapters.columns.table import VERSION, Columns
from fitgate.core.measure.landings import WEEK
from fitgate.core.measure.reading import Figure, Scope, Window
from fitgate.core.micros import from_micros, micros
from fitgate.core.policy import Policy

CATEGORIES = ("data", "evaluation", "alignment", "deployment", "supply-chain", "optionality")
FIGURES: tuple[Figure, ...] = (
    "vl_hours", "gbr_ratio", "tau_u_hours", "tau_g_hours", "tempo_ratio",
)  # fmt: skip
SIZES = ((1_000_000, 1.0, 300), (10_000_000, 10.0, 1024))
"""Changes, the most seconds, the most MiB."""
LEAST_TIMES = 30
_WEEKS = 52
_BEGIN = datetime.fromisoformat("2026-01-05T00:00:00+00:00")
_MAKE = """
INSERT INTO landings SELECT 'github:1#' || i, 'merge', NULL, $begin + i * $step,
    CASE WHEN hash(i) % 100 < 97 THEN $begin + i * $step + ((hash(i * 7) % 1000 / 1000.0)
        * (hash(i * 13) % 1000 / 1000.0) * 400 - 20)::BIGINT * 3600000000 END,
    $begin + i * $step - 86400000000, $begin + i * $step - 3600000000, hash(i * 3) % 10 < 3,
    CASE WHEN hash(i * 3) % 10 < 3 THEN 1 << (hash(i * 5) % 6)::INTEGER ELSE 0 END,
    true, true, false, false, false, 'fast', (hash(i * 11) % 50 = 0)::INTEGER, 0, 0
FROM range($changes) t(i)
"""
_BARE = """
SELECT landed // 604800000000 AS week, categories, count(*),
    quantile_cont(closed - landed, [0.5, 0.9, 0.99]), sum(events), sum(closed - landed)
FROM landings WHERE is_io GROUP BY ALL
"""


def make(file: Path, changes: int) -> None:
    """Write made-up landings of a year, three in ten of them IOs."""
    columns = Columns(file)
    step = _WEEKS * WEEK // timedelta(microseconds=1) // changes
    named = {"begin": micros(_BEGIN) + 1, "step": step, "changes": changes}
    columns.connection.execute(_MAKE, named)
    bits = [(name, bit) for bit, name in enumerate(CATEGORIES)]
    columns.connection.executemany("INSERT INTO categories VALUES (?, ?)", bits)
    columns.connection.execute("INSERT INTO kept VALUES (?, 'github:1', 0, '')", [VERSION])
    columns.close()


def cells() -> list[Cell]:
    """Return the weeks of the year by category."""
    end = _BEGIN + _WEEKS * WEEK
    weeks = [Window(_BEGIN + n * WEEK, _BEGIN + (n + 1) * WEEK, end) for n in range(_WEEKS)]
    return [Cell(week, category) for week in weeks for category in CATEGORIES]


def ours(file: Path) -> int:
    """Measure the figures of each week and category."""
    columns = Columns(file)
    found = measure_columns(columns, Policy(version=1), Scope("github:1"), cells(), FIGURES)
    columns.close()
    return sum(reading.n for readings in found for reading in readings[:1])


def bare(file: Path) -> int:
    """Ask DuckDB for percentiles and sums of each week and category, and no more."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET threads = 2")
        connection.execute("SET enable_progress_bar = false")
        return len(connection.execute(_BARE).fetchall())


def plain(file: Path) -> int:
    """Read a CSV of changes, and sort lags by week and category, as a script would."""
    groups: dict[tuple[str, str], list[float]] = {}
    landings: dict[tuple[str, str], list[datetime]] = {}
    passed: dict[tuple[str, str], int] = {}
    with file.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            landed = datetime.fromisoformat(line["effective_ts_utc"])
            if line["is_io"] != "1":
                continue
            key = f"{landed - timedelta(days=landed.weekday()):%Y-%m-%d}", line["io_category"]
            landings.setdefault(key, []).append(landed)
            passed[key] = passed.get(key, 0) + int(line["bypass"])
            if line["closure_ts_utc"]:
                closed = datetime.fromisoformat(line["closure_ts_utc"])
                groups.setdefault(key, []).append((closed - landed).total_seconds() / 3600)
    found = 0
    for key, lags in groups.items():
        lags.sort()
        table = [_percentile(lags, p) for p in (50, 90, 99)]
        times = sorted(landings[key])
        gap = (times[-1] - times[0]).total_seconds() / 3600 / max(1, len(times) - 1)
        table += [passed[key] / len(times), gap, math.fsum(lags) / len(lags)]
        found += len(table)
    return found


def _percentile(ordered: Sequence[float], p: float) -> float:
    k = (len(ordered) - 1) * p / 100
    low = int(k)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (k - low)


def _write_csv(columns: Path, file: Path) -> None:
    """Write landings in the form in which the pilot pack exchanges them."""
    names = ("change_id", "effective_ts_utc", "closure_ts_utc", "is_io", "io_category", "bypass")
    with duckdb.connect(str(columns), read_only=True) as connection, file.open("w") as out:
        connection.execute("SET enable_progress_bar = false")
        lines = csv.writer(out)
        lines.writerow(names)
        asked = "SELECT change, landed, closed, is_io, categories, events FROM landings"
        found = connection.execute(asked)
        while rows := found.fetchmany(50_000):
            for change, landed, closed, is_io, mask, events in rows:
                shut = "" if closed is None else from_micros(closed).isoformat()
                category = CATEGORIES[mask.bit_length() - 1] if mask else ""
                told = (change, from_micros(landed).isoformat(), shut, int(is_io), category, events)
                lines.writerow(told)


_WAYS = {"ours": ours, "bare": bare, "plain": plain}


def figure_rows() -> Iterator[Row]:
    """Yield what each way costs; the ratios are of processor time, other work aside."""
    with tempfile.TemporaryDirectory() as folder:
        for changes, seconds, mib in SIZES:
            file = Path(folder, f"{changes}.columns")
            make(file, changes)
            us, duck = _lap("ours", file), _lap("bare", file)
            what, cpu = f"figures over {changes:,} changes", us["cpu"]
            note = f"{us['cpu']:.1f} s of processor time; {len(cells())} weeks x categories"
            yield _row(f"{what}, s", us["wall"], seconds, note)
            yield _row(f"{what}, MiB", us["mib"], mib, "")
            note = f"bare: percentiles and sums only, {duck['cpu']:.2f} s"
            yield Row(f"{what}, times bare DuckDB", f"{cpu / duck['cpu']:.1f}", "", None, note)
            if changes == SIZES[0][0]:
                text = Path(folder, "changes.csv")
                _write_csv(file, text)
                script = _lap("plain", text)
                times, same = script["cpu"] / cpu, script["cpu"] / duck["cpu"]
                note = f"the script: {script['cpu']:.1f} s, for VL, GBR and means only"
                yield Row(f"{what}, times a script", f"{times:.1f}", "", None, note)
                kept, note = same >= LEAST_TIMES, "percentiles and sums asked of the same columns"
                least = f">= {LEAST_TIMES}"
                yield Row("the script's table alone, times it", f"{same:.1f}", least, kept, note)


def _row(what: str, value: float, most: float, note: str) -> Row:
    return Row(what, f"{value:.2f}", f"<= {most:g}", value <= most, note)


def _lap(way: str, file: Path) -> dict[str, float]:
    """Run one way in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.figures", way, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    began = time.perf_counter(), time.process_time()
    _WAYS[sys.argv[1]](Path(sys.argv[2]))
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": took[0], "cpu": took[1], "mib": peak}))
