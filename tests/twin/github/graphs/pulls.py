"""A pull request in GraphQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from tests.twin.github.clock import maybe_stamp, stamp
from tests.twin.github.description import Json
from tests.twin.github.diffs import Changed
from tests.twin.github.graphs import actor, allowed, connection
from tests.twin.github.graphs.repositories import commit_object, label, repository
from tests.twin.github.issues import Comment, Happened
from tests.twin.github.pulls import Pull
from tests.twin.github.reviews import Pushed, Review
from tests.twin.github.shapes.accounts import node_id
from tests.twin.github.shapes.talk import association

if TYPE_CHECKING:
    from tests.twin.github.answer import Asked

CHANGES = {"removed": "DELETED"}


def pull_request(asked: Asked, pull: Pull) -> Json:
    """Return a PullRequest; its files have neither a patch nor an old name."""
    repo, twin = pull.repo, pull.twin

    def files(**arguments: object) -> Json:
        found = pull.files()
        listed = found[: twin.limits.pull_files]
        return connection(listed, lambda one: _file(cast("Changed", one)), arguments, len(found))

    def commits(**arguments: object) -> Json:
        found = pull.commits()
        listed = found[: twin.limits.pull_commits]
        shaped = cast("Callable[[object], object]", lambda sha: _commit(asked, pull, str(sha)))
        return connection(listed, shaped, arguments, len(found))

    def reviews(**arguments: object) -> Json:
        states = cast("list[str] | None", arguments.get("states"))
        author = arguments.get("author")
        found = [
            one
            for one in pull.reviews
            if (not states or one.state in states) and author in (None, one.author.login)
        ]
        return connection(found, lambda one: _review(asked, pull, cast("Review", one)), arguments)

    def opinions(**arguments: object) -> Json:
        last = {one.author.login: one for one in pull.reviews if one.state != "COMMENTED"}
        shaped = cast("Callable[[object], object]", lambda one: _review(asked, pull, one))
        return connection(list(last.values()), shaped, arguments)

    def comments(**arguments: object) -> Json:
        said = pull.comments
        return connection(said, lambda one: _comment(asked, pull, cast("Comment", one)), arguments)

    def side(name: str) -> Json | None:
        tip = repo.branches().get(name)
        if tip is None:
            return None
        target = lambda: commit_object(asked, repo, tip)  # noqa: E731 - answered only if asked
        return {"id": node_id("Ref", name), "name": name, "prefix": "refs/heads/", "target": target}

    merge_sha = pull.merge_sha
    return {
        "__typename": "PullRequest",
        "id": node_id("PullRequest", pull.id),
        "databaseId": pull.id,
        "fullDatabaseId": str(pull.id),
        "number": pull.number,
        "title": pull.title,
        "body": pull.body or "",
        "state": pull.graph_state,
        "isDraft": pull.draft,
        "closed": pull.state == "closed",
        "merged": pull.merged_at is not None,
        "author": actor(pull.author),
        "authorAssociation": association(repo, pull.author),
        "createdAt": stamp(pull.created_at),
        "updatedAt": stamp(pull.updated_at),
        "closedAt": maybe_stamp(pull.closed_at),
        "mergedAt": maybe_stamp(pull.merged_at),
        "mergedBy": actor(pull.merged_by),
        "mergeCommit": lambda: commit_object(asked, repo, merge_sha) if merge_sha else None,
        "potentialMergeCommit": lambda: _potential(asked, pull),
        "mergeable": lambda: _mergeable(pull),
        "mergeStateStatus": lambda: "BLOCKED" if repo.in_the_way(pull) else "CLEAN",
        "reviewDecision": lambda: _decision(pull),
        "baseRefName": pull.base_ref,
        "baseRefOid": pull.base_sha,
        "baseRef": lambda: side(pull.base_ref),
        "headRefName": pull.head_ref,
        "headRefOid": pull.head_sha,
        "headRef": lambda: side(pull.head_branch),
        "headRepository": lambda: repository(asked, repo) if not pull.from_fork else None,
        "headRepositoryOwner": actor(twin.user(pull.head_owner)),
        "baseRepository": lambda: repository(asked, repo),
        "repository": lambda: repository(asked, repo),
        "isCrossRepository": pull.from_fork,
        "additions": lambda: sum(one.additions for one in pull.files()),
        "deletions": lambda: sum(one.deletions for one in pull.files()),
        "changedFiles": lambda: len(pull.files()),
        "files": files,
        "commits": commits,
        "reviews": reviews,
        "latestReviews": opinions,
        "latestOpinionatedReviews": opinions,
        "comments": comments,
        "labels": lambda **arguments: connection(
            pull.label_objects(), cast("Callable[[object], object]", label), arguments
        ),
        "timelineItems": lambda **arguments: _timeline(asked, pull, arguments),
        "statusCheckRollup": commit_object(asked, repo, pull.head_sha)["statusCheckRollup"],
        "autoMergeRequest": {"enabledBy": actor(pull.auto_merge_by)}
        if pull.auto_merge_by
        else None,
        "url": f"{repo.html}/pull/{pull.number}",
    }


def _potential(asked: Asked, pull: Pull) -> Json | None:
    sha = pull.test_merge() if pull.state == "open" else None
    return commit_object(asked, pull.repo, sha) if sha else None


def _mergeable(pull: Pull) -> str:
    if pull.state != "open":
        return "UNKNOWN"
    return "MERGEABLE" if pull.test_merge() else "CONFLICTING"


def _decision(pull: Pull) -> str | None:
    if "CHANGES_REQUESTED" in pull.judgements().values():
        return "CHANGES_REQUESTED"
    return "APPROVED" if pull.approvals() else None


def _file(one: Changed) -> Json:
    return {
        "path": one.path,
        "additions": one.additions,
        "deletions": one.deletions,
        "changeType": CHANGES.get(one.status, one.status.upper()),
    }


def _commit(asked: Asked, pull: Pull, sha: str) -> Json:
    allowed(asked, "contents=read", pull.repo)
    return {
        "__typename": "PullRequestCommit",
        "id": node_id("PullRequestCommit", f"{pull.id}:{sha}"),
        "commit": lambda: commit_object(asked, pull.repo, sha),
    }


def _review(asked: Asked, pull: Pull, one: Review) -> Json:
    return {
        "__typename": "PullRequestReview",
        "id": node_id("PullRequestReview", one.id),
        "databaseId": one.id,
        "fullDatabaseId": str(one.id),
        "state": one.state,
        "body": one.body,
        "author": actor(one.author),
        "authorAssociation": association(pull.repo, one.author),
        "submittedAt": stamp(one.submitted_at),
        "createdAt": stamp(one.submitted_at),
        "updatedAt": stamp(one.submitted_at),
        "commit": lambda: commit_object(asked, pull.repo, one.commit_id),
    }


def _comment(asked: Asked, pull: Pull, one: Comment) -> Json:
    return {
        "__typename": "IssueComment",
        "id": node_id("IssueComment", one.id),
        "databaseId": one.id,
        "fullDatabaseId": str(one.id),
        "body": one.body,
        "author": actor(one.author),
        "authorAssociation": association(pull.repo, one.author),
        "createdAt": stamp(one.created_at),
        "updatedAt": stamp(one.updated_at),
        "viewerDidAuthor": one.author is asked.caller.user,
        "url": f"{pull.repo.html}/pull/{pull.number}#issuecomment-{one.id}",
    }


def _timeline(asked: Asked, pull: Pull, arguments: Json) -> Json:
    """Return what happened, in its order: commits, forced pushes, labels on and off."""
    kinds = arguments.get("itemTypes")
    found: list[tuple[datetime, int, str, Json]] = []
    for number, sha in enumerate(pull.commits()):
        at = pull.repo.git.show(sha).committer.at
        found.append((at, number, "PULL_REQUEST_COMMIT", _commit(asked, pull, sha)))
    found += [
        (push.at, 0, "HEAD_REF_FORCE_PUSHED_EVENT", _forced(asked, pull, push))
        for push in pull.pushes
        if push.forced
    ]
    found += [
        (one.at, one.id, f"{one.event.upper()}_EVENT", _marked(pull, one)) for one in pull.history
    ]
    found = [one for one in found if kinds is None or one[2] in kinds]
    found.sort(key=lambda one: (one[0], one[1]))
    return connection([one[3] for one in found], lambda one: one, arguments)


def _forced(asked: Asked, pull: Pull, push: Pushed) -> Json:
    return {
        "__typename": "HeadRefForcePushedEvent",
        "id": node_id("HeadRefForcePushedEvent", push.after),
        "actor": actor(push.actor),
        "createdAt": stamp(push.at),
        "beforeCommit": lambda: commit_object(asked, pull.repo, push.before),
        "afterCommit": lambda: commit_object(asked, pull.repo, push.after),
    }


def _marked(pull: Pull, one: Happened) -> Json:
    found = pull.repo.label_named(one.label or "")
    shown = label(found) if found else {"name": one.label, "color": "ededed"}
    kind = "LabeledEvent" if one.event == "labeled" else "UnlabeledEvent"
    made = {"id": node_id(kind, one.id), "actor": actor(one.actor), "createdAt": stamp(one.at)}
    return {"__typename": kind, **made, "label": shown}
