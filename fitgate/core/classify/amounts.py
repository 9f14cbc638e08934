"""Numbers with their units, so that one can be said to be more than another."""

from __future__ import annotations

import re
from decimal import Decimal

from fitgate.core.values import Scalar

_MAX_DIGITS = 100  # of an amount
_AMOUNT = re.compile(
    r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)\s*([^\s0-9.+-][^0-9]*)?"
)
_N = r"([0-9]+(?:\.[0-9]+)?)"
_DURATION = re.compile(rf"P(?=.)(?:{_N}W)?(?:{_N}D)?(?:T(?=.)(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?")
_SECONDS = (604_800, 86_400, 3_600, 60, 1)


def amount(value: Scalar) -> tuple[Decimal, str] | None:
    """Return a number and its unit; the unit of an ISO 8601 duration is `P`."""
    text = str(value).strip()
    if len(text) > _MAX_DIGITS:
        return None
    if found := _AMOUNT.fullmatch(text):
        return Decimal(found[1]), found[2] or ""
    if found := _DURATION.fullmatch(text):
        parts = zip(found.groups(default="0"), _SECONDS, strict=True)
        return sum((Decimal(n) * seconds for n, seconds in parts), Decimal(0)), "P"
    return None
