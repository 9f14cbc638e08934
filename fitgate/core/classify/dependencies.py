"""Evidence of the kind `dependency`: what a change does to what a project depends on."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from fitgate.core.classify.flattening import MAX_TEXT, Unparsable, plain_value, shorten
from fitgate.core.classify.manifests.dependency import ANY, EVERY, LOCAL, Dependency
from fitgate.core.classify.manifests.formats import format_of
from fitgate.core.classify.manifests.versions import version_change
from fitgate.core.effects import DependencyChange, Effect

__all__ = ["Dependency", "compare", "dependency_effects", "is_manifest", "read_dependencies"]

_SMALL = 1 << 18  # bytes; what is larger is not remembered
_WEAK = {"md5", "sha1"}
_GROUPED = {"pypi", "conda", "npm", "cargo", "go", "maven"}
_PUBLISHED = {"npm", "go", "maven", "docker", "actions"}  # the name begins with its publisher's
_IN_LOCKS: set[DependencyChange] = {
    "added", "removed", "major", "downgraded", "hash-dropped", "source-changed",
}  # fmt: skip


def is_manifest(path: str) -> bool:
    """Say whether a path is a manifest or a lock file that can be read here."""
    return format_of(path) is not None


def dependency_effects(path: str, before: bytes | None, after: bytes | None) -> tuple[Effect, ...]:
    """Return what a change does to a manifest or a lock file; None is an absent file.

    Raises:
        Unparsable: a side that `read_dependencies` cannot read.
    """
    sides = (None if data is None else _remembered(path, data) for data in (before, after))
    return compare(*sides)


def _remembered(path: str, data: bytes) -> tuple[Dependency, ...]:
    """Read a file; what it was after one change is what it is before the next."""
    return read_dependencies(path, data) if len(data) > _SMALL else _read_before(path, data)


def read_dependencies(path: str, data: bytes) -> tuple[Dependency, ...]:
    """Return what a manifest or a lock file lists, in the order written; its path tells the format.

    Raises:
        Unparsable: no manifest by its name, not UTF-8, not well formed, nested too deep, or larger
            than 1 MiB (a lock file: 8 MiB, setup.py: 256 KiB).
    """
    found = format_of(path)
    if found is None:
        raise Unparsable("is not a manifest")
    if len(data) > found.limit:
        raise Unparsable(f"is larger than {found.limit >> 10} KiB")
    try:
        return found.read(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as exc:
        raise Unparsable("is not UTF-8", data.count(b"\n", 0, exc.start) + 1) from exc
    except RecursionError as exc:
        raise Unparsable("is nested too deep") from exc


_read_before = functools.lru_cache(maxsize=64)(read_dependencies)


def compare(
    before: tuple[Dependency, ...] | None, after: tuple[Dependency, ...] | None
) -> tuple[Effect, ...]:
    """Return what became of each dependency, sorted by key; None is an absent file.

    `key` is `ECOSYSTEM:NAME`, `within` the group, `before` and `after` are as written. One that
    moves from group to group has no effect, and neither has another way to write the same. A rise
    is `major` or `upgraded`, never both. The key of `group-emptied` is `ECOSYSTEM:*`, its `before`
    how many there were; so is that of another index or channel, which is a `source-changed` for
    every dependency. One that is replaced by its namesake of another publisher (`a/tool` by
    `b/tool`) is a `source-changed` of the first. Of a lock file only the additions, removals, new
    majors, downgrades, dropped hashes and changed sources are told.
    """
    pairs = _pairs(before or (), after or ())
    found = [effect for pair in pairs for effect in _effects(pair)]
    found += _emptied(before or (), after or (), found)
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _order(effect: Effect) -> tuple[str, str, str, int]:
    return effect.key, effect.change, effect.within, effect.line or 0


@dataclass(frozen=True, slots=True)
class _Pair:
    """One dependency on both sides; None where it is not.

    `groups` are those in which others of its name stand on the side where it is not, and `movable`
    says whether one of these already was.
    """

    was: Dependency | None
    now: Dependency | None
    groups: frozenset[str] = frozenset()
    movable: bool = False

    @property
    def counts(self) -> bool:
        """Whether it came or went, and not just one more of what is there."""
        one = self.was or self.now
        if one is None or (self.was and self.now):
            return False
        if one.locked:
            return not self.groups and not _local(one)
        return one.group not in self.groups if one.ecosystem in _GROUPED else not self.groups


def _pairs(before: Iterable[Dependency], after: Iterable[Dependency]) -> list[_Pair]:
    old, new = _by_name(before), _by_name(after)
    pairs: list[_Pair] = []
    for name in sorted({*old, *new}):
        if len(old[name]) == len(new[name]) == 1:
            pairs.append(_Pair(old[name][0], new[name][0]))
            continue
        together, gone, come = _matched(old[name], new[name])
        pairs += together
        groups = frozenset(each.group for each in new[name])
        pairs += [_Pair(was, None, groups) for was in gone]
        groups = frozenset(each.group for each in old[name])
        movable = any(each.allows.movable for each in old[name])
        pairs += [_Pair(None, now, groups, movable) for now in come]
    return _namesakes(pairs)


def _by_name(side: Iterable[Dependency]) -> dict[tuple[str, bool], list[Dependency]]:
    found: dict[tuple[str, bool], list[Dependency]] = defaultdict(list)
    for each in side:
        found[each.key, each.redirect].append(each)
    return found


_ALIKE: tuple[Callable[[Dependency], Hashable], ...] = (
    lambda each: (each.group, each.marker, each.allows, each.source, each.hashes),
    lambda each: (each.marker, each.allows, each.source, each.hashes),
    lambda each: (each.group, each.marker),
    lambda each: each.group,
    lambda _: None,
)
"""By what entries of one name are taken for the same, from the strictest on."""


def _matched(
    old: list[Dependency], new: list[Dependency]
) -> tuple[list[_Pair], list[Dependency], list[Dependency]]:
    """Return the entries of one name that belong together, those that went and those that came."""
    pairs: list[_Pair] = []
    for alike in _ALIKE:
        if not old or not new:
            break
        waiting: dict[Hashable, list[Dependency]] = defaultdict(list)
        for now in reversed(new):
            waiting[alike(now)].append(now)
        gone: list[Dependency] = []
        for was in old:
            if same := waiting[alike(was)]:
                pairs.append(_Pair(was, same.pop()))
            else:
                gone.append(was)
        old, new = gone, [each for rest in waiting.values() for each in reversed(rest)]
    return pairs, old, new


def _namesakes(pairs: list[_Pair]) -> list[_Pair]:
    """Put together what one publisher's name lost and another's gained in the same group."""
    gone = {name: pair for pair in pairs if pair.counts and (name := _namesake(pair.was))}
    come = {name: pair for pair in pairs if pair.counts and (name := _namesake(pair.now))}
    both = [(gone[name], come[name]) for name in gone.keys() & come.keys()]
    done = {id(pair) for each in both for pair in each}
    together = [_Pair(one.was, other.now) for one, other in both]
    return [pair for pair in pairs if id(pair) not in done] + together


def _namesake(one: Dependency | None) -> tuple[str, str, str] | None:
    if one is None or one.locked or one.redirect or one.ecosystem not in _PUBLISHED:
        return None
    publisher, _, name = one.name.replace(":", "/").rpartition("/")
    if publisher == "@types":  # https://github.com/DefinitelyTyped: declarations for another
        return None
    return one.ecosystem, one.group, name


def _effects(pair: _Pair) -> Iterator[Effect]:
    was, now = pair.was, pair.now
    one = was or now
    if one is None:
        return
    before = None if was is None else _shown(was.spec)
    after = None if now is None else _shown(now.spec)
    line, within = (now or one).line, _shown((now or one).group)
    for change in _changes(pair):
        if not one.locked or change in _IN_LOCKS:
            yield Effect("dependency", change, _shown(one.key), before, after, line, within)


def _shown(text: str) -> str:
    return shorten(str(plain_value(text)), MAX_TEXT)


def _changes(pair: _Pair) -> Iterator[DependencyChange]:
    was, now = pair.was, pair.now
    if was and now:
        yield from _between(was, now)
    elif now and now.redirect:
        yield from _between(replace(now, source=None, allows=ANY), now)
    elif was and was.redirect:
        yield from _between(was, replace(was, source=None))
    else:
        if pair.counts:
            yield "added" if now else "removed"
        if now and now.allows.movable and not pair.movable:
            yield "movable"


def _between(was: Dependency, now: Dependency) -> Iterator[DependencyChange]:
    old, new = was.allows, now.allows
    if old.unknown or new.unknown:
        return
    elsewhere = (was.source, was.name) != (now.source, now.name)
    if elsewhere:
        home = (
            now.source is None and was.name == now.name != "*"
        )  # an index may hide another's names
        yield "published" if home else "source-changed"
    elif moved := version_change(now.ecosystem, old, new):
        yield moved
    if new.movable and not old.movable:
        yield "movable"
    if _strength(was) > _strength(now) and not _local(now):  # that moves with the repository
        yield "unpinned"
    if old.bounded and not (old.exact or old.pinned or new.bounded or new.pinned or elsewhere):
        yield "unbounded"
    if _fewer_hashes(was.hashes, now.hashes):
        yield "hash-dropped"


def _strength(one: Dependency) -> int:
    """Return how fast a dependency holds: 2 like a commit, 1 like a tag that can be set again."""
    if one.allows.pinned:
        return 2
    return 0 if not one.allows.exact else 1 if one.allows.tag else 2


def _local(one: Dependency) -> bool:
    return (one.source or "").startswith(LOCAL)


def _fewer_hashes(was: frozenset[str], now: frozenset[str]) -> bool:
    return now < was or bool(was - _WEAK and now <= _WEAK)


def _emptied(
    before: Iterable[Dependency], after: Iterable[Dependency], found: list[Effect]
) -> Iterator[Effect]:
    """Yield an effect for each group that had dependencies, lost one and has none."""
    left = {(each.ecosystem, each.group) for each in after if not each.redirect}
    asked = [each for each in before if not (each.redirect or each.locked)]
    had = Counter((each.ecosystem, each.group) for each in asked if each.ecosystem in _GROUPED)
    lost = {(each.key.partition(":")[0], each.within) for each in found if each.change == "removed"}
    for ecosystem, group in had.keys() - left:
        if (ecosystem, group) in lost:
            count = had[ecosystem, group]
            yield Effect(
                "dependency", "group-emptied", f"{ecosystem}:{EVERY}", count, 0, None, group
            )
