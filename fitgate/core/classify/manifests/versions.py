"""Version specifiers of every ecosystem, and which of two versions is the newer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from packaging.version import InvalidVersion, Version

from fitgate.core.classify.manifests.dependency import (
    ANY,
    MOVABLE,
    UNKNOWN,
    Allowed,
    Ecosystem,
    only,
)

VersionChange = Literal["upgraded", "major", "downgraded"]

_MAX_SPEC = 2_000  # characters
_MAX_VERSION = 200

_TERM = re.compile(
    r"(\^|~=|~>|~|===?|!=|>=|<=|=|>|<)?\s*+(v?(?:[0-9]|[xX*](?![A-Za-z]))[0-9A-Za-z.*+!_-]*+)[\s,]*+"
)
_WILD = re.compile(r"(?:^|\.)[xX*](?:\.[xX*])*+$")
_BETWEEN = re.compile(r"\s-\s")
_NUMBERS = re.compile(r"(?:([0-9]{1,9})!)?([0-9]{1,18}(?:\.[0-9]{1,18}){0,9})(?![0-9])")
_EARLY = re.compile(
    r"[-._]?(?:a|b|c|rc|m|alpha|beta|dev|pre|preview|snapshot|ea)(?![A-Za-z])", re.IGNORECASE
)
_SEMVER = {"npm", "cargo", "go"}


def pep440(spec: str) -> Allowed:
    """Read what stands after a name in PEP 508."""
    return _versions(spec) or ANY


def poetry(spec: str) -> Allowed:
    """Read a version of Poetry or Pipenv: a bare one is exact, `*` is any."""
    return _versions(spec) or ANY


def npm(spec: str) -> Allowed:
    """Read a range of node-semver; what is none is a dist-tag, which its publisher moves."""
    if spec.strip() in {"", "*", "x", "X"}:
        return MOVABLE
    return _versions(spec, parts=3) or MOVABLE


def cargo(spec: str) -> Allowed:
    """Read a requirement of Cargo: a bare version is one with a caret."""
    if spec.strip() == "*":
        return MOVABLE
    return _versions(spec, bare="^", parts=3) or ANY


def conda(spec: str) -> Allowed:
    """Read a match specification without its name: `=1.2` is any 1.2, `==1.2` and `1.2` one.

    `=1.2.3` is any 1.2.3 in the letter, and one version in effect, as is any with a build.
    """
    if spec[:1] == "=" != spec[1:2]:
        version, _, build = spec[1:].strip().partition("=")
        whole = build or (version.count(".") > 1 and "*" not in version)
        return only(version) if whole else _versions(f"~{version}") or ANY
    return _versions(spec) or ANY


def maven(spec: str) -> Allowed:
    """Read a version or a range as https://maven.apache.org/pom.html#dependency-version has it."""
    spec = spec.strip()
    if spec in {"LATEST", "RELEASE"} or spec.endswith("-SNAPSHOT"):
        return MOVABLE
    if spec[:1] in {"[", "("}:
        low, comma, high = spec.strip("[]() ").partition(",")
        if not comma:
            return only(low)
        return Allowed(floor=low.strip() or None, bounded=bool(high.strip()))
    return only(spec) if spec and "${" not in spec else UNKNOWN


def tagged(tag: str) -> Allowed:
    """Read the name of a tag: with three numbers one version, with fewer all that begin so."""
    found = _NUMBERS.match(tag.removeprefix("v"))
    if not found:
        return Allowed(tag=True)
    full = found[2].count(".") > 1
    return Allowed(exact=tag if full else None, floor=tag, tag=True)


def _versions(text: str, bare: str = "==", parts: int = 1) -> Allowed | None:
    """Read alternatives of comparators; None if it is something else."""
    if len(text) > _MAX_SPEC:
        return None
    found = [_comparators(each, bare, parts) for each in re.split(r"\|\|?", text)]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    if len(known) == 1:
        return known[0]
    floors = [each.floor for each in known]
    floor = (
        min(filter(None, floors), key=lambda each: _numbers(each) or ()) if all(floors) else None
    )
    return Allowed(floor=floor, bounded=all(each.bounded for each in known))


def _comparators(text: str, bare: str, parts: int) -> Allowed | None:
    text = text.strip()
    if _BETWEEN.search(text):
        low, high = _BETWEEN.split(text, maxsplit=1)
        text = f">={low} <={high}"
    allowed, end = ANY, 0
    while end < len(text):
        term = _TERM.match(text, end)
        if not term:
            return None
        allowed, end = _narrowed(allowed, term[1] or bare, term[2], parts), term.end()
    return allowed


def _narrowed(allowed: Allowed, operator: str, version: str, parts: int) -> Allowed:
    if operator == "!=":
        return allowed
    if operator[0] == "<":
        return replace(allowed, bounded=True)
    stem = _WILD.sub("", version)
    if operator[0] == ">":
        return replace(allowed, floor=stem or None)
    whole = stem == version and version.count(".") + 1 >= parts
    if operator[0] == "=" and (whole or operator == "==="):
        return only(version)
    return replace(allowed, floor=stem or None, bounded=bool(stem) or allowed.bounded)


def version_change(ecosystem: Ecosystem, was: Allowed, now: Allowed) -> VersionChange | None:
    """Return how the one version, or the lowest, moved; None if it did not or cannot be compared.

    `major`: the first number rose, of 0.x the second. Of tags only the numbers that both have
    count. One version that becomes a range is no downgrade, whatever else the range allows.
    """
    if was.floor is None or now.floor is None or was.floor == now.floor:
        return None
    old, new = _ordered(ecosystem, was.floor), _ordered(ecosystem, now.floor)
    if old is None or new is None:
        return None
    if was.tag and now.tag:
        count = min(len(old.numbers), len(new.numbers))
        if old.numbers[:count] == new.numbers[:count] and len(old.numbers) != len(new.numbers):
            return None
    if new.order < old.order:
        return None if was.exact and not now.exact else "downgraded"
    if new.order == old.order:
        return None
    return "major" if new.major > old.major else "upgraded"


@dataclass(frozen=True, slots=True)
class _Ordered:
    epoch: int
    numbers: tuple[int, ...]
    order: Any

    @property
    def major(self) -> tuple[int, ...]:
        first, second = (*self.numbers, 0)[:2]
        return (self.epoch, first) if first else (self.epoch, 0, second)


def _ordered(ecosystem: Ecosystem, text: str) -> _Ordered | None:
    if len(text) > _MAX_VERSION:
        return None
    if ecosystem == "pypi":
        try:
            version = Version(text)
        except InvalidVersion:
            return None
        return _Ordered(version.epoch, version.release, version)
    text = text.strip().removeprefix("v").partition("+")[0]
    found, numbers = _NUMBERS.match(text), _numbers(text)
    if not found or not numbers:
        return None
    rest = text[found.end() :]
    early = rest[:1] == "-" if ecosystem in _SEMVER else bool(_EARLY.match(rest))
    parts = tuple(_part(each) for each in re.split(r"[-.]", rest[1:])) if early else ()
    epoch, shorn = int(found[1] or 0), numbers
    while shorn and not shorn[-1]:
        shorn = shorn[:-1]
    return _Ordered(epoch, numbers, (epoch, shorn, not early, parts))


def _numbers(text: str) -> tuple[int, ...] | None:
    found = _NUMBERS.match(text.strip().removeprefix("v"))
    return tuple(map(int, found[2].split("."))) if found else None


def _part(text: str) -> tuple[bool, int, str]:
    """Return how a part of a pre-release sorts: numbers before words (semver.org, 11.4)."""
    return (False, int(text), "") if re.fullmatch(r"[0-9]{1,18}", text) else (True, 0, text)
