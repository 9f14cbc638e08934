"""The patches that the content digest is made of, as git prints them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fitgate.adapters.git.difftree import Pair, diff_tree
from fitgate.adapters.git.store import Store
from fitgate.core.content import FilePatch, read_patch
from fitgate.core.facts import Unread

# All that bears on a patch is said here, so that any git gives the same (git-diff, git-config).
_OPTIONS = (
    "-r", "-p", "-U3", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv",
    "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short",
    "--ignore-submodules=none", "--diff-algorithm=myers", "--indent-heuristic",
    "--inter-hunk-context=0",
)  # fmt: skip


class Patches:
    """Asks one git process for the patches of many changes."""

    def __init__(self, store: Store) -> None:
        self._questions = diff_tree(store, _OPTIONS, lambda lines: tuple(read_patch(lines)))

    def between(self, pairs: Iterable[Pair | Unread]) -> Iterator[tuple[FilePatch, ...] | Unread]:
        """Yield the patch between the commits of each pair; a missing blob makes it unread.

        Lines are hashed as they come: a patch of any length needs only the memory of its names.
        """
        return self._questions.answers(pairs)

    def close(self) -> None:
        """End the process; a later question starts a new one."""
        self._questions.close()
