"""Trees as plain dictionaries: edit, compare, undo and merge them."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from tests.story.model import Edit, Mode, Move, Put, Remove, Swap


class Entry(NamedTuple):
    """A file as Git keeps it: mode and bytes (for a submodule the commit's name)."""

    mode: str
    content: bytes


Tree = dict[bytes, Entry]
Steps = dict[bytes, tuple[Entry | None, Entry | None]]


class StoryError(ValueError):
    """The story contradicts itself; a mistake in a chapter, never the caller's."""


def path_bytes(path: str) -> bytes:
    """Spell a path in bytes; a surrogate stands for a byte that is not UTF-8."""
    return path.encode("utf-8", "surrogateescape")


def edited(tree: Tree, edits: Iterable[Edit], fill: Callable[[str], str]) -> Tree:
    """Give the tree after the edits."""
    after = dict(tree)
    for edit in edits:
        path = path_bytes(edit.path)
        if not isinstance(edit, Put) and path not in after:
            raise StoryError(f"no such file: {edit.path!r}")
        match edit:
            case Put(content=content):
                raw = content if isinstance(content, bytes) else fill(content).encode()
                after[path] = Entry(edit.mode, raw)
            case Swap():
                after[path] = _swapped(after[path], edit._replace(new=fill(edit.new)))
            case Remove():
                del after[path]
            case Move():
                after[path_bytes(edit.to)] = after.pop(path)
            case Mode():
                after[path] = after[path]._replace(mode=edit.mode)
    return after


def steps_between(before: Mapping[bytes, Entry], after: Mapping[bytes, Entry]) -> Steps:
    """List every path that differs, with both of its states."""
    return {
        path: (before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    }


def undone(tree: Tree, steps: Steps) -> Tree:
    """Take the steps back; the files must still be as the steps left them."""
    return _stepped(tree, {path: (new, old) for path, (old, new) in steps.items()})


def merged(base: Tree, ours: Tree, theirs: Tree) -> Tree:
    """Bring what changed from base to theirs into ours; the same file twice is an error."""
    return _stepped(ours, steps_between(base, theirs))


def _stepped(tree: Tree, steps: Steps) -> Tree:
    after = dict(tree)
    for path, (old, new) in steps.items():
        if after.get(path) != old:
            raise StoryError(f"changed in between: {path!r}")
        if new is None:
            del after[path]
        else:
            after[path] = new
    return after


def _swapped(entry: Entry, swap: Swap) -> Entry:
    old = swap.old.encode()
    if entry.content.count(old) != 1 or swap.old == swap.new:
        raise StoryError(f"not exactly once in {swap.path}: {swap.old!r}")
    return entry._replace(content=entry.content.replace(old, swap.new.encode()))
