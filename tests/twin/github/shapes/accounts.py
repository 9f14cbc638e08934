"""Users, organizations, teams, repositories, Apps and installations as GitHub says them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.twin.github.clock import maybe_stamp, stamp
from tests.twin.github.description import Json
from tests.twin.github.people import LEVELS, App, Installation, Team, User, at_least

if TYPE_CHECKING:
    from tests.twin.github.store import Store
    from tests.twin.github.twin import Twin


def node_id(kind: str, number: object) -> str:
    """Make an id for GraphQL."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def user(twin: Twin, who: User) -> Json:
    """Return a `simple-user`."""
    url = f"{twin.url}/users/{who.login}"
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id(who.kind, who.id),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{who.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{twin.html}/{who.login}",
        **{
            f"{kind}_url": f"{url}/{kind}"
            for kind in ("followers", "subscriptions", "organizations", "repos", "received_events")
        },
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "events_url": f"{url}/events{{/privacy}}",
        "type": who.kind,
        "site_admin": False,
    }


def organization(twin: Twin, who: User) -> Json:
    """Return an `organization-simple`."""
    url = f"{twin.url}/orgs/{who.login}"
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id("Organization", who.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{who.id}?v=4",
        "description": None,
    }


def team(twin: Twin, one: Team, role: str = "read") -> Json:
    """Return a `team`."""
    url = f"{twin.url}/organizations/{twin.orgs[one.org].account.id}/team/{one.id}"
    permission = {"read": "pull", "write": "push"}.get(role, role)
    return {
        "id": one.id,
        "node_id": node_id("Team", one.id),
        "name": one.name,
        "slug": one.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": permission,
        "url": url,
        "html_url": f"{twin.html}/orgs/{one.org}/teams/{one.slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "parent": None,
        "type": "organization",
    }


def permissions(role: str) -> Json:
    """Return what a role may do, in GitHub's five words."""
    words = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain"}
    words["admin"] = "admin"
    return {word: at_least(LEVELS, role, level) for word, level in words.items()}


def reference(repo: Store) -> Json:
    """Return a repository as runs name theirs: what every shape of it has."""
    kinds = ("comments", "deployments", "downloads", "events", "forks", "hooks", "languages",
             "merges", "stargazers", "subscribers", "subscription", "tags", "teams",
             "contributors")  # fmt: skip
    return {
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": user(repo.twin, repo.owner),
        "html_url": repo.html,
        "description": None,
        "fork": False,
        "url": repo.url,
        **{f"{kind}_url": f"{repo.url}/{kind}" for kind in kinds},
        "pulls_url": f"{repo.url}/pulls{{/number}}",
        "issues_url": f"{repo.url}/issues{{/number}}",
        "labels_url": f"{repo.url}/labels{{/name}}",
        "statuses_url": f"{repo.url}/statuses/{{sha}}",
        "contents_url": f"{repo.url}/contents/{{+path}}",
        "commits_url": f"{repo.url}/commits{{/sha}}",
        "compare_url": f"{repo.url}/compare/{{base}}...{{head}}",
    }


def repository(repo: Store) -> Json:
    """Return a `minimal-repository`, with what the fuller shapes ask for beside."""
    open_ones = sum(one.state == "open" for one in repo.issues.values())
    return {
        **reference(repo),
        "clone_url": f"{repo.html}.git",
        "git_url": f"git://github.com/{repo.full_name}.git",
        "ssh_url": f"git@github.com:{repo.full_name}.git",
        "svn_url": repo.html,
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.pushed_at),
        "pushed_at": stamp(repo.pushed_at),
        "default_branch": repo.default_branch,
        "open_issues_count": open_ones,
        "open_issues": open_ones,
        "visibility": "private" if repo.private else "public",
        "archived": False,
        "disabled": False,
        "has_issues": True,
    }


def full_repository(repo: Store, role: str | None) -> Json:
    """Return a `full-repository`; with what the caller may do, if it is somebody."""
    twin = repo.twin
    owned = repo.owner.login in twin.orgs
    return {
        **repository(repo),
        **({"organization": user(twin, repo.owner)} if owned else {}),
        **({"permissions": permissions(role)} if role else {}),
        "allow_merge_commit": True,
        "allow_squash_merge": True,
        "allow_rebase_merge": True,
    }


def app(twin: Twin, one: App) -> Json:
    """Return an `integration`."""
    return {
        "id": one.id,
        "slug": one.slug,
        "client_id": one.client_id,
        "node_id": node_id("App", one.id),
        "owner": user(twin, one.owner),
        "name": one.name,
        "description": None,
        "external_url": "https://fitgate.example",
        "html_url": f"{twin.html}/apps/{one.slug}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "permissions": dict(one.permissions),
        "events": list(twin.events),
    }


def installation(twin: Twin, one: Installation) -> Json:
    """Return an `installation`."""
    url = f"{twin.url}/app/installations/{one.id}"
    kind = "Organization" if one.account.login in twin.orgs else "User"
    settings = f"{twin.html}/organizations/{one.account.login}/settings"
    return {
        "id": one.id,
        "app_id": one.app.id,
        "client_id": one.app.client_id,
        "app_slug": one.app.slug,
        "account": user(twin, one.account),
        "target_id": one.account.id,
        "target_type": kind,
        "repository_selection": "all" if one.repos is None else "selected",
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{twin.url}/installation/repositories",
        "html_url": f"{settings}/installations/{one.id}",
        "permissions": dict(one.permissions),
        "events": list(twin.events),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": maybe_stamp(one.suspended_at),
    }
