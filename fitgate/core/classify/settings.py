"""Evidence of the kind `setting`: the values in a settings file, and what became of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from fitgate.core.classify.amounts import amount
from fitgate.core.classify.flattening import MAX_TEXT, Parsed, shorten
from fitgate.core.conditions import SettingCondition, SettingMove
from fitgate.core.facts import Setting
from fitgate.core.key_globs import key_to_re2
from fitgate.core.patterns import PatternSet
from fitgate.core.values import Scalar

ANY_MOVE = {"moved": (), "before": None, "after": None}
"""What makes of a condition one that asks for anything that became of its keys."""

_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_PART = re.compile(rf'\[(?:[^\[\]"]|{_QUOTED})*+\](?:#[0-9]+)?|\.?(?:{_QUOTED}|[^."\[\]]+)')
_BOOLEANS, _EMPTY = {"true", "false"}, {"{}", "[]"}
_SWITCHED = {
    **dict.fromkeys([("on", "off"), ("yes", "no")], (True, False)),
    **dict.fromkeys([("off", "on"), ("no", "yes")], (False, True)),
}
"""Words that are a switch only beside each other: a country may be `no`, and a weekday `on`."""


def setting_changes(
    before: Mapping[str, Parsed] | None, after: Mapping[str, Parsed] | None
) -> tuple[Setting, ...]:
    """Return what became of each value, sorted by key; None is an absent file.

    A number is the same written as text (`0.8`, `"0.8"`), so are true and false in any case; two
    texts are the same only letter by letter (`"1.1"`, `"1.10"`), and those over 500 characters are
    cut and end with their SHA-256. A value is `whole` if the mapping or list that it stands in was
    not there before, in any form, or no longer is. One that was filled or emptied is told by its
    entries alone.
    """
    old, new = before or {}, after or {}
    there = _places(before) if new.keys() - old.keys() else set()
    still = _places(after) if old.keys() - new.keys() else set()
    found: list[Setting] = []
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was and now:
            if not same_value(was.value, now.value):
                found.append(Setting(key, "changed", _kept(was.value), _kept(now.value), now.line))
        elif now and not (now.value in _EMPTY and key in there):
            whole = _around(key) not in there
            found.append(Setting(key, "added", None, _kept(now.value), now.line, whole))
        elif was and not (was.value in _EMPTY and key in still):
            whole = _around(key) not in still
            found.append(Setting(key, "removed", _kept(was.value), None, was.line, whole))
    return tuple(found)


def matching_settings(
    condition: SettingCondition, settings: Iterable[Setting]
) -> tuple[Setting, ...]:
    """Return the settings that are evidence for a condition, in the order given.

    `from` never matches an added setting, `to` never a removed one; values compare as in
    `setting_changes`, and `on → off`, `yes → no` are `true → false` too. Raised and lowered need a
    number on both sides with the same unit after it, or two ISO 8601 durations of weeks to seconds.
    Raises ValueError for a malformed `key`.
    """
    keys = _keys(condition.key)
    return tuple(s for s in settings if keys.match(s.key) and fits(condition, s))


def same_value(one: Scalar, other: Scalar) -> bool:
    """Say whether two values mean the same, see `setting_changes`."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or one.lower() == other.lower() in _BOOLEANS
    if not isinstance(one, str) and not isinstance(other, str):
        return one == other and isinstance(one, bool) is isinstance(other, bool)
    text, value = (one, other) if isinstance(one, str) else (str(other), one)
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    return value is not None and amount(text) == (Decimal(str(value)), "")


def _kept(value: Scalar) -> Scalar:
    return shorten(value, MAX_TEXT) if isinstance(value, str) else value


@functools.lru_cache(maxsize=1024)
def _keys(globs: tuple[str, ...]) -> PatternSet:
    return PatternSet([key_to_re2(glob) for glob in globs], anchored=True)


def incomparable_settings(
    condition: SettingCondition, settings: Iterable[Setting]
) -> tuple[Setting, ...]:
    """Return the settings of which it cannot be told whether they moved the way a condition asks.

    It asks whether a value was raised or lowered, and the two have no number with the same unit.
    """
    keys = _keys(condition.key)
    return tuple(s for s in settings if keys.match(s.key) and is_unclear(condition, s))


def may_fit(condition: SettingCondition, setting: Setting) -> bool:
    """Say whether a setting would be evidence for a condition, or unclear, under a fitting key."""
    return fits(condition, setting) or is_unclear(condition, setting)


class SettingLooks:
    """Conditions by name, all asked of a key at once."""

    def __init__(self, conditions: Mapping[str, SettingCondition]) -> None:
        keys = [(name, key) for name, each in conditions.items() for key in each.key]
        self._names = [name for name, _ in keys]
        self._keys = PatternSet([key_to_re2(key) for _, key in keys], anchored=True)

    def found(self, settings: Iterable[Setting]) -> Mapping[str, list[Setting]]:
        """Return the settings under a key that each condition asks for."""
        found: dict[str, list[Setting]] = {}
        for setting in settings:
            for name in {self._names[i] for i in self._keys.match(setting.key)}:
                found.setdefault(name, []).append(setting)
        return found


def is_unclear(condition: SettingCondition, setting: Setting) -> bool:
    """Say whether it cannot be told of a setting under a fitting key that it moved as asked."""
    asked = condition.moved
    if setting.moved != "changed" or "changed" in asked:
        return False
    if "raised" not in asked and "lowered" not in asked:
        return False
    return _has_values(condition, setting) and _change(setting) is None


def fits(condition: SettingCondition, setting: Setting) -> bool:
    """Say whether a setting under a fitting key is evidence, see `matching_settings`."""
    if condition.moved and not _moves(setting).intersection(condition.moved):
        return False
    return _has_values(condition, setting)


def _has_values(condition: SettingCondition, setting: Setting) -> bool:
    before, after = condition.before, condition.after
    words = (str(setting.before).lower(), str(setting.after).lower())
    was, now = _SWITCHED.get(words, (None, None))
    if before is not None and (setting.moved == "added" or not _among(before, setting.before, was)):
        return False
    return after is None or (setting.moved != "removed" and _among(after, setting.after, now))


def _places(values: Mapping[str, Parsed] | None) -> set[str]:
    """Return the keys of all values, and of all mappings and lists around them."""
    if values is None:
        return set()
    return {"", *(key[: part.end()] for key in values for part in _PART.finditer(key))}


def _around(key: str) -> str:
    """Return the key of the mapping or list that a value stands in."""
    return key[: max((part.start() for part in _PART.finditer(key)), default=0)]


def _among(asked: tuple[Scalar, ...], value: Scalar, switch: bool | None) -> bool:  # noqa: FBT001 - a value
    """Say whether a value is among those asked for, as it is written or as the switch it is."""
    return any(
        same_value(value, _kept(each)) or (each is not None and each is switch) for each in asked
    )


def _moves(setting: Setting) -> set[SettingMove]:
    if setting.moved != "changed":
        in_part: SettingMove = "inserted" if setting.moved == "added" else "dropped"
        return {setting.moved} if setting.whole else {setting.moved, in_part}
    if setting.after is None:
        return {"changed", "removed", "dropped"}  # the name is left, and says nothing
    change = _change(setting) or 0
    return {"changed", *(("raised",) if change > 0 else ("lowered",) if change < 0 else ())}


def _change(setting: Setting) -> Decimal | None:
    """Return by how much a value grew; None if the two have no number with the same unit."""
    was, now = amount(setting.before), amount(setting.after)
    return None if was is None or now is None or was[1] != now[1] else now[0] - was[0]
