"""Figures in rows, lines and marks: every one with its boundary, what is unknown as unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fitgate.core.entries import Entry
from fitgate.core.inert import inert
from fitgate.core.measure.overview import Group, Overview
from fitgate.core.measure.reading import Figure, Reading, Window
from fitgate.core.remedies import plain

TABLE = ("figure", "value", "n", "95 %", "band", "of")
ENTRIES = ("seq", "at", "change", "kind", "what")
GROUPED: tuple[Figure, ...] = (
    "vl_hours", "rdpr", "gbr_ratio", "gbr_unauthorised", "open_unvalidated", "tau_u_hours",
    "tau_g_hours", "tempo_ratio",
)  # fmt: skip
"""The columns of a breakdown."""
MEANINGS: dict[Figure, str] = {
    "vl_hours": "validation lag: hours from taking effect until validated",
    "rdpr": "rollback drill pass rate: passed of what was due",
    "gbr_ratio": "gate bypass rate: IOs that landed past a gate",
    "gbr_per_week": "bypasses in the last seven days",
    "gbr_unauthorised": "bypasses that nobody entitled answers for",
    "tau_u_hours": "hours between changes that take effect",
    "tau_g_hours": "hours that governance takes, what is open aged",
    "tempo_ratio": "governance over updates: above 1 it comes afterwards",
    "open_unvalidated": "in effect and not validated",
    "io_approval_latency_hours": "hours from proposal to yes",
    "layer_ratio": "fast landings for each slow one",
    "breaker_trips": "times that a breaker tripped",
}
UNKNOWN = "unknown"
_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"
_MOST = 80
_LONGEST = 160
_SMALL, _LARGE = 10, 100


def table_row(reading: Reading) -> tuple[str, ...]:
    """Return a figure's cells in the order of TABLE."""
    n = str(reading.n)
    return (
        reading.figure,
        value_words(reading),
        f"{n} +{reading.unjudged} unjudged" if reading.unjudged else n,
        interval_words(reading),
        band_words(reading),
        inert(reading.estimator.boundary),
    )


def value_words(reading: Reading) -> str:
    """Return what a figure came to, in its unit."""
    return UNKNOWN if reading.value is None else amount(reading.value, reading.estimator.unit)


def amount(value: float, unit: str) -> str:
    """Return an amount of a unit, as exact as a person reads it."""
    match unit:
        case "hours":
            return f"{_short(value)} h"
        case "share":
            return f"{100 * value:.0f} %" if value in {0, 1} else f"{100 * value:.1f} %"
        case "ratio":
            return f"{value:.2f}"
        case _:
            return f"{value:g}"


def _short(value: float) -> str:
    size = abs(value)
    return f"{value:.2f}" if size < _SMALL else f"{value:.1f}" if size < _LARGE else f"{value:.0f}"


def interval_words(reading: Reading) -> str:
    """Return the interval of a figure; without one, none."""
    if reading.interval is None:
        return "none"
    low, high = reading.interval
    match reading.estimator.unit:
        case "share":
            return f"{100 * low:.0f} to {100 * high:.0f} %"
        case "hours" | "ratio":
            return f"{_short(low)} to {_short(high)}"
        case _:
            return f"{low:.1f} to {high:.1f}"


def band_words(reading: Reading) -> str:
    """Return the band; where nothing says what is good, that."""
    return reading.band.value


def beside_words(reading: Reading) -> str:
    """Return the statistics read with a figure, as `name value`."""
    shown = ((name, value) for name, value in reading.beside.items() if value is not None)
    return ", ".join(f"{name} {_plain(name, value)}" for name, value in shown)


def _plain(name: str, value: float) -> str:
    if name.startswith("frac_") or name in {"lowest", "highest", "passed_per_executed"}:
        return amount(value, "share")
    return f"{value:g}" if value == int(value) else _short(value)


def head_lines(overview: Overview) -> Iterator[str]:
    """Yield of what the figures are: the repository, the window, the policy."""
    scope = overview.scope
    where = f", environment {inert(scope.environment)}" if scope.environment else ""
    yield f"{inert(scope.repo)}{where}: {window_words(overview.window)}"
    read = "1 ledger entry" if overview.entries == 1 else f"{overview.entries} ledger entries"
    yield f"{read}; boundary and thresholds by {inert(overview.policy)}"


def window_words(window: Window) -> str:
    """Say which time figures are about."""
    if window.start is None:
        return f"all that landed up to {plain(window.end)}"
    return f"what landed after {plain(window.start)} up to {plain(window.end)}"


def detail_lines(overview: Overview) -> Iterator[str]:
    """Yield what is read beside the figures, and why some are unknown."""
    for reading in overview.readings:
        if reading.value is None:
            yield f"{reading.figure} is unknown: {inert(reading.why)}"
    yield ""
    for reading in overview.readings:
        if said := beside_words(reading):
            yield f"{reading.figure}: {said}"


def group_table(overview: Overview) -> tuple[str, ...]:
    """Return the header of a breakdown."""
    return (overview.by or "", *GROUPED)


def no_groups(overview: Overview) -> str:
    """Say why there is nothing to break down by."""
    if overview.by == "week":
        return "Nothing landed in the window: there is no week to show."
    return f"No landing names its {overview.by}: there is none to show."


def group_row(group: Group) -> tuple[str, ...]:
    """Return a week, category or environment in the order of `group_table`; n in brackets."""
    return inert(group.name), *(_cell(group.reading(figure)) for figure in GROUPED)


def _cell(reading: Reading) -> str:
    value = "?" if reading.value is None else value_words(reading)
    return f"{value} ({reading.n})"


def trend_rows(groups: Sequence[Group]) -> Iterator[tuple[str, ...]]:
    """Yield each figure that is known in some week: its name, its course, its least and most."""
    for figure in GROUPED:
        readings = [group.reading(figure) for group in groups][-_MOST:]
        known = [reading.value for reading in readings if reading.value is not None]
        if known:
            unit = readings[0].estimator.unit
            course = sparkline([reading.value for reading in readings])
            yield figure, course, amount(min(known), unit), amount(max(known), unit)


TEMPO_NOTE = "Tempo (tau_u, tau_g and their ratio) is that of the four weeks up to a week's end."
TREND = ("trend", "week by week", "least", "most")


def sparkline(values: Sequence[float | None]) -> str:
    """Return a bar for each value, from the least to the most; what is unknown is a dot."""
    known = [value for value in values if value is not None]
    if not known:
        return _GAP * len(values)
    least, most = min(known), max(known)
    step = (most - least) / (len(_BARS) - 1) or 1
    return "".join(
        _GAP if value is None else _BARS[round((value - least) / step)] for value in values
    )


def definition_lines(reading: Reading) -> Iterator[str]:
    """Yield how a figure is defined and what it came to."""
    of = reading.estimator
    value, interval = value_words(reading), interval_words(reading)
    yield f"{reading.figure}: {value}, n {reading.n}, 95 % {interval}, {band_words(reading)}"
    if reading.why:
        yield f"  because    {inert(reading.why)}"
    yield f"  means      {MEANINGS[reading.figure]}"
    yield f"  formula    {of.formula}"
    yield f"  unit       {of.unit}"
    yield f"  counts     {of.state}"
    yield f"  boundary   {inert(of.boundary)}"
    yield f"  window     {of.window}"
    yield f"  asked for  {window_words(reading.window)}"
    if of.thresholds:
        yield f"  thresholds {', '.join(of.thresholds)}"
    if reading.unjudged:
        yield f"  unjudged   {reading.unjudged}: they are in no number above"
    if said := beside_words(reading):
        yield f"  beside     {said}"
    yield f"  definition {of.digest} (version {of.version}, {of.task_type})"


def entry_row(entry: Entry) -> tuple[str, ...]:
    """Return a ledger entry's cells in the order of ENTRIES."""
    body = entry.body
    change = body.get("change") or body.get("breaker") or body.get("drill") or body.get("name")
    return (
        str(entry.seq),
        plain(entry.at),
        inert(str(change or "")),
        entry.kind,
        inert(_what(entry), _LONGEST),
    )


def _what(entry: Entry) -> str:
    """Say what an entry tells, beside whom it is of, in its own words."""
    left_out = {"change", "breaker", "drill", "facts", "judge", "content", "decided", "findings"}
    told = ((name, value) for name, value in entry.body.items() if name not in left_out)
    return ", ".join(f"{name} {_said(value)}" for name, value in told)


def _said(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={_said(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "[" + " ".join(map(_said, value)) + "]"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
