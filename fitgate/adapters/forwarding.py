"""An event handed on to a FITGate service, signed as GitHub signs what it sends."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from fitgate import __version__
from fitgate.errors import UpstreamError, UserError

_TRIES, _PATIENCE = 3, 30.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FAILED = 500


def forward(  # noqa: PLR0913 - what is sent, and how
    address: str,
    secret: str,
    event: str,
    guid: str,
    body: bytes,
    *,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Send an event to the service at an address; sent twice with the same `guid` it counts once.

    Raises:
        UserError: when that is no address that it may be sent to, or there is no secret.
        UpstreamError: when the service does not take it.
    """
    parts = urlsplit(address)
    host, is_safe = parts.hostname or "", parts.scheme == "https"
    if not host or not (is_safe or (parts.scheme == "http" and host in _LOOPBACK)):
        raise UserError("`service-url` is not the address of a service, as https://fitgate.example")
    if not secret:
        raise UserError("`service-secret` is empty: the service would not believe what is sent.")
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"fitgate/{__version__}",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": "actions",
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    path = f"{parts.path.rstrip('/')}/hooks/github"
    for attempt in range(_TRIES):
        why, is_final = _sent((host, parts.port, is_safe), path, headers, body)
        if not why:
            return
        if is_final or attempt + 1 == _TRIES:
            raise UpstreamError(f"The service at {host} did not take the event: {why}.")
        wait(2.0**attempt)


def _sent(
    where: tuple[str, int | None, bool], path: str, headers: dict[str, str], body: bytes
) -> tuple[str, bool]:
    """Return why it was not taken, and whether it would not be taken later either."""
    host, port, is_safe = where
    kind = http.client.HTTPSConnection if is_safe else http.client.HTTPConnection
    connection = kind(host, port, timeout=_PATIENCE)
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as exc:
        return f"it does not answer ({type(exc).__name__})", False
    finally:
        connection.close()
    taken = http.client.OK <= status < http.client.MULTIPLE_CHOICES
    return "" if taken else f"it says {status}", status < _FAILED
