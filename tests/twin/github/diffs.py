"""What changed between two commits, cut into files as GitHub cuts them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.twin.github.git import EMPTY_TREE, ZERO, Git

STATUSES = {
    "A": "added", "C": "copied", "D": "removed", "M": "modified", "R": "renamed", "T": "changed",
}  # fmt: skip


@dataclass(slots=True)
class Limits:
    """How much GitHub shows; a test may lower a limit to meet it with less work.

    `patch_lines` and `patch_bytes`: of one file, over which it has no patch; `diff_lines` and
    `diff_bytes`: of all files together (docs, "Limits for viewing content and diffs"). The rest
    is how many entries a list holds at most.
    """

    patch_lines: int = 20_000
    patch_bytes: int = 512_000
    diff_lines: int = 20_000
    diff_bytes: int = 1_000_000
    pull_files: int = 3_000
    pull_commits: int = 250
    compared_files: int = 300
    compared_commits: int = 250
    tree_entries: int = 100_000
    content_bytes: int = 1_000_000
    blob_text_bytes: int = 512_000


@dataclass(frozen=True, slots=True)
class Changed:
    """One file of a diff; `patch` None: binary, unchanged but for its name, or too large."""

    path: str
    old_path: str | None
    status: str
    oid: str
    additions: int
    deletions: int
    patch: str | None


def changed(git: Git, base: str | None, head: str, limits: Limits) -> list[Changed]:
    """Compare two commits, renames found, in Git's order."""
    ends = (base or EMPTY_TREE, head)
    flags = ("-r", "-M", "--full-index", "-l0", "--submodule=short")
    raw = git.fixed("diff-tree", *flags, "-z", "--raw", *ends).decode(errors="surrogateescape")
    text = git.fixed("diff-tree", *flags, "-p", *ends).decode(errors="replace")
    sections = iter(text.removeprefix("diff --git ").split("\ndiff --git ") if text else [])
    fields = iter(raw.split("\0"))
    files = []
    lines = size = 0
    for facts in fields:
        if not facts:
            break
        _, _, before, after, status = facts.split(" ")
        old = next(fields)
        new = next(fields) if status[0] in "RC" else old
        hunks = _hunks(next(sections))
        if status == "T":  # a file that became a link: Git shows a removal and an addition
            hunks = f"{hunks}\n{_hunks(next(sections))}"
        added, removed = _counts(hunks)
        lines += added + removed
        size += len(hunks)
        cut = (
            added + removed > limits.patch_lines
            or len(hunks) > limits.patch_bytes
            or lines > limits.diff_lines
            or size > limits.diff_bytes
        )
        files.append(
            Changed(
                path=new,
                old_path=old if status[0] in "RC" else None,
                status=STATUSES[status[0]],
                oid=before if after == ZERO else after,
                additions=added,
                deletions=removed,
                patch=None if cut or not hunks else hunks,
            )
        )
    return files


def _hunks(section: str) -> str:
    """Drop a file's header; what remains begins with `@@`."""
    _, mark, hunks = section.partition("\n@@")
    return f"@@{hunks}".removesuffix("\n") if mark else ""


def _counts(hunks: str) -> tuple[int, int]:
    rows = hunks.split("\n")
    return sum(row.startswith("+") for row in rows), sum(row.startswith("-") for row in rows)
