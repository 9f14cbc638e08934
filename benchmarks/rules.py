"""What the rules themselves cost: globs over paths, patterns over patches, decisions."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from fitgate.bootstrap import shipped_policies
from fitgate.core.classify import classify
from fitgate.core.classify.lines import Difference
from fitgate.core.content import patched_path
from fitgate.core.facts import File
from fitgate.core.facts_file import parse_facts
from fitgate.core.globs import GlobSet
from fitgate.core.in_force import Rulebook, choose, rulebook
from fitgate.core.reading import rules_of
from fitgate.core.verdict import decide

FACTS = Path(__file__).with_name("facts.json")
GLOBS = 68
PATHS = 1_000_000
MOST_GLOB_SECONDS = 1.5
LEAST_MB = 150
LEAST_DECISIONS = 5_000
_ENOUGH = 64 << 20  # bytes of patches


def rule_rows(repo: Path) -> Iterator[Row]:
    """Time the parts of a judgement alone, over paths and patches of a repository."""
    book = rulebook(choose((), shipped_policies()))
    yield _globs(repo, book)
    yield _patterns(repo, book)
    yield _decisions(book)


def _globs(repo: Path, book: Rulebook) -> Row:
    said = _read(repo, "log", "--format=", "--name-only", "--no-renames", "-z")
    paths = [path.decode("utf-8", "replace") for path in said.split(b"\0") if path] or ["a"]
    many = (paths * (PATHS // len(paths) + 1))[:PATHS]
    listed = list(
        dict.fromkeys(c.look.files for _, cs in rules_of(book.file.policy) for c in cs if c.look)
    )
    globs = GlobSet((listed * GLOBS)[:GLOBS])
    start = time.perf_counter()
    for path in many:
        globs.match(path)
    took = time.perf_counter() - start
    note = f"{len(set(many))} different ones"
    kept = took <= MOST_GLOB_SECONDS
    return Row(
        f"{GLOBS} globs x {PATHS:,} paths, s", f"{took:.2f}", f"<= {MOST_GLOB_SECONDS}", kept, note
    )


def _patterns(repo: Path, book: Rulebook) -> Row:
    """Search the patches of a history for the lines that the rules ask of each file."""
    log = "log", "-p", "-U0", "--no-renames", "--first-parent"
    with subprocess.Popen(
        ["git", "-C", str(repo), *log], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as git:
        text = git.stdout.read(_ENOUGH) if git.stdout else b""
        git.terminate()
    asked = []
    for section in text.split(b"\ndiff --git ")[1:]:
        names, _, _ = section.partition(b"\n")
        path = patched_path(names)
        hunks = section[section.find(b"\n@@ ") + 1 :]
        if path and hunks.startswith(b"@@ "):
            asked.append((book.looks.searched(File(path, "modified")), hunks))
    start = time.perf_counter()
    for search, hunks in asked:
        if search is not None:
            Difference(hunks).lines(search)
    speed = sum(len(hunks) for _, hunks in asked) / (time.perf_counter() - start) / 1e6
    note = f"{sum(search is not None for search, _ in asked)} of {len(asked)} files searched"
    kept = speed >= LEAST_MB
    return Row(
        "content rules, MB of patches a second", f"{speed:.0f}", f">= {LEAST_MB}", kept, note
    )


def _decisions(book: Rulebook) -> Row:
    facts = parse_facts(FACTS.read_bytes(), FACTS.name)
    rounds = 2_000
    start = time.perf_counter()
    for _ in range(rounds):
        decide(facts, classify(facts, book.looks), book)
    speed = rounds / (time.perf_counter() - start)
    kept = speed >= LEAST_DECISIONS
    return Row("decisions a second, one process", f"{speed:.0f}", f">= {LEAST_DECISIONS}", kept)


def _read(repo: Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(repo), *words], capture_output=True, check=True).stdout
