"""The changes of a scan that people say are something else: judged again, to weigh their words."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from fitgate.bootstrap import Clone, open_clone
from fitgate.core.proposal import entry_of
from fitgate.core.reading import PolicyFile
from fitgate.core.register import RegisterEntry
from fitgate.core.review import Known, Review
from fitgate.core.words.matches import match_sentence
from fitgate.entrypoints.cli.judging import judged_landing
from fitgate.pipeline import Judged


class Disputes:
    """What is known of each disputed change. While it is entered it asks the clone, once a change.

    A scan's journal says what was found, not who had a hand in a change: the register blames
    nobody. And a clone of its own: the scan's own remembers which landings undo which.
    """

    def __init__(self, path: Path, given: PolicyFile | None, reviews: Sequence[Review]) -> None:
        self._path, self._given = path, given
        self._reviews = [review for review in reviews if review.status != "confirmed"]
        self._judged: dict[str, Judged] = {}
        self._stack = ExitStack()
        self._clone: Clone | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stack.close()

    def known(self, entry: RegisterEntry) -> Known | None:
        """Return what is known of an entry's change; None: nobody disputes what it is."""
        if entry.sha is None or not any(review.is_of(entry) for review in self._reviews):
            return None
        judged = self._of(entry.sha)
        return Known(judged.facts, judged.policy)

    def entry(self, change: str) -> RegisterEntry | None:
        """Return the entry of a change that the rules took for none and somebody for one."""
        sha = change.rpartition("@")[2]
        raised = (review for review in self._reviews if review.status == "amended")
        if not any(review.names(change, sha, None) for review in raised):
            return None
        judged = self._of(sha)
        sentences = [match_sentence(match) for match in judged.verdict.matches]
        return entry_of(judged.facts, judged.verdict, judged.standing, judged.policy, sentences)

    def _of(self, sha: str) -> Judged:
        if sha not in self._judged:
            if self._clone is None:
                self._clone = self._stack.enter_context(open_clone(self._path))
            self._judged[sha] = judged_landing(self._clone, sha, self._given)
        return self._judged[sha]
