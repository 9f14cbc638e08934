"""What Cargo declares and locks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fitgate.core.classify.manifests.dependency import ANY, MOVABLE, UNKNOWN, Dependency, only
from fitgate.core.classify.manifests.reading import headers, table, tables, toml, toml_lines, word
from fitgate.core.classify.manifests.sources import index, place, refers, repository, tag
from fitgate.core.classify.manifests.versions import cargo

_LOCK_HEADER = "[[package]]"
_GROUPS = ("dependencies", "dev-dependencies", "build-dependencies")


def cargo_toml(text: str) -> tuple[Dependency, ...]:
    """Read Cargo.toml; `[patch]` and `[replace]` are redirects.

    Groups: `dependencies`, `workspace.dependencies`, `target.PLATFORM.dependencies` and so on.

    Raises:
        Unparsable: no TOML.
    """
    tree, lines = toml(text), toml_lines(text)
    found: list[Dependency] = []
    for group, wanted in _groups(tree):
        found += (_asked(name, spec, group, lines.of(name)) for name, spec in wanted.items())
    redirects = [(name, table(each)) for name, each in table(tree, "patch").items()]
    redirects.append(("replace", table(tree, "replace")))
    for group, wanted in redirects:
        for name, spec in wanted.items():
            found.append(_asked(name.partition(":")[0], spec, group, lines.of(name), redirect=True))
    return tuple(found)


def _groups(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in _GROUPS:
        yield group, table(tree, group)
        yield f"workspace.{group}", table(tree, "workspace", group)
        for platform, each in table(tree, "target").items():
            yield f"target.{platform}.{group}", table(each, group)


def _asked(
    name: str, spec: object, group: str, line: int | None, *, redirect: bool = False
) -> Dependency:
    name = name.replace("_", "-")  # Cargo takes either for the other
    if isinstance(spec, str):
        return Dependency("cargo", name, spec, group, line, cargo(spec))
    fields = table(spec)
    version, source = word(fields, "version"), None
    allows, written = cargo(version) if version else ANY, version
    if git := word(fields, "git"):
        source = repository(git)
        rev, branch, named = (word(fields, each) for each in ("rev", "branch", "tag"))
        allows = tag(named) if named else MOVABLE if branch else refers(rev)
        written = " ".join((git, named or branch or rev)).strip()
    elif fields.get("workspace") is True:
        written, allows = "workspace", UNKNOWN
    elif path := word(fields, "path"):
        source, written = place(path), version or path
    elif alias := word(fields, "package"):
        if alias.replace("_", "-") != name:
            source, written = f"cargo:{alias}", f"{alias} {version}"
    elif registry := word(fields, "registry", "registry-index"):
        source = index(registry)
    return Dependency("cargo", name, written, group, line, allows, source, redirect=redirect)


def cargo_lock(text: str) -> tuple[Dependency, ...]:
    """Read Cargo.lock, of version 1 with the checksums at its end too; Unparsable if no TOML."""
    tree = toml(text)
    packages, sums = tables(tree.get("package")), table(tree, "metadata")
    found: list[Dependency] = []
    for each, line in zip(packages, headers(text, _LOCK_HEADER, len(packages)), strict=True):
        name, version, source = (word(each, field) for field in ("name", "version", "source"))
        summed = word(each, "checksum") or word(sums, f"checksum {name} {version} ({source})")
        found.append(
            Dependency(
                "cargo", name.replace("_", "-"), version, "", line,
                only(version) if version else ANY, _locked_source(source),
                frozenset({"sha256"} if summed and summed != "<none>" else ()), locked=True,
            )
        )  # fmt: skip
    return tuple(found)


def _locked_source(source: str) -> str | None:
    if source.startswith(("registry+", "sparse+")):
        return index(source)
    return repository(source) if source else place("workspace")
