"""Which landing undoes which: those that a ledger tells of, and the one that is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft
from fitgate.core.facts import Facts
from fitgate.core.facts_file import facts_adapter
from fitgate.core.recording import reverted_draft
from fitgate.core.records.changes import Landed
from fitgate.core.reverts import Landed as Reverting
from fitgate.core.reverts import Reverts, parse_revert
from fitgate.ports import Ledger

LOOKED_INTO = 300
"""Of so many landings before, their titles and files are known too; of older ones what they are
called: a commit and a number."""


@dataclass
class Undone:
    """Follows the landings of one repository, in the order of its ledger."""

    ledger: Ledger
    told: Chronicle
    _reverts: Reverts = field(default_factory=Reverts)
    _heard: int = 0
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def drafts(self, facts: Facts) -> Iterator[Draft]:
        """Yield that the landings that this one undoes are undone."""
        self._catch_up()
        change = facts.change
        if change.id not in self._known:
            self._known[change.id] = self._reverts.add(_reverting(facts))
        for undone in self._known[change.id]:
            yield reverted_draft(undone, change.id, change.landed_at or facts.as_of)

    def _catch_up(self) -> None:
        landings = self.told.told(Landed)
        for place, landed in enumerate(landings[self._heard :], self._heard):
            record = landed.record
            if record.stage == "merge" and record.change not in self._known:
                recent = place >= len(landings) - LOOKED_INTO
                facts = self._facts(landed) if recent else None
                told = _named(record) if facts is None else _reverting(facts)
                self._known[record.change] = self._reverts.add(told)
        self._heard = len(landings)

    def _facts(self, landed: Told[Landed]) -> Facts | None:
        """Return the facts that a landing was judged on; the key of its verdict names them."""
        digest = (landed.record.decided or "//").rsplit("/", 2)[1]
        content = self.ledger.blob(digest) if digest else None
        return None if content is None else facts_adapter().validate_json(content)


def _reverting(facts: Facts) -> Reverting:
    change = facts.change
    # A branch is named by whoever opens a pull request; that of a push is the default one.
    branch = change.branch if change.kind == "pull" else None
    claim = parse_revert(change.title, change.body or "", branch)
    return Reverting(
        id=change.id,
        base=change.base,
        titles=(change.title,),
        number=change.number,
        side=tuple(filter(None, (change.landing, change.head))),
        claims={} if claim is None else {change.id: claim},
        files=facts.files,
    )


def _named(record: Landed) -> Reverting:
    side = () if record.commit is None else (record.commit,)
    return Reverting(record.change, None, (), record.number, side, {}, None)
