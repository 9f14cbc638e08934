"""Commits, comparisons, contents, branches, tags, releases and activity."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, link, listed, page_of, serves
from tests.twin.github.clock import moment
from tests.twin.github.description import Json
from tests.twin.github.diffs import changed
from tests.twin.github.shapes import pulls as pull_shapes
from tests.twin.github.shapes import rules, trees

READS = "contents=read"
PERIODS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
RAW = "raw"


def _sha(asked: Asked, name: str) -> str:
    sha = asked.repo.sha_of(name)
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {name}")
    return sha


@serves("GET /repos/{owner}/{repo}/commits", READS)
def commits(asked: Asked) -> Answer:
    query, repo = asked.query, asked.repo
    start = repo.sha_of(query.get("sha", repo.default_branch))
    if start is None:
        raise NOT_FOUND
    paths = ("--", query["path"]) if "path" in query else ()
    shas = repo.git.log(start, *paths)
    shown = [repo.git.show(sha) for sha in shas]
    if since := query.get("since"):
        shown = [one for one in shown if one.committer.at >= moment(since)]
    if until := query.get("until"):
        shown = [one for one in shown if one.committer.at <= moment(until)]
    page, headers = page_of(asked, [one.sha for one in shown])
    return Answer([trees.commit(repo, str(sha)) for sha in page], headers=headers)


@serves("GET /repos/{owner}/{repo}/commits/{ref}", READS)
def commit(asked: Asked) -> Answer:
    repo, sha = asked.repo, _sha(asked, asked.given["ref"])
    if "sha" in asked.headers.get("accept", "").rpartition(".")[2]:
        return Answer(text=sha, headers={"Content-Type": "application/vnd.github.sha"})
    parents = repo.git.show(sha).parents
    files = changed(repo.git, parents[0] if parents else None, sha, asked.twin.limits)
    page, headers = page_of(asked, files[: asked.twin.limits.pull_files], most=300)
    if "per_page" not in asked.query:
        page = list(files[: asked.twin.limits.compared_files])
    added, removed = sum(f.additions for f in files), sum(f.deletions for f in files)
    stats = {"additions": added, "deletions": removed, "total": added + removed}
    shown = [trees.diff_entry(repo, sha, f) for f in files if f in page]
    return Answer({**trees.commit(repo, sha), "stats": stats, "files": shown}, headers=headers)


@serves("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", "pull_requests=read")
def commit_pulls(asked: Asked) -> Answer:
    """Return the merged pull request that brought a commit in, else the open ones that have it."""
    repo, sha = asked.repo, _sha(asked, asked.given["commit_sha"])
    found = [
        one
        for one in repo.pulls.values()
        if sha in one.brought or sha == one.head_sha or sha in one.commits()
    ]
    merged = [one for one in found if one.merged_at is not None]
    return listed(asked, [pull_shapes.simple_pull(one) for one in merged or found])


@serves("GET /repos/{owner}/{repo}/compare/{basehead}", READS)
def compare(asked: Asked) -> Answer:
    repo, limits = asked.repo, asked.twin.limits
    left, dots, right = asked.given["basehead"].partition("...")
    if not dots:
        raise NOT_FOUND
    base, head = repo.sha_of(left), repo.sha_of(right)
    if base is None or head is None:
        raise NOT_FOUND
    common = repo.git.merge_base(base, head)
    if common is None:
        raise Refusal(404, f"No common ancestor between {left} and {right}.")
    ahead = repo.git.log(head, f"^{base}")[::-1]
    behind = repo.git.log(base, f"^{head}")
    files = changed(repo.git, common, head, limits)[: limits.compared_files]
    word = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    html = f"{repo.html}/compare/{left}...{right}"
    paged = "page" in asked.query or "per_page" in asked.query
    page, headers = page_of(asked, ahead)
    shown = page if paged else ahead[: limits.compared_commits]
    return Answer(
        {
            "url": f"{repo.url}/compare/{left}...{right}",
            "html_url": html,
            "permalink_url": f"{repo.html}/compare/{base}...{head}",
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "base_commit": trees.commit(repo, base),
            "merge_base_commit": trees.commit(repo, common),
            "status": word.get((bool(ahead), bool(behind)), "identical"),
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [trees.commit(repo, str(sha)) for sha in shown],
            "files": [trees.diff_entry(repo, head, f) for f in files],
        },
        headers=headers if paged else {},
    )


@serves("GET /repos/{owner}/{repo}/contents/{path}", READS)
def content(asked: Asked) -> Answer:
    repo, path = asked.repo, asked.given["path"].strip("/")
    name = asked.query.get("ref", repo.default_branch)
    sha = repo.sha_of(name)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {name}")
    entry = repo.git.at(sha, path) if path else None
    if path and entry is None:
        raise NOT_FOUND
    if entry is None or entry.kind == "tree":
        inside = repo.git.ls(sha, path=path)
        prefix = f"{path}/" if path else ""
        return Answer(
            [trees.content(repo, sha, f"{prefix}{one.path}", one, whole=False) for one in inside]
        )
    if "raw" in asked.headers.get("accept", ""):
        found = repo.git.read(entry.oid)
        kind = {"Content-Type": "application/vnd.github.raw; charset=utf-8"}
        return Answer(text=(found[1] if found else b"").decode(errors="replace"), headers=kind)
    return Answer(trees.content(repo, sha, path, entry, whole=True))


def _branch(asked: Asked, name: str, sha: str) -> Json:
    repo = asked.repo
    url = f"{repo.url}/branches/{quote(name)}/protection"
    protected = name in repo.protections or any(True for _ in repo.rules_on(name))
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{repo.url}/commits/{sha}"},
        "protected": protected,
        "protection_url": url,
    }


@serves("GET /repos/{owner}/{repo}/branches", READS)
def branches(asked: Asked) -> Answer:
    found = asked.repo.branches()
    own = {name: sha for name, sha in found.items() if not name.startswith("forks/")}
    return listed(asked, [_branch(asked, name, sha) for name, sha in own.items()])


@serves("GET /repos/{owner}/{repo}/branches/{branch}", READS)
def branch(asked: Asked) -> Answer:
    repo, name = asked.repo, asked.given["branch"]
    sha = repo.branches().get(name)
    if sha is None:
        raise Refusal(404, "Branch not found")
    links = {"self": f"{repo.url}/branches/{name}", "html": f"{repo.html}/tree/{name}"}
    said = {**_branch(asked, name, sha), "commit": trees.commit(repo, sha), "_links": links}
    return Answer({**said, "protection": {"enabled": name in repo.protections}})


@serves("GET /repos/{owner}/{repo}/tags", READS)
def tags(asked: Asked) -> Answer:
    repo = asked.repo
    names = [ref.removeprefix("refs/tags/") for ref in repo.git.refs("refs/tags/")]
    return listed(asked, [_tag(asked, name) for name in reversed(names)])


def _tag(asked: Asked, name: str) -> Json:
    repo = asked.repo
    sha = repo.commit(f"refs/tags/{name}")
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{repo.url}/commits/{sha}"},
        "zipball_url": f"{repo.url}/zipball/refs/tags/{name}",
        "tarball_url": f"{repo.url}/tarball/refs/tags/{name}",
        "node_id": "",
    }


@serves("GET /repos/{owner}/{repo}/activity", READS)
def activity(asked: Asked) -> Answer:
    repo, query = asked.repo, asked.query
    found = list(reversed(repo.activity))
    if days := PERIODS.get(query.get("time_period", "")):
        since = asked.twin.clock.now - timedelta(days=days)
        found = [one for one in found if one.at >= since]
    if kind := query.get("activity_type"):
        found = [one for one in found if one.kind == kind]
    if ref := query.get("ref"):
        found = [one for one in found if ref in (one.ref, one.ref.removeprefix("refs/heads/"))]
    if actor := query.get("actor"):
        found = [one for one in found if one.actor.login == actor]
    if query.get("direction") == "asc":
        found.reverse()
    size = min(int(query.get("per_page", "30")), 100)
    start = 0
    if after := query.get("after"):
        start = next((n + 1 for n, one in enumerate(found) if str(one.id) == after), len(found))
    page = found[start : start + size]
    more = len(found) > start + size
    links = [({"after": str(page[-1].id)}, "next")] if more else []
    return Answer([rules.activity(repo, one) for one in page], headers=link(asked, links))
