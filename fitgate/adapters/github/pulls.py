"""From GitHub's answer about a pull request to facts: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from fitgate.adapters.github.checks import (
    Node,
    OwnCheck,
    contexts_of,
    evaluations,
    is_cut,
    own_check,
)
from fitgate.adapters.github.hands import Commit, Contributors, contributors_of, person
from fitgate.adapters.github.moments import known_at, moment
from fitgate.core.facts import Approval, Change, Facts, Person, Repo, Unknown
from fitgate.core.trailers import parse_trailers

NOT_ON_A_FORGE = tuple(
    Unknown(what, "a forge does not hold them; the ledger does")
    for what in ("drills", "breakers", "overrides")
)


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as GitHub tells of it, apart from its files.

    `base` is the tip of its base branch, whose policy judges it; `fork` the commit at which it
    left that, None where its commits do not tell. `since` is when it was opened, or last turned to
    another base. `comments_cut`: a comment of ours may be there although `comment` has none.
    `rebased`: its commits were put on the base one by one, so `base` is not to be told from it.
    """

    facts: Facts
    base: str
    head: str
    fork: str | None
    since: datetime
    branch_repo: str | None
    url: str
    check: OwnCheck | None
    siblings: tuple[int, ...] | None
    comment: tuple[int, str] | None
    comments_cut: bool
    changed_files: int
    policy: Node = field(default_factory=dict)
    rebased: bool = False


def read_pull(
    repository: Node, refused: Mapping[str, str], at: datetime, mark: str, app: int
) -> Pull:
    """Return what an answer to `queries.pull`, all pages joined, says as of a moment.

    `mark` is what our own comment begins with, `app` the id of our App, 0 if that is not known.
    """
    node = repository["pullRequest"]
    repo = Repo(f"github:{repository['databaseId']}", str(repository["nameWithOwner"]))
    merged_at = moment(node["mergedAt"])
    as_of = at if merged_at is None else merged_at
    base, policy, rebased = _base(node)
    head = str(node["headRefOid"])
    commits = _commits(node)
    hands = contributors_of(commits, cut=is_cut(node.get("commits")))
    reviews = tuple(_reviews(node, as_of))
    contexts = contexts_of(node, refused)
    author = person(node["author"])
    people = [*hands.people, *(who for who, _ in reviews), *filter(None, [author])]
    change = Change(
        id=f"github:{repo.name}#{node['number']}",
        kind="pull",
        title=str(node["title"]),
        body=str(node["body"] or ""),
        number=int(node["number"]),
        branch=str(node["headRefName"]),
        author=author.id if author else None,
        contributors=hands.everyone,
        labels=_labels(node),
        trailers=tuple(_declared(node, commits)),
        base=base,
        head=head,
        landed_at=merged_at,
        landed_as=_landed_as(node),
        landing=(node["mergeCommit"] or {}).get("oid") if node["merged"] else None,
    )
    facts = Facts(
        as_of, "github", repo, change,
        people=tuple(_distinct(people)),
        approvals=None if is_cut(node.get("reviews")) else tuple(each for _, each in reviews),
        evaluations=None if contexts is None else tuple(evaluations(contexts, as_of)),
        unknown=(*_unread(node, author, hands, contexts, refused), *NOT_ON_A_FORGE),
    )  # fmt: skip
    retargeted = [moment(one.get("createdAt")) for one in node["retargeted"]["nodes"] if one]
    last = node["last"]["nodes"][0]["commit"] if node["last"]["nodes"] else {}
    return Pull(
        facts, base, head,
        fork=_fork(node, commits),
        since=max(filter(None, [moment(node["createdAt"]), *retargeted]), default=as_of),
        branch_repo=(node["headRepository"] or {}).get("nameWithOwner"),
        url=str(node["url"]),
        check=own_check(contexts, app),
        siblings=_siblings(last, int(node["number"]), head),
        comment=_comment(node, mark),
        comments_cut=is_cut(node.get("comments")) or _is_marked(node, mark),
        changed_files=int(node["changedFiles"]),
        policy=policy,
        rebased=rebased,
    )  # fmt: skip


def _base(node: Node) -> tuple[str, Node, bool]:
    """Return the commit whose policy judges: the tip of the base, or where it was at the merge.

    It is where a merge or squash stands on. A commit that the pull request brought as well tells of
    a rebase: then it is further back.
    """
    merge = node["mergeCommit"]
    if node["merged"] and merge and merge["parents"]["nodes"]:
        parent = merge["parents"]["nodes"][0]
        brought = parent["associatedPullRequests"]
        numbers = [one["number"] for one in (brought or {}).get("nodes") or ()]
        if merge["parents"]["totalCount"] > 1 or parent["oid"] == node["baseRefOid"]:
            return str(parent["oid"]), parent, False
        if brought is not None and node["number"] not in numbers:
            return str(parent["oid"]), parent, False
        return str(node["baseRefOid"]), {}, True
    target = (node["baseRef"] or {}).get("target") or {}
    if node["merged"] or not target:
        return str(node["baseRefOid"]), {}, False
    return str(target["oid"]), target, False


def _landed_as(node: Node) -> Literal["merge", "squash"] | None:
    if not node["merged"] or not node["mergeCommit"]:
        return None
    return "merge" if node["mergeCommit"]["parents"]["totalCount"] > 1 else "squash"


def _commits(node: Node) -> tuple[Commit, ...]:
    said = (node.get("commits") or {}).get("nodes") or ()
    return tuple(Commit.of(one["commit"]) for one in said)


def _fork(node: Node, commits: Sequence[Commit]) -> str | None:
    """Return where the branch left its base: the one commit from which all of its own come.

    Where several are, as when the base was merged into it, the graph alone does not tell.
    """
    own = {commit.oid for commit in commits}
    outside = {parent for commit in commits for parent in commit.parents} - own
    whole = not is_cut(node.get("commits")) and all(commit.parents for commit in commits)
    return outside.pop() if whole and len(outside) == 1 else None


def _reviews(node: Node, as_of: datetime) -> Iterator[tuple[Person, Approval]]:
    """Yield who stands by an approval: the last word of each counts, a remark is none.

    GitHub, "List reviews": in the order in which they came.
    """
    last: dict[str, tuple[Person, Node]] = {}
    for review in (node.get("reviews") or {}).get("nodes") or ():
        who, at = person(review["author"]), known_at(review["submittedAt"], as_of)
        if who is not None and at is not None:
            last[who.id] = (who, review)
    for who, review in last.values():
        at = known_at(review["submittedAt"], as_of)
        if str(review["state"]).upper() == "APPROVED" and at is not None:
            commit = (review["commit"] or {}).get("oid")
            yield who, Approval(who.id, at, commit=commit)


def _labels(node: Node) -> tuple[str, ...] | None:
    labels = node.get("labels")
    return None if is_cut(labels) else tuple(str(one["name"]) for one in labels["nodes"])  # type: ignore[index] # what is cut was told


def _declared(node: Node, commits: Iterable[Commit]) -> Iterator[Any]:
    yield from parse_trailers(str(node["body"] or ""), "description")
    for commit in reversed(tuple(commits)):
        yield from parse_trailers(commit.message, f"commit {commit.oid}")


def _siblings(commit: Node, number: int, head: str) -> tuple[int, ...] | None:
    """Return the other open pull requests with the same head; None: they could not be told."""
    found = commit.get("associatedPullRequests")
    if is_cut(found):
        return None
    open_ = (one for one in found["nodes"] if one["state"] == "OPEN" and one["headRefOid"] == head)  # type: ignore[index] # what is cut was told
    return tuple(int(one["number"]) for one in open_ if one["number"] != number)


def _comment(node: Node, mark: str) -> tuple[int, str] | None:
    for comment in (node.get("comments") or {}).get("nodes") or ():
        if comment["viewerDidAuthor"] and str(comment["body"]).startswith(mark):
            return int(comment["databaseId"]), str(comment["body"])
    return None


def _is_marked(node: Node, mark: str) -> bool:
    """Say whether a comment has our mark, whoever wrote it: who did is then asked again."""
    said = (node.get("comments") or {}).get("nodes") or ()
    return any(str(comment["body"]).startswith(mark) for comment in said)


def _distinct(people: Iterable[Person]) -> Iterator[Person]:
    """Yield each once; what is told of somebody as a human or a bot is kept."""
    known: dict[str, Person] = {}
    for one in people:
        if one.id not in known or known[one.id].kind == "unknown":
            known[one.id] = replace(one)
    yield from sorted(known.values(), key=lambda one: one.id)


def _unread(
    node: Node,
    author: Person | None,
    hands: Contributors,
    contexts: list[Node] | None,
    refused: Mapping[str, str],
) -> Iterator[Unknown]:
    if author is None:
        yield Unknown("author", "GitHub does not tell who opened it")
    yield from hands.unknown
    lists = {"approvals": node.get("reviews"), "labels": node.get("labels")}
    for what, connection in lists.items():
        if is_cut(connection):
            yield Unknown(what, _why(connection, what, refused))
    if contexts is None:
        yield Unknown("evaluations", _why(None, "evaluations", refused))


def _why(connection: Node | None, what: str, refused: Mapping[str, str]) -> str:
    names = {"approvals": "reviews", "labels": "labels", "evaluations": "statusCheckRollup"}
    for path, message in refused.items():
        if names[what] in path:
            return f"GitHub refuses them: {message}"
    if connection is not None:
        return f"GitHub gave {len(connection['nodes'])} of {connection['totalCount']}"
    return "GitHub did not give all of them"
