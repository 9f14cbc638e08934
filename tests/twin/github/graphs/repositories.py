"""A repository and Git's objects in GraphQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tests.twin.github.checks import CheckRun, Status, Suite
from tests.twin.github.clock import maybe_stamp, stamp
from tests.twin.github.description import Json
from tests.twin.github.git import Signature, TreeEntry
from tests.twin.github.graphs import Withheld, actor, allowed, connection
from tests.twin.github.graphs.authors import authors
from tests.twin.github.graphs.together import together
from tests.twin.github.issues import Label
from tests.twin.github.shapes.accounts import node_id
from tests.twin.github.shapes.trees import linked

if TYPE_CHECKING:
    from tests.twin.github.answer import Asked
    from tests.twin.github.repository import Repository


def repository(asked: Asked, repo: Repository) -> Json:
    """Return a Repository."""
    from tests.twin.github.graphs.pulls import pull_request  # noqa: PLC0415 - it uses this

    def pull(number: int) -> Json:
        allowed(asked, "pull_requests=read", repo)
        found = repo.pulls.get(number)
        if found is None:
            why = f"Could not resolve to a PullRequest with the number of {number}."
            raise Withheld("NOT_FOUND", why)
        return pull_request(asked, found)

    def pulls(**arguments: object) -> Json:
        allowed(asked, "pull_requests=read", repo)
        states = cast("list[str] | None", arguments.get("states"))
        found = [one for one in repo.pulls.values() if not states or one.graph_state in states]
        shaped = cast("Callable[[object], object]", lambda one: pull_request(asked, one))
        return connection(found, shaped, arguments)

    return {
        "__typename": "Repository",
        "id": node_id("Repository", repo.id),
        "databaseId": repo.id,
        "name": repo.name,
        "nameWithOwner": repo.full_name,
        "owner": {**(actor(repo.owner) or {}), "__typename": repo.owner.kind},
        "isPrivate": repo.private,
        "isArchived": False,
        "isFork": False,
        "url": repo.html,
        "defaultBranchRef": lambda: _ref(asked, repo, f"refs/heads/{repo.default_branch}"),
        "ref": lambda qualifiedName: _ref(asked, repo, qualifiedName),  # noqa: N803 - GraphQL's name
        "pullRequest": pull,
        "pullRequests": pulls,
        **together(asked, repo),
        "object": lambda oid=None, expression=None: _object(asked, repo, oid, expression),
        "labels": lambda **arguments: connection(
            list(repo.labels.values()), lambda one: label(cast("Label", one)), arguments
        ),
    }


def label(one: Label) -> Json:
    """Return a Label."""
    return {
        "__typename": "Label",
        "id": node_id("Label", one.id),
        "name": one.name,
        "color": one.color,
        "description": one.description,
    }


def _ref(asked: Asked, repo: Repository, name: str) -> Json | None:
    allowed(asked, "contents=read", repo)
    refs = repo.git.refs()
    full = next(
        (one for one in (name, f"refs/heads/{name}", f"refs/tags/{name}") if one in refs), None
    )
    if full is None:
        return None
    prefix, _, short = full.removeprefix("refs/").partition("/")
    return {
        "__typename": "Ref",
        "id": node_id("Ref", full),
        "name": short,
        "prefix": f"refs/{prefix}/",
        "target": lambda: _object(asked, repo, refs[full], None),
    }


def _object(asked: Asked, repo: Repository, oid: str | None, expression: str | None) -> Json | None:
    """Find by id, or by an expression such as `main:path`, as `git rev-parse` reads it."""
    allowed(asked, "contents=read", repo)
    if oid is None:
        name, colon, path = (expression or "").partition(":")
        commit = repo.sha_of(name or repo.default_branch)
        if commit is None:
            return None
        entry = repo.git.at(commit, path.rstrip("/")) if path else None
        oid = entry.oid if entry else repo.git.show(commit).tree if colon and not path else None
        oid = oid if colon else commit
    found = repo.git.read(oid) if oid else None
    if oid is None or found is None:
        return None
    kind, raw = found
    plain = {"id": node_id(kind, oid), "oid": oid, "abbreviatedOid": oid[:7]}
    if kind == "commit":
        return commit_object(asked, repo, oid)
    if kind == "blob":
        most = asked.twin.limits.blob_text_bytes
        binary = b"\0" in raw[:8000]
        return {
            **plain,
            "__typename": "Blob",
            "byteSize": len(raw),
            "isBinary": binary,
            "isTruncated": len(raw) > most,
            # Text is all that GraphQL gives: what is no UTF-8 is damaged, as on GitHub.
            "text": None if binary else raw[:most].decode(errors="replace"),
        }
    if kind == "tree":
        entries = lambda: [_entry(asked, repo, one) for one in repo.git.ls(oid)]  # noqa: E731 - answered only if asked
        return {**plain, "__typename": "Tree", "entries": entries}
    target = raw.decode().split("\n", 1)[0].removeprefix("object ")
    return {**plain, "__typename": "Tag", "target": lambda: _object(asked, repo, target, None)}


def _entry(asked: Asked, repo: Repository, one: TreeEntry) -> Json:
    return {
        "name": one.path,
        "path": one.path,
        "type": one.kind,
        "mode": int(one.mode, 8),
        "oid": one.oid,
        "size": one.size or 0,
        "object": lambda: _object(asked, repo, one.oid, None),
    }


def commit_object(asked: Asked, repo: Repository, sha: str) -> Json:
    """Return a Commit."""
    one = repo.git.show(sha)
    title, _, rest = one.message.partition("\n")

    def checks() -> None:
        allowed(asked, "checks=read", repo)

    def rollup() -> Json | None:
        checks()
        found: list[CheckRun | Status] = [*repo.latest_runs(sha), *repo.latest_statuses(sha)]
        if not found:
            return None
        shaped = lambda x: check_run(repo, x) if isinstance(x, CheckRun) else _status(repo, x)  # noqa: E731 - answered only if asked
        return {
            "state": _worst(found),
            "contexts": lambda **arguments: connection(found, shaped, arguments),
        }

    def suites(**arguments: object) -> Json:
        checks()
        asked_for = cast("Json", arguments.get("filterBy") or {})
        found = [
            suite
            for suite in repo.suites.values()
            if suite.head_sha == sha and asked_for.get("appId") in (None, suite.app.id)
        ]
        return connection(found, lambda suite: _suite(repo, cast("Suite", suite)), arguments)

    def pulls(**arguments: object) -> Json:
        from tests.twin.github.graphs.pulls import pull_request  # noqa: PLC0415 - it uses this

        allowed(asked, "pull_requests=read", repo)
        found = [pull for pull in repo.pulls.values() if sha in (pull.head_sha, *pull.brought)]
        shaped = cast("Callable[[object], object]", lambda one: pull_request(asked, one))
        return connection(found, shaped, arguments)

    return {
        "__typename": "Commit",
        "id": node_id("Commit", sha),
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "message": one.message.removesuffix("\n"),
        "messageHeadline": title,
        "messageBody": rest.strip("\n"),
        "authoredDate": stamp(one.author.at),
        "committedDate": stamp(one.committer.at),
        "author": _git_actor(repo, one.author),
        "committer": _git_actor(repo, one.committer),
        "authors": lambda **arguments: connection(
            authors(one), lambda who: _git_actor(repo, cast("Signature", who)), arguments
        ),
        "file": lambda path: _file(asked, repo, sha, path),
        "associatedPullRequests": pulls,
        "parents": lambda **arguments: connection(
            one.parents, lambda parent: commit_object(asked, repo, str(parent)), arguments
        ),
        "tree": lambda: _object(asked, repo, one.tree, None),
        "statusCheckRollup": rollup,
        "checkSuites": suites,
        "status": lambda: _statuses(repo, sha),
        "url": f"{repo.html}/commit/{sha}",
    }


def _file(asked: Asked, repo: Repository, sha: str, path: str) -> Json | None:
    allowed(asked, "contents=read", repo)
    entry = repo.git.at(sha, path)
    return None if entry is None else _entry(asked, repo, entry)


def _git_actor(repo: Repository, who: Signature) -> Json:
    return {
        "name": who.name,
        "email": who.email,
        "date": stamp(who.at),
        "user": actor(linked(repo, who)),
    }


def _worst(found: list[CheckRun | Status]) -> str:
    states = {
        one.conclusion or "pending" if isinstance(one, CheckRun) else one.state for one in found
    }
    if states & {"failure", "timed_out", "cancelled", "action_required", "stale"}:
        return "FAILURE"
    if "error" in states:
        return "ERROR"
    return "PENDING" if "pending" in states else "SUCCESS"


def _suite(repo: Repository, suite: Suite) -> Json:
    status, conclusion = repo.suite_conclusion(suite)
    found = [run for run in repo.latest_runs(suite.head_sha) if run.suite is suite]

    def runs(**arguments: object) -> Json:
        asked_for = cast("Json", arguments.get("filterBy") or {})
        name = asked_for.get("checkName")
        chosen = [run for run in found if name in (None, run.name)]
        return connection(chosen, lambda run: check_run(repo, cast("CheckRun", run)), arguments)

    return {
        "id": node_id("CheckSuite", suite.id),
        "databaseId": suite.id,
        "status": status.upper(),
        "conclusion": conclusion.upper() if conclusion else None,
        "app": _app(suite),
        "checkRuns": runs,
    }


def _app(suite: Suite) -> Json:
    app = suite.app
    return {"id": node_id("App", app.id), "databaseId": app.id, "slug": app.slug, "name": app.name}


def check_run(repo: Repository, run: CheckRun) -> Json:
    """Return a CheckRun."""
    return {
        "__typename": "CheckRun",
        "id": node_id("CheckRun", run.id),
        "databaseId": run.id,
        "name": run.name,
        "status": run.status.upper(),
        "conclusion": run.conclusion.upper() if run.conclusion else None,
        "startedAt": maybe_stamp(run.started_at),
        "completedAt": maybe_stamp(run.completed_at),
        "externalId": run.external_id,
        "detailsUrl": run.details_url or f"{repo.html}/runs/{run.id}",
        "url": f"{repo.html}/runs/{run.id}",
        "title": run.output.get("title"),
        "summary": run.output.get("summary"),
        "text": run.output.get("text"),
        "checkSuite": lambda: _suite(repo, run.suite),
    }


def _status(repo: Repository, one: Status) -> Json:
    return {
        "__typename": "StatusContext",
        "id": node_id("StatusContext", one.id),
        "context": one.context,
        "state": one.state.upper(),
        "description": one.description,
        "targetUrl": one.target_url,
        "createdAt": stamp(one.at),
        "creator": actor(one.creator),
        "url": f"{repo.html}/commit/{one.sha}",
    }


def _statuses(repo: Repository, sha: str) -> Json | None:
    found = repo.latest_statuses(sha)
    if not found:
        return None
    return {"state": _worst([*found]), "contexts": [_status(repo, one) for one in found]}
