"""Lock files of Python projects: uv.lock, poetry.lock, Pipfile.lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fitgate.core.classify.manifests.dependency import Dependency
from fitgate.core.classify.manifests.python import entries, locked
from fitgate.core.classify.manifests.reading import (
    headers,
    json_object,
    json_objects,
    table,
    tables,
    texts,
    toml,
    word,
)
from fitgate.core.classify.manifests.requirements import elsewhere
from fitgate.core.classify.manifests.sources import index, place, repository

_PACKAGE = "[[package]]"


def uv_lock(text: str) -> tuple[Dependency, ...]:
    """Read uv.lock; Unparsable if it is no TOML."""
    packages = tables(toml(text).get("package"))
    return tuple(
        replace(
            locked(word(each, "name"), word(each, "version"), _uv_source(table(each, "source"))),
            hashes=_kinds(word(file, "hash") for file in _uv_files(each)),
            line=line,
        )
        for each, line in zip(packages, headers(text, _PACKAGE, len(packages)), strict=True)
    )


def _uv_files(package: dict[str, Any]) -> list[dict[str, Any]]:
    return [*tables(package.get("wheels")), *tables(package.get("sdist"))]


def _uv_source(source: dict[str, Any]) -> str | None:
    if registry := word(source, "registry"):
        return index(registry)
    if remote := word(source, "git", "url"):
        return repository(remote)
    path = word(source, "editable", "virtual", "directory", "path")
    return place(path) if path else None


def poetry_lock(text: str) -> tuple[Dependency, ...]:
    """Read poetry.lock, the old form with its files at the end too; Unparsable if it is no TOML."""
    tree = toml(text)
    packages, files = tables(tree.get("package")), table(tree, "metadata", "files")
    return tuple(
        replace(
            locked(
                word(each, "name"), word(each, "version"), _poetry_source(table(each, "source"))
            ),
            hashes=_kinds(
                word(file, "hash")
                for file in tables(each.get("files") or files.get(word(each, "name")))
            ),
            line=line,
        )
        for each, line in zip(packages, headers(text, _PACKAGE, len(packages)), strict=True)
    )


def _poetry_source(source: dict[str, Any]) -> str | None:
    url, kind = word(source, "url"), word(source, "type")
    if kind in {"directory", "file"}:
        return place(url)
    if kind == "legacy":
        return index(url)
    return repository(url) if url else None


def pipfile_lock(text: str) -> tuple[Dependency, ...]:
    """Read Pipfile.lock; Unparsable if it is no JSON."""
    tree, lines = json_object(text), json_objects(text)
    sources = tables(table(tree, "_meta").get("sources"))
    indices = {word(each, "name"): word(each, "url") for each in sources}
    found: list[Dependency] = []
    for group, packages in tree.items():
        for name, spec in table(packages).items() if group != "_meta" else ():
            for each in entries(name, table(spec), group, lines.of(name), indices):
                kinds = _kinds(texts(table(spec).get("hashes")))
                found.append(replace(each, hashes=kinds, locked=True))
    return (*found, *elsewhere([(word(each, "url"), 0) for each in sources]))


def _kinds(hashes: Iterator[str] | list[str]) -> frozenset[str]:
    return frozenset(re.split("[:-]", each, maxsplit=1)[0] for each in hashes if each)
