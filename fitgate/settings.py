"""The environment, read once into one frozen value."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fitgate.errors import Problem, SettingsError

LedgerKind = Literal["sqlite", "postgresql", "branch"]
BY_DEFAULT = "sqlite:///fitgate.db"
LEDGERS = "sqlite:///FILE, postgresql://USER@HOST/NAME or branch"
"""What says where a ledger is, in words."""
_API = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[\w./-]*)?", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_WHERE = re.compile(r"(?P<sqlite>sqlite:///.)|(?P<postgresql>postgres(ql)?://)|(?P<branch>branch$)")


GITHUB_URL = "https://api.github.com"
_GITHUB = "FITGATE_GITHUB_"
_SHORTEST = 24
"""Characters of a token that keeps somebody out."""


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """How GitHub is reached: by a token, or as an App; secrets are never shown.

    `webhook_secrets` are all that are accepted: a secret and the one that it replaces.
    """

    api_url: str = GITHUB_URL
    app_id: int | None = None
    private_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    `database_url` is where the ledger is, `public_url` where GitHub and people reach the service,
    and `api_tokens` are all that its API accepts.
    """

    database_url: str
    github: GitHubSettings = GitHubSettings()
    public_url: str = ""
    api_tokens: tuple[str, ...] = field(default=(), repr=False)


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; an empty variable is one that is not set.

    Raises:
        SettingsError: with every variable that cannot be used.
    """
    said = os.environ if environment is None else environment
    problems: list[Problem] = []
    url = said.get("FITGATE_DATABASE_URL") or BY_DEFAULT
    if ledger_kind(url) is None:
        told = f"is not where a ledger can be: one of {LEDGERS}"
        problems.append(Problem(told, where="FITGATE_DATABASE_URL"))
    github = _github(said, problems)
    public, tokens = _public_url(said, problems), _api_tokens(said, problems)
    if problems:
        raise SettingsError("environment", problems)
    return Settings(url, github, public, tokens)


def _public_url(said: Mapping[str, str], problems: list[Problem]) -> str:
    url = said.get("FITGATE_PUBLIC_URL") or ""
    if url and not _API.fullmatch(url):
        told = "is not the address of a service, as in https://fitgate.example"
        problems.append(Problem(told, where="FITGATE_PUBLIC_URL"))
    return url.rstrip("/")


def _api_tokens(said: Mapping[str, str], problems: list[Problem]) -> tuple[str, ...]:
    tokens = _several(said.get("FITGATE_API_TOKENS") or "")
    if any(len(token) < _SHORTEST for token in tokens):
        told = f"has a token of fewer than {_SHORTEST} characters"
        remedy = "make one with `openssl rand -hex 32`"
        problems.append(Problem(told, where="FITGATE_API_TOKENS", remedy=remedy))
    return tokens


def _several(said: str) -> tuple[str, ...]:
    """Return what stands in lines of its own, or with commas between: a new secret and an old."""
    return tuple(filter(None, map(str.strip, re.split(r"[,\n]", said))))


def _github(said: Mapping[str, str], problems: list[Problem]) -> GitHubSettings:
    api, number = said.get(f"{_GITHUB}API_URL") or GITHUB_URL, said.get(f"{_GITHUB}APP_ID") or ""
    if not _API.fullmatch(api):
        told = "is not the address of an API, as in https://github.example/api/v3"
        problems.append(Problem(told, where=f"{_GITHUB}API_URL"))
    if number and not _NUMBER.fullmatch(number):
        told = "is not the number of an App, which its page on GitHub calls “App ID”"
        problems.append(Problem(told, where=f"{_GITHUB}APP_ID"))
    return GitHubSettings(
        api_url=api.rstrip("/"),
        app_id=int(number) if _NUMBER.fullmatch(number) else None,
        private_key=_private_key(said, problems),
        token=(said.get(f"{_GITHUB}TOKEN") or "").strip(),
        webhook_secrets=_several(said.get(f"{_GITHUB}WEBHOOK_SECRET") or ""),
    )


def _private_key(said: Mapping[str, str], problems: list[Problem]) -> str:
    key, file = (said.get(f"{_GITHUB}PRIVATE_KEY{end}") or "" for end in ("", "_FILE"))
    if key and file:
        told = f"says a key, and {_GITHUB}PRIVATE_KEY_FILE another: keep one"
        problems.append(Problem(told, where=f"{_GITHUB}PRIVATE_KEY"))
    if file and not key:
        try:
            key = Path(file).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as exc:
            why = exc.strerror if isinstance(exc, OSError) else "it is no PEM file"
            problems.append(Problem(f"cannot be read: {why}", where=f"{_GITHUB}PRIVATE_KEY_FILE"))
    return key.replace("\\n", "\n")  # as some places for secrets write line breaks


def ledger_kind(where: str) -> LedgerKind | None:
    """Return what kind of ledger an address is of; None: it is none."""
    found = _WHERE.match(where)
    return None if found is None else found.lastgroup  # type: ignore[return-value] # its groups are these kinds
