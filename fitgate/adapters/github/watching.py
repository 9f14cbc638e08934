"""A repository on GitHub watched: how changes came to land, what guards it, what happened there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from fitgate.adapters.github.app import Session, translated
from fitgate.adapters.github.guards import Guards
from fitgate.adapters.github.issues import issue
from fitgate.adapters.github.labels import taken_off
from fitgate.adapters.github.passing import Passages
from fitgate.adapters.github.polling import Polling
from fitgate.adapters.github.pulls import Pull
from fitgate.core.controls import Controls, TakenOff
from fitgate.core.events import Pointer
from fitgate.core.facts import Facts
from fitgate.core.incidents import Issue
from fitgate.core.passage import Passage


class Watching:
    """What is asked of a repository beside its changes; a part of `GitHub`."""

    session: Session
    name: str
    _pulls: OrderedDict[str, Pull]

    def passage(self, facts: Facts, pointer: Pointer, now: datetime) -> Passage:
        """Return how a landing came past the gates of GitHub, as of its moment."""
        passages, pull = Passages(self.session, self.name), self._pulls.get(facts.change.id)
        return passages.of(facts, pull, pointer, now)

    def controls(self) -> Controls:
        """Return how strong GitHub's own gates are now; what may not be looked at says why."""
        return Guards(self.session, self.name).controls()

    def taken_off(self, number: int) -> Sequence[TakenOff]:
        """Return which labels of ours people took off a pull request, oldest first."""
        return [*taken_off(self.session, self.name, number)]

    def happened(self, since: datetime, now: datetime) -> Sequence[tuple[datetime, Pointer]]:
        """Return where something happened since a moment, and when, oldest first."""
        return Polling(self.session, self.name).happened(since, now)

    def open_pulls(self) -> Sequence[int]:
        """Return the numbers of all open pull requests."""
        with translated(f"the open pull requests of {self.name} could not be listed"):
            found = self.session.github.get_repo(self.name).get_pulls(state="open")
            return [pull.number for pull in found]

    def issue(self, number: int) -> Issue | None:
        """Return an issue; None: it is a pull request, or gone."""
        return issue(self.session, self.name, number)
