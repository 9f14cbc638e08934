"""The figures as one page of HTML that needs nothing else: no network, no script."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from jinja2 import Environment
from markupsafe import Markup

from fitgate.adapters.pages.drawn import csp_hash, environment, source
from fitgate.core.measure.overview import Group, Overview
from fitgate.core.measure.reading import Figure, Reading
from fitgate.core.policy import Threshold
from fitgate.core.words.metrics import (
    MEANINGS,
    amount,
    band_words,
    beside_words,
    interval_words,
    value_words,
    window_words,
)

LEAD: tuple[Figure, ...] = ("vl_hours", "rdpr", "gbr_ratio")
DRAWN: tuple[Figure, ...] = (*LEAD, "gbr_unauthorised", "open_unvalidated", "tempo_ratio")
_WIDTH, _HEIGHT, _WIDEST, _LABEL = 960, 120, 48, 120


@dataclass(frozen=True, slots=True)
class Trend:
    """The weeks that are drawn, and the thresholds of what is drawn."""

    weeks: Sequence[Group]
    limits: dict[Figure, Threshold]


def write_page(overview: Overview, trend: Trend, version: str, out: IO[str]) -> None:
    """Write the page."""
    style = "".join(source(name) for name in ("register.css", "metrics.css"))
    known = {reading.figure: reading for reading in overview.readings}
    out.writelines(
        _templates()
        .get_template("metrics.html")
        .generate(
            overview=overview,
            lead=[known[figure] for figure in LEAD],
            charts=[*_charts(trend)],
            version=version,
            meanings=MEANINGS,
            style=Markup(style),  # noqa: S704 - ours
            hash=csp_hash(style),
        )
    )


@functools.cache
def _templates() -> Environment:
    return environment(
        {
            "value": value_words,
            "interval": interval_words,
            "band": band_words,
            "beside": beside_words,
            "window": window_words,
        }
    )


def _charts(trend: Trend) -> Iterator[dict[str, Any]]:
    for figure in DRAWN:
        readings = [(group.name, group.reading(figure)) for group in trend.weeks]
        if readings:
            yield _chart(figure, readings, trend.limits[figure])


def _chart(
    figure: Figure, readings: Sequence[tuple[str, Reading]], limits: Threshold
) -> dict[str, Any]:
    """Return where everything of a chart stands, in the units of its view box."""
    unit = readings[0][1].estimator.unit
    values = [r.value for _, r in readings if r.value is not None]
    lines = [limit for limit in (limits.yellow, limits.red) if limit is not None]
    top = 1.0 if unit == "share" else max([*values, *lines[:1], 0.0]) * 1.1 or 1.0
    foot = min([*values, 0.0])
    step = min(_WIDTH / len(readings), _WIDEST)
    scale = _HEIGHT / (top - foot)

    def height(value: float) -> float:
        return round(_HEIGHT - (min(max(value, foot), top) - foot) * scale, 1)

    every = max(1, -(-len(readings) // max(1, int(step * len(readings) / _LABEL))))
    return {
        "figure": figure,
        "boundary": readings[-1][1].estimator.boundary,
        "height": _HEIGHT,
        "width": _WIDTH,
        "end": round(step * len(readings), 1),
        "zero": height(0.0),
        "top": amount(top, unit),
        "limits": [
            (band, height(limit), amount(limit, unit))
            for band, limit in (("yellow", limits.yellow), ("red", limits.red))
            if limit is not None and foot <= limit <= top
        ],
        "marks": [
            _mark(number * step + step / 2, name, reading, height)
            for number, (name, reading) in enumerate(readings)
        ],
        "labels": [
            (round(number * step, 1), name)
            for number, (name, _) in enumerate(readings)
            if number % every == 0
        ],
    }


def _mark(
    x: float, week: str, reading: Reading, height: Callable[[float], float]
) -> dict[str, Any]:
    """Return one week: a point in its interval, or that it is unknown."""
    said = f"week of {week}: {value_words(reading)}, n {reading.n}"
    if reading.value is None:
        said += f", {reading.why}"
    interval = None
    if reading.interval is not None:
        low, high = reading.interval
        interval = height(high), height(low)
        said += f", 95 % {interval_words(reading)}"
    return {
        "x": round(x, 1),
        "y": None if reading.value is None else height(reading.value),
        "interval": interval,
        "band": reading.band.name.lower(),
        "week": week,
        "reading": reading,
        "said": said,
    }
