"""What is asked of GitHub in GraphQL: one question for a pull request, and few besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fitgate.core.facts import POLICY_FILES

PAGE = 100
"""As many as GitHub gives of a list at once."""
POLICIES = {f"policy{n}": path for n, path in enumerate(sorted(POLICY_FILES))}
MAY_BE_REFUSED = frozenset(
    {
        "associatedPullRequests", "comments", "headRepository", "labels", "mergeQueue", "reviews",
        "statusCheckRollup",
    }
)  # fmt: skip
"""What an answer may lack: unknown then, and said so. All else that is refused is an error."""
_DEEP = 10
_SPACES = re.compile(r"\s+")

_WHO = (
    "__typename login ... on User{databaseId} ... on Bot{databaseId} ... on Mannequin{databaseId}"
)
_ENTRY = "oid mode type size"
_POLICY = " ".join(
    f'{name}:file(path:"{path}"){{oid type object{{... on Blob{{text isBinary isTruncated}}}}}}'
    for name, path in POLICIES.items()
)
_COMMITS = """
totalCount pageInfo{hasNextPage endCursor}
nodes{commit{
  oid message
  parents(first:10){totalCount nodes{oid}}
  authors(first:20){totalCount nodes{name email user{databaseId login}}}
  committer{name email user{databaseId login}}
}}"""
_REVIEWS = f"""
totalCount pageInfo{{hasNextPage endCursor}}
nodes{{state submittedAt commit{{oid}} author{{{_WHO}}}}}"""
_CONTEXTS = """
totalCount pageInfo{hasNextPage endCursor}
nodes{
  __typename
  ... on CheckRun{
    databaseId name status conclusion startedAt completedAt title summary text externalId
    checkSuite{app{databaseId slug}}
  }
  ... on StatusContext{context state createdAt}
}"""
_PULL = f"""
number title body state isDraft merged createdAt mergedAt closedAt url isCrossRepository
changedFiles headRefName headRefOid baseRefName baseRefOid
headRepository{{databaseId nameWithOwner}}
author{{{_WHO}}}
baseRef{{target{{oid ... on Commit{{{_POLICY}}}}}}}
mergeCommit{{oid parents(first:3){{totalCount nodes{{
  oid {_POLICY} associatedPullRequests(first:20){{totalCount nodes{{number}}}}
}}}}}}
labels(first:100){{totalCount nodes{{name}}}}
commits(first:100){{{_COMMITS}}}
reviews(first:100,states:[APPROVED,CHANGES_REQUESTED,DISMISSED]){{{_REVIEWS}}}
comments(first:100){{totalCount nodes{{databaseId body viewerDidAuthor}}}}
retargeted:timelineItems(last:1,itemTypes:[BASE_REF_CHANGED_EVENT]){{
  nodes{{... on BaseRefChangedEvent{{createdAt}}}}
}}
"""
_CHECKS = f"""
associatedPullRequests(first:20){{totalCount nodes{{number state headRefOid}}}}
statusCheckRollup{{contexts(first:100){{{_CONTEXTS}}}}}
"""
_ENDED = """
totalCount pageInfo{hasNextPage endCursor}
nodes{
  __typename
  ... on CheckRun{name status conclusion completedAt}
  ... on StatusContext{context state createdAt}
}"""
_STEP = f"""
oid message committedDate
parents(first:10){{totalCount nodes{{oid}}}}
authors(first:20){{totalCount nodes{{name email user{{databaseId login}}}}}}
committer{{name email user{{databaseId login}}}}
associatedPullRequests(first:20){{totalCount nodes{{number state merged baseRefName headRefOid}}}}
statusCheckRollup{{contexts(first:100){{{_ENDED}}}}}
"""


@dataclass(frozen=True, slots=True)
class Query:
    """A question and what stands for its variables."""

    text: str
    variables: Mapping[str, object]


def _query(said: str, body: str, variables: Mapping[str, object]) -> Query:
    head = f"query($owner:String!,$name:String!{said})"
    text = f"{head}{{repository(owner:$owner,name:$name){{databaseId nameWithOwner {body}}}}}"
    return Query(_SPACES.sub(" ", text), variables)


def pull(number: int, paths: Sequence[tuple[str, str]] = ()) -> Query:
    """Ask for a pull request, and for these paths (before and after) on either side of it.

    The side before is the parent of its first commit. That is where the branch left its base,
    unless the base was merged into it since.
    """
    before = " ".join(f"f{n}:file(path:$b{n}){{{_ENTRY}}}" for n in range(len(paths)))
    after = " ".join(f"f{n}:file(path:$a{n}){{{_ENTRY}}}" for n in range(len(paths)))
    parents = f"parents(first:1){{nodes{{oid {before}}}}}"
    body = f"""
    pullRequest(number:$number){{
      {_PULL}
      first:commits(first:1){{nodes{{commit{{oid {parents}}}}}}}
      last:commits(last:1){{nodes{{commit{{oid {_CHECKS} {after}}}}}}}
    }}"""
    return _query(f",$number:Int!{_declared(paths)}", body, {"number": number, **_values(paths)})


def more(number: int, what: str, cursor: str) -> Query:
    """Ask for the next hundred of `commits`, `reviews` or `contexts` of a pull request."""
    here = "first:100,after:$cursor"
    states = "states:[APPROVED,CHANGES_REQUESTED,DISMISSED]"
    rollup = f"statusCheckRollup{{contexts({here}){{{_CONTEXTS}}}}}"
    body = {
        "commits": f"commits({here}){{{_COMMITS}}}",
        "reviews": f"reviews({here},{states}){{{_REVIEWS}}}",
        "contexts": f"last:commits(last:1){{nodes{{commit{{oid {rollup}}}}}}}",
    }[what]
    said = ",$number:Int!,$cursor:String!"
    text = f"pullRequest(number:$number){{{body}}}"
    return _query(said, text, {"number": number, "cursor": cursor})


def entries(before: str, after: str, paths: Sequence[tuple[str, str]]) -> Query:
    """Ask for the entries at these paths in a commit before and in one after."""
    sides = []
    for side, mark in (("before", "b"), ("after", "a")):
        files = " ".join(f"f{n}:file(path:${mark}{n}){{{_ENTRY}}}" for n in range(len(paths)))
        sides.append(f"{side}:object(oid:${side}){{... on Commit{{oid {files}}}}}")
    said = f",$before:GitObjectID!,$after:GitObjectID!{_declared(paths)}"
    return _query(said, " ".join(sides), {"before": before, "after": after, **_values(paths)})


def _declared(paths: Sequence[tuple[str, str]]) -> str:
    return "".join(f",$b{n}:String!,$a{n}:String!" for n in range(len(paths)))


def _values(paths: Sequence[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for n, (before, after) in enumerate(paths):
        values |= {f"b{n}": before, f"a{n}": after}
    return values


def blobs(oids: Iterable[str]) -> Query:
    """Ask for the contents of blobs by their ids."""
    asked = dict(enumerate(oids))
    content = "{... on Blob{oid byteSize isBinary isTruncated text}}"
    body = " ".join(f"o{n}:object(oid:$o{n}){content}" for n in asked)
    said = "".join(f",$o{n}:GitObjectID!" for n in asked)
    return _query(said, body, {f"o{n}": oid for n, oid in asked.items()})


def policy(commit: str, deep: int) -> Query:
    """Ask for the policy at a commit, and at as many first parents as `deep` before it."""
    body = "oid"
    for _ in range(deep):
        body = f"oid {_POLICY} parents(first:1){{nodes{{{body}}}}}"
    body = f"object(oid:$commit){{... on Commit{{{body}}}}}"
    return _query(",$commit:GitObjectID!", body, {"commit": commit})


def bringers(commits: Sequence[str]) -> Query:
    """Ask which pull requests brought these commits in."""
    pulls = "number merged mergedAt body mergeCommit{oid}"
    body = " ".join(
        f"c{n}:object(oid:$c{n}){{... on Commit{{oid "
        f"associatedPullRequests(first:10){{totalCount nodes{{{pulls}}}}}}}}}"
        for n in range(len(commits))
    )
    said = "".join(f",$c{n}:GitObjectID!" for n in range(len(commits)))
    return _query(said, body, {f"c{n}": commit for n, commit in enumerate(commits)})


def deployed(head: str) -> Query:
    """Ask how the checks on a deployed commit stand, and where the default branch is."""
    branch = f"defaultBranchRef{{name target{{oid ... on Commit{{{_dated(_DEEP)}}}}}}}"
    rollup = f"statusCheckRollup{{contexts(first:100){{{_CONTEXTS}}}}}"
    body = f"url {branch} commit:object(oid:$head){{... on Commit{{oid {rollup}}}}}"
    return _query(",$head:GitObjectID!", body, {"head": head})


def dated(commit: str) -> Query:
    """Ask for the first parents of a commit, and when each was committed."""
    body = f"object(oid:$commit){{... on Commit{{{_dated(_DEEP)}}}}}"
    return _query(",$commit:GitObjectID!", body, {"commit": commit})


def _dated(deep: int) -> str:
    body = "oid committedDate"
    for _ in range(deep):
        body = f"oid committedDate parents(first:1){{nodes{{{body}}}}}"
    return body


def line(head: str, deep: int) -> Query:
    """Ask for a commit and as many first parents as `deep`, and who brought each of them."""
    body = f"defaultBranchRef{{name}} object(oid:$head){{... on Commit{{{_chain(deep)}}}}}"
    return _stepping(_query(",$head:GitObjectID!", body, {"head": head}))


def group(head: str, branch: str, deep: int) -> Query:
    """Ask for the head of a merge group as `line` does, the queue that it is in, and our check."""
    entries = "entries(first:100){nodes{headCommit{oid} pullRequest{number}}}"
    body = f"""
    url base:ref(qualifiedName:$ref){{target{{oid}}}} mergeQueue(branch:$branch){{{entries}}}
    own:object(oid:$head){{
      ... on Commit{{oid statusCheckRollup{{contexts(first:100){{{_CONTEXTS}}}}}}}
    }}
    object(oid:$head){{... on Commit{{{_chain(deep)}}}}}"""
    values = {"head": head, "branch": branch, "ref": f"refs/heads/{branch}"}
    return _stepping(_query(",$head:GitObjectID!,$branch:String!,$ref:String!", body, values))


def releases() -> Query:
    """Ask for the releases, newest first, each with the commit that its tag stands for."""
    nodes = "nodes{databaseId tagName isDraft isPrerelease publishedAt tagCommit{oid}}"
    order = "orderBy:{field:CREATED_AT,direction:DESC}"
    text = f"defaultBranchRef{{name target{{oid}}}} releases(first:{PAGE},{order}){{{nodes}}}"
    return _query("", text, {})


def _chain(deep: int) -> str:
    body = "oid"
    for _ in range(deep):
        body = f"...step next:parents(first:1){{nodes{{{body}}}}}"
    return body


def _stepping(query: Query) -> Query:
    step = _SPACES.sub(" ", f" fragment step on Commit{{{_STEP}}}")
    return Query(query.text + step, query.variables)


def ended(commit: str, number: int | None, cursor: str | None = None) -> Query:
    """Ask for the checks of a commit, from a cursor on, and of the head of a pull request."""
    rollup = f"statusCheckRollup{{contexts(first:100,after:$cursor){{{_ENDED}}}}}"
    body = f"object(oid:$commit){{... on Commit{{oid tree{{oid}} {rollup}}}}}"
    values: dict[str, object] = {"commit": commit, "cursor": cursor}
    said = ",$commit:GitObjectID!,$cursor:String"
    if number is not None:
        last = f"commit{{oid tree{{oid}} statusCheckRollup{{contexts(first:100){{{_ENDED}}}}}}}"
        body += f" pullRequest(number:$number){{last:commits(last:1){{nodes{{{last}}}}}}}"
        values["number"], said = number, f"{said},$number:Int!"
    return _query(said, body, values)


def headed(commit: str) -> Query:
    """Ask which pull requests have a commit."""
    pulls = "associatedPullRequests(first:100){nodes{number state headRefOid}}"
    body = f"object(oid:$commit){{... on Commit{{oid {pulls}}}}}"
    return _query(",$commit:GitObjectID!", body, {"commit": commit})


def evidence(base: str, head: str, refs: Sequence[str]) -> Query:
    """Ask what each of these names stands for: a tag, a commit, a file before or after."""
    dated = "oid __typename ... on Commit{committedDate}"
    kinds = f"{dated} ... on Tag{{target{{{dated}}}}}"
    parts = []
    for n in range(len(refs)):
        parts.append(f"t{n}:ref(qualifiedName:$t{n}){{target{{{kinds}}}}}")
        parts.append(f"c{n}:object(expression:$c{n}){{{kinds}}}")
        parts.append(f"b{n}:object(expression:$b{n}){{oid __typename}}")
        parts.append(f"a{n}:object(expression:$a{n}){{oid __typename}}")
    parts.append("base:object(oid:$base){... on Commit{committedDate}}")
    said = "".join(f",${mark}{n}:String!" for n in range(len(refs)) for mark in "tcba")
    values: dict[str, object] = {"base": base}
    for n, ref in enumerate(refs):
        name, _, pin = ref.removeprefix("refs/tags/").rpartition("@")
        path = ref.partition("#")[0].removeprefix("./").strip("/")
        values |= {
            f"t{n}": f"refs/tags/{name or pin}",
            f"c{n}": pin or ref,
            f"b{n}": f"{base}:{path}",
            f"a{n}": f"{head}:{path}",
        }
    return _query(f",$base:GitObjectID!{said}", " ".join(parts), values)
