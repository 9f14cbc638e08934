"""What commits change, asked of `git diff-tree --stdin`: one process for a whole history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, NamedTuple, TypeVar

from fitgate.adapters.git.questions import Questions, SilenceError
from fitgate.adapters.git.store import Store
from fitgate.core.content import path_text, unquoted
from fitgate.core.facts import File, Status, Unread

A = TypeVar("A")

RAW = ("-r", "--raw", "--no-abbrev", "-M100%")
"""Names and ids only; a rename is exact or none, because anything less would read the blobs."""

# git-diff-tree, `--stdin`: a line that is no object id is printed back at once. It ends an answer.
END = b"=\n"
_ABSENT = "000000"
_STATUS: dict[str, Status] = {
    "A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "modified"
}  # fmt: skip


class Pair(NamedTuple):
    """A commit, and the one that it is compared with; None compares it with nothing at all."""

    commit: str
    before: str | None


def diff_tree(
    store: Store, options: Sequence[str], read: Callable[[Iterator[bytes]], A]
) -> Questions[Pair, A]:
    """Return what answers pairs of commits with what `read` makes of the lines of their diff.

    `read` must take all lines, so that the next answer is read from its beginning.
    """
    command = ("diff-tree", "--stdin", "--no-commit-id", "--root", *options)
    return Questions(
        store.overlay,
        command,
        say=asked_line,
        hear=lambda stream: read(_until_end(stream)),
        doubt=lambda pair: store.lacking_tree(filter(None, pair)),
    )


def asked_line(pair: Pair) -> bytes:
    """Return how a pair is asked for, and the line that ends the answer."""
    line = f"{pair.commit} {pair.before}" if pair.before else pair.commit
    return line.encode("ascii") + b"\n" + END


def _until_end(stream: IO[bytes]) -> Iterator[bytes]:
    for line in stream:
        if line == END:
            return
        yield line
    raise SilenceError


def read_files(lines: Iterable[bytes]) -> tuple[File, ...]:
    """Return the files of a raw diff (git-diff, "RAW OUTPUT FORMAT")."""
    return tuple(map(_file, lines))


def _file(line: bytes) -> File:
    fields, *names = line[1:-1].split(b"\t")
    mode_before, mode_after, oid_before, oid_after, status = fields.decode("ascii").split()
    return File(
        path=path_text(unquoted(names[-1])),
        status=_STATUS[status[0]],
        old_path=path_text(unquoted(names[0])) if len(names) > 1 else None,
        mode_before=None if mode_before == _ABSENT else mode_before,
        mode_after=None if mode_after == _ABSENT else mode_after,
        oid_before=None if mode_before == _ABSENT else oid_before,
        oid_after=None if mode_after == _ABSENT else oid_after,
    )


def files_between(
    store: Store, pairs: Iterable[Pair | Unread]
) -> Iterator[tuple[File, ...] | Unread]:
    """Yield the files that differ between the commits of each pair."""
    questions = diff_tree(store, RAW, read_files)
    try:
        yield from questions.answers(pairs)
    finally:
        questions.close()
