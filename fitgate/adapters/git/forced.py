"""Which commits came to a branch by a forced push, as far as the clone noted it down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fitgate.adapters.git.overlay import Overlay

_LINE = re.compile(rb"([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\t]*(?:\t(.*))?")


@dataclass(frozen=True, slots=True)
class _Moved:
    """One line of a reflog: a branch went from a commit to another."""

    old: str
    new: str
    said: str


def forced(overlay: Overlay) -> Mapping[str, bool]:
    """Return of commits on the first-parent line whether they came by a forced push.

    Read from the reflog of the branch that the current one tracks (gitrepository-layout, `logs`):
    a fetch notes `forced-update` down, and of a push of one's own the ancestry tells. What came
    before the reflog begins, or was never pushed, is not among them: not known.
    """
    by_force: set[str] = set()
    start = tip = None
    for move in _moves(overlay):
        is_forced, tip = _is_forced(overlay, move), move.new
        start = start or move.old
        if is_forced:
            brought = _first_parents(overlay, move.old, move.new)
            by_force |= {*(brought or [move.new])}
            is_forced = None if brought is None else True
        if is_forced is None:
            start = move.new
    if start is None or tip is None:
        return {}
    known = _first_parents(overlay, start, tip) or []
    return dict.fromkeys(known, False) | dict.fromkeys(by_force, True)


def _moves(overlay: Overlay) -> Iterator[_Moved]:
    ref = overlay.tracked
    try:
        lines = (overlay.common / "logs" / ref).read_bytes().splitlines() if ref else []
    except OSError:  # no reflog was kept, or it is kept otherwise
        lines = []
    for line in lines:
        if found := _LINE.fullmatch(line):
            old, new, said = (each or b"" for each in found.groups())
            yield _Moved(old.decode(), new.decode(), said.decode(errors="replace"))


def _is_forced(overlay: Overlay, move: _Moved) -> bool | None:
    """Say whether a move threw commits away; None: it began there, or what was before is gone."""
    if move.old == overlay.null_id:
        return None
    if move.said.endswith("forced-update"):
        return True
    if move.said.endswith("fast-forward"):
        return False
    code = overlay.ask("merge-base", "--is-ancestor", move.old, move.new).code
    return {0: False, 1: True}.get(code)


def _first_parents(overlay: Overlay, old: str, new: str) -> list[str] | None:
    """Return what a move brought; None: the clone no longer holds what was before."""
    said = overlay.ask("rev-list", "--first-parent", new, f"^{old}")
    return None if said.code else said.text.split()
