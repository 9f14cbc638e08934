"""What can be proved of conditions: never true, never false, or true wherever another is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from fitgate.core.conditions import (
    Condition,
    LineCondition,
    PathCondition,
    SettingCondition,
    TextCondition,
)
from fitgate.core.lint.expressions import finds_nothing
from fitgate.core.lint.inclusion import swallowed, within
from fitgate.core.places import Path
from fitgate.core.values import Scalar

_WIDER = {"raised": "changed", "lowered": "changed", "inserted": "added", "dropped": "removed"}


@dataclass(frozen=True, slots=True)
class Proof:
    """Why something in a condition is in vain, where it stands, and what to do."""

    at: Path
    why: str
    remedy: str = ""


def never(condition: Condition, ignored: Sequence[str] = ()) -> bool:
    """Say whether a condition surely holds for no change."""
    if condition.any_:
        return all(never(part, ignored) for part in condition.any_)
    if condition.all_:
        apart = any(never(part, ignored) for part in condition.all_)
        return apart or bool(_opposites(condition.all_))
    if condition.not_:
        return unfailing(condition.not_, ignored)
    return any(True for _ in dead(condition, ignored))


def unfailing(condition: Condition, ignored: Sequence[str] = ()) -> bool:
    """Say whether a condition surely holds for every change whose facts are known."""
    if condition.any_:
        apart = any(unfailing(part, ignored) for part in condition.any_)
        return apart or bool(_opposites(condition.any_, either=True))
    if condition.all_:
        return all(unfailing(part, ignored) for part in condition.all_)
    if condition.not_:
        return never(condition.not_, ignored)
    return condition.text is not None and not _asks(condition.text)


def parts(condition: Condition, at: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """Yield a condition and all inside it, each with where it stands."""
    yield at, condition
    for word, inner in (("any", condition.any_), ("all", condition.all_)):
        for n, part in enumerate(inner or ()):
            yield from parts(part, (*at, word, n))
    if condition.not_:
        yield from parts(condition.not_, (*at, "not"))


def proofs(condition: Condition, ignored: Sequence[str] = ()) -> Iterator[Proof]:
    """Yield why a condition, or something inside it, never holds or always does."""
    for at, part in parts(condition):
        for word, inner in (("all", part.all_), ("any", part.any_)):
            for n, m in _opposites(inner or (), either=word == "any"):
                how = "never holds together with" if word == "all" else "holds whenever not"
                why = f"part {m + 1} {how} part {n + 1}, which it takes the `not` of"
                yield Proof((*at, word, m), why, "take one of the two out, or narrow the `not`")
        if part.text and not [*_asked_of(part.text)]:
            yield Proof((*at, "text"), "it asks for nothing", "say what must be found")
        for proof in dead(part, ignored):
            yield Proof((*at, *proof.at), proof.why, proof.remedy)


def _opposites(among: Sequence[Condition], *, either: bool = False) -> list[tuple[int, int]]:
    """Return pairs of a part and a `not` that cannot both be true; or, of `any`, both be false."""
    return [
        (n, m)
        for (n, part), (m, other) in permutations(enumerate(among), 2)
        if other.not_ and (implies(other.not_, part) if either else implies(part, other.not_))
    ]


def dead(condition: Condition, ignored: Sequence[str] = ()) -> Iterator[Proof]:
    """Yield why one kind of evidence can never be found."""
    kind = next(iter(condition.model_fields_set))
    for name, globs in _globs(condition):
        if swallowed(globs):
            yield Proof((kind, name), "`!` takes away all that it names", "narrow the `!` globs")
        elif name == "files" and ignored and within(globs, ignored):
            yield Proof((kind, name), "`ignore` hides all its files", "narrow `ignore`")
    if condition.line:
        for ask in ("added", "removed", "fewer", "more"):
            asked = getattr(condition.line, ask)
            patterns = (asked,) if isinstance(asked, str) else asked
            if patterns and all(finds_nothing(each, in_lines=True) for each in patterns):
                yield _no_match((kind, ask), "no line")
    if condition.text:
        for at, pattern in _asked_of(condition.text):
            if finds_nothing(pattern):
                yield _no_match((kind, *at), "no text")


def _no_match(at: Path, what: str) -> Proof:
    why = f"the expression matches {what}: something comes before its start, or after its end"
    return Proof(at, why, "`^` is the start of a line and `$` its end; plain ones are \\^ and \\$")


def _globs(condition: Condition) -> Iterator[tuple[str, Sequence[str]]]:
    if condition.look:
        yield "files", condition.look.files
    if condition.environment:
        named = {"environment": condition.environment.environment, "ref": condition.environment.ref}
        yield from ((name, globs) for name, globs in named.items() if globs)


def _asked_of(text: TextCondition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every pattern of a text condition, all of which must be found."""
    for name in ("title", "body", "branch", "author", "label"):
        if (pattern := getattr(text, name)) is not None:
            yield (name,), pattern
    yield from ((("trailer", key), pattern) for key, pattern in (text.trailer or {}).items())


def _asks(text: TextCondition) -> set[tuple[str, ...]]:
    """Return what a text condition asks; of trailers first of all that there are any."""
    asked = {(*(word.lower() for word in at), pattern) for at, pattern in _asked_of(text)}
    return asked if text.trailer is None else asked | {("trailer",)}


def implies(narrow: Condition, wide: Condition) -> bool:
    """Say whether one condition surely holds wherever another does, and may where that may.

    That is the order of Kleene's three values (no, unknown, yes), which `any` takes the most of,
    `all` the least, and `not` turns round. True is proved; False says nothing.
    """
    if narrow == wide and narrow.model_dump_json() == wide.model_dump_json():
        return True  # 1 == True for Python, and not for a setting
    if narrow.any_:
        return all(implies(part, wide) for part in narrow.any_)
    if wide.all_:
        return all(implies(narrow, part) for part in wide.all_)
    if narrow.not_ and wide.not_:
        return implies(wide.not_, narrow.not_)
    return (
        any(implies(narrow, part) for part in wide.any_ or ())
        or any(implies(part, wide) for part in narrow.all_ or ())
        or _less(narrow, wide)
    )


def _less(narrow: Condition, wide: Condition) -> bool:
    """Say the same of two conditions that are one kind of evidence each."""
    if narrow.path and wide.path:
        return _less_paths(narrow.path, wide.path)
    if narrow.line and wide.line:
        return _less_lines(narrow.line, wide.line)
    if narrow.setting and wide.setting:
        return _less_settings(narrow.setting, wide.setting)
    if narrow.text and wide.text:
        return _asks(wide.text) <= _asks(narrow.text)
    return False


def _less_paths(narrow: PathCondition, wide: PathCondition) -> bool:
    """Compare paths; what moves inside the wider files leaves the narrower and is no removal."""
    moves = "renamed" in wide.status or set(narrow.status) == {"modified"}
    larger = wide.larger_than is None or (
        narrow.larger_than is not None and narrow.larger_than >= wide.larger_than
    )
    kinds = ("binary", "lfs", "submodule")
    return (
        set(narrow.status) <= set(wide.status)
        and larger
        and all(getattr(wide, kind) in {None, getattr(narrow, kind)} for kind in kinds)
        and (_same(narrow.files, wide.files) or (moves and within(narrow.files, wide.files)))
    )


def _less_lines(narrow: LineCondition, wide: LineCondition) -> bool:
    """Compare lines; a net loss in few files may be none in more of them."""
    nets = [(getattr(narrow, net), getattr(wide, net)) for net in ("fewer", "more")]
    asks = [(getattr(narrow, ask), getattr(wide, ask)) for ask in ("added", "removed")]
    summed = any(wider is not None for _, wider in nets)
    return (
        all(wider in {None, less} for less, wider in nets)
        and all(wider is None or (less and {*less} <= {*wider}) for less, wider in asks)
        and (_same(narrow.files, wide.files) if summed else within(narrow.files, wide.files))
    )


def _less_settings(narrow: SettingCondition, wide: SettingCondition) -> bool:
    moved = {*wide.moved}
    moves = not moved or (
        narrow.moved and all(move in moved or _WIDER.get(move) in moved for move in narrow.moved)
    )
    values = ((narrow.before, wide.before), (narrow.after, wide.after))
    return bool(
        moves
        and all(b is None or (a is not None and _kinds(a) <= _kinds(b)) for a, b in values)
        and ({*narrow.key} <= {*wide.key} or "**" in wide.key)
        and within(narrow.files, wide.files)
    )


def _kinds(values: Sequence[Scalar]) -> set[tuple[type, Scalar]]:
    """Return values by their type too: for Python 1 is True, and for a setting it is not."""
    return {(type(value), value) for value in values}


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    return {*one} == {*other} or (within(one, other) and within(other, one))
