"""Issues, comments and labels as GitHub says them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.twin.github.clock import maybe_stamp, stamp
from tests.twin.github.description import Json
from tests.twin.github.shapes.accounts import app, node_id, user

if TYPE_CHECKING:
    from tests.twin.github.issues import Comment, Happened, Issue, Label
    from tests.twin.github.people import User
    from tests.twin.github.store import Store

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")


def association(repo: Store, who: User) -> str:
    """Return somebody's `author_association`: a hint, not an authorization."""
    if who is repo.owner:
        return "OWNER"
    org = repo.twin.orgs.get(repo.owner.login)
    if org is not None and who.login in org.members:
        return "MEMBER"
    if who.login in repo.collaborators:
        return "COLLABORATOR"
    merged = any(one.author is who and one.merged_at for one in repo.pulls.values())
    return "CONTRIBUTOR" if merged else "NONE"


def label(repo: Store, one: Label) -> Json:
    """Return a `label`."""
    return {
        "id": one.id,
        "node_id": node_id("Label", one.id),
        "url": f"{repo.url}/labels/{quote(one.name, safe='')}",
        "name": one.name,
        "description": one.description,
        "color": one.color,
        "default": False,
    }


def labels(issue: Issue) -> list[Json]:
    """Return the labels on an issue."""
    repo = issue.repo
    return [label(repo, repo.labels[name.lower()]) for name in issue.labels]


def _reactions(url: str, given: Iterable[tuple[str, str]] = ()) -> Json:
    counts = Counter(content for _, content in given)
    said = {name: counts[name] for name in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": counts.total(), **said}


def issue(one: Issue) -> Json:
    """Return an `issue`; a pull request says that it is one by `pull_request`."""
    from tests.twin.github.pulls import Pull  # noqa: PLC0415 - a pull request is shaped with this

    repo, twin = one.repo, one.twin
    url = f"{repo.url}/issues/{one.number}"
    is_pull = isinstance(one, Pull)
    html = f"{repo.html}/{'pull' if is_pull else 'issues'}/{one.number}"
    pull = {
        "url": f"{repo.url}/pulls/{one.number}",
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "merged_at": maybe_stamp(one.merged_at) if isinstance(one, Pull) else None,
    }
    return {
        "id": one.id,
        "node_id": node_id("PullRequest" if is_pull else "Issue", one.id),
        "url": url,
        "repository_url": repo.url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": html,
        "number": one.number,
        "state": one.state,
        "title": one.title,
        "body": one.body,
        "user": user(twin, one.author),
        "labels": labels(one),
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": len(one.comments),
        "closed_at": maybe_stamp(one.closed_at),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(repo, one.author),
        "reactions": _reactions(url),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        **({"pull_request": pull} if is_pull else {}),
        **({"draft": one.draft} if isinstance(one, Pull) else {}),
    }


def comment(one: Comment) -> Json:
    """Return an `issue-comment`."""
    from tests.twin.github.pulls import Pull  # noqa: PLC0415 - as above

    repo, twin = one.issue.repo, one.issue.twin
    url = f"{repo.url}/issues/comments/{one.id}"
    html = f"{repo.html}/{'pull' if isinstance(one.issue, Pull) else 'issues'}/{one.issue.number}"
    return {
        "id": one.id,
        "node_id": node_id("IssueComment", one.id),
        "url": url,
        "html_url": f"{html}#issuecomment-{one.id}",
        "issue_url": f"{repo.url}/issues/{one.issue.number}",
        "body": one.body,
        "user": user(twin, one.author),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(repo, one.author),
        "reactions": _reactions(url, one.reactions),
        "performed_via_github_app": None if one.via is None else app(twin, one.via),
    }


def happened(issue: Issue, one: Happened) -> Json:
    """Return an event of an issue's history."""
    repo, twin = issue.repo, issue.twin
    found = repo.label_named(one.label) if one.label else None
    color = found.color if found else "ededed"
    return {
        "id": one.id,
        "node_id": node_id("Event", one.id),
        "url": f"{repo.url}/issues/events/{one.id}",
        "actor": user(twin, one.actor),
        "event": one.event,
        "commit_id": None,
        "commit_url": None,
        "created_at": stamp(one.at),
        "performed_via_github_app": None if one.via is None else app(twin, one.via),
        **({"label": {"name": one.label, "color": color}} if one.label else {}),
    }


def reaction(one: Comment, who: User, content: str) -> Json:
    """Return a `reaction`."""
    number = one.reactions[who.login, content]
    return {
        "id": number,
        "node_id": node_id("Reaction", number),
        "user": user(one.issue.twin, who),
        "content": content,
        "created_at": stamp(one.issue.twin.clock.now),
    }
