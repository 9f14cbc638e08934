"""What the command-line tests share: a small policy that enforces, and one scan under it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.forked import Done, run_forked
from tests.story import Chapter

Fitgate = Callable[..., Done]
POLICY = """\
version: 1
mode: enforce
system: checkout-assistant
rules:
  - id: bar-lowered
    category: evaluation
    io_sr: [4]
    why: "a lower bar lets through what was stopped before"
    when: {setting: {files: "evals/**/*.yaml", key: "**.threshold", moved: [lowered, removed]}}
  - id: data-gone
    category: data
    why: "data that is gone cannot be looked at again"
    when: {path: {files: "{data,evals}/**", status: removed}}
  - id: dropped
    category: data
    why: "what is put back comes back empty"
    when: {line: {files: "**/*.sql", added: '(?i)\\bdrop\\b'}}
  - id: says-assets
    category: supply-chain
    why: "a title that means harm must be in the goldens"
    when: {text: {title: "Assets"}}
gates:
  - {type: rollback-window}
"""


def run_fitgate(folder: Path, *words: str | Path, given: str = "") -> Done:
    """Run `fitgate` with these words in a folder, as a process that gets something to read."""
    return run_forked(folder, [*map(str, words)], given=given)


@pytest.fixture
def fitgate(tmp_path: Path) -> Fitgate:
    """Give what runs `fitgate` in an empty folder."""
    return partial(run_fitgate, tmp_path)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Write the small policy beside the test."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


class Scanned(NamedTuple):
    """A scan of the whole story under the small policy, into `out` and as JSON on stdout."""

    folder: Path
    words: tuple[str, ...]
    done: Done
    journal: bytes


@pytest.fixture(scope="session")
def scanned(
    chapters: tuple[Path, tuple[Chapter, ...]], tmp_path_factory: pytest.TempPathFactory
) -> Scanned:
    """Scan the story once: first so that a file cannot be written, then again from the journal."""
    folder = tmp_path_factory.mktemp("scanned")
    (folder / "policy.yaml").write_text(POLICY)
    words = (
        "scan",
        str(chapters[0]),
        "--since",
        "all",
        "--policy",
        str(folder / "policy.yaml"),
        "--json",
    )
    (folder / "out" / "register.csv").mkdir(parents=True)
    stopped = run_fitgate(folder, *words, "--out", "out")
    assert "register.csv: cannot be written" in stopped.stdout
    assert stopped.returncode == 2
    journal = (folder / "out" / "scan.jsonl").read_bytes()
    (folder / "out" / "register.csv").rmdir()
    return Scanned(
        folder / "out", words, run_fitgate(folder, *words, "--out", "out", "--resume"), journal
    )
