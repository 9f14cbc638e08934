"""The log: JSON, and no secret in it whoever logs."""

from __future__ import annotations

import json
import logging
from io import StringIO
from typing import Any

import pytest

from fitgate.entrypoints.web.logs import LONGEST, log, why
from fitgate.errors import ForgeError

TOKENS = (
    "ghs_1234567890.abcdefghij.abc-def_ghi", "ghp_abcdefghijklmnopqrst", "github_pat_11ABC_def",
    "Bearer abcdefghijklmnopqrstuvwx", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END",
)  # fmt: skip


def the_line(written: StringIO) -> dict[str, Any]:
    """Return what the one line says."""
    (line,) = written.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_hidden_wherever_it_stands(written: StringIO, token: str) -> None:
    log().info("said", a=f"before {token}", b=[token], c=ForgeError(f"no: {token}"))
    told = the_line(written)
    assert token not in written.getvalue()
    assert told["a"] == "before [hidden]"
    assert told["b"] == ["[hidden]"]
    assert told["c"] == "no: [hidden]"


def test_the_password_of_an_address_is_hidden(written: StringIO) -> None:
    log().info("said", url="postgresql://me:swordfish@db/x")
    assert the_line(written)["url"] == "postgresql://[hidden]@db/x"


def test_what_steers_a_terminal_is_shown_and_what_is_long_is_cut(written: StringIO) -> None:
    log().info("said", a="\x1b[2J\n\u202e", b="x" * (LONGEST + 1))
    told = the_line(written)
    assert told["a"] == "\\x1b[2J\\x0a\\u202e"
    assert len(told["b"]) == LONGEST


def test_what_libraries_log_is_json_too_and_quotes_no_exception_of_others(
    written: StringIO,
) -> None:
    try:
        int("swordfish")
    except ValueError:
        logging.getLogger("somebody.else").exception("it %s", "failed")
    told = the_line(written)
    assert (told["event"], told["level"], told["error"]) == ("it failed", "error", "ValueError")
    assert told["frames"][0].endswith("quotes_no_exception_of_others")
    assert "swordfish" not in written.getvalue()


def test_our_own_errors_say_why() -> None:
    assert why(ForgeError("GitHub says 502.")) == {"error": "ForgeError", "why": "GitHub says 502."}
