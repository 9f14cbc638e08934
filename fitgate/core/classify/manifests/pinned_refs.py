"""What is used straight from a repository: GitHub Actions and hooks of pre-commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.classify.ci.tree import Node
from fitgate.core.classify.manifests.containers import image_dependency
from fitgate.core.classify.manifests.dependency import Dependency
from fitgate.core.classify.manifests.reading import yaml_root
from fitgate.core.classify.manifests.sources import refers, repository

_NOT_FETCHED = {"local", "meta"}


def actions(text: str) -> tuple[Dependency, ...]:
    """Read what a workflow or an action uses, by job; an action of the repository itself is none.

    Raises:
        Unparsable: no YAML, or no mapping.
    """
    root = yaml_root(text)
    found: list[Dependency] = []
    for group, used in _uses(root):
        if used.text.startswith("docker://"):
            image = image_dependency(used.text.removeprefix("docker://"))
            found.append(replace(image, group=group, line=used.line))
        elif used.text and used.text[0] not in "./":
            name, _, ref = used.text.partition("@")
            name, allows = name.lower(), refers(ref)  # GitHub takes capitals for small letters
            found.append(Dependency("actions", name, used.text, group, used.line, allows))
    return tuple(found)


def _uses(root: Node) -> Iterator[tuple[str, Node]]:
    for step in root["runs"]["steps"].entries:
        yield "", step["uses"]
    for name, job in root["jobs"].fields.items():
        yield name, job["uses"]
        for step in job["steps"].entries:
            yield name, step["uses"]


def hooks(text: str) -> tuple[Dependency, ...]:
    """Read the repositories in `.pre-commit-config.yaml` and their revisions.

    Raises:
        Unparsable: no YAML, or no mapping.
    """
    root = yaml_root(text)
    return tuple(
        Dependency(
            "pre-commit", repository(each["repo"].text), each["rev"].text, "", each["rev"].line,
            refers(each["rev"].text),
        )
        for each in root["repos"].entries
        if each["repo"].text and each["repo"].text not in _NOT_FETCHED
    )  # fmt: skip
