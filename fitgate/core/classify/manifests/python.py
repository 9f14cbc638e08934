"""Manifests of Python projects: pyproject.toml, Pipfile, setup.cfg."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fitgate.core.classify.manifests.dependency import Allowed, Dependency, only
from fitgate.core.classify.manifests.reading import (
    Lines,
    table,
    tables,
    texts,
    toml,
    toml_lines,
    word,
)
from fitgate.core.classify.manifests.requirements import elsewhere, name_of, requirement
from fitgate.core.classify.manifests.sources import index, place, refers, repository, tag
from fitgate.core.classify.manifests.versions import poetry
from fitgate.core.classify.parsing import parse_settings

_NO_CATEGORY = {"source", "requires", "scripts", "pipenv"}
_LISTS = ("install_requires", "setup_requires", "tests_require")
_EXTRAS = '"options.extras_require".'


def pyproject(text: str) -> tuple[Dependency, ...]:
    """Read pyproject.toml: PEP 621, PEP 735, what builds it, Poetry, uv.

    Groups: `dependencies`, `optional-dependencies.NAME`, `dependency-groups.NAME`,
    `build-system.requires`, and Poetry's `poetry.dependencies`, `poetry.group.NAME`.

    Raises:
        Unparsable: no TOML, or a requirement that is none.
    """
    tree, lines = toml(text), toml_lines(text)
    found = [requirement(each, group, lines.of(each)) for group, each in _requirements(tree)]
    for group, name, spec in _of_poetry(tree):
        found += entries(name, spec, group, lines.of(name), _poetry_indices(tree))
    return (*found, *_of_uv(tree, lines), *elsewhere(_indices(tree, lines)))


def _requirements(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    project, uv = table(tree, "project"), table(tree, "tool", "uv")
    named = {
        "dependencies": project.get("dependencies"),
        **_prefixed("optional-dependencies", project.get("optional-dependencies")),
        **_prefixed("dependency-groups", tree.get("dependency-groups")),
        "build-system.requires": table(tree, "build-system").get("requires"),
        "uv.dev-dependencies": uv.get("dev-dependencies"),
        "uv.constraint-dependencies": uv.get("constraint-dependencies"),
        "uv.override-dependencies": uv.get("override-dependencies"),
    }
    for group, wanted in named.items():
        for each in texts(wanted):  # a table in a group includes another group
            yield group, each


def _prefixed(prefix: str, groups: object) -> dict[str, Any]:
    return {f"{prefix}.{name}": wanted for name, wanted in table(groups).items()}


def _of_poetry(tree: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
    own = table(tree, "tool", "poetry")
    groups = [
        ("poetry.dependencies", table(own, "dependencies")),
        ("poetry.group.dev", table(own, "dev-dependencies")),
    ]
    for name, group in table(own, "group").items():
        groups.append((f"poetry.group.{name}", table(group, "dependencies")))
    for group, wanted in groups:
        for name, spec in wanted.items():
            if name.lower() != "python":  # that is the interpreter
                yield group, name, spec


def entries(
    name: str, spec: object, group: str, line: int | None, indices: dict[str, str]
) -> Iterator[Dependency]:
    """Yield what Poetry or Pipenv mean by a name and its value: a text, a table, or tables.

    `indices` are the URLs of the indices that a table can name.
    """
    name = name_of(name)
    if isinstance(spec, str):
        yield Dependency("pypi", name, spec, group, line, poetry(spec))
    for each in tables(spec):
        found = _from_table(each, indices)
        marker = " ".join(word(each, key) for key in ("python", "markers", "platform")).strip()
        yield replace(
            found, name=name, group=group, line=line, marker=marker,
            hashes=frozenset(hashed.partition(":")[0] for hashed in texts(each.get("hashes"))),
        )  # fmt: skip


def _from_table(spec: dict[str, Any], indices: dict[str, str]) -> Dependency:
    """Return a dependency without its name as the tables of Poetry, Pipenv and uv give it."""
    bare = Dependency("pypi", "")
    if git := word(spec, "git"):
        commit, branch = word(spec, "rev", "ref"), word(spec, "branch")
        allows = tag(word(spec, "tag")) if word(spec, "tag") else refers(commit or branch)
        written = " ".join((git, commit or branch or word(spec, "tag"))).strip()
        return replace(bare, spec=written, allows=allows, source=repository(git))
    if url := word(spec, "url"):
        return replace(bare, spec=url, source=repository(url))
    if path := word(spec, "path", "file"):
        return replace(bare, spec=path, source=place(path))
    version, chosen = word(spec, "version"), word(spec, "index", "source")
    allows = poetry(version) if version else Allowed()
    return replace(bare, spec=version, allows=allows, source=index(indices.get(chosen, "")))


def _poetry_indices(tree: dict[str, Any]) -> dict[str, str]:
    sources = tables(table(tree, "tool", "poetry").get("source"))
    return {word(each, "name"): word(each, "url") for each in sources}


def _of_uv(tree: dict[str, Any], lines: Lines) -> Iterator[Dependency]:
    """Yield what `tool.uv.sources` says of where packages come from."""
    uv = table(tree, "tool", "uv")
    indices = {word(each, "name"): word(each, "url") for each in tables(uv.get("index"))}
    for name, spec in table(uv, "sources").items():
        for each in tables(spec):
            found = _from_table(each, indices)
            if each.get("workspace") is True:
                found = replace(found, spec="workspace", source=place("workspace"))
            if found.source:
                written = found.spec or word(each, "index")
                marker, line = word(each, "marker", "extra", "group"), lines.of(name)
                yield replace(
                    found, name=name_of(name), spec=written, line=line, marker=marker, redirect=True
                )


def _indices(tree: dict[str, Any], lines: Lines) -> list[tuple[str, int]]:
    """Return the indices that any package may come from, not those that it must ask for."""
    uv, own = table(tree, "tool", "uv"), table(tree, "tool", "poetry")
    asked = [each for each in tables(uv.get("index")) if each.get("explicit") is not True]
    asked += [each for each in tables(own.get("source")) if each.get("priority") != "explicit"]
    key = "index-" + "url"  # apart, as in the reader of requirements files
    urls = [word(each, "url") for each in asked]
    urls += [word(uv, key), *texts(uv.get(f"extra-{key}"))]
    return [(url, lines.of(url) or 0) for url in urls if url]


def pipfile(text: str) -> tuple[Dependency, ...]:
    """Read a Pipfile: each table of packages is a group; Unparsable if it is no TOML."""
    tree, lines = toml(text), toml_lines(text)
    sources = tables(tree.get("source"))
    indices = {word(each, "name"): word(each, "url") for each in sources}
    found: list[Dependency] = []
    for group, wanted in tree.items():
        if group not in _NO_CATEGORY:
            for name, spec in table(wanted).items():
                found += entries(name, spec, group, lines.of(name), indices)
    urls = [(word(each, "url"), lines.of(word(each, "url")) or 0) for each in sources]
    return (*found, *elsewhere(urls))


def setup_cfg(text: str) -> tuple[Dependency, ...]:
    """Read setup.cfg: `[options]` and `[options.extras_require]`; Unparsable if it is no INI."""
    found: list[Dependency] = []
    for key, parsed in parse_settings("setup.cfg", text.encode()).items():
        group = key.removeprefix("options.")
        if key.startswith(_EXTRAS):
            group = f"extras_require.{key.removeprefix(_EXTRAS)}"
        elif group == key or group not in _LISTS:
            continue
        value = str(parsed.value or "")
        for offset, each in enumerate(value.split("\n" if "\n" in value else ";")):
            wanted = each.partition(" #")[0].strip()
            if wanted and not wanted.startswith("file:"):
                line = parsed.line + offset if parsed.line else None
                found.append(requirement(wanted, group, line))
    return tuple(found)


def locked(name: str, version: str, source: str | None = None) -> Dependency:
    """Return a package of PyPI as a lock file has it."""
    allows = only(version) if version else Allowed()
    return Dependency("pypi", name_of(name), version, "", None, allows, source, locked=True)
