"""Canonical JSON: one way to write a value, whoever writes it."""

from __future__ import annotations

import math

import pytest
import rfc8785
from pydantic.types import JsonValue

from fitgate.core.canonical import canonical, sha256

EXAMPLES: list[tuple[JsonValue, bytes]] = [
    (None, b"null"),
    ({"b": 1, "a": [True, False, None]}, b'{"a":[true,false,null],"b":1}'),
    ('"\\\n\t\r\b\f\x07é\u2028\x7f', b'"\\"\\\\\\n\\t\\r\\b\\f\\u0007\xc3\xa9\xe2\x80\xa8\x7f"'),
    # RFC 8785, section 3.2.3: keys are sorted by UTF-16 code units.
    ({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3}, '{"€":3,"😀":2,"\ufb33":1}'.encode()),
    # RFC 8785, section 3.2.2.3 and appendix B: numbers as ECMAScript writes them.
    ([1.0, 1e30, 4.5, 2e-3, 1e-27, -0.0], b"[1,1e+30,4.5,0.002,1e-27,0]"),
    ((1 << 53) - 1, b"9007199254740991"),
]


@pytest.mark.parametrize(("value", "written"), EXAMPLES)
def test_a_value_is_written_as_the_rfc_has_it(value: JsonValue, written: bytes) -> None:
    assert canonical(value) == written == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 1 << 53, "\ud800", {"\ud800": 1}, ["é\udfff", 0.5]]
)
def test_what_no_json_carries_is_refused(value: JsonValue) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)


def test_a_digest_says_what_made_it() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"") == f"sha256:{empty}"
