"""Pull requests and reviews as GitHub says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.github.clock import maybe_stamp, stamp
from tests.twin.github.description import Json
from tests.twin.github.shapes.accounts import full_repository, node_id, repository, user
from tests.twin.github.shapes.talk import association, labels

if TYPE_CHECKING:
    from tests.twin.github.pulls import Pull
    from tests.twin.github.reviews import Review


def _side(pull: Pull, ref: str, sha: str, *, head: bool) -> Json:
    """Return `head` or `base`; a fork is shown as a repository of its own."""
    repo, twin = pull.repo, pull.twin
    here = repository(repo)
    owner = repo.owner
    if head and pull.from_fork:
        owner = twin.user(pull.head_owner)
        name = f"{owner.login}/{repo.name}"
        url = f"{twin.url}/repos/{name}"
        here |= {
            "id": repo.id + owner.id, "full_name": name, "fork": True, "url": url,
            "html_url": f"{twin.html}/{name}", "owner": user(twin, owner),
        }  # fmt: skip
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(twin, owner),
        "repo": here,
    }


def simple_pull(one: Pull) -> Json:
    """Return a `pull-request-simple`."""
    repo, twin = one.repo, one.twin
    url = f"{repo.url}/pulls/{one.number}"
    issue_url = f"{repo.url}/issues/{one.number}"
    html = f"{repo.html}/pull/{one.number}"
    links = {
        "self": url,
        "html": html,
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{repo.url}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{repo.url}/statuses/{one.head_sha}",
    }
    return {
        "id": one.id,
        "node_id": node_id("PullRequest", one.id),
        "number": one.number,
        "state": one.state,
        "locked": False,
        "title": one.title,
        "body": one.body,
        "user": user(twin, one.author),
        "draft": one.draft,
        "url": url,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue_url,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": maybe_stamp(one.closed_at),
        "merged_at": maybe_stamp(one.merged_at),
        # Before a merge this is the commit that merging would make, as on GitHub.
        "merge_commit_sha": one.merge_sha if one.state == "closed" else one.test_merge(),
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [user(twin, who) for who in one.requested],
        "requested_teams": [],
        "labels": labels(one),
        "milestone": None,
        "head": _side(one, one.head_ref, one.head_sha, head=True),
        "base": _side(one, one.base_ref, one.base_sha, head=False),
        "_links": {name: {"href": href} for name, href in links.items()},
        "author_association": association(repo, one.author),
        "auto_merge": _auto_merge(one),
        "active_lock_reason": None,
    }


def _auto_merge(one: Pull) -> Json | None:
    if one.auto_merge_by is None:
        return None
    said = {"merge_method": "merge", "commit_title": one.title, "commit_message": ""}
    return {"enabled_by": user(one.twin, one.auto_merge_by), **said}


def full_pull(one: Pull) -> Json:
    """Return a `pull-request`."""
    simple = simple_pull(one)
    files = one.files()
    mergeable = simple["merge_commit_sha"] is not None if one.state == "open" else None
    return {
        **simple,
        "merged": one.merged_at is not None,
        "merged_by": None if one.merged_by is None else user(one.twin, one.merged_by),
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": _state(one, mergeable=mergeable),
        "comments": len(one.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(one.commits()),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def _state(one: Pull, *, mergeable: bool | None) -> str:
    if mergeable is None:
        return "unknown"
    if not mergeable:
        return "dirty"
    if one.draft:
        return "draft"
    return "blocked" if one.repo.in_the_way(one) else "clean"


def heard_pull(one: Pull) -> Json:
    """Return a pull request as its own events carry it."""
    return _with_repositories(one, full_pull(one))


def reviewed_pull(one: Pull) -> Json:
    """Return a pull request as events of reviews carry it: less of it."""
    return _with_repositories(one, simple_pull(one))


def _with_repositories(one: Pull, said: Json) -> Json:
    for side in ("head", "base"):
        whole = full_repository(one.repo, None)
        whole.pop("organization", None)
        said[side]["repo"] = whole | said[side]["repo"]
    return said


def review(pull: Pull, one: Review) -> Json:
    """Return a `pull-request-review`; REST shouts its state."""
    repo = pull.repo
    html = f"{repo.html}/pull/{pull.number}#pullrequestreview-{one.id}"
    url = f"{repo.url}/pulls/{pull.number}"
    return {
        "id": one.id,
        "node_id": node_id("PullRequestReview", one.id),
        "user": user(pull.twin, one.author),
        "body": one.body,
        "state": one.state,
        "html_url": html,
        "pull_request_url": url,
        "author_association": association(repo, one.author),
        "_links": {"html": {"href": html}, "pull_request": {"href": url}},
        "submitted_at": stamp(one.submitted_at),
        "commit_id": one.commit_id,
    }


def heard_review(pull: Pull, one: Review) -> Json:
    """Return a review as its events carry it: in lower case."""
    return {**review(pull, one), "state": one.state.lower(), "body": one.body or None}
