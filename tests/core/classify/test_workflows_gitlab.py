"""GitLab CI files before and after: what is an effect, and what only looks like one."""

import pytest

from tests.core.classify.ci_texts import changes, effects

PATH = ".gitlab-ci.yml"
TEST = "test: {script: [pip install ., pytest -q]}\n"
DEPLOY = "deploy: {stage: deploy, script: make ship, MORE}\n"


def told(before: str | None, after: str | None) -> list[str]:
    return changes(before, after, PATH)


def deploy(more: str) -> str:
    return DEPLOY.replace(", MORE", f", {more}" if more else "")


def test_a_job_that_is_gone_is_told_and_one_renamed_folded_or_included_is_not() -> None:
    lint = "lint: {script: mypy .}\n"
    (gone,) = effects(TEST + lint, TEST, PATH)
    assert (gone.change, gone.key, gone.before, gone.line) == (
        "job-removed", "jobs.lint", "mypy .", 2,
    )  # fmt: skip
    assert told(TEST + lint, TEST + lint.replace("lint:", "typing:")) == []
    assert told(TEST + lint, TEST.replace("]", ", mypy .]")) == []
    assert told(TEST + lint, TEST + "include: [{local: /ci/lint.yml}]\n") == []


def test_a_job_that_is_hidden_never_runs() -> None:
    assert told(TEST, f".{TEST}") == ["disabled jobs.test"]
    used = f".{TEST}tests: {{extends: .test}}\n"
    assert told(TEST, used) == []
    assert told(TEST, TEST.replace("}", ", rules: [{when: never}]}")) == ["disabled jobs.test"]
    stopped = "workflow: {rules: [{when: never}]}\n"
    assert "disabled workflow.rules" in told(TEST, TEST + stopped)


@pytest.mark.parametrize(
    "after",
    [
        "test: {before_script: [pip install .], script: [pytest -q]}",
        "default: {before_script: [pytest -q]}\ntest: {script: make}",
        ".t: {script: [pytest -q]}\ntest: {extends: .t}",
        ".t: {script: [pytest -q]}\ntest: {script: [!reference [.t, script]]}",
        ".t: &t {script: [pytest -q]}\ntest: {<<: *t, stage: test}",
        "test: {script: [[pytest -q]]}",
        "test: {extends: .unseen}",
    ],
)
def test_a_script_that_comes_another_way_is_not_removed(after: str) -> None:
    assert told(TEST, after) == []


def test_a_step_is_removed_when_its_command_is_gone_from_the_file() -> None:
    assert told(TEST, "test: {script: [pip install .]}") == ["step-removed jobs.test.steps[pytest]"]
    kept = "test: {script: [pip install .], after_script: [pytest -q]}"
    assert told(TEST, kept) == ["step-removed jobs.test.steps[pytest]"]
    assert told(TEST, TEST.replace("pytest -q", "pytest -q || true")) == [
        "or-true-added jobs.test.steps[pytest]"
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("rules: [{if: $CI_COMMIT_TAG}]", "", ["gate-removed jobs.deploy.rules"]),
        ("only: [tags]", "", ["gate-removed jobs.deploy.rules"]),
        ("rules: [{if: $A, when: never}, {when: always}]", "", ["gate-removed jobs.deploy.rules"]),
        ("only: [tags]", "rules: [{if: $CI_COMMIT_TAG}]", []),
        ("rules: [{when: on_success}]", "", []),
        ("rules: [{if: $A}]", "extends: .unseen", []),
        ("only: [tags]", "only: [tags, main]", ["trigger-added jobs.deploy.only"]),
        ("only: [tags, main]", "only: [tags]", ["trigger-removed jobs.deploy.only"]),
        ("only: [master]", "only: [main]", []),
        ("except: [main, tags]", "except: [main]", ["trigger-added jobs.deploy.except"]),
        ("rules: [{if: $A}]", "rules: [{if: $A}, {if: $B}]", ["trigger-added jobs.deploy.rules"]),
        ("rules: [{if: $A}, {if: $B}]", "rules: [{if: $B}]", ["trigger-removed jobs.deploy.rules"]),
        ("rules: [{if: $A}]", "rules: [{if: $B}]", []),
        ("when: manual", "", ["manual-removed jobs.deploy.when"]),
        (
            "rules: [{if: $A, when: manual}]",
            "rules: [{if: $A}]",
            ["manual-removed jobs.deploy.when"],
        ),
        ("when: manual", "rules: [{when: manual, allow_failure: true}]", []),
        ("when: manual", "extends: .unseen", []),
        (
            "rules: [{if: $A, when: manual}, {if: $B}]",
            "rules: [{if: $B}, {if: $C, when: manual}]",
            [],
        ),
        ("environment: production", "", ["environment-removed jobs.deploy.environment"]),
        ("environment: production", "environment: {name: prod}", []),
        ("", "allow_failure: true", ["continue-on-error-added jobs.deploy.continue-on-error"]),
        ("", "allow_failure: false", []),
        ("when: manual", "when: manual, allow_failure: true", []),
        (
            "when: manual, allow_failure: false",
            "when: manual",
            ["continue-on-error-added jobs.deploy.continue-on-error"],
        ),
        (
            "parallel: {matrix: [{OS: [a, b]}]}",
            "parallel: {matrix: [{OS: [a]}]}",
            ["matrix-shrunk jobs.deploy.parallel.matrix.OS"],
        ),
        ("parallel: {matrix: [{V: ['1', '2']}]}", "parallel: {matrix: [{V: ['2', '3']}]}", []),
    ],
)
def test_what_a_job_demands_is_told_when_it_is_gone(
    before: str, after: str, found: list[str]
) -> None:
    assert told(deploy(before), deploy(after)) == found


def test_a_job_that_now_waits_for_a_person_starts_less() -> None:
    assert "trigger-removed jobs.test.when" in told(TEST, TEST.replace("}", ", when: manual}"))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("", "needs: []", ["needs-removed jobs.deploy.needs[test]"]),
        ("needs: [test]", "", []),
        ("needs: [{job: test}]", "needs: [test]", []),
        ("needs: [test]", "needs: [scan]", []),
    ],
)
def test_without_needs_a_job_waits_for_the_stages_before_it(
    before: str, after: str, found: list[str]
) -> None:
    scan = "scan: {stage: deploy, script: make scan}\n"
    assert told(TEST + scan + deploy(before), TEST + scan + deploy(after)) == found


def test_a_new_file_starts_by_itself_and_a_removed_one_takes_its_jobs() -> None:
    assert told(None, TEST) == ["trigger-added workflow"]
    assert told(TEST, None) == ["job-removed jobs.test", "trigger-removed workflow"]
    header = "spec: {inputs: {a: {}}}\n---\n"
    assert told(header + TEST, TEST) == []


def test_a_file_taken_in_by_commit_is_unpinned_when_a_branch_takes_its_place() -> None:
    text = f"include: [{{project: a/b, file: x.yml, ref: {'0' * 40}}}]\n"
    assert told(text, text.replace("0" * 40, "main")) == ["action-unpinned include[a/b x.yml]"]
    assert told(text, text.replace("0" * 40, "1" * 40)) == []


def test_of_stages_that_another_file_orders_no_need_is_known() -> None:
    lint = "lint: {stage: STAGE, script: mypy .}\n"
    old, new = (TEST + lint.replace("STAGE", name) for name in ("verify", "build"))
    assert told(old, new) == []
    order = "stages: [build, test, verify]\n"
    assert told(order + old, order + new) == ["needs-removed jobs.lint.needs[test]"]
