"""Facts files: written, read, and called by the digest of what they say."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.types import JsonValue

from fitgate.core.canonical import canonical, sha256
from fitgate.core.facts import Facts
from fitgate.core.values import Scalar
from fitgate.errors import FactsError, Problem

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEX = "40 hexadecimal digits, or 64"
_LEAST = 1e-6  # ECMAScript writes what is smaller with an exponent, Number::toString


@functools.cache
def facts_adapter() -> TypeAdapter[Facts]:
    """Return the reader and writer of facts files; built once, on first use."""
    return TypeAdapter(Facts)


def parse_facts(text: str | bytes, source: str) -> Facts:
    """Read a facts file.

    Raises:
        FactsError: with every problem at once, each with its path into the document.
    """
    try:
        facts = facts_adapter().validate_json(text)
    except ValidationError as exc:
        raise FactsError(source, tuple(map(_problem, exc.errors(include_url=False)))) from exc
    if told := [*_contradictions(text, facts)]:
        raise FactsError(source, told)
    return facts


def _contradictions(text: str | bytes, facts: Facts) -> Iterator[Problem]:
    """Yield what is well formed and cannot be so."""
    repeated: list[str] = []
    json.loads(text, object_pairs_hook=lambda pairs: _repeated(pairs, repeated))
    for key in dict.fromkeys(repeated):
        yield Problem(f"the key {key!r} stands twice in one object", remedy="keep one")
    named = {"people": [person.id for person in facts.people]}
    named["files"] = [file.path for file in facts.files or ()]
    for where, names in named.items():
        for one in sorted(name for name, n in Counter(names).items() if n > 1):
            yield Problem(f"{one} stands here twice", where, remedy="keep one")
    for n, file in enumerate(facts.files or ()):
        for side in ("oid_before", "oid_after"):
            oid = getattr(file, side)
            if oid is not None and not _OID.fullmatch(oid):
                yield Problem(f"{oid!r} is no object id of Git", f"files.{n}.{side}", remedy=_HEX)
    for where, at in _moments(facts):
        if at is not None and at > facts.as_of:
            yield Problem("lies after as_of: it is not known yet", where, remedy="correct one")


def _repeated(pairs: list[tuple[str, Any]], found: list[str]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        found += (key for key, n in Counter(keys).items() if n > 1)
    return dict(pairs)


def _moments(facts: Facts) -> Iterator[tuple[str, datetime | None]]:
    """Yield the times of what has happened."""
    yield "change.landed_at", facts.change.landed_at
    yield "change.material_at", facts.change.material_at
    for n, approval in enumerate(facts.approvals or ()):
        yield f"approvals.{n}.at", approval.at
    for n, evaluation in enumerate(facts.evaluations or ()):
        yield f"evaluations.{n}.at", evaluation.at
    for n, word in enumerate(facts.reclassified):
        yield f"reclassified.{n}.at", word.at
    for n, drill in enumerate(facts.drills or ()):
        if drill.passed is not None:  # else it is planned
            yield f"drills.{n}.at", drill.at


def _problem(error: Mapping[str, Any]) -> Problem:
    where = ".".join(str(part) for part in error["loc"])
    return Problem(str(error["msg"]), where, remedy="see schemas/facts.v1.json")


def facts_json(facts: Facts) -> dict[str, JsonValue]:
    """Return the facts as JSON values, in the shape of `schemas/facts.v1.json`."""
    document: dict[str, JsonValue] = facts_adapter().dump_python(facts, mode="json")
    return document


def facts_digest(facts: Facts) -> str:
    """Return the SHA-256 of the canonical bytes (RFC 8785) of the facts."""
    return sha256(facts_bytes(facts))


def facts_bytes(facts: Facts) -> bytes:
    """Return the canonical bytes (RFC 8785) of the facts, which is what the ledger keeps of them.

    Members at their default are left out, so that a field of a later version changes no digest.
    """
    document = facts_adapter().dump_python(facts, mode="json", exclude_defaults=True)
    return canonical(document, plain=not _has_odd_floats(facts))


def _has_odd_floats(facts: Facts) -> bool:
    files = facts.files or ()
    settings = ((s.before, s.after) for file in files for s in file.settings or ())
    effects = ((e.before, e.after) for file in files for e in file.effects or ())
    return any(_is_odd(value) for pair in (*settings, *effects) for value in pair)


def _is_odd(value: Scalar) -> bool:
    """Say whether Python may write a number otherwise than ECMAScript (RFC 8785, 3.2.2.3)."""
    if not isinstance(value, float):
        return False
    written = repr(value)
    return "e" in written or written.endswith(".0") or abs(value) < _LEAST
