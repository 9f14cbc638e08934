"""Put each fault into a copy of the package, and see that its test fails."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import fitgate
from tests.mutations import mutants, mutants_of_gates
from tests.mutations.mutants import Mutant

PACKAGE = Path(fitgate.__file__).parent
ROOT = Path(__file__).parents[2]
MUTANTS = (*mutants.MUTANTS, *mutants_of_gates.MUTANTS)
ASSERTION = re.compile(r"^E +(assert |AssertionError)", re.MULTILINE)


def copied(folder: Path) -> Path:
    """Copy the package with its compiled files, so that only what changes is compiled again."""
    return shutil.copytree(PACKAGE, folder / "fitgate")


def put(mutant: Mutant, package: Path) -> None:
    """Put a fault into the copy."""
    source = package / mutant.file
    text = source.read_text()
    assert text.count(mutant.before) == 1, f"{mutant.file} has not one place for: {mutant.fault}"
    source.write_text(text.replace(mutant.before, mutant.after))
    for stale in (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"):
        stale.unlink()


def run(folder: Path, *nodes: str) -> subprocess.CompletedProcess[str]:
    """Run tests on the package in a folder.

    PYTHONPATH comes before the editable install, and neither the working directory (-P) nor a
    rootdir (importlib) before that. The environment is empty otherwise: no coverage, no plugins.
    """
    command = [sys.executable, "-P", "-m", "pytest", "-q", "--tb=short", "--noconftest"]
    options = ["--import-mode=importlib", "-p", "no:cacheprovider"]
    path = f"{folder}:{ROOT}"
    return subprocess.run(
        [*command, *options, *nodes],
        cwd=ROOT,
        env={"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault.replace(" ", "-"))
def test_the_fault_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    put(mutant, copied(tmp_path))
    done = run(tmp_path, mutant.node)
    assert done.returncode == 1, f"survived: {mutant.fault}\n{done.stdout}{done.stderr}"
    assert ASSERTION.search(done.stdout), done.stdout


def test_without_a_fault_every_named_test_passes(tmp_path: Path) -> None:
    copied(tmp_path)
    done = run(tmp_path, *sorted({mutant.node for mutant in MUTANTS}))
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_fault_is_listed_twice() -> None:
    faults = Counter((mutant.file, mutant.fault) for mutant in MUTANTS)
    places = Counter((mutant.file, mutant.before, mutant.after) for mutant in MUTANTS)
    assert [each for each, times in (*faults.items(), *places.items()) if times > 1] == []
