"""What a dry run of all breakers over a long history costs, beside reading that history."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.table import Row
from fitgate.core.breaker.replaying import replay
from fitgate.core.breaker.watching import watch
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft, Entry
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import Closed, Landed, PassedBy
from fitgate.core.records.controls import Drilled
from fitgate.core.standing import Standing

LANDINGS = 30_000
MOST_SECONDS = 10.0
MOST_RATIO = 3.0
_END = datetime(2026, 1, 31, tzinfo=UTC)
_TRIGGERS: tuple[dict[str, object], ...] = (
    {"metric": "vl_hours", "limit": 72, "consecutive": 3},
    {"metric": "rdpr", "limit": 0.8, "last": 5},
    {"metric": "gbr_per_week", "limit": 1, "any_unauthorised": True},
    {"metric": "gbr_ratio", "limit": 0.05},
    {"metric": "tempo_ratio", "limit": 3},
    {"metric": "open_unvalidated", "limit": 40},
    {"metric": "io_approval_latency_hours", "limit": 48},
    {"metric": "io_count", "limit": 80},
)


def breaker_rows() -> Iterator[Row]:
    """Replay every kind of breaker over 30,000 landings in three years, a third of them IOs."""
    breakers = [
        {"name": f"CB-{n}", "when": when, "then": "freeze"} for n, when in enumerate(_TRIGGERS)
    ]
    policy = Policy.model_validate({"version": 1, "mode": "enforce", "breakers": breakers})
    entries = [
        Entry(seq, None, each.at, _END, "bench", each.kind, each.key, each.body)
        for seq, each in enumerate(_history(), 1)
    ]
    start = time.perf_counter()
    told = Chronicle(entries)
    read = time.perf_counter() - start
    start = time.perf_counter()
    found = replay(policy, told, _END)
    took = time.perf_counter() - start
    start = time.perf_counter()
    watch(policy, told, _END)
    watched = time.perf_counter() - start
    episodes = sum(len(each.episodes) for each in found)
    note = f"{LANDINGS} landings, {len(found)} breakers, {episodes} trips; read in {read:.2f} s"
    limit = f"<= {MOST_SECONDS:g}"
    yield Row("breaker replay, s", f"{took:.2f}", limit, took <= MOST_SECONDS, note)
    ratio, most = took / read, f"<= {MOST_RATIO:g}"
    yield Row("breaker replay / reading the ledger", f"{ratio:.2f}", most, ratio <= MOST_RATIO)
    yield Row("breaker watch, s", f"{watched:.2f}", limit, watched <= MOST_SECONDS)


def _history() -> Iterator[Draft]:
    lot = random.Random(7)  # noqa: S311 - the same history each time
    begin = _END - timedelta(days=3 * 365)
    for number in range(LANDINGS):
        at = begin + timedelta(seconds=lot.randrange(3 * 365 * 86400))
        is_io, change = lot.random() < 1 / 3, f"git:bench@{number}"
        bypasses = (PassedBy("direct-push"),) if is_io and lot.random() < 1 / 50 else ()
        standing = Standing.ALLOWED if is_io else Standing.NOT_IO
        nature = Nature(is_io, ("data",) if is_io else ())
        landed = Landed(
            change, "merge", nature, standing, "enforce", required=("eval",), bypasses=bypasses
        )
        yield draft(landed, at, f"landed/{change}/merge")
        if lot.random() < 0.99:  # noqa: PLR2004 - one in a hundred is never validated
            closed = at + timedelta(hours=lot.expovariate(1 / 30))
            yield draft(Closed(change), closed.replace(microsecond=0), f"closed/{change}")
    for number in range(100):
        at = begin + timedelta(days=11 * number)
        yield draft(Drilled(f"drill-{number}", lot.random() < 0.8), at, f"drilled/{number}")  # noqa: PLR2004 - four in five pass
