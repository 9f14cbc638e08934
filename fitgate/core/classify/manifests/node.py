"""What npm declares and locks: package.json, package-lock.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fitgate.core.classify.manifests.dependency import (
    ANY,
    LOCAL,
    MOVABLE,
    UNKNOWN,
    Allowed,
    Dependency,
    only,
)
from fitgate.core.classify.manifests.reading import (
    json_object,
    json_objects,
    json_pairs,
    table,
    word,
)
from fitgate.core.classify.manifests.sources import index, place, refers, repository
from fitgate.core.classify.manifests.versions import npm

_GROUPS = (
    "dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "resolutions",
    "overrides",
)  # fmt: skip
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_SHORT = re.compile(r"(?:(github|gitlab|bitbucket):)?([\w.-]++/[\w.-]++)(?:#(.*))?", re.DOTALL)
_GIT = re.compile(
    r"git(?:\+[a-z]++)?:|git@|[a-z+]++://[^#]*\.git(?:#|$)|https?://github\.com/[^/]++/[^/]++(?:#|$)"
)
_PATH = ("file:", "link:", "portal:", "workspace:", "./", "../", "/", "~/")
_SEMVER_REF = re.compile(r"semver:(.*)", re.DOTALL)
_MODULES = "node_modules/"


def package_json(text: str) -> tuple[Dependency, ...]:
    """Read package.json: its groups are its fields; Unparsable if it is no JSON object.

    An alias has the source `npm:PACKAGE`.
    """
    tree, lines = json_object(text), json_pairs(text)
    found: list[Dependency] = []
    for group in _GROUPS:
        for name, spec in table(tree, group).items():
            if isinstance(spec, str):
                source, allows = wanted(spec)
                line = lines.of(f"{name}: {spec}")
                found.append(Dependency("npm", name, spec, group, line, allows, source))
    return tuple(found)


def wanted(spec: str) -> tuple[str | None, Allowed]:
    """Return the source that a value of package.json names, and what may come from it."""
    spec = spec.strip()
    if spec.startswith("npm:"):
        at = spec.find("@", len("npm:") + 1)
        return (spec, MOVABLE) if at < 0 else (spec[:at], npm(spec[at + 1 :]))
    if spec.startswith(_PATH):
        return place(spec), ANY
    if short := _SHORT.fullmatch(spec):
        where = f"{_HOSTS[short[1] or 'github']}/{short[2].removesuffix('.git').lower()}"
        return where, _ref(short[3])
    if _GIT.match(spec):
        url, _, ref = spec.partition("#")
        return repository(url), _ref(ref)
    if "://" in spec:
        return repository(spec), ANY
    return None, UNKNOWN if spec.startswith("catalog:") else npm(spec)  # pnpm-workspace.yaml has it


def _ref(ref: str | None) -> Allowed:
    semver = _SEMVER_REF.fullmatch(ref or "")
    return npm(semver[1]) if semver else refers(ref)


def package_lock(text: str) -> tuple[Dependency, ...]:
    """Read package-lock.json of versions 1 to 3; Unparsable if it is no JSON object."""
    tree, lines = json_object(text), json_objects(text)
    packages = table(tree, "packages")
    if not packages:
        return tuple(_entry(name, each, lines.of(name)) for name, each in _nested(tree))
    return tuple(
        _entry(path.rpartition(_MODULES)[2], table(each), lines.of(path))
        for path, each in packages.items()
        if _MODULES in path
    )


def _nested(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the packages of version 1, where each holds its own."""
    waiting = [table(tree, "dependencies")]
    while waiting:
        for name, each in waiting.pop().items():
            yield name, table(each)
            waiting.append(table(each, "dependencies"))


def _entry(name: str, package: dict[str, Any], line: int | None) -> Dependency:
    version, resolved = word(package, "version"), word(package, "resolved")
    own = word(package, "name")
    source = f"npm:{own}" if own and own != name else resolved_from(name, resolved)
    allows = only(version)
    if version.startswith("npm:"):
        source, allows = wanted(version)
    elif ":" in version:
        source, allows = wanted(version)[0], ANY
    if package.get("link") is True:
        source = LOCAL
    return locked(name, version, allows, source, word(package, "integrity"), line)


def locked(  # noqa: PLR0913, PLR0917 - the fields of an entry, in the order written
    name: str, version: str, allows: Allowed, source: str | None, hashes: str, line: int | None
) -> Dependency:
    """Return a package of npm as a lock file has it; `hashes` as in Subresource Integrity."""
    kinds = frozenset(each.partition("-")[0] for each in hashes.split())
    return Dependency("npm", name, version, "", line, allows, source, kinds, locked=True)


def resolved_from(name: str, url: str) -> str | None:
    """Return the source that the URL in a lock file tells: None for the default registry.

    A tarball of another package is that package: somebody may have put it there by hand.
    """
    if not url:
        return None
    if url.startswith(("file:", "link:")):
        return place(url)
    if url.startswith(("git+", "git:", "git@")):
        return repository(url)
    where = repository(url)
    base, dash, _ = where.rpartition("/-/")
    if not dash:
        host, owner, repo = (*where.split("/", 3), "", "")[:3]
        return (
            f"github.com/{owner}/{repo}".lower() if host == "codeload.github.com" else index(host)
        )
    parts = re.split(r"/|%2[fF]", base)
    count = 2 if len(parts) > 1 and parts[-2].startswith("@") else 1
    package, registry = "/".join(parts[-count:]), "/".join(parts[:-count])
    if index(registry):
        return registry
    return None if package == name else f"npm:{package}"
