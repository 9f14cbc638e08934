"""Registers of others, read: the pilot pack's schema and that of S-RIOCS (fit.md 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic.types import JsonValue

from fitgate.core.conditions import OneOrMany, Shape
from fitgate.core.findings import Outcome
from fitgate.core.interchange.category_keys import CategoryKeys
from fitgate.core.places import Located, load
from fitgate.core.policy import Policy, SlowAuthority
from fitgate.core.reclassified import Nature
from fitgate.core.register import (
    Approvals,
    Bypass,
    CircuitBreaker,
    Evidence,
    ImportedEntry,
    JudgedBy,
    RegisterEntry,
    Thresholds,
)
from fitgate.core.shapes import in_order, read_shape
from fitgate.errors import ImportProblemsError, Problem

Form = Literal["pilot", "sriocs"]
FORMS: tuple[Form, ...] = get_args(Form)
ALIASES: Mapping[str, str] = {
    "rollback_or_purge_procedure": "rollback_procedure",
    "rollback_drill_schedule_or_recent_drill": "rollback_drill",
    "evaluation_plan_and_expected_closure_time": "evaluation_plan",
    "rollback_drill_record_or_plan": "rollback_drill",
}
"""What the schemas call evidence that the canonical one calls otherwise."""
ASKED: Mapping[Form, tuple[str, ...]] = {
    "pilot": (
        "closure_definition", "evaluation_plan", "rollback_or_purge_procedure",
        "rollback_drill_schedule_or_recent_drill",
    ),
    "sriocs": (
        "config_or_data_lineage", "evaluation_plan_and_expected_closure_time",
        "rollback_procedure", "rollback_drill_record_or_plan",
    ),
}  # fmt: skip
"""The evidence that each schema asks for, in its order and words."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_KEY = re.compile(r"(\w+)(?::\s*(.*))?", re.DOTALL)
_HOUR = timedelta(hours=1)
_PLAIN = TypeAdapter(dict[str, JsonValue])
_UNION = {"str", "int", "float", "bool", "list", "dict", "nullable"}


def _day(text: str | None) -> str | None:
    if text:
        if not _DAY.fullmatch(text):
            msg = f"{text!r} is no day, as in 2026-01-31"
            raise ValueError(msg)
        date.fromisoformat(text)
    return text


Text = str | None
Day = Annotated[Text, AfterValidator(_day)]
Many = Annotated[tuple[str, ...], OneOrMany()]
Told = str | dict[str, Text]
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Owners(Shape):
    """Who signed; the two schemas spell the second one differently."""

    release_owner: Text = None
    safety_or_assurance_owner: Text = None
    safety_assurance_owner: Text = None


class BreakerTold(Shape):
    """A breaker in words."""

    name: str
    threshold: str | int | float | None = None
    action: Text = None


class Limits(Shape):
    """The limits of S-RIOCS."""

    vl_max_hours: Number | None = None
    rdpr_min_percent: Number | None = None
    gbr_max_per_week: Number | None = None


class BypassTold(Shape):
    """A bypass event of S-RIOCS."""

    bypassed: bool | None = None
    reason: Text = None
    approved_by: Text = None
    remediation: Text = None


class _Entry(Shape):
    change_id: str
    owner: Text = None
    io_category: Many = ()
    description: Text = None
    why_io: Many | None = None
    required_evidence: tuple[Told, ...] | None = None
    approvals: Owners | None = None


class PilotEntry(_Entry):
    """An entry of the pilot pack's register."""

    date_utc: Day = None
    system: Text = None
    cooldown_required: bool | None = None
    circuit_breakers: tuple[BreakerTold, ...] | None = None
    notes: Text = None


class SriocsEntry(_Entry):
    """An entry of the S-RIOCS register."""

    date: Day = None
    cooldown_hours: Number | None = None
    thresholds: Limits | None = None
    bypass_events: tuple[BypassTold, ...] | None = None


Entry = PilotEntry | SriocsEntry


class PilotRegister(Shape):
    """A register file of the pilot pack."""

    io_register: tuple[PilotEntry, ...]


class SriocsRegister(Shape):
    """A register file of S-RIOCS."""

    io_register: tuple[SriocsEntry, ...]


def read_register(text: str, source: str, form: Form, policy: Policy) -> list[RegisterEntry]:
    """Read a register; what is left empty, as in a template, is unknown.

    Raises:
        ImportProblemsError: with every problem, by line and column.
    """
    if not isinstance((found := load(text)).document, dict) and not found.problems:
        problem = Problem("is no register", "", 1, 1, "begin with `io_register:`")
        raise ImportProblemsError(source, [problem])
    told, located = _shaped(text, source, form)
    problems = [p for n, entry in enumerate(told) for p in _unknown(n, entry, located, policy)]
    if problems:
        raise ImportProblemsError(source, in_order(problems))
    documents = located.document["io_register"]
    return [
        entry_in(entry, ImportedEntry(form, document), policy)
        for entry, document in zip(told, documents, strict=True)
    ]


def _shaped(text: str, source: str, form: Form) -> tuple[Sequence[Entry], Located]:
    if form == "pilot":
        pilot, located = read_shape(text, source, PilotRegister, ImportProblemsError)
        return pilot.io_register, located
    sriocs, located = read_shape(text, source, SriocsRegister, ImportProblemsError)
    return sriocs.io_register, located


def _unknown(n: int, entry: Entry, located: Located, policy: Policy) -> Iterator[Problem]:
    keys = CategoryKeys(policy)
    try:
        _PLAIN.validate_python(located.document["io_register"][n])
    except ValidationError as exc:
        for error in exc.errors(include_url=False):
            path = [part for part in error["loc"] if part not in _UNION]
            message = "is of a type that a register cannot hold"
            yield located.problem(("io_register", n, *path), message)
    for index, each in enumerate(entry.io_category):
        try:
            keys.nature(_alternatives(each))
        except ValueError as exc:
            yield located.problem(("io_register", n, "io_category", index), *exc.args)


def _alternatives(told: str) -> tuple[str, ...]:
    """Return the keys of an item: the template of S-RIOCS lists all in one, with bars between."""
    return tuple(part.strip() for part in told.split("|") if part.strip())


def entry_in(told: Entry, imported: ImportedEntry, policy: Policy) -> RegisterEntry:
    """Return an entry in the canonical schema; nothing was judged, so its outcome is UNDECIDED."""
    pilot = told if isinstance(told, PilotEntry) else None
    sriocs = told if isinstance(told, SriocsEntry) else None
    day = pilot.date_utc if pilot else sriocs.date if sriocs else None
    keys = tuple(part for each in told.io_category for part in _alternatives(each))
    nature: Nature = CategoryKeys(policy).nature(keys)
    owners = told.approvals or Owners()
    limits = (sriocs.thresholds if sriocs else None) or Limits()
    return RegisterEntry(
        change_id=told.change_id,
        date_utc=date.fromisoformat(day) if day else None,
        owner=told.owner or None,
        system=(pilot.system if pilot else None) or None,
        description=told.description or "",
        io_category=nature.categories,
        why_io=tuple(filter(None, told.why_io or ())),
        required_evidence=dict(map(_evidence, told.required_evidence or ())),
        approvals=Approvals(
            owners.release_owner or None,
            owners.safety_or_assurance_owner or owners.safety_assurance_owner or None,
        ),
        cooldown_hours=sriocs.cooldown_hours if sriocs else _cooldown(pilot, policy),
        circuit_breakers=tuple(
            CircuitBreaker(b.name, "" if b.threshold is None else str(b.threshold), b.action or "")
            for b in (pilot.circuit_breakers if pilot else None) or ()
        ),
        thresholds=Thresholds(
            limits.vl_max_hours, limits.rdpr_min_percent, limits.gbr_max_per_week
        ),
        bypass_events=tuple(
            Bypass((), b.reason or None, b.approved_by or None, b.remediation or None)
            for b in (sriocs.bypass_events if sriocs else None) or ()
            if b.bypassed
        ),
        notes=(pilot.notes if pilot else None) or None,
        is_io=True,
        sha=None,
        number=None,
        landed_at=None,
        landed_as=None,
        classes=nature.classes,
        io_sr=nature.io_sr,
        layer=None,
        standing=None,
        outcome=Outcome.UNDECIDED,
        judged_by=JudgedBy(f"{imported.schema} register", None, "shadow"),
        matches=(),
        findings=(),
        reverted_by=None,
        hotfix=None,
        imported=imported,
    )


def _cooldown(pilot: PilotEntry | None, policy: Policy) -> float | None:
    """Return the hours that a cool-down takes where all that is told is whether there is one."""
    if pilot is None or pilot.cooldown_required is None:
        return None
    delays = [g.cooldown / _HOUR for g in policy.gates if isinstance(g, SlowAuthority)]
    return max(delays, default=SlowAuthority.model_fields["cooldown"].default / _HOUR) * (
        pilot.cooldown_required
    )


def _evidence(told: Told) -> tuple[str, Evidence | None]:
    """Return a piece of evidence by its canonical key; what has no key is called as it stands."""
    if isinstance(told, dict):
        key, text = next(iter(told.items()), ("", None))
    else:
        found = _KEY.fullmatch(told)
        key, text = (found[1], found[2]) if found else (told, None)
    declared = Evidence(None, None, "declared", text) if text else None
    return ALIASES.get(key, key), declared
