"""GitHub workflows before and after: what is an effect, and what only looks like one."""

import pytest

from fitgate.core.classify.workflows import is_workflow
from fitgate.core.effects import Effect
from tests.core.classify.ci_texts import changes, effects, jobs, one_job

CHECK = "[{uses: actions/checkout@v4}, {run: pytest -q tests}]"
TWO = "  test: {steps: [{run: pytest}]}\n  lint: {steps: [{run: mypy .}]}\n"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (".github/workflows/a.yml", True),
        (".github/workflows/a.yaml", True),
        ("tools/action.yml", True),
        (".gitlab-ci.yml", True),
        ("ci/build.gitlab-ci.yml", True),
        (".gitlab/ci/test.yml", True),
        (".github/workflows/deep/a.yml", False),
        (".github/dependabot.yml", False),
        ("docs/.github/workflows/a.yml", False),
        (".gitlab/ci/notes.md", False),
    ],
)
def test_a_ci_file_is_known_by_its_path(path: str, *, is_one: bool) -> None:
    assert is_workflow(path) is is_one


def test_a_job_that_is_gone_is_told_with_what_it_ran() -> None:
    (gone,) = effects(jobs(TWO), jobs("  test: {steps: [{run: pytest}]}\n"))
    assert gone == Effect("workflow", "job-removed", "jobs.lint", "mypy .", None, 4, "lint")


@pytest.mark.parametrize(
    "after",
    [
        "  test: {steps: [{run: pytest}]}\n  types: {steps: [{run: mypy .}]}\n",
        "  test: {steps: [{run: pytest}, {run: mypy .}]}\n",
        "  test: {steps: [{run: pytest}]}\n  rest: {uses: ./.github/workflows/rest.yml}\n",
    ],
    ids=["renamed", "folded into another", "perhaps in a file now called"],
)
def test_a_job_whose_steps_live_on_is_not_gone(after: str) -> None:
    assert changes(jobs(TWO), jobs(after)) == []


def test_a_job_folded_into_a_matrix_is_not_gone() -> None:
    old = "  unit-linux: {steps: [{run: pytest}]}\n  unit-windows: {steps: [{run: pytest}]}\n"
    matrix = "strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}"
    assert changes(jobs(old), jobs(f"  unit: {{{matrix}, steps: [{{run: pytest}}]}}\n")) == []
    left = jobs("  unit-linux: {steps: [{run: pytest}]}\n")
    assert changes(jobs(old), left) == ["job-removed jobs.unit-windows"]


def test_a_step_is_removed_when_what_it_ran_is_gone_from_the_file() -> None:
    assert changes(one_job(CHECK), one_job("[{uses: actions/checkout@v4}]")) == [
        "step-removed jobs.test.steps[pytest]"
    ]
    old = one_job("[{run: 'make build && make check'}]")
    assert changes(old, one_job("[{run: make build}]")) == [
        "step-removed jobs.test.steps[make check]"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[{run: pytest tests}]", "[{run: 'cd x && uv run  pytest tests -v'}]"),
        ("[{run: flake8}, {run: pytest}]", "[{run: ruff check}, {run: pytest}]"),
        ("[{name: Test, run: pytest}]", "[{name: Test, run: tox}]"),
        ("[{run: pytest a/b}, {run: pytest a/c}]", "[{run: pytest a}]"),
        ("[{name: a, run: pytest}]", "[{name: b, run: pytest}]"),
        ("[{uses: actions/cache@v3}, {run: pytest}]", "[{run: pytest}]"),
        ("[{run: echo hello}, {run: pip install x}, {run: pytest}]", "[{run: pytest}]"),
        ("[{uses: a/check@v1}, {run: pytest}]", "[{run: pytest}, {uses: a/check@v2}]"),
        ("[{run: mypy}, {run: pytest}]", "[{uses: ./.github/actions/check}]"),
        ("[{if: false, run: pytest}]", "[]"),
    ],
)
def test_a_step_that_was_changed_moved_or_only_set_up_is_not_removed(
    before: str, after: str
) -> None:
    assert changes(one_job(before), one_job(after)) == []


def test_an_approval_that_is_gone_is_a_gate() -> None:
    old = one_job("[{uses: trstringer/manual-approval@v1}, {run: make ship}]")
    key = "jobs.test.steps[trstringer/manual-approval]"
    assert changes(old, one_job("[{run: make ship}]")) == [f"gate-removed {key}"]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("if: github.actor == 'ada'", "", True),
        ("if: github.actor == 'ada'", "if: always()", True),
        ("if: inputs.sure && vars.on == '1'", "if: vars.on == '1'", True),
        ("if: '${{ inputs.sure }}'", "if: inputs.sure", False),
        ("if: inputs.sure", "if: inputs.really_sure", False),
        ("if: success()", "", False),
        ("if: always()", "", False),
        ("", "if: inputs.sure", False),
    ],
)
def test_a_condition_that_restricted_and_is_gone_is_a_gate(
    before: str, after: str, *, found: bool
) -> None:
    old, new = (f"[{{run: make ship, {text}}}]" for text in (before, after))
    key = "jobs.test.steps[make ship].if"
    assert changes(one_job(old), one_job(new)) == [f"gate-removed {key}"] * found
    lines = [f"    {text}\n" if text else "" for text in (before, after)]
    one, other = (one_job("[{run: make ship}]", line) for line in lines)
    assert changes(one, other) == ["gate-removed jobs.test.if"] * found


def test_a_condition_that_went_to_the_job_or_into_the_trigger_still_stands() -> None:
    step = one_job("[{run: make ship, if: inputs.sure}]")
    assert changes(step, one_job("[{run: make ship}]", "    if: inputs.sure\n")) == []
    by_ref = one_job("[{run: make ship, if: github.ref == 'refs/heads/main'}]")
    narrowed = one_job("[{run: make ship}]").replace("on: push", "on: {push: {branches: [main]}}")
    assert [c for c in changes(by_ref, narrowed) if "gate" in c] == []


def test_a_job_that_runs_whatever_became_of_its_needs_has_lost_a_gate() -> None:
    text = "  test: {steps: [{run: pytest}]}\n  ship: {needs: test, IF steps: [{run: RUN}]}\n"
    old = jobs(text.replace("IF ", "").replace("RUN", "make ship"))
    new = jobs(text.replace("IF", "if: always(),").replace("RUN", "make ship"))
    assert changes(old, new) == ["gate-removed jobs.ship.if"]
    weighs = text.replace("RUN", "'check ${{ toJSON(needs) }}'")
    assert (
        changes(jobs(weighs.replace("IF ", "")), jobs(weighs.replace("IF", "if: always(),"))) == []
    )


def test_an_environment_that_is_gone_is_told_and_a_renamed_one_is_not() -> None:
    steps = "[{run: make ship}]"
    old = one_job(steps, "    environment: {name: production, url: x}\n")
    (gone,) = effects(old, one_job(steps))
    assert (gone.change, gone.key, gone.before) == (
        "environment-removed", "jobs.test.environment", "production",
    )  # fmt: skip
    assert changes(old, one_job(steps, "    environment: prod\n")) == []


@pytest.mark.parametrize(
    ("needs", "found"),
    [
        ("[build]", ["needs-removed jobs.ship.needs[scan]"]),
        ("[]", ["needs-removed jobs.ship.needs[build]", "needs-removed jobs.ship.needs[scan]"]),
        ("[build, audit]", []),
        ("[scan]", []),
    ],
    ids=["dropped", "all dropped", "replaced", "still behind another"],
)
def test_a_need_is_removed_when_nothing_waits_for_it_any_more(needs: str, found: list[str]) -> None:
    text = "".join(
        f"  {name}: {{needs: {need}, steps: [{{run: make {name}}}]}}\n"
        for name, need in {"build": "[]", "scan": "[build]", "audit": "[]", "ship": "NEEDS"}.items()
    )
    old, new = (text.replace("NEEDS", each) for each in ("[build, scan]", needs))
    assert changes(jobs(old), jobs(new)) == found
    without_scan = "\n".join(line for line in new.split("\n") if not line.startswith("  scan"))
    assert not [c for c in changes(jobs(old), jobs(without_scan)) if "needs[scan]" in c]


def test_a_check_that_may_fail_is_told_if_it_could_not_before() -> None:
    old, new = one_job("[{run: pytest}]"), one_job("[{run: pytest, continue-on-error: true}]")
    assert changes(old, new) == [
        "continue-on-error-added jobs.test.steps[pytest].continue-on-error"
    ]
    whole = one_job("[{run: pytest}]", "    continue-on-error: true\n")
    assert changes(old, whole) == ["continue-on-error-added jobs.test.continue-on-error"]
    assert changes(new, old) == changes(new, new) == []


@pytest.mark.parametrize(
    "after",
    [
        "[{run: pytest}, {run: pip-audit, continue-on-error: true}]",
        "[{run: pytest, continue-on-error: '${{ matrix.experimental }}'}]",
        "[{run: pytest, continue-on-error: false}]",
    ],
)
def test_what_is_new_or_only_part_of_a_matrix_may_fail(after: str) -> None:
    assert changes(one_job("[{run: pytest}]"), one_job(after)) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("pytest -q", "pytest -q || true", True),
        ("pytest -q", "pytest -v || :", True),
        ("pytest -q", "pytest -q || exit 0", True),
        ("pytest -q", "pytest -q || echo failed", True),
        ("pytest -q", "pytest -q; true", True),
        ("pytest -q", "set +e\npytest -q\nexit 0", True),
        ("pytest -q", "pytest -q\nexit 0", True),
        ("flake8 src", "flake8 src --exit-zero", True),
        ("pytest -q\nmake", "set +e\npytest -q\nmake", True),
        ("pytest -q || true", "pytest -q || true", False),
        ("pytest -q || true", "pytest -q", False),
        ("make", "make\npytest || true", False),
        ("pytest -q", "mkdir -p out || true\npytest -q", False),
        ("pytest -q", "pytest -q || (echo failed; exit 1)", False),
        ("pytest -q\nmake", "set +e\npytest -q\nrc=$?\nmake\nexit $rc", False),
        ("pytest -q\nmake", "set +e\nrm x\nset -e\npytest -q\nmake", False),
    ],
)
def test_a_command_that_hides_its_failure_is_told_if_it_did_not_before(
    before: str, after: str, *, found: bool
) -> None:
    old, new = (one_job(f'[{{run: "{text}"}}]'.replace("\n", "\\n")) for text in (before, after))
    assert ["or-true-added" in " ".join(changes(old, new))] == [found]


def test_what_never_runs_is_disabled_and_not_removed() -> None:
    old = one_job("[{run: pytest}]")
    assert changes(old, one_job("[{run: pytest, if: false}]")) == [
        "disabled jobs.test.steps[pytest]"
    ]
    off = one_job("[{run: pytest}]", "    if: ${{ false }}\n")
    assert changes(old, off) == ["disabled jobs.test"]
    assert changes(off, old) == changes(off, jobs("  x: {}\n")) == []
    commented = old.replace("steps: [{run: pytest}]", "steps: # [{run: pytest}]")
    assert changes(old, commented) == ["step-removed jobs.test.steps[pytest]"]
