"""The pilot report in words: Markdown, the nine sections of the pilot pack's template."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fitgate.core.inert import inert_markdown
from fitgate.core.measure.reading import Band, Figure, Reading
from fitgate.core.pilots.report import Counterfactual, Report, Step
from fitgate.core.words.cells import counted
from fitgate.core.words.pilot_limits import LIMITS

_STEPS: dict[Step, str] = {
    "gate": "Add or strengthen an IO-only gate for one category",
    "drills": "Increase the drill frequency of one pipeline",
    "evaluator": "Add an independent evaluator (coherence gate)",
    "breaker": "Add a circuit breaker trigger based on VL, RDPR or GBR",
}
_FIGURES: dict[Figure, str] = {
    "vl_hours": "VL (median, hours)",
    "rdpr": "RDPR",
    "gbr_ratio": "GBR",
    "gbr_per_week": "bypasses a week",
}
_KNOWN = {"reverted": "undone", "hotfixed": "mended by a hotfix", "incident": "in an incident"}
_UNKNOWN = "unknown"


def markdown(report: Report, *, anonymous: bool = False) -> str:
    """Return the report as Markdown; `anonymous` has rates, counts and categories alone.

    Without names, ids or paths it is what may be shared outside (fit.md 3.3).
    """
    sections = (
        _metadata(report, anonymous=anonymous),
        _boundary(report, anonymous=anonymous),
        _metrics(report),
        _register(report),
        _drill(report, anonymous=anonymous),
        _findings(report, anonymous=anonymous),
        _thresholds(report),
        _step(report),
        _limits(report),
        _deliverables(report, anonymous=anonymous),
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _metadata(report: Report, *, anonymous: bool) -> Iterator[str]:
    yield "# 2-week pilot report"
    yield ""
    yield "## 0) Metadata"
    yield ""
    if not anonymous:
        yield f"- System: {_inert(report.system) if report.system else 'not named'}"
        yield f"- Reviewed by: {_inert(report.reviewer) if report.reviewer else 'nobody yet'}"
    start = f"{report.window.start:%Y-%m-%d}" if report.window.start else "the beginning"
    yield f"- Changes that landed: {start} to {report.window.end:%Y-%m-%d}"
    pilot = report.pilot
    yield f"- Pilot: {pilot.start:%Y-%m-%d} to {pilot.end:%Y-%m-%d}, {report.mode} mode"
    rto, rpo = report.objectives
    yield f"- RTO / RPO of the drills: {_length(rto)} / {_length(rpo)}"


def _boundary(report: Report, *, anonymous: bool) -> Iterator[str]:
    yield "## 1) System boundary"
    yield ""
    changes = counted(report.changes, "change")
    if anonymous:
        yield f"{changes} of one repository, as they were merged."
        return
    yield f"{changes} of the repository's first-parent history. {report.boundary}"
    policy = _inert(report.policy) if report.policy else "the policy"
    yield f"Boundary, thresholds and the slow gate of section 5 are those of {policy}."


def _metrics(report: Report) -> Iterator[str]:
    yield "## 2) Metrics (VL, RDPR, GBR)"
    yield ""
    yield "| figure | value | n | 95 % interval | band |"
    yield "|---|---|---|---|---|"
    for figure, name in _FIGURES.items():
        reading = report.reading(figure)
        if reading is not None:
            cells = (name, value(reading), reading.n, _interval(reading), reading.band)
            yield f"| {' | '.join(map(str, cells))} |"
    yield ""
    lag = report.reading("vl_hours")
    if lag is not None:
        if lag.value is None:
            yield f"- VL is unknown: {_inert(lag.why)}"
        else:
            beside = lag.beside
            yield (
                f"- VL: median {_hours(lag.value)}, P90 {_hours(beside.get('p90'))}, "
                f"P99 {_hours(beside.get('p99'))} of {lag.n} that are closed; over the limit "
                f"{_percent(beside.get('frac_over_limit'))} of all"
            )
    for figure in ("rdpr", "gbr_ratio"):
        reading = report.reading(figure)
        if reading is not None and reading.value is None:
            yield f"- {_FIGURES[figure]} is unknown: {_inert(reading.why)}"
    ways = ", ".join(report.bypasses) or "none seen"
    yield (
        "- A bypass is an irreversible change that landed against the gate in force, or past the "
        f"team's own; ways seen: {ways}"
    )


def _register(report: Report) -> Iterator[str]:
    yield "## 3) IO register (classification, not blame)"
    yield ""
    yield f"- {report.ios} of {report.changes} changes are irreversible; {report.unknown} unknown"
    for risk in report.risks:
        yield f"  - {_inert(risk.category)}: {risk.ios}"
    fastest = max(report.risks, key=lambda r: (r.recent, r.ios), default=None)
    if fastest is not None and fastest.recent:
        yield (
            f"- Accumulating fastest: {_inert(fastest.category)}, {fastest.recent} since the pilot "
            "began"
        )
    else:
        yield "- Nothing irreversible landed since the pilot began"


def _drill(report: Report, *, anonymous: bool) -> Iterator[str]:
    yield "## 4) One drill in detail"
    yield ""
    if report.drill is None:
        yield "No drill is on record. `fitgate drill run -- COMMAND` does one and measures it."
        return
    drill = report.drill.record
    if not anonymous:
        yield f"- Drill: {_inert(drill.drill)}" + (
            f" of {_inert(drill.change)}" if drill.change else ""
        )
    yield f"- Type: {drill.what}"
    yield f"- Result: {'PASS' if drill.passed else 'FAIL'}" + (
        " (self-reported)" if drill.self_reported else ""
    )
    yield f"- Time to recover: {_seconds(drill.recovery)} (RTO {_seconds(drill.rto)})"
    yield f"- Data lost: {_seconds(drill.loss)} (RPO {_seconds(drill.rpo)})"
    if not drill.passed and not anonymous:
        yield f"- What broke: {_inert(drill.note) if drill.note else 'not told'}"


def _findings(report: Report, *, anonymous: bool) -> Iterator[str]:
    yield "## 5) Findings"
    yield ""
    for case in report.cases[:3]:
        yield f"- {case_sentence(case, anonymous=anonymous)}"
    if not report.cases:
        yield (
            f"- {counted(report.undone, 'irreversible change was', 'irreversible changes were')} "
            "undone or failed; none of them would still have been held by a slow gate when that "
            "happened."
        )
    worst = max(report.risks, key=lambda r: (r.undone, r.bypassed, r.ios), default=None)
    if worst is not None:
        yield (
            f"- Most at risk: {_inert(worst.category)}, of whose "
            f"{counted(worst.ios, 'change')} {counted(worst.undone, 'was', 'were')} undone or "
            f"failed and {worst.bypassed} passed a gate by."
        )
    tempo = report.reading("tempo_ratio")
    if tempo is not None and tempo.value is not None:
        pace = "slower" if tempo.value > 1 else "no slower"
        yield (
            f"- Validation is {pace} than change: τ_g/τ_u is {tempo.value:.2g}, {tempo.band} "
            "(how many changes are in flight, not validated, on average)."
        )
    else:
        yield "- Whether validation keeps up with change is unknown: too little of it is on record."
    bad = [r for r in report.readings if r.band in {Band.RED, Band.YELLOW}]
    if bad:
        told = "; ".join(f"{_FIGURES.get(r.figure, r.figure)} {value(r)} ({r.band})" for r in bad)
        yield f"- Not green: {told}."
    else:
        yield "- No figure is yellow or red; what is unknown is not green."


def case_sentence(case: Counterfactual, *, anonymous: bool = False) -> str:
    """Return "had there been a slow gate…" of one change."""
    name = f"A change of {case.landed_at:%Y-%m}" if anonymous else _inert(case.name)
    of = ", ".join(map(_inert, case.categories))
    known = f"{name} ({of}) was {_KNOWN[case.how]} {_length(case.known_after)} after it landed."
    if case.pushed_within is None:
        return (
            f"{known} Had there been a slow gate, it would have been held for at least "
            f"{_length(case.held)}: the fault was known before it would have landed."
        )
    return (
        f"{known} Had there been a slow gate, and if it was last pushed less than "
        f"{_length(case.pushed_within)} before it landed, it would still have been held then: for "
        f"up to {_length(case.held)}."
    )


def _thresholds(report: Report) -> Iterator[str]:
    yield "## 6) Proposed thresholds (provisional)"
    yield ""
    for each in report.proposals:
        beyond = "below" if each.figure == "rdpr" else "above"
        why = "nine in ten seen here were below" if each.observed else "as agreed, not measured"
        yellow, red = _limit(each.figure, each.yellow), _limit(each.figure, each.red)
        name = _FIGURES.get(each.figure, each.figure)
        yield f"- {name}: yellow {beyond} {yellow}, red {beyond} {red} ({why})"


def _limit(figure: Figure, limit: float) -> str:
    if figure == "rdpr":
        return _percent(limit)
    return f"{limit:g} h" if figure == "vl_hours" else f"{limit:g}"


def _step(report: Report) -> Iterator[str]:
    yield "## 7) Recommended next step"
    yield ""
    for step, words in _STEPS.items():
        yield f"- [{'x' if step == report.step else ' '}] {words}"


def _limits(report: Report) -> Iterator[str]:
    yield "## 8) Known limitations"
    yield ""
    for limit in report.limits or ("from-a-clone",):
        yield f"- {LIMITS[limit]}"


def _deliverables(report: Report, *, anonymous: bool) -> Iterator[str]:
    yield "## Deliverables"
    yield ""
    for each in report.deliverables:
        mark = {True: "x", False: " ", None: "?"}[each.done]
        what = each.what or "none"
        if each.name == "D4" and each.what:
            what = "one" if anonymous else _inert(each.what)
        yield f"- [{mark}] {each.name}: {DELIVERED[each.name].format(what)}"


DELIVERED = {
    "D1": "one page with the trend of the three numbers ({})",
    "D2": "the IO register, labelled back; reviewed by a person: {}",
    "D3": "cases in which a slow gate would have reduced the risk: {}",
    "D4": "a drill on record with RTO and RPO: {}",
    "D5": "this {}",
}


def value(reading: Reading) -> str:
    """Return what a figure came to, in its unit; unknown is said so."""
    if reading.value is None:
        return _UNKNOWN
    if reading.figure in {"rdpr", "gbr_ratio"}:
        return _percent(reading.value)
    return f"{reading.value:.1f}" if reading.figure == "vl_hours" else f"{reading.value:g}"


def _inert(text: str) -> str:
    """Return what somebody else wrote, harmless in Markdown; plain words stay as they are."""
    return text if text.replace("-", "").replace(" ", "").isalnum() else inert_markdown(text)


def _interval(reading: Reading) -> str:
    if reading.interval is None:
        return "none"
    low, high = reading.interval
    if reading.figure in {"rdpr", "gbr_ratio"}:
        return f"{_percent(low)} to {_percent(high)}"
    return f"{low:.1f} to {high:.1f}"


def _hours(hours: float | None) -> str:
    return _UNKNOWN if hours is None else f"{hours:.1f} h"


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{share:.0%}"


def _seconds(seconds: int | None) -> str:
    return "not measured" if seconds is None else _length(timedelta(seconds=seconds))


def _length(length: timedelta | None) -> str:
    if length is None:
        return "not declared"
    hours = length / timedelta(hours=1)
    if length < timedelta(hours=2):
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if length < timedelta(days=3) else f"{hours / 24:.1f} days"
