"""A register written in the schemas of others: the pilot pack's and that of S-RIOCS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import yaml
from pydantic import ValidationError
from pydantic.types import JsonValue

from fitgate.core.inert import inert
from fitgate.core.interchange.category_keys import BY_IO_SR, CategoryKeys
from fitgate.core.interchange.registers import (
    ALIASES,
    ASKED,
    Form,
    PilotEntry,
    SriocsEntry,
    entry_in,
)
from fitgate.core.policy import Policy
from fitgate.core.register import Evidence, RegisterEntry

Document = dict[str, JsonValue]
_NUMBERS = {category: number for number, category in BY_IO_SR.items()}


def register_text(entries: Iterable[RegisterEntry], form: Form, policy: Policy) -> str:
    """Return a register in a schema, as YAML; what came in that schema goes out as it was.

    What of it was changed since (an owner, evidence) is written anew; what the schema has no key
    for is left out.
    """
    return yaml_text({"io_register": [entry_out(each, form, policy) for each in entries]})


def yaml_text(document: Mapping[str, JsonValue]) -> str:
    """Return a document as YAML; where a text would steer a terminal, it is escaped."""
    seen = all(inert(text.replace("\n", "")) == text.replace("\n", "") for text in _texts(document))
    written: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=seen, width=100
    )
    return written


class _Dumper(yaml.SafeDumper):
    """Writes out what stands twice: an anchor would puzzle its readers."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML calls it so
        return True


def _texts(value: object) -> Iterable[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield from (*_texts(key), *_texts(each))
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            return


def entry_out(entry: RegisterEntry, form: Form, policy: Policy) -> Document:
    """Return one entry in a schema."""
    now = _written(entry, form, policy)
    if entry.imported is None or entry.imported.schema != form:
        return now
    before, told = entry.imported.entry, None
    try:
        shape = PilotEntry if form == "pilot" else SriocsEntry
        told = entry_in(shape.model_validate(before), entry.imported, policy)
    except (ValidationError, ValueError):  # of a register that somebody edited
        return now
    then = _written(told, form, policy)
    kept = {key: before[key] if now.get(key) == then.get(key) else now[key] for key in before}
    return kept | {key: v for key, v in now.items() if key not in before and v != then[key]}


def _written(entry: RegisterEntry, form: Form, policy: Policy) -> Document:
    return _pilot(entry, policy) if form == "pilot" else _sriocs(entry, policy)


def _pilot(entry: RegisterEntry, policy: Policy) -> Document:
    keys = CategoryKeys(policy)
    return {
        "change_id": entry.change_id,
        "date_utc": entry.date_utc.isoformat() if entry.date_utc else "",
        "owner": entry.owner or "",
        "system": entry.system or "",
        "io_category": [*dict.fromkeys(keys.key(each) for each in entry.categories)],
        "description": entry.description,
        "why_io": [*entry.why_io],
        "required_evidence": _evidence(entry.required_evidence, ASKED["pilot"]),
        "approvals": {
            "release_owner": entry.approvals.release_owner or "",
            "safety_or_assurance_owner": entry.approvals.safety_or_assurance_owner or "",
        },
        "cooldown_required": None if entry.cooldown_hours is None else entry.cooldown_hours > 0,
        "circuit_breakers": [
            {"name": each.name, "threshold": each.threshold, "action": each.action}
            for each in entry.circuit_breakers
        ],
        "notes": entry.notes or "",
    }


def _sriocs(entry: RegisterEntry, policy: Policy) -> Document:
    numbers = [f"IO-SR-{number}" for number in entry.counted.io_sr]
    for category in () if numbers else entry.categories:
        known = _NUMBERS.get(category)
        numbers.append(f"IO-SR-{known}" if known else CategoryKeys(policy).key(category))
    limits = entry.thresholds
    return {
        "change_id": entry.change_id,
        "date": entry.date_utc.isoformat() if entry.date_utc else "",
        "owner": entry.owner or "",
        "io_category": [*numbers],
        "description": entry.description,
        "why_io": "; ".join(entry.why_io),
        "required_evidence": _evidence(entry.required_evidence, ASKED["sriocs"]),
        "approvals": {
            "release_owner": entry.approvals.release_owner or "",
            "safety_assurance_owner": entry.approvals.safety_or_assurance_owner or "",
        },
        "cooldown_hours": entry.cooldown_hours,
        "thresholds": {
            "vl_max_hours": limits.vl_max_hours,
            "rdpr_min_percent": limits.rdpr_min_percent,
            "gbr_max_per_week": limits.gbr_max_per_week,
        },
        "bypass_events": [
            {
                "bypassed": True,
                "reason": each.reason or "",
                "approved_by": each.approved_by or "",
                "remediation": each.remediation or "",
            }
            for each in entry.bypass_events
        ],
    }


def _evidence(evidence: Mapping[str, Evidence | None], asked: Sequence[str]) -> list[JsonValue]:
    """Return evidence as items: what the schema asks for, then what there is besides."""
    names = {ALIASES.get(key, key): key for key in asked}
    others = [key for key, each in evidence.items() if key not in names and each is not None]
    return [_item(names.get(key, key), evidence.get(key)) for key in (*names, *others)]


def _item(key: str, evidence: Evidence | None) -> str:
    said = evidence and (evidence.uri or evidence.text)
    return f"{key}: {said}" if said else key
