"""Canonical JSON (RFC 8785): the bytes that are stored and hashed."""

from __future__ import annotations

import hashlib
import json

import rfc8785
from pydantic.types import JsonValue

_UNSAFE = 1 << 53
_WRITE = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: JsonValue, *, plain: bool = False) -> bytes:
    """Return a value as RFC 8785 has it; `plain`: its keys are ASCII and no number in it is odd.

    Python's own writer says the same, much faster, wherever there is no fraction (its form is
    ECMAScript's, section 3.2.2.3) and keys are ASCII (others sort by UTF-16, section 3.2.3).

    Raises:
        rfc8785.CanonicalizationError: for a value that no JSON carries.
    """
    try:
        return _WRITE(value).encode() if plain or _is_plain(value) else rfc8785.dumps(value)
    except UnicodeEncodeError as exc:  # half a surrogate pair
        raise rfc8785.CanonicalizationError(str(exc)) from exc


def _is_plain(value: JsonValue) -> bool:
    if isinstance(value, str | bool) or value is None:
        return True
    if isinstance(value, int):
        return -_UNSAFE < value < _UNSAFE
    if isinstance(value, dict):
        return all(key.isascii() and _is_plain(each) for key, each in value.items())
    return isinstance(value, list) and all(map(_is_plain, value))


def sha256(content: bytes) -> str:
    """Return the digest that content is called by."""
    return "sha256:" + hashlib.sha256(content).hexdigest()
