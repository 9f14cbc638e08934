"""Facts files: written, read, and called by the digest of what they say."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from pydantic import TypeAdapter, ValidationError
from pydantic.types import JsonValue

from fitgate.core.facts import Facts
from fitgate.core.values import Scalar
from fitgate.errors import FactsError, Problem

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
    seen = [person.id for person in facts.people]
    if twice := sorted({one for one in seen if seen.count(one) > 1}):
        told = [Problem(f"{one} stands here twice", "people", remedy="keep one") for one in twice]
        raise FactsError(source, told)
    return facts


def _problem(error: Mapping[str, Any]) -> Problem:
    where = ".".join(str(part) for part in error["loc"])
    return Problem(str(error["msg"]), where, remedy="see schemas/facts.v1.json")


def facts_json(facts: Facts) -> dict[str, JsonValue]:
    """Return the facts as JSON values, in the shape of `schemas/facts.v1.json`."""
    document: dict[str, JsonValue] = facts_adapter().dump_python(facts, mode="json")
    return document


def facts_digest(facts: Facts) -> str:
    """Return the SHA-256 of the canonical bytes (RFC 8785) of the facts.

    Members at their default are left out, so that a field of a later version changes no digest.
    """
    document = facts_adapter().dump_python(facts, mode="json", exclude_defaults=True)
    said = canonical(document, exact=not _has_odd_floats(facts))
    return "sha256:" + hashlib.sha256(said).hexdigest()


def canonical(document: JsonValue, *, exact: bool = False) -> bytes:
    """Return the canonical bytes (RFC 8785) of a document; `exact`: no float in it is odd.

    Only odd floats need more than the standard library, which is ten times faster: our keys are
    ASCII, and it escapes what RFC 8785 section 3.2.2.2 asks for and nothing else.
    """
    if not exact:
        return rfc8785.dumps(document)
    said = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode()


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
