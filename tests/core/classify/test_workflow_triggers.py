"""GitHub workflows before and after: what starts them, on what, and with which rights."""

import pytest

from tests.core.classify.ci_texts import PATH, changes, effects, jobs, one_job

HEX = "0123456789abcdef0123456789abcdef01234567"
JOB = "  test: {steps: [{run: pytest}]}\n"


def on(trigger: str) -> str:
    return jobs(JOB, f"on: {trigger}")


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("pull_request", "[pull_request, push]", ["trigger-added on.push"]),
        ("push", "{push: , schedule: [{cron: 0 0 * * *}]}", ["trigger-added on.schedule"]),
        (
            "{push: {branches: [a]}}",
            "push",
            ["trigger-added on.push.branches", "trigger-added on.push.tags"],
        ),
        (
            "{push: {branches: [a]}}",
            "{push: {branches: [a, b]}}",
            ["trigger-added on.push.branches"],
        ),
        (
            "{push: {branches: [a]}}",
            "{push: {branches: [a], tags: [v*]}}",
            ["trigger-added on.push.tags"],
        ),
        ("{push: {paths-ignore: [a]}}", "push", ["trigger-added on.push.paths-ignore"]),
        ("push", "[push, workflow_dispatch]", []),
        ("push", "[push, pull_request]", []),
        ("{push: {branches: [master]}}", "{push: {branches: [main]}}", []),
        (
            "{push: {branches: ['**']}}",
            "{push: {tags: ['**'], branches: ['**']}}",
            ["trigger-added on.push.tags"],
        ),
        ("[push]", "{push: }", []),
    ],
)
def test_a_trigger_is_added_when_more_starts_by_itself(
    before: str, after: str, found: list[str]
) -> None:
    assert changes(on(before), on(after)) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("[push, pull_request]", "push", ["trigger-removed on.pull_request"]),
        ("[push, merge_group]", "push", ["trigger-removed on.merge_group"]),
        (
            "pull_request",
            "{pull_request: {paths: [src/**]}}",
            ["trigger-removed on.pull_request.paths"],
        ),
        (
            "pull_request",
            "{pull_request: {types: [opened]}}",
            ["trigger-removed on.pull_request.types"],
        ),
        ("[push, release]", "push", []),
        ("[push, workflow_dispatch]", "push", []),
        ("pull_request_target", "pull_request", []),
        ("pull_request", "{pull_request: {types: [reopened, opened, synchronize]}}", []),
    ],
)
def test_a_trigger_is_removed_when_less_is_checked(
    before: str, after: str, found: list[str]
) -> None:
    assert changes(on(before), on(after)) == found


def test_what_a_person_started_and_now_starts_by_itself_is_told() -> None:
    found = changes(on("workflow_dispatch"), on("[workflow_dispatch, push]"))
    assert found == ["manual-removed on", "trigger-added on.push"]
    assert changes(on("push"), on("[workflow_dispatch, push]")) == []


def test_a_whole_workflow_that_is_gone_takes_its_jobs_and_checks_with_it() -> None:
    assert changes(on("[push, workflow_dispatch]"), None) == [
        "job-removed jobs.test",
        "trigger-removed on.push",
    ]


def test_a_new_workflow_tells_what_starts_it_and_what_it_may_write() -> None:
    top = "on: [push, pull_request]\npermissions: {contents: read, packages: write}"
    assert changes(None, jobs(JOB, top)) == [
        "trigger-added on.push",
        "permission-widened permissions.packages",
    ]
    assert changes(None, on("pull_request")) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("{contents: read}", "{contents: write}", ["permissions.contents"]),
        ("{contents: read}", "{contents: read, issues: read}", ["permissions.issues"]),
        ("{contents: read}", "write-all", ["permissions", "permissions.contents"]),
        ("{contents: read}", "", ["permissions"]),
        ("{}", "read-all", ["permissions"]),
        ("", "{contents: write}", []),
        ("", "{id-token: write}", ["permissions.id-token"]),
        ("write-all", "{contents: write}", []),
        ("{contents: write}", "{contents: read}", []),
        ("{contents: none}", "{}", []),
    ],
)
def test_a_token_that_may_do_more_is_told_by_scope(
    before: str, after: str, found: list[str]
) -> None:
    old, new = (f"on: push\npermissions: {p}" if p else "on: push" for p in (before, after))
    told = [f"permission-widened {key}" for key in found]
    assert changes(jobs(JOB, old), jobs(JOB, new)) == told


def test_permissions_that_went_from_the_file_to_the_job_are_the_same() -> None:
    old = jobs(JOB, "on: push\npermissions: {contents: write}")
    job = "  test: {permissions: {contents: LEVEL}, steps: [{run: pytest}]}\n"
    new = jobs(job, "on: push\npermissions: {}")
    assert changes(old, new.replace("LEVEL", "write")) == []
    key = "jobs.test.permissions.contents"
    assert changes(new.replace("LEVEL", "read"), new.replace("LEVEL", "write")) == [
        f"permission-widened {key}"
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("{py: ['3.8', '3.9', '3.10']}", "{py: ['3.9', '3.10']}", ["py"]),
        ("{os: [ubuntu-22.04, windows-2022]}", "{os: [ubuntu-22.04, gpu]}", ["os"]),
        ("{os: [ubuntu-22.04, windows-2022]}", "", ["os"]),
        (
            "{include: [{os: macos-14, x: 1}, {os: ubuntu-latest, x: 2}]}",
            "{include: [{os: ubuntu-latest, x: 2}]}",
            ["os"],
        ),
        ("{include: [{x: 1}, {x: 2}]}", "{include: [{x: 2}]}", ["include"]),
        (
            "{py: [1, 2], os: [a, b]}",
            "{py: [1, 2], os: [a, b], exclude: [{py: 1, os: a}]}",
            ["exclude"],
        ),
        ("{py: ['3.8', '3.9']}", "{py: ['3.9', '3.13']}", []),
        ("{os: [ubuntu-20.04, windows-2019]}", "{os: [windows-2022, ubuntu-latest]}", []),
        ("{python: ['3.8', '3.9']}", "{python-version: ['3.8', '3.9']}", []),
        ("{os: [ubuntu-22.04]}", "", []),
        ("{os: [a, b]}", "{os: '${{ fromJSON(inputs.os) }}'}", []),
        ("{os: [a]}", "{os: [b, a]}", []),
    ],
)
def test_a_matrix_is_shrunk_when_a_value_is_gone_and_not_replaced(
    before: str, after: str, found: list[str]
) -> None:
    old, new = (
        one_job("[{run: pytest}]", f"    strategy: {{matrix: {m}}}\n" if m else "")
        for m in (before, after)
    )
    told = [f"matrix-shrunk jobs.test.strategy.matrix.{axis}" for axis in found]
    assert changes(old, new) == told


def test_a_platform_that_got_its_own_job_is_still_run_on() -> None:
    old = one_job("[{run: pytest}]", "    strategy: {matrix: {os: [gpu, windows-2022]}}\n")
    new = one_job("[{run: pytest}]", "    strategy: {matrix: {os: [gpu]}}\n")
    more = "  other: {runs-on: windows-2022, steps: [{run: pytest}]}\n"
    assert changes(old, new + more) == []


def test_an_action_is_unpinned_when_its_commit_gives_way_to_a_name() -> None:
    pinned, tag = (one_job(f"[{{uses: a/b@{ref}}}]") for ref in (HEX, "v2"))
    (found,) = effects(pinned, tag)
    assert (found.change, found.before, found.after) == (
        "action-unpinned", f"a/b@{HEX}", "a/b@v2",
    )  # fmt: skip
    other = one_job(f"[{{uses: a/b@{HEX[::-1]}}}]")
    assert changes(pinned, other) == changes(tag, pinned) == changes(tag, tag) == []


def test_the_steps_of_a_composite_action_are_steps() -> None:
    action = "name: x\nruns:\n  using: composite\n  steps: [{run: pytest}, {run: make}]\n"
    less = action.replace("{run: pytest}, ", "")
    assert changes(action, less, "tools/action.yml") == ["step-removed runs.steps[pytest]"]
    assert changes("a: 1", "b: 2", "tools/action.yml") == changes("", "", PATH) == []
