"""The environment, read once into one frozen value."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fitgate.errors import Problem, SettingsError

LedgerKind = Literal["sqlite", "postgresql", "branch"]
BY_DEFAULT = "sqlite:///fitgate.db"
LEDGERS = "sqlite:///FILE, postgresql://USER@HOST/NAME or branch"
"""What says where a ledger is, in words."""
_WHERE = re.compile(r"(?P<sqlite>sqlite:///.)|(?P<postgresql>postgres(ql)?://)|(?P<branch>branch$)")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. `database_url` is where the ledger is."""

    database_url: str


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; an empty variable is one that is not set.

    Raises:
        SettingsError: with every variable that cannot be used.
    """
    said = os.environ if environment is None else environment
    url = said.get("FITGATE_DATABASE_URL") or BY_DEFAULT
    if ledger_kind(url) is None:
        told = f"is not where a ledger can be: one of {LEDGERS}"
        raise SettingsError("environment", [Problem(told, where="FITGATE_DATABASE_URL")])
    return Settings(url)


def ledger_kind(where: str) -> LedgerKind | None:
    """Return what kind of ledger an address is of; None: it is none."""
    found = _WHERE.match(where)
    return None if found is None else found.lastgroup  # type: ignore[return-value]
