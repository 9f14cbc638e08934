"""The files around the source keep their promises."""

import os
import re
import subprocess
import tomllib
from typing import Any

import pytest

from tests.house.tree import ROOT, tracked

# Each has one letter in brackets, so that this file is not a find of its own.
NOBODY_ELSES_BUSINESS = re.compile(
    r"/wor[k]/|/op[t]/wheel|/roo[t]/|\.mirro[r]/"  # where the developer's machine keeps things
    r"|inde[x]-url|find[-]links|GOPROX[Y]|registr[y]="  # how it reaches a registry
    r"|pyp[i]\.|pythonhoste[d]|npmj[s]|crate[s]\.io|proxy\.golan[g]|repo1\.mave[n]",  # which one
    re.IGNORECASE,
)
TARGET = re.compile(r"^([a-z.][\w.-]*):(?!=)", re.MULTILINE)
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def canonical(requirement: str) -> str:
    """Take the name out of a requirement, spelt as an index spells it."""
    name = re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, str]:
    """Read what a lock file fixes: name to version."""
    return dict(LOCKED.findall((ROOT / "requirements" / f"{name}.lock").read_text()))


def test_no_file_tells_where_it_was_written() -> None:
    finds = [
        f"{path.relative_to(ROOT)}:{number}: {line[:120]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if NOBODY_ELSES_BUSINESS.search(line)
    ]
    assert finds == []


def test_make_lists_everything_it_can_make() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text())) - {".PHONY", ".DELETE_ON_ERROR"}
    listing = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    listed = {line.split()[0] for line in listing.stdout.splitlines() if line.startswith("  ")}
    assert listed == targets


def test_the_changelog_has_room_for_the_next_release() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text()


def test_every_exception_from_a_lint_rule_has_its_reason() -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    lint = settings[settings.index("[tool.ruff.lint]") : settings.index("[tool.mypy]")]
    exceptions = re.findall(r'^.*"[A-Z]+[0-9]*"[\],].*$', lint, re.MULTILINE)
    bare = [line for line in exceptions if "#" not in line and "select" not in line]
    assert exceptions
    assert bare == []


def test_the_lock_fixes_everything_the_project_asks_for() -> None:
    asked = project()["project"]["dependencies"] + project()["dependency-groups"]["dev"]
    assert {canonical(requirement) for requirement in asked} <= locked("dev").keys()


@pytest.mark.parametrize("lock", ["bench", "service"])
def test_what_is_measured_and_served_are_the_versions_that_are_tested(lock: str) -> None:
    tested = locked("dev")
    other = {
        name: version
        for name, version in locked(lock).items()
        if tested.get(name, version) != version
    }
    assert other == {}


def test_the_lock_of_the_service_has_all_that_it_asks_for() -> None:
    extras = project()["project"]["optional-dependencies"]
    asked = project()["project"]["dependencies"] + extras["postgres"] + extras["service"]
    assert {canonical(requirement) for requirement in asked} <= locked("service").keys()


def test_the_continuous_integration_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
