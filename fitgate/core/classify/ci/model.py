"""What a CI file says, whatever forge it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fitgate.core.classify.ci.commands import Command

MAX_JOBS = 1_000
MAX_COMMANDS = 10_000


@dataclass(frozen=True, slots=True)
class Step:
    """What one step runs: commands, or an action as the one command it is.

    `uses` is the action as written, with its version. `gates` are the conditions that must all
    hold, by what they are about, with their text. `can_fail` is the text that lets it.
    """

    commands: tuple[Command, ...]
    name: str = ""
    uses: str = ""
    gates: Mapping[str, str] = field(default_factory=dict)
    can_fail: str = ""
    disabled: bool = False
    line: int = 0

    @property
    def counting(self) -> tuple[Command, ...]:
        """The commands whose loss would be one: no checkout, set-up, cache or echo."""
        return tuple(each for each in self.commands if not each.trivial)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a pipeline (or lets a job of it run), and the filters that narrow it.

    A filter has the values it lets through, or None if it lets everything through.
    """

    name: str
    key: str
    filters: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a job's token may do: scope to `read` or `write`; `*` is every other scope."""

    levels: Mapping[str, str]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """The axes with their values, and what was added to or left out of their product.

    An axis has the runners too that single combinations name. One that is computed is not `known`.
    """

    axes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    key: str = ""
    line: int = 0
    known: bool = True

    @property
    def size(self) -> int:
        """How many values and combinations there are, to tell whether there are more."""
        return sum(map(len, self.axes.values())) + len(self.included)


@dataclass(frozen=True, slots=True)
class Job:
    """A job: what it runs, and what must be before it does.

    `needs` is None where it waits for every job of an earlier `stage`; a negative one is not known.
    `regardless`: it runs though a job that it needs has failed. `automatic` and `manual` are the
    conditions under which it starts by itself and waits for a person. `unseen` names what it takes
    over from other files.
    """

    id: str
    key: str
    steps: tuple[Step, ...] = ()
    needs: frozenset[str] | None = frozenset()
    stage: int = 0
    environment: str = ""
    gates: Mapping[str, str] = field(default_factory=dict)
    regardless: str = ""
    triggers: tuple[Trigger, ...] = ()
    automatic: frozenset[str] = frozenset()
    manual: frozenset[str] = frozenset()
    disabled: bool = False
    can_fail: str = ""
    matrix: Matrix = Matrix()
    runner: str = ""
    permissions: Permissions | None = None
    unseen: frozenset[str] = frozenset()
    line: int = 0

    def commands(self) -> Iterator[tuple[Step, Command]]:
        """Yield what it really runs and whose loss would be one."""
        for step in self.steps if not self.disabled else ():
            if not step.disabled:
                yield from ((step, command) for command in step.counting)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A CI file. `hidden` are jobs that only serve as templates, `includes` files it takes in."""

    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    permissions: Permissions | None = None
    jobs: Mapping[str, Job] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    includes: tuple[Step, ...] = ()
    disabled: bool = False

    def commands(self) -> Iterator[Command]:
        """Yield what its jobs really run and whose loss would be one."""
        for job in self.jobs.values():
            yield from (command for _, command in job.commands())
