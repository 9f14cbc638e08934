"""The published JSON Schemas: facts, verdict, entry, policy, cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from fitgate.core.cases import CaseFile
from fitgate.core.entries import entry_adapter
from fitgate.core.facts_file import facts_adapter
from fitgate.core.policy import Policy
from fitgate.core.verdict import verdict_adapter

SchemaName = Literal["facts", "verdict", "entry", "policy", "cases"]
_BASE = "https://json-schema.org/draft/2020-12/schema"
_MAKERS: dict[SchemaName, Callable[[], dict[str, Any]]] = {
    "facts": lambda: facts_adapter().json_schema(),
    "verdict": lambda: verdict_adapter().json_schema(mode="serialization"),
    "entry": lambda: entry_adapter().json_schema(),
    "policy": Policy.model_json_schema,
    "cases": CaseFile.model_json_schema,
}
NAMES: tuple[SchemaName, ...] = tuple(_MAKERS)


def schema(name: SchemaName) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one of FITGate's documents, version 1."""
    made = _MAKERS[name]()
    return {"$schema": _BASE, "$id": f"urn:fitgate:schema:{name}:1", **made}
