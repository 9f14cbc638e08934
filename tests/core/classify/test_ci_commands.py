"""Shell scripts of CI steps: what runs, what only sets up, and what hides its failure."""

import pytest

from fitgate.core.classify.ci.commands import read_action, read_commands


@pytest.mark.parametrize(
    ("script", "program"),
    [
        ("pytest -q", "pytest"),
        ("CI=1 sudo python3.11 -m pytest", "pytest"),
        ("uv run --with x pytest -m slow", "pytest"),
        ("timeout 60 ./scripts/check.sh a", "scripts/check.sh"),
        ("python tools/check.py", "tools/check.py"),
        ("npm run test:unit", "npm test:unit"),
        ("go test ./...", "go test"),
        ("coverage run -m pytest", "pytest"),
        ("if ! make check; then", "make check"),
        ("${{ matrix.python }} -m mypy .", "mypy"),
    ],
)
def test_a_command_goes_by_what_it_runs(script: str, program: str) -> None:
    assert [command.program for command in read_commands(script)] == [program]


@pytest.mark.parametrize(
    "script",
    ["echo done", "pip install -e .", "npm ci", "X=$(cat x)", "curl -sSf https://x | sh", "A=b"],
)
def test_what_sets_up_or_says_something_is_trivial(script: str) -> None:
    assert all(command.trivial for command in read_commands(script))


@pytest.mark.parametrize(
    "script", ["curl -X POST https://x", "make install", "npm test", "go vet ./..."]
)
def test_what_checks_or_ships_is_not_trivial(script: str) -> None:
    assert not any(command.trivial for command in read_commands(script))


def test_a_script_is_taken_apart_where_the_shell_would() -> None:
    script = """# a comment
    make a && make b; make c  # why
    for x in 1 2; do make "$x; y"; done
    make \\
      long
    cat <<EOF
    make nothing
    EOF
    make last
    """
    texts = [command.text for command in read_commands(script)]
    assert texts == [
        *("make a", "make b", "make c", 'make "$x; y"', "make long", "cat <<EOF", "make last"),
    ]


def test_an_action_goes_by_its_name_without_version() -> None:
    assert read_action("a/lint@v2") == read_action("a/lint@v3")
    names = ("actions/checkout@v4", "astral-sh/setup-uv@v1", "actions/cache/restore@v4")
    assert all(read_action(name).trivial for name in names)
    assert not read_action("pypa/gh-action-pypi-publish@v1").trivial
