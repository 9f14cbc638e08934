"""The twin says only what GitHub publishes, and takes only what GitHub takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from github import Github, GithubException

from tests.twin.conftest import as_app
from tests.twin.github import Repository, Twin
from tests.twin.github.contract import Contract

QUERY = """
query($number: Int!) {
  rateLimit { cost remaining }
  repository(owner: "acme", name: "app") {
    databaseId
    pullRequest(number: $number) {
      title isDraft author { login ... on User { databaseId } } baseRefOid headRefOid
      files(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { path changeType } }
      reviews(first: 10) { nodes { state author { login } commit { oid } } }
      commits(last: 1) { nodes { commit {
        oid
        author { user { databaseId } }
        statusCheckRollup { contexts(first: 10) { nodes {
          ... on CheckRun { name conclusion checkSuite { app { databaseId } } }
          ... on StatusContext { context state }
        } } }
      } } }
      labels(first: 10) { nodes { name } }
      timelineItems(first: 10, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT, LABELED_EVENT]) {
        nodes { __typename ... on LabeledEvent { actor { login } label { name } } }
      }
    }
    text: object(expression: "main:eval.yaml") { ... on Blob { oid text isBinary } }
    gone: object(oid: "0000000000000000000000000000000000000000") { oid }
  }
}
"""


@pytest.fixture
def faulty(twin: Twin, repo: Repository) -> Iterator[Github]:
    """Give a client whose test wants faults: they must be there, and are then forgiven."""
    assert repo.full_name == "acme/app"
    yield as_app(twin)
    assert twin.faults
    twin.faults.clear()


def graphql(client: Github, query: str) -> str:
    """Return the message of what a query is refused with."""
    with pytest.raises(GithubException) as caught:
        client.requester.graphql_query(query, {})
    return str(caught.value)


def test_one_query_tells_all_of_a_pull_request(
    twin: Twin, repo: Repository, client: Github
) -> None:
    first = repo.push("fix", {"eval.yaml": "threshold: 0.8\n", "b": "1\n"}, by="alice")
    pull = repo.open_pull("fix", title="Loosen", by="alice")
    pull.approve("bob")
    pull.label("risky", by="bob")
    repo.push("fix", {"c": "1\n"}, by="alice", onto="main", force=True)
    repo.check("ci", pull.head_sha, "success")
    repo.status("legacy", pull.head_sha, "pending", by="bob")
    _, answer = client.requester.graphql_query(QUERY, {"number": 1})
    said = answer["data"]["repository"]
    found = said["pullRequest"]
    assert found["author"] == {"login": "alice", "databaseId": twin.user("alice").id}
    assert found["files"]["nodes"] == [{"path": "c", "changeType": "ADDED"}]
    review = {"state": "APPROVED", "author": {"login": "bob"}, "commit": {"oid": first}}
    assert found["reviews"]["nodes"] == [review]
    last = found["commits"]["nodes"][0]["commit"]
    assert last["oid"] == found["headRefOid"] == pull.head_sha
    check, status = last["statusCheckRollup"]["contexts"]["nodes"]
    assert (check["name"], check["conclusion"]) == ("ci", "SUCCESS")
    assert status == {"context": "legacy", "state": "PENDING"}
    kinds = [one["__typename"] for one in found["timelineItems"]["nodes"]]
    assert sorted(kinds) == ["HeadRefForcePushedEvent", "LabeledEvent"]
    assert said["text"]["text"] == "threshold: 0.9\n"
    assert said["gone"] is None
    assert twin.calls.kinds()["graphql"] == 1


def test_graphql_pages_by_cursor(repo: Repository, client: Github) -> None:
    repo.push("fix", {f"{number}": "1\n" for number in range(5)}, by="alice")
    repo.open_pull("fix", by="alice")
    query = """query($after: String) { repository(owner: "acme", name: "app") {
        pullRequest(number: 1) { files(first: 2, after: $after) {
            pageInfo { hasNextPage endCursor } nodes { path } } } } }"""
    paths, after = [], None
    for _ in range(3):
        _, answer = client.requester.graphql_query(query, {"after": after})
        files = answer["data"]["repository"]["pullRequest"]["files"]
        paths += [one["path"] for one in files["nodes"]]
        after = files["pageInfo"]["endCursor"]
    assert paths == ["0", "1", "2", "3", "4"]
    assert not files["pageInfo"]["hasNextPage"]


def test_a_misspelt_field_fails_as_on_github(faulty: Github) -> None:
    said = graphql(faulty, '{ repository(owner: "acme", name: "app") { nmae } }')
    assert "Field 'nmae' doesn't exist on type 'Repository'" in said


def test_what_github_has_and_the_twin_does_not_serve_is_a_fault(twin: Twin, faulty: Github) -> None:
    graphql(faulty, '{ repository(owner: "acme", name: "app") { stargazerCount } }')
    assert "the twin does not serve Repository.stargazerCount" in twin.faults[0]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('{ repository(owner: "acme", name: "nope") { id } }', "Could not resolve to a Repository"),
        ('{ repository(owner: "acme", name: "app") { pullRequest(number: 9) { id } } }', "of 9"),
        (
            '{ repository(owner: "acme", name: "app") { pullRequests { nodes { id } } } }',
            "You must provide a `first` or `last` value",
        ),
        (
            '{ repository(owner: "acme", name: "app") { labels(first: 101) { totalCount } } }',
            "exceeds the `first` limit of 100 records",
        ),
        (
            """{ repository(owner: "acme", name: "app") { pullRequests(first: 100) { nodes {
            commits(first: 100) { nodes { commit {
            checkSuites(first: 100) { totalCount } } } } } } } }""",
            "exceeds the maximum limit of 500,000",
        ),
    ],
)
def test_graphql_refuses_what_github_refuses(
    query: str, message: str, repo: Repository, client: Github
) -> None:
    assert repo.full_name == "acme/app"
    assert message in graphql(client, query)


def test_a_body_that_github_does_not_know_is_a_fault(
    twin: Twin, repo: Repository, faulty: Github
) -> None:
    there = faulty.get_repo("acme/app")
    with pytest.raises(GithubException, match="422"):
        there.create_check_run("fitgate", repo.commit("main"), conclusion="fine")
    path = "/repos/acme/app/check-runs"
    body = {"name": "fitgate", "head_sha": repo.commit("main"), "satus": "queued"}
    with pytest.raises(GithubException, match="satus"):
        faulty.requester.requestJsonAndCheck("POST", path, input=body)
    assert ["fine" in fault or "satus" in fault for fault in twin.faults] == [True, True]
    assert repo.check_runs == {}


def test_more_than_fifty_annotations_in_one_request_are_refused(
    twin: Twin, repo: Repository, faulty: Github
) -> None:
    note = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice"}
    output = {"title": "t", "summary": "s", "annotations": [{**note, "message": "m"}] * 51}
    body = {"name": "fitgate", "head_sha": repo.commit("main"), "output": output}
    with pytest.raises(GithubException, match="422"):
        faulty.requester.requestJsonAndCheck("POST", "/repos/acme/app/check-runs", input=body)
    assert "annotations" in twin.faults[0]


@pytest.mark.parametrize("path", ["/repos/acme/app/pulls?sate=all", "/repos/acme/app/milestones"])
def test_a_question_that_nobody_answers_is_a_fault(path: str, faulty: Github) -> None:
    with pytest.raises(GithubException):
        faulty.requester.requestJsonAndCheck("GET", path)


def test_an_answer_or_a_webhook_that_github_would_not_send_is_found() -> None:
    contract = Contract()
    name = "GET /repos/{owner}/{repo}/labels/{name}"
    label = {"id": 1, "name": "io:data", "color": "ff0000", "description": None}
    whole, problems = contract.response(name, 200, label)
    assert problems == []
    assert isinstance(whole, dict)
    assert whole["default"] is False  # what is not modelled is completed
    assert contract.response(name, 200, {**label, "colour": "red"})[1] == [
        f"{name} 200: GitHub does not send .colour"
    ]
    assert contract.response(name, 200, {**label, "id": "one"})[1] != []
    assert contract.response(name, 202, label)[1] == [f"{name}: GitHub does not answer 202"]
    assert contract.webhook("label", "painted", {})[1] == [
        "webhook label.painted: GitHub sends no such event"
    ]
    assert contract.webhook("label", "created", {"action": "created", "label": 3})[1] != []
