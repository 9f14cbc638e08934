"""GitHub's webhook deliveries: are they GitHub's, and where do they say to look? Sans I/O."""

# GitHub, "Validating webhook deliveries": HMAC-SHA-256 over the raw body, before it is parsed.

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from fitgate.adapters.github.pointers import ROUTES
from fitgate.adapters.github.said import Said
from fitgate.core.events import Pointer
from fitgate.errors import BadSignatureError, DeliveryError

LIMIT = 25 << 20
"""Bytes: GitHub sends nothing larger (webhook-events-and-payloads, "payload cap")."""
SIGNATURE = "x-hub-signature-256"
_FORM = b"payload="


def verify(body: bytes, headers: Mapping[str, str], *secrets: str) -> None:
    """Make sure that somebody who knows one of the secrets has sent these very bytes.

    Several secrets are for the time in which one replaces another. Header names may be in any case.

    Raises:
        BadSignatureError: when nobody has, or there is no secret to tell by.
        DeliveryError: 413, when the body is larger than GitHub's own limit.
    """
    if len(body) > LIMIT:
        raise DeliveryError(f"The body has {len(body)} bytes; GitHub sends {LIMIT} at most.", 413)
    keys = [secret.encode() for secret in secrets if secret]
    if not keys:
        raise BadSignatureError("No webhook secret is configured, so no delivery is believed.")
    said = next((v for name, v in headers.items() if name.lower() == SIGNATURE), None)
    if said is None:
        raise BadSignatureError("The delivery is not signed: X-Hub-Signature-256 is missing.")
    given = said.strip().encode("utf-8", "replace")
    # All are compared, so that the time taken does not tell which of them it was.
    if not any([hmac.compare_digest(_signature(key, body), given) for key in keys]):  # noqa: C419 - as said above
        raise BadSignatureError("The signature is not one that our webhook secret gives.")


def _signature(key: bytes, body: bytes) -> bytes:
    return b"sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest().encode()


def parse(event_name: str, body: bytes) -> tuple[Pointer, ...] | None:
    """Return where a delivery says to look; None if it is of no concern to us.

    The body is JSON, or the form that a webhook sends by default. Only what points is read, and
    fields that we do not know are no fault.

    Raises:
        DeliveryError: when the body cannot be read, or what is ours does not say where to look.
    """
    route = ROUTES.get(event_name)
    if route is None:
        return None
    return tuple(route(Said(event_name, _document(body)))) or None


def _document(body: bytes) -> dict[str, object]:
    text = _unfolded(body) if body.startswith(_FORM) else body
    try:
        document = json.loads(text)
    except RecursionError:
        raise DeliveryError("The body is nested too deeply to be a delivery of GitHub's.") from None
    except ValueError as exc:
        raise DeliveryError(f"The body is not JSON ({type(exc).__name__}).", 415) from None
    if not isinstance(document, dict):
        raise DeliveryError("The body is JSON, but no object.")
    return document


def _unfolded(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=8)
    except ValueError:
        raise DeliveryError("The body looks like a form and cannot be read as one.", 415) from None
    return fields.get("payload", [""])[0]
