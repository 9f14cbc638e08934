"""Put each fault into a copy of the package, and see that its test fails."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import fitgate
from tests.mutations import mutants, mutants_of_gates
from tests.mutations.mutants import Mutant

PACKAGE = Path(fitgate.__file__).parent
ROOT = Path(__file__).parents[2]
MUTANTS = (*mutants.MUTANTS, *mutants_of_gates.MUTANTS)
PROGRAM = """
import json, os, sys
import packaging.requirements, pydantic, pytest, re2, rfc8785, yaml
assert "fitgate" not in sys.modules
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        said = os.open(asked["said"], os.O_CREAT | os.O_WRONLY)
        for number in (1, 2):
            os.dup2(said, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.path[:0] = asked["path"]
        code = pytest.main(asked["words"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
ASSERTION = re.compile(r"^E +(assert |AssertionError)", re.MULTILINE)


def copied(folder: Path) -> Path:
    """Copy the package with its compiled files, so that only what changes is compiled again."""
    return shutil.copytree(PACKAGE, folder / "fitgate", copy_function=linked)


def linked(source: str, target: str) -> None:
    """Link a file where that can be: nothing writes into one, a new one takes its place."""
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def put(mutant: Mutant, package: Path) -> None:
    """Put a fault into the copy."""
    source = package / mutant.file
    text = source.read_text()
    assert text.count(mutant.before) == 1, f"{mutant.file} has not one place for: {mutant.fault}"
    source.unlink()  # the file under this name elsewhere stays as it is
    source.write_text(text.replace(mutant.before, mutant.after))
    for stale in (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"):
        stale.unlink()


class Warm:
    """A process that has loaded what we depend on, and nothing of ours, and is forked for each run.

    What is under test comes first on the path of a fork, before the editable install and before the
    working directory (-P) and a rootdir (importlib). The environment is empty: no coverage, no
    plugins.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM],
            cwd=ROOT,
            env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, *nodes: str) -> subprocess.CompletedProcess[str]:
        """Run tests on the package in a folder."""
        options = ["-q", "--tb=short", "--noconftest", "--import-mode=importlib"]
        words = [*options, "-p", "no:cacheprovider", *nodes]
        said = folder / "said.txt"
        asked = {"path": [str(folder), str(ROOT)], "said": str(said), "words": words}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return subprocess.CompletedProcess(words, code, said.read_text(), "")

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.close()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault.replace(" ", "-"))
def test_the_fault_is_noticed(mutant: Mutant, tmp_path: Path, warm: Warm) -> None:
    put(mutant, copied(tmp_path))
    done = warm.run(tmp_path, mutant.node)
    assert done.returncode == 1, f"survived: {mutant.fault}\n{done.stdout}{done.stderr}"
    assert ASSERTION.search(done.stdout), done.stdout


def test_without_a_fault_every_named_test_passes(tmp_path: Path, warm: Warm) -> None:
    copied(tmp_path)
    done = warm.run(tmp_path, *sorted({mutant.node for mutant in MUTANTS}))
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_fault_is_listed_twice() -> None:
    faults = Counter((mutant.file, mutant.fault) for mutant in MUTANTS)
    places = Counter((mutant.file, mutant.before, mutant.after) for mutant in MUTANTS)
    assert [each for each, times in (*faults.items(), *places.items()) if times > 1] == []
