"""Hunks of two texts, by git itself: for files whose patch GitHub leaves out."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from fitgate.adapters.github.files import Touched, is_binary
from fitgate.core.facts import Unread

# As the git adapter asks for patches, so that the digest is the same (git-diff).
_COMMAND = (
    "diff", "--no-index", "--text", "-U3", "--no-color", "--no-ext-diff", "--no-textconv",
    "--diff-algorithm=myers", "--indent-heuristic", "--inter-hunk-context=0", "--", "before",
    "after",
)  # fmt: skip
_DIFFERENT = 1
_PATIENCE = 60  # seconds, for two texts of a mebibyte at most


def compared(
    ones: Iterable[Touched], contents: Mapping[str, bytes | Unread]
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the hunks of each file that is a text before and after.

    Git runs in an empty folder with nothing of our environment; without git nothing is yielded.
    """
    git = shutil.which("git")
    for one in ones:
        before, after = (
            contents.get(side.oid) if side else None for side in (one.before, one.after)
        )
        if git and isinstance(before, bytes) and isinstance(after, bytes):
            hunks = None if is_binary(before, after) else _hunks(git, before, after)
            if hunks is not None:
                yield one.file.path, hunks


def _hunks(git: str, before: bytes, after: bytes) -> bytes | None:
    with tempfile.TemporaryDirectory(prefix="fitgate-") as name:
        folder = Path(name)
        (folder / "before").write_bytes(before)
        (folder / "after").write_bytes(after)
        environment = {
            "PATH": os.pathsep.join((str(Path(git).parent), os.defpath)),
            "HOME": name, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": str(folder.parent),
        }  # fmt: skip
        try:
            done = subprocess.run(
                (git, *_COMMAND), check=False, capture_output=True, stdin=subprocess.DEVNULL,
                env=environment, cwd=folder, timeout=_PATIENCE,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
    if done.returncode > _DIFFERENT:
        return None
    _, mark, hunks = done.stdout.partition(b"\n@@ -")
    return (mark[1:] + hunks).removesuffix(b"\n")
