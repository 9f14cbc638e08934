"""What our App may do on GitHub and what it hears of: the least that does, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fitgate.adapters.github.pointers import ROUTES

Level = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission, as GitHub calls it: what for, and the events that can be heard with it."""

    name: str
    level: Level
    why: str
    events: tuple[str, ...] = ()


PERMISSIONS: tuple[Permission, ...] = (
    Permission("metadata", "read", "the repository's id and name; GitHub asks for it", ("label",)),
    Permission(
        "contents", "read", "changed files, the policy at their base, commits, pushes, releases",
        ("push", "release"),
    ),
    Permission(
        "pull_requests", "write", "pull requests and approvals are read; our labels and one "
        "comment are written", ("pull_request", "pull_request_review"),
    ),
    Permission(
        "checks", "write", "the check run is written and its buttons are heard; other checks close "
        "a change", ("check_run", "check_suite"),
    ),
    Permission(
        "deployments", "write", "deployments are read; those that wait for us are approved or "
        "rejected",
        ("deployment", "deployment_protection_rule", "deployment_review", "deployment_status"),
    ),
    Permission("actions", "read", "runs that wait for an environment, or close a change",
               ("workflow_run",)),
    Permission("statuses", "read", "commit statuses close a change", ("status",)),
    Permission("issues", "read", "commands in comments; incidents", ("issue_comment", "issues")),
    Permission("merge_queues", "read", "what is in a merge queue is judged anew", ("merge_group",)),
    Permission(
        "administration", "read", "rulesets and branch protection: who can go past a check, and "
        "who changed that",
        ("branch_protection_configuration", "branch_protection_rule", "repository_ruleset"),
    ),
    Permission("members", "read", "teams whose members sign", ("member",)),
    Permission("attestations", "read", "attestations of what can be rolled back to"),
)  # fmt: skip
"""GitHub, "Permissions required for GitHub Apps", and the descriptions of webhook events."""
ALWAYS = frozenset({"installation", "installation_repositories"})
"""Events that every App hears of: they cannot be asked for."""
ELSEWHERE = frozenset({"exemption_request_push_ruleset"})
"""Events that github.com does not have; on Enterprise Cloud and Server they are added by hand."""


def manifest(name: str, public_url: str, redirect_url: str) -> Mapping[str, object]:
    """Return what registers an App ("Registering a GitHub App from a manifest").

    `public_url` is where GitHub reaches the service, `redirect_url` where the browser is sent with
    the code.
    """
    asked = {event for permission in PERMISSIONS for event in permission.events}
    return {
        "name": name,
        "url": public_url,
        "description": "Slows down only the changes that cannot be undone.",
        "hook_attributes": {"url": f"{public_url}/hooks/github", "active": True},
        "redirect_url": redirect_url,
        "public": False,
        "default_permissions": {each.name: each.level for each in PERMISSIONS},
        "default_events": sorted(asked & ROUTES.keys()),
    }
