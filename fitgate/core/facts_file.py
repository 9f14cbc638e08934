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
from fitgate.errors import FactsError, Problem


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
    return "sha256:" + hashlib.sha256(canonical(document, exact=not _has_floats(facts))).hexdigest()


def canonical(document: JsonValue, *, exact: bool = False) -> bytes:
    """Return the canonical bytes (RFC 8785) of a document; `exact`: there is no float in it.

    Only floats need more than the standard library, which is ten times faster: our keys are ASCII,
    and it escapes what RFC 8785 section 3.2.2.2 asks for and nothing else.
    """
    if not exact:
        return rfc8785.dumps(document)
    said = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode()


def _has_floats(facts: Facts) -> bool:
    settings = (setting for file in facts.files or () for setting in file.settings or ())
    return any(isinstance(value, float) for s in settings for value in (s.before, s.after))
