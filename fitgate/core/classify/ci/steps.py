"""Steps before and after: which became which, and what stands in for a command that is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from fitgate.core.classify.ci.commands import Command
from fitgate.core.classify.ci.model import Step

_MAX_COMPARED = 20  # commands of one program that a lost one is held against

_SAME: tuple[Callable[[Step], Iterable[Hashable]], ...] = (
    lambda step: (tuple(command.text for command in step.commands),),
    lambda step: (step.name,) if step.name else (),
    lambda step: (command.text for command in step.counting),
    lambda step: (command.program for command in step.counting),
)
_IN_PLACE: tuple[Callable[[Step | None, Command], Hashable], ...] = (
    lambda step, command: (id(step), command.program),
    lambda _, command: command.program,
    lambda step, _: id(step),
)


def match_steps(before: Sequence[Step], after: Sequence[Step]) -> list[tuple[Step, Step]]:
    """Return which step of a job became which: by what it runs, its name, or where it stands."""
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for identity in _SAME:
        places: dict[Hashable, list[int]] = defaultdict(list)
        for j in reversed(range(len(after))):
            for name in identity(after[j]) if j not in taken else ():
                places[name].append(j)
        for i, step in enumerate(before):
            found = None if i in partner else _first(places, identity(step), taken)
            if found is not None:
                partner[i] = found
                taken.add(found)
    for i in range(len(before)):
        place = partner.get(i - 1, -1 if i == 0 else len(after)) + 1
        if i not in partner and place < len(after) and place not in taken and after[place].counting:
            partner[i] = place
            taken.add(place)
    return [(before[i], after[j]) for i, j in sorted(partner.items())]


def _first(
    places: dict[Hashable, list[int]], names: Iterable[Hashable], taken: set[int]
) -> int | None:
    for name in names:
        waiting = places.get(name, [])
        while waiting:
            place = waiting.pop()
            if place not in taken:
                return place
    return None


def find_stand_ins(
    lost: Sequence[tuple[Step | None, Command]], fresh: Sequence[tuple[Step, Command]]
) -> list[Command | None]:
    """Return for each lost command the new one in its place, if any.

    Each comes with the step that its own became. One new command stands in for one lost: the same
    program in that step, the same program anywhere, or whatever is new in that step. One whose
    arguments take in those of several (`pytest tests` for `pytest tests/unit`) stands in for all.
    """
    found: list[Command | None] = [None] * len(lost)
    free = dict.fromkeys(range(len(fresh)))
    for place in _IN_PLACE:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for j in reversed(free):
            waiting[place(*fresh[j])].append(j)
        for i, each in enumerate(lost):
            if found[i] is None and waiting.get(place(*each)):
                j = waiting[place(*each)].pop()
                found[i] = fresh[j][1]
                del free[j]
    programs: dict[str, list[Command]] = defaultdict(list)
    for _, command in fresh:
        programs[command.program].append(command)
    for i, (_, command) in enumerate(lost):
        if found[i] is None:
            others = programs.get(command.program, [])[:_MAX_COMPARED]
            found[i] = next((each for each in others if _takes_in(each, command)), None)
    return found


def _takes_in(new: Command, old: Command) -> bool:
    olds = _arguments(old)
    return all(any(f"{o}/".startswith(f"{n}/") for o in olds) for n in _arguments(new))


def _arguments(command: Command) -> list[str]:
    words = [word.rstrip("/") for word in command.text.split() if not word.startswith("-")]
    return [word for word in words if word not in command.program.split()]
