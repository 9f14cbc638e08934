"""What a job does for its event: the service's own corridor, task by task, and then it ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fitgate.core.chain import read
from fitgate.core.events import Happening, Pointer
from fitgate.core.recording import landed_key
from fitgate.core.records import draft
from fitgate.core.records.changes import Landed
from fitgate.core.records.controls import PilotStarted
from fitgate.core.work import Task, catch_up, look, watch
from fitgate.errors import ForgeError
from fitgate.serving import Serving
from fitgate.serving.reconciling import Reconciler
from fitgate.serving.watching import last_move

if TYPE_CHECKING:
    from fitgate.bootstrap.workflows import Desk
    from fitgate.core.measure.overview import Group
    from fitgate.core.measure.reading import Reading
    from fitgate.entrypoints.cli.action_event import Occasion
    from fitgate.pipeline import Judged

_MOST = 2_000
"""Tasks that one job does at most."""
_LOOKING_BACK = timedelta(days=7)
"""A landing is looked for so long: a run that was cancelled, or failed, is made up for by then."""
_AGAIN = timedelta(hours=2)
"""So much is caught up with again: a run for a push writes, and looks at that push alone."""
_PILOT = timedelta(days=14)
_REFUSED = 403


@dataclass
class Done:
    """What came of an event. `judged` is the one change that it is about.

    `is_shown`: its check says so. `failed` are the changes that could not be looked at, and why.
    """

    judged: Judged | None = None
    is_shown: bool = False
    pulls: int = 0
    landed: int = 0
    failed: list[str] = field(default_factory=list)
    readings: tuple[Reading, ...] = ()
    weeks: tuple[Group, ...] = ()


class _Nowhere:
    """How far a repository has been looked at: no job tells the next one but by the ledger."""

    def reached(self, name: str) -> datetime | None:
        del name
        return None

    def reach(self, name: str, at: datetime) -> None:
        del name, at


class Job:
    """One job at work: what it does is done again to the same end if it is run again."""

    def __init__(self, desk: Desk, why: Occasion, now: datetime, pilot: str = "") -> None:
        """Take where and why it works; `pilot` is the system that a pilot is to be begun for."""
        self._desk, self._why, self._now, self._pilot = desk, why, now, pilot
        self._serving = Serving(desk, {}, lambda: now, Reconciler(_Nowhere()))
        self._done = Done()

    def work(self) -> Done:
        """Do all that the event asks for.

        Raises:
            ForgeError: when the change that it is about cannot be looked at.
            LedgerError: when what is to be written down could not be.
        """
        desk, why = self._desk, self._why
        told, since = desk.memory.caught_up(), self._since()
        desk.moved, landed = last_move(told), len(told.told(Landed))  # all that was looked at then
        for pointer in why.pointers:
            self._look(pointer)
        if why.is_trusted:
            self._landings()
        if why.sweeps:
            self._commands()
            self._open_pulls()
            self._drills()
            self._reconcile(since)
            self._each([watch(self._whole(), self._now)])
        self._done.judged = self._meant()
        self._done.landed = len(told.told(Landed)) - landed
        if why.is_trusted:
            self._begin_pilot()
            self._measure()
        return self._done

    def _meant(self) -> Judged | None:
        """Return the verdict on the change that the event is about: the first there was of it."""
        number = self._why.number
        seen = self._desk.seen
        if number is None and len(self._why.pointers) == 1 and not self._why.sweeps:
            return seen[0] if len(seen) == 1 else None
        return next((one for one in seen if number and one.facts.change.number == number), None)

    def _look(self, pointer: Pointer) -> None:
        try:
            self._each([look(pointer, self._now)])
        except ForgeError as exc:
            # A fork's token reads only: the verdict stands, and `schedule` shows it.
            if not (self._why.is_fork and exc.is_refusal(_REFUSED) and self._desk.seen):
                raise
            return
        self._done.is_shown |= pointer.happening in {Happening.PROPOSED, Happening.ASKED}

    def _each(self, tasks: Iterable[Task]) -> None:
        """Do tasks, and what is due after them; breakers are watched by who may write of it."""
        waiting, seen = deque(tasks), set[tuple[str, str, str]]()
        for _ in range(_MOST):
            if not waiting:
                return
            task = waiting.popleft()
            for after in self._serving.done(task):
                key = (after.job, after.key, after.about)
                may = self._why.is_trusted or after.job == "look"
                if may and after.due <= self._now and key not in seen:
                    seen.add(key)
                    waiting.append(after)
        if waiting:
            self._done.failed.append(f"{len(waiting)} more after {_MOST}, which one job does")

    def _open_pulls(self) -> None:
        """Look at every open pull request: a cool-down may be over, an approval have come."""
        for number in self._desk.forge.open_pulls():
            self._done.pulls += 1
            self._or_failed(self._pull(Happening.PROPOSED, number))

    def _landings(self) -> None:
        """Write down what was merged and is not in the ledger yet."""
        if not self._why.branch:
            return
        ledger, name = self._desk.memory.ledger, self._whole().name
        for number in self._desk.merged(self._why.branch, self._now - _LOOKING_BACK):
            if not ledger.holds([landed_key(f"github:{name}#{number}", "merge")]):
                self._or_failed(self._pull(Happening.LANDED, number))

    def _commands(self) -> None:
        """Carry out what was asked for in comments; each is answered once."""
        for number, comment in self._desk.asked(self._now - _LOOKING_BACK):
            pointer = self._pull(Happening.ASKED, number)
            self._or_failed(replace(pointer, detail=f"comment:{comment}"))

    def _since(self) -> datetime:
        """Return since when to catch up, before this job writes; of no ledger nothing was missed.

        It is since an earlier job wrote last, and a while more, but not from before the ledger.
        """
        ledger = self._desk.memory.ledger
        began = next((entry.recorded_at for entry in read(ledger.stored())), self._now)
        last = min(ledger.head().recorded_at or self._now, self._now - _AGAIN)
        return max(began, last, self._now - _LOOKING_BACK)

    def _reconcile(self, since: datetime) -> None:
        """Look at what happened since a moment, whoever told of it or not.

        So what ended that a landing waits for is found, and what came past the forge's own gates.
        """
        try:
            self._each([catch_up(self._whole(), since, self._now)])
        except ForgeError as exc:
            if exc.retry_after is not None:
                raise
            self._done.failed.append(str(exc))

    def _or_failed(self, pointer: Pointer) -> None:
        """Look at one of many: what cannot be read of one keeps nobody from the others."""
        try:
            self._each([look(pointer, self._now)])
        except ForgeError as exc:
            if exc.retry_after is not None:
                raise
            self._done.failed.append(f"{pointer.name}#{pointer.number}: {exc}")

    def _begin_pilot(self) -> None:
        """Begin the two weeks, once: a pilot that is over is not begun again."""
        if not self._pilot or self._desk.memory.told.told(PilotStarted):
            return
        policy = self._desk.governing()
        mode = "shadow" if policy is None else policy.mode
        record = PilotStarted(self._now + _PILOT, mode, self._pilot)
        self._desk.memory.write([draft(record, self._now, "pilot-started/action")], self._now)

    def _drills(self) -> None:
        from fitgate.core.drills import due

        policy = self._desk.governing()
        if policy is not None:
            missed = due(policy, self._desk.memory.told, self._now).drafts()
            self._desk.memory.write(missed, self._now)

    def _measure(self) -> None:
        """Measure the three figures over four weeks; all weeks of a quarter where it sweeps."""
        from fitgate.core.measure.history import History
        from fitgate.core.measure.overview import Plain, at_least, trend
        from fitgate.core.measure.reading import Figure, Scope, Window

        policy = self._desk.governing()
        if policy is None:
            return
        three: frozenset[Figure] = frozenset({"vl_hours", "rdpr", "gbr_ratio"})
        source = Plain(History.of(self._desk.memory.told), policy)
        scope = Scope(self._desk.memory.ledger.repo)
        window = Window(self._now - timedelta(days=28), self._now)
        (self._done.readings,) = source.measure([(scope, window, three)])
        if self._why.sweeps:
            self._done.weeks = tuple(trend(source, scope, at_least(window), three))

    def _whole(self) -> Pointer:
        return Pointer(Happening.CONTROLS_CHANGED, self._desk.memory.ledger.repo, self._desk.name)

    def _pull(self, happening: Happening, number: int) -> Pointer:
        return Pointer(
            happening, self._desk.memory.ledger.repo, self._desk.name, "pull", number
        )  # fmt: skip
