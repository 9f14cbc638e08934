"""Users, organizations and their teams, Apps and where they are installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

LEVELS = ("none", "read", "triage", "write", "maintain", "admin")
"""What a person may do in a repository, least first."""
GRANTS = ("none", "read", "write", "admin")
"""What an App may do with one kind of thing, least first."""

LEAST = {
    "metadata": "read", "contents": "read", "pull_requests": "write", "checks": "write",
    "deployments": "write", "actions": "read", "issues": "write", "merge_queues": "read",
    "administration": "read", "members": "read", "statuses": "read",
}  # fmt: skip
"""Permissions of an installation when a test asks for none of its own."""


@dataclass(slots=True)
class User:
    """A person, a bot or an organization's account."""

    id: int
    login: str
    kind: str = "User"
    name: str | None = None

    @property
    def email(self) -> str:
        """Return the address that links commits to the account."""
        return f"{self.login}@users.example"


@dataclass(slots=True)
class Team:
    """A team; members: login → `member` or `maintainer`."""

    id: int
    org: str
    slug: str
    name: str
    members: dict[str, str] = field(default_factory=dict)
    parent: str | None = None


@dataclass(slots=True)
class Org:
    """An organization; members: login → `member` or `admin`."""

    account: User
    members: dict[str, str] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)


@dataclass(slots=True)
class App:
    """A GitHub App: what signs as it, what it may do, what it hears of."""

    id: int
    slug: str
    name: str
    owner: User
    bot: User
    client_id: str
    private_key: str
    public_key: str
    webhook_secret: str
    created_at: datetime
    permissions: dict[str, str] = field(default_factory=lambda: dict(LEAST))


@dataclass(slots=True)
class Installation:
    """An App on an account; `repos` None: on all of its repositories."""

    id: int
    app: App
    account: User
    created_at: datetime
    permissions: dict[str, str]
    repos: set[str] | None = None
    suspended_at: datetime | None = None

    def covers(self, full_name: str) -> bool:
        """Say whether the App was given this repository."""
        owner = full_name.partition("/")[0]
        return owner == self.account.login and (self.repos is None or full_name in self.repos)


@cache
def key_pair(number: int) -> tuple[str, str]:
    """Make an RSA key for the n-th App of this process: private and public, as PEM."""
    assert number >= 0
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def at_least(levels: tuple[str, ...], has: str, wanted: str) -> bool:
    """Say whether one level reaches another."""
    return levels.index(has) >= levels.index(wanted)
