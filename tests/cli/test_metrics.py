"""`fitgate metrics`: the same ledger says the same, in a table, as JSON and as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fitgate.bootstrap import open_ledger
from fitgate.core.canonical import sha256
from fitgate.core.entries import Draft
from fitgate.core.measure.reading import FIGURES
from fitgate.core.records.changes import Judge
from fitgate.core.records.controls import PolicyChanged
from tests.builders import DAY, NOW
from tests.chronicles import PILOT, a_season, landed, noted
from tests.cli.conftest import Fitgate
from tests.conftest import Golden
from tests.forked import Done
from tests.laws.breaker_histories import allowed

Metrics = Callable[..., Done]
AS_OF = ("--as-of", "2026-01-31T12:00:00Z")


def write(folder: Path, drafts: list[Draft], *blobs: bytes) -> None:
    """Write a ledger where `fitgate` looks for one."""
    ledger = open_ledger(f"sqlite:///{folder / 'fitgate.db'}", "github:1", folder, create=True)
    ledger.append(drafts, NOW, blobs)
    ledger.close()


@pytest.fixture
def metrics(fitgate: Fitgate, tmp_path: Path) -> Metrics:
    """Give what asks for the figures of a season, as of its end."""
    write(tmp_path, a_season())
    return lambda *words: fitgate("metrics", *AS_OF, *words)


def test_the_figures_of_a_season(metrics: Metrics, golden: Golden) -> None:
    done = metrics()
    assert (done.returncode, done.stderr) == (0, "")
    golden("metrics/table.txt", done.stdout)


def test_a_trend_by_week(metrics: Metrics, golden: Golden) -> None:
    golden("metrics/week.txt", metrics("--by", "week", "--window", "all").stdout)


def test_a_figure_can_be_followed_back(metrics: Metrics, golden: Golden) -> None:
    golden("metrics/explain.txt", metrics("--explain", "rdpr").stdout)
    told = json.loads(metrics("--explain", "vl_hours", "--json").stdout)
    assert [entry["seq"] for entry in told["made_of"]] == told["entries"]
    lags: dict[str, dict[str, str]] = {}
    for entry in told["made_of"]:
        if entry["kind"] in {"Landed", "Closed"}:
            lags.setdefault(entry["body"]["change"], {})[entry["kind"]] = entry["at"]
    both = [each for each in lags.values() if len(each) == 2]
    assert len(both) == told["n"]
    assert len(lags) - len(both) == told["beside"]["n_open"]


def test_the_readings_in_full(metrics: Metrics, golden: Golden) -> None:
    text = metrics("--json", "--window", "P4W").stdout
    golden("metrics/readings.json", text)
    told = json.loads(text)
    assert [reading["figure"] for reading in told["readings"]] == [*FIGURES]
    assert all(reading["estimator"]["boundary"] for reading in told["readings"])


def test_a_page_and_a_file(metrics: Metrics, tmp_path: Path, golden: Golden) -> None:
    done = metrics("--window", "all", "--by", "category", "--out", "board")
    assert "metrics.html" in done.stdout
    golden("metrics/metrics.html", (tmp_path / "board/metrics.html").read_text())
    page = (tmp_path / "board/metrics.html").read_text()
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|img|iframe)|\b(src|href|style|action)=|url\(", page)
    told = json.loads((tmp_path / "board/metrics.json").read_text())
    assert told == json.loads(metrics("--window", "all", "--by", "category", "--json").stdout)
    assert [group["name"] for group in told["groups"]][:2] == ["data", "evaluation"]


def test_a_folder_that_cannot_be_written_is_named(metrics: Metrics, tmp_path: Path) -> None:
    (tmp_path / "board").write_text("a file")
    done = metrics("--out", "board")
    assert done.returncode == 2
    assert "board: cannot be written" in done.stderr


def test_nothing_is_known_of_an_empty_window(metrics: Metrics) -> None:
    told = json.loads(metrics("--json", "--as-of", "2020-01-01").stdout)
    assert {reading["value"] for reading in told["readings"]} == {None}
    assert {reading["band"] for reading in told["readings"]} == {"unknown"}
    said = metrics("--as-of", "2020-01-01", "--by", "week").stdout
    assert "vl_hours is unknown: no IO merges in the window" in said
    assert "Nothing landed in the window: there is no week to show." in said
    assert "week by week" not in said
    metrics("--as-of", "2020-01-01", "--out", "empty")


def test_the_entries_told_of_are_those_that_were_read(fitgate: Fitgate, tmp_path: Path) -> None:
    write(tmp_path, [landed("late", NOW - DAY), landed("early", NOW - 9 * DAY)])
    asked = ("metrics", "--as-of", (NOW - 5 * DAY).isoformat())
    assert json.loads(fitgate(*asked, "--json").stdout)["entries"] == 1
    assert "\n1 ledger entry;" in fitgate(*asked).stdout


def test_an_environment_alone(metrics: Metrics) -> None:
    said = metrics("--scope", "production", "--by", "environment").stdout
    assert "github:1, environment production: what landed after" in said
    (row,) = (line.split() for line in said.splitlines() if line.startswith("production"))
    assert row[1:4] == ["156", "h", "(5)"]
    said = metrics("--by", "environment").stdout
    assert "No landing names its environment: there is none to show." in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--window", "soon"), "--window 'soon' is none of P28D, 12w, 90d or all."),
        (("--window", "P0D"), "--window 'P0D' is no time at all. Say P28D, 12w, 90d or all."),
        (("--window", "0d"), "--window '0d' is no time at all."),
        (("--window", "2999-01-01"), "--window '2999-01-01' is no time at all."),
        (("--explain", "vl"), "--explain 'vl' is no figure. Say one of: vl_hours."),
        (("--explain", "gbr"), "Say one of: gbr_ratio, gbr_per_week, gbr_unauthorised."),
        (("--as-of", "then"), "--as-of 'then' is none of"),
        (("--policy", "none.yaml"), "none.yaml: No such file"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    metrics: Metrics, words: tuple[str, ...], said: str
) -> None:
    done = metrics(*words)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("window", ["P999999D", "99999d", "2020-01-01", "all"])
def test_a_long_window_is_everything(metrics: Metrics, window: str) -> None:
    told = json.loads(metrics("--window", window, "--json").stdout)
    assert told["readings"][0]["n"] == 23


def test_a_ledger_that_is_not_there_is_asked_for(fitgate: Fitgate) -> None:
    done = fitgate("metrics")
    assert done.returncode == 2
    assert "fitgate.db" in done.stderr


def test_boundary_and_thresholds_are_those_of_the_policy_that_judged_last(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    text = b"version: 1\nthresholds: {vl_hours: {yellow: 9, red: 40}}\n"
    changed = PolicyChanged(".fitgate.yaml", "a" * 40, None, sha256(text), "enforce")
    late = noted(PolicyChanged("later", None, None, sha256(b"later"), "shadow"), NOW - DAY)
    write(tmp_path, [*PILOT, noted(changed, NOW - 30 * DAY)], text)
    asked = ("metrics", *AS_OF, "--window", "all")
    said = fitgate(*asked).stdout
    assert "by .fitgate.yaml at aaaaaaaaaaaa, which judged last, mode shadow" in said
    vl = json.loads(fitgate(*asked, "--json").stdout)["readings"][0]
    assert (vl["value"], vl["band"]) == (42, "red")
    (tmp_path / "mine.yaml").write_text("version: 1\nmode: enforce\n")
    said = fitgate(*asked, "--policy", "mine.yaml").stdout
    assert "boundary and thresholds by mine.yaml, mode enforce" in said
    write(tmp_path, [late])
    assert "the ledger holds no policy" in fitgate(*asked).stdout


def test_where_nothing_has_landed_the_policy_of_the_last_verdict_says_what_figures_are_of(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    text = b"version: 1\nmode: enforce\n"
    judge = Judge(".fitgate.yaml", "a" * 40, sha256(text), "1", "built-in")
    decided = replace(allowed("github:acme/app#7"), judge=judge)
    write(tmp_path, [noted(decided, NOW - DAY)], text)
    said = fitgate("metrics", *AS_OF).stdout
    assert "by .fitgate.yaml at aaaaaaaaaaaa, which judged last, mode enforce" in said


def test_what_strangers_wrote_is_harmless(fitgate: Fitgate, tmp_path: Path) -> None:
    change = "\x1b[31m<script>alert(1)</script>"
    write(tmp_path, [landed(change, NOW - DAY)])
    done = fitgate("metrics", *AS_OF, "--explain", "open_unvalidated", "--scope", "<b>\x1b[1m")
    assert "\x1b" not in done.stdout
    fitgate("metrics", *AS_OF, "--scope", "<b>\x1b[1m", "--out", "board")
    page = (tmp_path / "board/metrics.html").read_text()
    assert "<b>" not in page
    assert "\x1b" not in page
