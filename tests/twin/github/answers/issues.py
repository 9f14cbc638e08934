"""Issues, comments and labels."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, listed, serves
from tests.twin.github.clock import moment
from tests.twin.github.issues import GREY, Comment, Issue, Label
from tests.twin.github.people import LEVELS, at_least
from tests.twin.github.shapes import talk

READS = "issues=read|pull_requests=read"
WRITES = "issues=write|pull_requests=write"
ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
LABEL = "/repos/{owner}/{repo}/labels/{name}"


def _issue(asked: Asked) -> Issue:
    found = asked.repo.issues.get(asked.number("issue_number"))
    if found is None:
        raise NOT_FOUND
    return found


def _comment(asked: Asked) -> Comment:
    found = asked.repo.comments.get(asked.number("comment_id"))
    if found is None:
        raise NOT_FOUND
    return found


def _own(asked: Asked, one: Comment) -> None:
    """Let an App or a person edit their own comments, and writers everybody's."""
    writer = at_least(LEVELS, asked.repo.role_of(asked.user.login), "write")
    if one.author is not asked.user and not writer and asked.caller.kind == "user":
        raise Refusal(403, "Must have admin rights to Repository.")


@serves("GET /repos/{owner}/{repo}/issues", "issues=read")
def issues(asked: Asked) -> Answer:
    query = asked.query
    found = list(asked.repo.issues.values())
    state = query.get("state", "open")
    found = [one for one in found if state in ("all", one.state)]
    if wanted := query.get("labels"):
        names = wanted.split(",")
        found = [one for one in found if all(name in one.labels for name in names)]
    if since := query.get("since"):
        found = [one for one in found if one.updated_at >= moment(since)]
    by_update = query.get("sort") == "updated"
    found.sort(
        key=lambda one: (one.updated_at if by_update else one.created_at, one.number),
        reverse=query.get("direction", "desc") == "desc",
    )
    return listed(asked, [talk.issue(one) for one in found])


@serves("POST /repos/{owner}/{repo}/issues", "issues=write")
def new_issue(asked: Asked) -> Answer:
    body = asked.body
    labels = tuple(one if isinstance(one, str) else one["name"] for one in body.get("labels", ()))
    issue = asked.repo.new_issue(body["title"], body.get("body"), asked.user, labels)
    return Answer(talk.issue(issue), 201)


@serves(f"GET {ISSUE}", READS)
def issue(asked: Asked) -> Answer:
    return Answer(talk.issue(_issue(asked)))


@serves(f"PATCH {ISSUE}", WRITES)
def edit_issue(asked: Asked) -> Answer:
    one, body = _issue(asked), asked.body
    one.title = body.get("title", one.title)
    one.body = body.get("body", one.body)
    if "labels" in body:
        _set_labels(asked, one, [x if isinstance(x, str) else x["name"] for x in body["labels"]])
    if body.get("state") == "closed" and one.state == "open":
        one.closed(asked.user)
    elif body.get("state") == "open" and one.state == "closed":
        one.reopened(asked.user)
    return Answer(talk.issue(one))


@serves(f"GET {ISSUE}/comments", READS)
def comments(asked: Asked) -> Answer:
    found = _issue(asked).comments
    if since := asked.query.get("since"):
        found = [one for one in found if one.updated_at >= moment(since)]
    return listed(asked, [talk.comment(one) for one in found])


@serves("GET /repos/{owner}/{repo}/issues/comments", READS)
def all_comments(asked: Asked) -> Answer:
    found = list(asked.repo.comments.values())
    if since := asked.query.get("since"):
        found = [one for one in found if one.updated_at >= moment(since)]
    by_update = asked.query.get("sort") == "updated"
    found.sort(
        key=lambda one: (one.updated_at if by_update else one.created_at, one.id),
        reverse=asked.query.get("direction") == "desc",
    )
    return listed(asked, [talk.comment(one) for one in found])


@serves(f"POST {ISSUE}/comments", WRITES)
def new_comment(asked: Asked) -> Answer:
    made = _issue(asked).said(asked.user, asked.body["body"], asked.caller.app)
    return Answer(talk.comment(made), 201)


@serves(f"GET {COMMENT}", READS)
def comment(asked: Asked) -> Answer:
    return Answer(talk.comment(_comment(asked)))


@serves(f"PATCH {COMMENT}", WRITES)
def edit_comment(asked: Asked) -> Answer:
    one = _comment(asked)
    _own(asked, one)
    one.issue.reworded(one, asked.body["body"], asked.user)
    return Answer(talk.comment(one))


@serves(f"DELETE {COMMENT}", WRITES)
def delete_comment(asked: Asked) -> Answer:
    one = _comment(asked)
    _own(asked, one)
    one.issue.unsaid(one, asked.user)
    return Answer(status=204)


@serves(f"POST {COMMENT}/reactions", WRITES)
def react(asked: Asked) -> Answer:
    one, content = _comment(asked), asked.body["content"]
    status = 200 if (asked.user.login, content) in one.reactions else 201
    one.reactions.setdefault((asked.user.login, content), asked.twin.fresh())
    return Answer(talk.reaction(one, asked.user, content), status)


@serves(f"GET {ISSUE}/events", READS)
def history(asked: Asked) -> Answer:
    one = _issue(asked)
    return listed(asked, [talk.happened(one, event) for event in one.history])


@serves(f"GET {ISSUE}/labels", READS)
def labels_of(asked: Asked) -> Answer:
    return listed(asked, talk.labels(_issue(asked)))


def _names(asked: Asked) -> list[str]:
    """Read labels in each form that GitHub takes: a bare array, names or objects."""
    said = asked.body.get("", asked.body)
    found = said.get("labels", ()) if isinstance(said, dict) else said or ()
    return [one if isinstance(one, str) else one["name"] for one in found]


@serves(f"POST {ISSUE}/labels", WRITES)
def add_labels(asked: Asked) -> Answer:
    one = _issue(asked)
    one.labelled(tuple(_names(asked)), asked.user, asked.caller.app)
    return Answer(talk.labels(one))


def _set_labels(asked: Asked, one: Issue, names: list[str]) -> None:
    for name in [name for name in one.labels if name not in names]:
        one.unlabelled(name, asked.user, asked.caller.app)
    one.labelled(tuple(names), asked.user, asked.caller.app)


@serves(f"PUT {ISSUE}/labels", WRITES)
def set_labels(asked: Asked) -> Answer:
    one = _issue(asked)
    _set_labels(asked, one, _names(asked))
    return Answer(talk.labels(one))


@serves(f"DELETE {ISSUE}/labels/{{name}}", WRITES)
def remove_label(asked: Asked) -> Answer:
    one = _issue(asked)
    one.unlabelled(asked.given["name"], asked.user, asked.caller.app)
    return Answer(talk.labels(one))


@serves("GET /repos/{owner}/{repo}/labels", READS)
def labels(asked: Asked) -> Answer:
    repo = asked.repo
    return listed(asked, [talk.label(repo, one) for one in repo.labels.values()])


@serves("POST /repos/{owner}/{repo}/labels", WRITES)
def new_label(asked: Asked) -> Answer:
    body = asked.body
    label = Label(0, body["name"], body.get("color", GREY), body.get("description"))
    return Answer(talk.label(asked.repo, asked.repo.new_label(label, asked.user)), 201)


def _label(asked: Asked) -> Label:
    found = asked.repo.label_named(asked.given["name"])
    if found is None:
        raise NOT_FOUND
    return found


@serves(f"GET {LABEL}", READS)
def label(asked: Asked) -> Answer:
    return Answer(talk.label(asked.repo, _label(asked)))


@serves(f"PATCH {LABEL}", WRITES)
def edit_label(asked: Asked) -> Answer:
    one, body = _label(asked), asked.body
    about = body.get("description", one.description)
    name, color = body.get("new_name", one.name), body.get("color", one.color)
    asked.repo.relabelled(one, name, color, about, asked.user)
    return Answer(talk.label(asked.repo, one))


@serves(f"DELETE {LABEL}", WRITES)
def delete_label(asked: Asked) -> Answer:
    asked.repo.dropped_label(_label(asked).name, asked.user)
    return Answer(status=204)
