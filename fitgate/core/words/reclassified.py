"""What people say a change is, and where class and IO-SR number come from, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from fitgate.core.classes import Ground
from fitgate.core.inert import inert
from fitgate.core.remedies import plain

if TYPE_CHECKING:
    from fitgate.core.reclassified import Nature, Said
    from fitgate.core.verdict import Verdict

_LIMIT = 200
_BEGINNINGS = {"io-class:": "class ", "io-sr:": "IO-SR ", "io:": ""}


def nature_words(nature: Nature | Verdict) -> str:
    """Say what a change is: `irreversible: evaluation · class T · IO-SR 4`."""
    if nature.is_io is False:
        return "not irreversible"
    if nature.is_io is None:
        return "perhaps irreversible"
    parts = [f"irreversible: {', '.join(inert(name, _LIMIT) for name in nature.categories)}"]
    if nature.classes:
        parts.append(f"class {' '.join(nature.classes)}")
    if nature.io_sr:
        parts.append(f"IO-SR {' '.join(map(str, nature.io_sr))}")
    return " · ".join(parts)


def said_sentence(said: Said) -> str:
    """Say one word of somebody: what it adds and takes away, and whether it counts."""
    adds, takes = _things(said.raises), _things(said.lowers)
    what = " and ".join(filter(None, (adds and f"adds {adds}", takes and f"takes away {takes}")))
    if "io" in said.lowers:
        what = "says that it is none"
    if "io" in said.raises:
        what = f"says that it is one, of {adds}" if adds else "says that it is one"
    too = ", ".join(inert(name, _LIMIT) for name in said.seconded_by)
    stands = "counts" if said.counts else f"does not count: {inert(said.waits, _LIMIT)}"
    if said.lowers and not said.counts and said.raises:
        stands = f"what is added counts, what is taken away does not: {inert(said.waits, _LIMIT)}"
    why = f' because "{inert(said.why, _LIMIT)}"' if said.why else ""
    seconded = f", seconded by {too}" if too else ""
    who = f"{inert(said.by, _LIMIT)} at {plain(said.at)}"
    return f"{who} {what}{why}{seconded}: {stands}"


def ground_sentences(grounds: Sequence[Ground]) -> Iterator[str]:
    """Say where classes come from that are not those of a category: a rule, or an IO-SR number."""
    own = {ground.label for ground in grounds if ground.by.startswith("io:")}
    others = [
        ground
        for ground in grounds
        if ground.label.startswith("io-class:")
        and (ground.label not in own or ground.by.startswith("rule "))
    ]
    for (by, why), found in groupby(others, key=lambda ground: (ground.by, ground.why)):
        letters = " ".join(ground.label.removeprefix("io-class:") for ground in found)
        of = inert(_thing(by), _LIMIT)
        yield f"class {letters} by {of}" + (f', because "{inert(why, _LIMIT)}"' if why else "")


def _things(labels: Iterable[str]) -> str:
    return ", ".join(inert(_thing(label), _LIMIT) for label in labels if label != "io")


def _thing(label: str) -> str:
    for beginning, words in _BEGINNINGS.items():
        if label.startswith(beginning):
            return words + label.removeprefix(beginning)
    return label
