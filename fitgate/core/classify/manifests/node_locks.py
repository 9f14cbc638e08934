"""Lock files of Yarn and pnpm, read line by line: they are indented text of some megabytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.manifests.dependency import ANY, LOCAL, Dependency, only
from fitgate.core.classify.manifests.node import locked, resolved_from, wanted
from fitgate.core.classify.manifests.sources import repository

_KEY = re.compile(r"""("[^"\n]*+"|'[^'\n]*+'|[^\s"'#:][^\s:]*+(?::[^\s:]++)*+)(:?)\s*+(.*)""")
_INTEGRITY = re.compile(r"integrity: *+([^\s,}]++)")
_TARBALL = re.compile(r"tarball: *+([^\s,}]++)")
_REPO = re.compile(r"repo: *+([^\s,}]++)")
_PNPM = re.compile(r"/?((?:@[^/@]++/)?[^/@(]++)[@/](.*)", re.DOTALL)

Block = tuple[int, str, list[tuple[int, int, str, str]]]
"""Its line, its key, and of each line below it the number, the depth, the key and the rest."""


def yarn_lock(text: str) -> tuple[Dependency, ...]:
    """Read yarn.lock, the classic one and that of Berry.

    Raises:
        Unparsable: a line that is neither a comment nor a key.
    """
    return tuple(found for block in _blocks(text) if (found := _of_yarn(block)))


def _of_yarn(block: Block) -> Dependency | None:
    line, key, rest = block
    fields = {name: value.strip("\"'") for _, depth, name, value in rest if depth == rest[0][1]}
    descriptor = key.split(",")[0].strip().strip("\"'")
    at = descriptor.find("@", 1)
    if at < 0:
        return None  # `__metadata`
    name, version = descriptor[:at], fields.get("version", "")
    if resolution := fields.get("resolution"):  # Berry
        where = resolution[resolution.find("@", 1) + 1 :]
        own = resolution[: resolution.find("@", 1)]
        source = None if own == name else f"npm:{own}"
        if where.startswith(("workspace:", "link:", "portal:")):
            source = LOCAL
        elif not where.startswith(("npm:", "patch:", "virtual:")):
            source = repository(where.partition("#")[0])
        checksum = fields.get("checksum", "")
        hashes = "checksum-" + checksum if checksum else ""
    else:
        alias = wanted(descriptor[at + 1 :])[0] or ""
        resolved = fields.get("resolved", "")
        source = alias if alias.startswith("npm:") else resolved_from(name, resolved)
        sha1 = "sha1-" if "#" in resolved and not resolved.startswith("git") else ""
        hashes = fields.get("integrity", sha1)
    return locked(name, version, only(version) if version else ANY, source, hashes, line)


def pnpm_lock(text: str) -> tuple[Dependency, ...]:
    """Read the packages of pnpm-lock.yaml, versions 5 to 9.

    Raises:
        Unparsable: a line that is neither a comment nor a key.
    """
    found: list[Dependency] = []
    for _, section, rest in _blocks(text):
        if section != "packages":
            continue
        depth = rest[0][1] if rest else 0
        packages: list[tuple[int, str, list[str]]] = []
        for line, indent, key, value in rest:
            if indent == depth:
                packages.append((line, key, []))
            packages[-1][2].append(f"{key}: {value}")
        found += (each for each in map(_of_pnpm, packages) if each)
    return tuple(found)


def _of_pnpm(package: tuple[int, str, list[str]]) -> Dependency | None:
    line, key, fields = package
    split = _PNPM.fullmatch(key)
    if not split:
        return None
    name, version = split[1], re.split(r"[(_]", split[2], maxsplit=1)[0]
    told = " ".join(fields)
    integrity, tarball, repo = (each.search(told) for each in (_INTEGRITY, _TARBALL, _REPO))
    source = repository(repo[1]) if repo else resolved_from(name, tarball[1]) if tarball else None
    allows = only(version) if version[:1].isdigit() else ANY
    return locked(name, version, allows, source, integrity[1] if integrity else "", line)


def _blocks(text: str) -> Iterator[Block]:
    """Yield each key that is not indented, with the lines below it."""
    block: Block = (0, "", [])
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip()
        if not words or words[0] in {"#", "-"}:
            continue
        depth = len(line) - len(line.lstrip(" "))
        found = _KEY.fullmatch(words)
        if depth == 0:
            if ":" not in words:
                raise Unparsable("is not a key", number)
            if block[1]:
                yield block
            block = number, words.removesuffix(":").strip("\"'"), []
        elif found and block[1]:
            block[2].append((number, depth, found[1].strip("\"'"), found[3].strip()))
        elif not block[2] or depth <= block[2][0][1]:  # else a text over several lines
            raise Unparsable("is neither a comment nor a key", number)
    if block[1]:
        yield block
