"""What the twin holds, as the real PyGithub reads and writes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from github import Github, GithubException, UnknownObjectException

from tests.twin.conftest import as_person
from tests.twin.github import Refusal, Repository, Twin
from tests.twin.github.answer import ROUTES
from tests.twin.github.description import Json
from tests.twin.github.vendor import wanted


def test_the_twin_answers_exactly_the_operations_that_it_vendors() -> None:
    assert set(ROUTES) - {"POST /graphql"} == set(wanted("operations.txt"))


def test_a_pull_request_has_the_files_that_git_says_it_changes(
    repo: Repository, client: Github
) -> None:
    repo.push("old", {"docs/a.md": "".join(f"{n}\n" for n in range(20))}, by="alice")
    repo.reset("main", "old", by="maintainer")
    files = {"eval.yaml": "threshold: 0.8\n", "logo.png": b"\0\1", "docs/a.md": None}
    moved = {"docs/b.md": "".join(f"{n}\n" for n in range(19))}
    repo.push("fix", {**files, **moved, "run.sh": ("100755", "exit\n")}, by="alice", onto="main")
    repo.open_pull("fix", by="alice")
    found = {one.filename: one for one in client.get_repo("acme/app").get_pull(1).get_files()}
    assert list(found) == ["docs/b.md", "eval.yaml", "logo.png", "run.sh"]
    assert found["docs/b.md"].status == "renamed"
    assert found["docs/b.md"].previous_filename == "docs/a.md"
    assert found["eval.yaml"].patch == "@@ -1 +1 @@\n-threshold: 0.9\n+threshold: 0.8"
    assert found["logo.png"].status == "added"
    assert "patch" not in found["logo.png"].raw_data
    assert found["run.sh"].additions == 1


def test_a_patch_that_is_too_large_is_left_out(
    twin: Twin, repo: Repository, client: Github
) -> None:
    twin.limits.patch_lines = 3
    repo.push("fix", {"a.txt": "1\n2\n3\n4\n", "b.txt": "1\n"}, by="alice")
    repo.open_pull("fix", by="alice")
    files = list(client.get_repo("acme/app").get_pull(1).get_files())
    assert [(one.filename, one.additions, one.patch is None) for one in files] == [
        ("a.txt", 4, True),
        ("b.txt", 1, False),
    ]


def test_files_and_commits_of_a_pull_request_end_where_githubs_lists_end(
    twin: Twin, repo: Repository, client: Github
) -> None:
    twin.limits.pull_files, twin.limits.pull_commits = 3, 1
    repo.push("fix", {f"{n}.txt": "x\n" for n in range(5)}, by="alice")
    repo.push("fix", {"more.txt": "x\n"}, by="alice")
    repo.open_pull("fix", by="alice")
    pull = client.get_repo("acme/app").get_pull(1)
    assert (pull.changed_files, len(list(pull.get_files()))) == (6, 3)
    assert (pull.commits, len(list(pull.get_commits()))) == (2, 1)


def test_commits_tell_whose_accounts_they_are_if_anybodys(repo: Repository, client: Github) -> None:
    repo.push("fix", {"a": "1\n"}, by="alice", message="Mine\n\nSigned-off-by: me")
    repo.push("fix", {"a": "2\n"}, by="alice", author=("Ghost", "ghost@elsewhere.example"))
    repo.open_pull("fix", by="alice")
    mine, theirs = client.get_repo("acme/app").get_pull(1).get_commits()
    assert (mine.author.login, mine.commit.message) == ("alice", "Mine\n\nSigned-off-by: me")
    assert theirs.commit.author.email == "ghost@elsewhere.example"
    assert theirs.raw_data["author"] is None
    assert theirs.committer.login == "alice"
    assert theirs.parents[0].sha == mine.sha


def test_reviews_are_bound_to_the_commit_that_was_seen(repo: Repository, client: Github) -> None:
    seen = repo.push("fix", {"a": "1\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    pull.approve("bob", "Fine")
    pull.push({"a": "2\n"})
    pull.remark("bob", "Hm")
    found = list(client.get_repo("acme/app").get_pull(1).get_reviews())
    assert [(one.state, one.user.login, one.commit_id == seen) for one in found] == [
        ("APPROVED", "bob", True),
        ("COMMENTED", "bob", False),
    ]
    with pytest.raises(Refusal, match="Can not approve your own pull request"):
        pull.approve("alice")


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_pull_request_is_merged_in_three_ways(
    how: str, twin: Twin, repo: Repository, client: Github
) -> None:
    base = repo.commit("main")
    for number in (1, 2):
        repo.push("fix", {f"{number}.txt": "x\n"}, by="alice", message=f"Step {number}")
    pull = repo.open_pull("fix", title="Two steps", by="alice")
    mine = as_person(twin, "bob").get_repo("acme/app").get_pull(1)
    assert mine.mergeable
    sha = mine.merge(merge_method=how).sha
    after = client.get_repo("acme/app").get_pull(1)
    assert (after.merged, after.merged_by.login, after.merge_commit_sha) == (True, "bob", sha)
    assert repo.commit("main") == sha
    new = repo.git.log(sha, f"^{base}")
    assert len(new) == {"merge": 3, "squash": 1, "rebase": 2}[how]
    assert len(repo.git.show(sha).parents) == (2 if how == "merge" else 1)
    assert repo.git.at(sha, "2.txt") is not None
    there = client.get_repo("acme/app")
    assert all(there.get_commit(one).get_pulls()[0].number == 1 for one in new)
    assert pull.merge_sha == sha


def test_what_conflicts_is_not_mergeable(repo: Repository, client: Github) -> None:
    repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    repo.push("main", {"eval.yaml": "threshold: 0.7\n"}, by="bob")
    found = client.get_repo("acme/app").get_pull(1)
    assert (found.mergeable, found.mergeable_state) == (False, "dirty")
    with pytest.raises(Refusal, match="merge conflicts"):
        pull.merge("bob")


def test_the_base_stays_where_it_was_until_somebody_pushes(
    repo: Repository, client: Github
) -> None:
    base = repo.commit("main")
    repo.push("fix", {"a": "1\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    newer = repo.push("main", {"b": "1\n"}, by="bob")
    assert client.get_repo("acme/app").get_pull(1).base.sha == base
    pull.push({"a": "2\n"})
    assert client.get_repo("acme/app").get_pull(1).base.sha == newer


def test_a_pull_request_may_come_from_a_fork(repo: Repository, client: Github) -> None:
    sha = repo.push("forks/rita/fix", {"a": "1\n"}, by="rita")
    repo.open_pull("rita:fix", by="rita")
    pull = client.get_repo("acme/app").get_pull(1)
    assert (pull.head.label, pull.head.repo.full_name, pull.head.sha) == (
        "rita:fix",
        "rita/app",
        sha,
    )
    run = client.get_repo("acme/app").create_check_run("fitgate", sha, status="in_progress")
    assert run.pull_requests == []


def test_labels_are_made_put_on_renamed_and_taken_off(repo: Repository, client: Github) -> None:
    repo.push("fix", {"a": "1\n"}, by="alice")
    repo.open_pull("fix", by="alice")
    there = client.get_repo("acme/app")
    there.create_label("io:data", "ff0000", "Data that cannot be had again")
    issue = there.get_issue(1)
    issue.add_to_labels("io:data", "unheard-of")
    assert [one.name for one in issue.get_labels()] == ["io:data", "unheard-of"]
    there.get_label("IO:Data").edit("io:dataset", "00ff00")
    issue.remove_from_labels("unheard-of")
    assert [one.name for one in there.get_issue(1).labels] == ["io:dataset"]
    with pytest.raises(GithubException, match="Label does not exist"):
        issue.remove_from_labels("unheard-of")
    events = [(one.event, one.label.name) for one in issue.get_events()]
    assert events[-1] == ("unlabeled", "unheard-of")


def test_comments_are_written_edited_reacted_to_and_deleted(
    repo: Repository, client: Github
) -> None:
    repo.push("fix", {"a": "1\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    pull.comment("rita", "/fitgate explain")
    issue = client.get_repo("acme/app").get_issue(1)
    comment = issue.create_comment("Held.")
    comment.edit("Held until Tuesday.")
    comment.create_reaction("eyes")
    said = [(one.user.login, one.body) for one in issue.get_comments()]
    assert said == [("rita", "/fitgate explain"), ("fitgate[bot]", "Held until Tuesday.")]
    comment.delete()
    assert len(list(issue.get_comments())) == 1


def test_checks_keep_what_was_said_and_add_annotations_up(
    twin: Twin, repo: Repository, client: Github
) -> None:
    sha = repo.push("fix", {"a": "1\n"}, by="alice")
    repo.open_pull("fix", by="alice")
    there = client.get_repo("acme/app")
    note: Json = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice"}
    notes = [{**note, "message": str(number)} for number in range(60)]
    output: Json = {"title": "Held", "summary": "For 48 hours"}
    run = there.create_check_run(
        "fitgate", sha, status="in_progress", output={**output, "annotations": notes[:50]}
    )
    button = {"label": "Re-check", "description": "Look again", "identifier": "recheck"}
    run.edit(
        conclusion="action_required",
        output={**output, "annotations": notes[50:]},
        actions=[button],
    )
    repo.check("ci", sha, "success")
    found = {one.name: one for one in there.get_commit(sha).get_check_runs()}
    assert found["fitgate"].conclusion == "action_required"
    assert [one.number for one in found["fitgate"].pull_requests] == [1]
    assert len(list(run.get_annotations())) == 60
    assert found["fitgate"].app.id == twin.app.id
    theirs = found["ci"]
    with pytest.raises(GithubException, match="can only be modified by the App that created it"):
        theirs.edit(conclusion="success")


def test_of_checks_with_one_name_the_newest_counts(repo: Repository, client: Github) -> None:
    sha = repo.commit("main")
    repo.check("ci", sha, "failure")
    repo.check("ci", sha, "success")
    repo.status("legacy", sha, "pending", by="alice")
    repo.status("legacy", sha, "success", by="alice")
    commit = client.get_repo("acme/app").get_commit(sha)
    assert [one.conclusion for one in commit.get_check_runs()] == ["success"]
    assert commit.get_check_runs(filter="all").totalCount == 2
    assert commit.get_combined_status().state == "success"


def test_contents_are_read_at_any_commit(repo: Repository, client: Github) -> None:
    base = repo.commit("main")
    repo.push("main", {"eval.yaml": "threshold: 0.5\n", "docs/a.md": "a\n"}, by="alice")
    there = client.get_repo("acme/app")
    old = there.get_contents("eval.yaml", ref=base)
    assert not isinstance(old, list)
    assert old.decoded_content == b"threshold: 0.9\n"
    assert there.get_git_blob(old.sha).size == len(old.decoded_content)
    folder = there.get_contents("")
    assert isinstance(folder, list)
    assert [(one.type, one.name) for one in folder] == [
        ("file", "README.md"),
        ("dir", "docs"),
        ("file", "eval.yaml"),
    ]
    paths = [one.path for one in there.get_git_tree("main", recursive=True).tree]
    assert paths == ["README.md", "docs", "docs/a.md", "eval.yaml"]
    with pytest.raises(GithubException, match="No commit found for the ref"):
        there.get_contents("eval.yaml", ref="0" * 40)
    with pytest.raises(UnknownObjectException):
        there.get_contents("gone.yaml")


def test_the_repository_is_gits_and_can_be_cloned(repo: Repository, tmp_path: Path) -> None:
    sha = repo.push("main", {"a": "1\n"}, by="alice")
    repo.tag("v1", message="One")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(repo.git.path), str(clone)], check=True)
    said = subprocess.run(
        ["git", "-C", str(clone), "rev-parse", "HEAD", "v1^{commit}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.split() == [sha, sha]
    subprocess.run(["git", "-C", str(clone), "fsck", "--strict"], check=True, capture_output=True)


def test_two_commits_are_compared_from_where_they_parted(repo: Repository, client: Github) -> None:
    repo.push("fix", {"a": "1\n"}, by="alice")
    repo.push("main", {"b": "1\n"}, by="bob")
    found = client.get_repo("acme/app").compare("main", "fix")
    assert (found.status, found.ahead_by, found.behind_by) == ("diverged", 1, 1)
    assert [one.filename for one in found.files] == ["a"]


def test_tags_and_releases_are_evidence_of_a_way_back(repo: Repository, client: Github) -> None:
    oid = repo.tag("v1", message="The first")
    repo.release("v1", assets={"app.tgz": (3, "ab" * 32), "old.tgz": (3, None)}, immutable=True)
    there = client.get_repo("acme/app")
    ref = there.get_git_ref("tags/v1").object
    assert (ref.type, ref.sha) == ("tag", oid)
    assert there.get_git_tag(oid).object.sha == repo.commit("main")
    raw = there.get_release("v1").raw_data
    assert (raw["immutable"], [one["digest"] for one in raw["assets"]]) == (
        True,
        [f"sha256:{'ab' * 32}", None],
    )


def test_people_have_roles_by_themselves_and_by_their_teams(
    twin: Twin, repo: Repository, client: Github
) -> None:
    twin.team("acme/release", "carol")
    twin.repo("acme/app", roles={"acme/release": "maintain"})
    there = client.get_repo("acme/app")
    assert there.get_collaborator_permission("carol") == "write"
    assert there.get_collaborator_role_name("carol") == "maintain"
    assert there.get_collaborator_permission("rita") == "read"
    team = client.get_organization("acme").get_team_by_slug("release")
    assert [one.login for one in team.get_members()] == ["carol"]
    assert repo.role_of("nobody") == "none"
