"""Pull requests, their files, commits, reviews and merges."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, listed, serves
from tests.twin.github.pulls import Pull
from tests.twin.github.shapes import pulls as shapes
from tests.twin.github.shapes import trees

READS, WRITES = "pull_requests=read", "pull_requests=write"
SUFFIXES = {"application/vnd.github.diff": "-p", "application/vnd.github.v3.diff": "-p"}


def _pull(asked: Asked) -> Pull:
    found = asked.repo.pulls.get(asked.number("pull_number"))
    if found is None:
        raise NOT_FOUND
    return found


@serves("GET /repos/{owner}/{repo}/pulls", READS)
def pulls(asked: Asked) -> Answer:
    query, repo = asked.query, asked.repo
    found = list(repo.pulls.values())
    state = query.get("state", "open")
    found = [one for one in found if state in ("all", one.state)]
    if base := query.get("base"):
        found = [one for one in found if one.base_ref == base]
    if head := query.get("head"):
        found = [one for one in found if f"{one.head_owner}:{one.head_ref}" == head]
    by_update = query.get("sort") == "updated"
    ascending = query.get("direction", "desc") == "asc"
    found.sort(
        key=lambda one: (one.updated_at if by_update else one.created_at, one.number),
        reverse=not ascending,
    )
    return listed(asked, [shapes.simple_pull(one) for one in found])


@serves("POST /repos/{owner}/{repo}/pulls", WRITES)
def new_pull(asked: Asked) -> Answer:
    pull = asked.repo.new_pull(asked.body, asked.user)
    return Answer(shapes.full_pull(pull), 201)


@serves("GET /repos/{owner}/{repo}/pulls/{pull_number}", READS)
def pull(asked: Asked) -> Answer:
    one = _pull(asked)
    accept = asked.headers.get("accept", "")
    if "diff" in accept:
        flags = ("-r", "-M", "-p", "--full-index")
        raw = one.repo.git.fixed("diff-tree", *flags, one.merge_base or one.base_sha, one.head_sha)
        kind = {"Content-Type": "application/vnd.github.diff; charset=utf-8"}
        return Answer(text=raw.decode(errors="replace"), headers=kind)
    return Answer(shapes.full_pull(one))


@serves("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", WRITES)
def edit(asked: Asked) -> Answer:
    one, body = _pull(asked), dict(asked.body)
    state = body.pop("state", None)
    one.edited(asked.user, body)
    if state == "closed" and one.state == "open":
        one.closed(asked.user)
    elif state == "open" and one.state == "closed":
        one.reopened(asked.user)
    return Answer(shapes.full_pull(one))


@serves("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", READS)
def commits(asked: Asked) -> Answer:
    one = _pull(asked)
    shas = one.commits()[: asked.twin.limits.pull_commits]
    return listed(asked, [trees.commit(one.repo, sha) for sha in shas])


@serves("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", READS)
def files(asked: Asked) -> Answer:
    one = _pull(asked)
    found = one.files()[: asked.twin.limits.pull_files]
    return listed(asked, [trees.diff_entry(one.repo, one.head_sha, file) for file in found])


@serves("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", READS)
def reviews(asked: Asked) -> Answer:
    one = _pull(asked)
    return listed(asked, [shapes.review(one, review) for review in one.reviews])


@serves("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", WRITES)
def review(asked: Asked) -> Answer:
    one, body = _pull(asked), asked.body
    if "event" not in body:
        raise Refusal(422, "Validation Failed", "the twin keeps no pending reviews")
    made = one.reviewed(asked.user, body["event"], body.get("body", ""), body.get("commit_id"))
    return Answer(shapes.review(one, made))


@serves("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge", READS)
def is_merged(asked: Asked) -> Answer:
    if _pull(asked).merged_at is None:
        raise NOT_FOUND
    return Answer(status=204)


@serves("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", "contents=write")
def merge(asked: Asked) -> Answer:
    one, body = _pull(asked), asked.body
    if body.get("sha", one.head_sha) != one.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    how = body.get("merge_method", "merge")
    sha = one.merged(asked.user, how, title=body.get("commit_title"))
    return Answer({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})
