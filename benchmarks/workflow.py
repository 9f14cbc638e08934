"""What a job of the Action takes on the twin, beside actions/labeler on the same event."""

# The twin answers without delay, so that what is measured is the start and the work of either, not
# a network. `LABELER` names the bundle's `dist/index.js`; without it that row is not measured.

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.table import Row
from tests.action.composite import Composite
from tests.action.job import Workshop, workshop
from tests.house.tree import ROOT
from tests.twin.github import Twin

ROUNDS = 7
MOST_MS, MOST_TIMES, MOST_WARM, MOST_COLD = 400, 1.5, 1.5, 6.0
LABELS = "io:evaluation:\n- changed-files:\n  - any-glob-to-any-file: 'eval*.yaml'\n"
FILES = {"eval.yaml": "threshold: 0.9\n", ".github/labeler.yml": LABELS}


def workflow_rows() -> Iterator[Row]:
    """Measure `fitgate action`, the labeler, and all steps of action.yml, cold and warm."""
    with tempfile.TemporaryDirectory() as folder, Twin() as twin:
        shop = workshop(twin, Path(folder), FILES)
        shop.repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice")
        shop.repo.open_pull("fix", "main", "Lower", "IO-Rationale: it flakes", by="alice")
        mine = _times(lambda: _fitgate(shop))
        ms = 1000 * statistics.median(mine)
        said = f"median of {len(mine)}, best {1000 * min(mine):.0f} ms"
        yield Row(
            "fitgate action, start to end", f"{ms:.0f} ms", f"{MOST_MS} ms", ms <= MOST_MS, said
        )
        yield _beside(shop, statistics.median(mine))
        yield from _steps(shop)


def _times(job: Callable[[], int]) -> list[float]:
    found = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        code = job()
        found.append(time.perf_counter() - start)
        assert code == 0  # noqa: S101 - a job that fails measures nothing
    return found[1:]  # the first writes what the others find


def _fitgate(shop: Workshop) -> int:
    return shop.run("pull_request_target", shop.heard("pull_request.opened")).code


def _beside(shop: Workshop, mine: float) -> Row:
    bundle, node = os.environ.get("LABELER"), shutil.which("node")
    what, limit = "fitgate action / actions/labeler", f"{MOST_TIMES} x"
    if not bundle or not node:
        return Row(what, "-", limit, None, "LABELER=…/dist/index.js and node were not given")
    theirs = _times(lambda: _labeler(shop, node, bundle))
    times = mine / statistics.median(theirs)
    note = f"labeler {1000 * statistics.median(theirs):.0f} ms, best {1000 * min(theirs):.0f} ms"
    return Row(what, f"{times:.2f} x", limit, times <= MOST_TIMES, note)


def _labeler(shop: Workshop, node: str, bundle: str) -> int:
    environment = {
        **shop.environment("pull_request_target", shop.heard("pull_request.opened")),
        "PATH": os.environ["PATH"],
        "INPUT_REPO-TOKEN": shop.token(),
        "INPUT_CONFIGURATION-PATH": ".github/labeler.yml",
        "INPUT_SYNC-LABELS": "false",
        "INPUT_DOT": "true",
    }
    done = subprocess.run([node, bundle], env=environment, check=False, capture_output=True)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout + done.stderr)
    return done.returncode


def _steps(shop: Workshop) -> Iterator[Row]:
    """Run all steps with nothing installed, then with what that left, as a cache leaves it."""
    event = shop.heard("pull_request.opened")
    github = {"api_url": shop.twin.url, "token": shop.token()}
    first = shop.environment("pull_request_target", event)
    cold = _whole(first, github)
    limit = f"{MOST_COLD:.0f} s"
    if cold is None:
        yield Row("action.yml, nothing installed", "-", limit, None, "no registry was reached")
        return
    note = "without the time of GitHub's cache"
    yield Row("action.yml, nothing installed", f"{cold:.1f} s", limit, cold <= MOST_COLD)
    found = []
    for _ in range(ROUNDS):
        again = shop.environment("pull_request_target", event)
        found.append(_whole({**again, "RUNNER_TEMP": first["RUNNER_TEMP"]}, github) or 0.0)
    warm = statistics.median(found)
    yield Row("action.yml, installed", f"{warm:.2f} s", f"{MOST_WARM} s", warm <= MOST_WARM, note)


def _whole(environment: dict[str, str], github: dict[str, str]) -> float | None:
    action = Composite(ROOT / "action.yml", environment, {"cache": "false"}, github, online=True)
    start = time.perf_counter()
    code = action.run()
    if code:
        sys.stderr.write(action.log)
    return None if code else time.perf_counter() - start
