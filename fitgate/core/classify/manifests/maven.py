"""The dependencies, plugins and parent in a pom.xml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from fitgate.core.classify.flattening import MAX_DEPTH, Unparsable
from fitgate.core.classify.manifests.dependency import EVERY, Dependency
from fitgate.core.classify.manifests.sources import index
from fitgate.core.classify.manifests.versions import maven

_PROPERTY = re.compile(r"\$\{([^{}\s]++)\}")
_MAX_ROUNDS = 5  # of properties that stand for properties
_MAX_VALUE = 1_000  # characters
_CENTRAL = re.compile(r"(?:repo1?|repo\.maven)\.(?:maven\.apache|mave[n])\.org")
_ENTRIES = {"dependency", "plugin", "extension", "parent"}
_GROUPS = {"plugin": "plugins", "extension": "extensions", "parent": "parent"}


@dataclass(slots=True)
class _Element:
    name: str
    line: int
    text: str = ""
    children: list[_Element] = field(default_factory=list)

    def child(self, name: str) -> str:
        """Return the text of a child; empty if it has none of that name."""
        return next((each.text.strip() for each in self.children if each.name == name), "")


def pom(text: str) -> tuple[Dependency, ...]:
    """Read pom.xml.

    Groups: the scope (`compile` where none is given), `dependencyManagement`, `plugins`,
    `extensions`, `parent`; in a profile `profile.GROUP`. Repositories other than Maven's own are a
    redirect for all.

    Raises:
        Unparsable: no XML, with a DOCTYPE (it could grow without end), or nested deeper than 100.
    """
    root = _parsed(text)
    properties = {each.name: each.text.strip() for each in _of(root, "properties")}
    project = {"version": root.child("version"), "groupId": root.child("groupId")}
    properties |= {f"project.{name}": value for name, value in project.items()}
    found: list[Dependency] = []
    urls: list[tuple[str, int]] = []
    for element, above in _walk(root):
        if element.name in {"repository", "pluginRepository"} and above[-1:] != [
            "distributionManagement"
        ]:
            url = _filled(element.child("url"), properties)
            if url and not _CENTRAL.search(url):
                urls.append((url, element.line))
        elif element.name in _ENTRIES and element.child("artifactId"):
            found.append(_entry(element, above, properties))
    if urls:
        source = " ".join(sorted(index(url) or url for url, _ in urls))
        spec = " ".join(url for url, _ in urls)
        found.append(
            Dependency("maven", EVERY, spec, line=urls[0][1], source=source, redirect=True)
        )
    return tuple(found)


def _entry(element: _Element, above: list[str], properties: dict[str, str]) -> Dependency:
    publisher = element.child("groupId") or (
        "org.apache.maven.plugins" if element.name == "plugin" else ""
    )
    name = _filled(f"{publisher}:{element.child('artifactId')}", properties)
    kind = " ".join(element.child(each) for each in ("classifier", "type")).strip()
    group = _GROUPS.get(element.name, element.child("scope") or "compile")
    if "dependencyManagement" in above or "pluginManagement" in above:
        group = "dependencyManagement" if element.name == "dependency" else "pluginManagement"
    elif "plugin" in above:
        group = "plugins"
    if "profile" in above:
        group = f"profile.{group}"
    version = element.child("version")
    allows = maven(_filled(version, properties))
    return Dependency("maven", name, version, group, element.line, allows, marker=kind)


def _filled(text: str, properties: dict[str, str]) -> str:
    """Return a text with the properties that this file sets in it."""
    for _ in range(_MAX_ROUNDS):
        if len(text) > _MAX_VALUE or "${" not in text:
            break
        text = _PROPERTY.sub(lambda found: properties.get(found[1], found[0]), text)
    return text


def _of(root: _Element, name: str) -> list[_Element]:
    return [child for each in root.children if each.name == name for child in each.children]


def _walk(root: _Element) -> Iterator[tuple[_Element, list[str]]]:
    """Yield each element with the names of those around it."""
    waiting: list[tuple[_Element, list[str]]] = [(root, [])]
    while waiting:
        element, above = waiting.pop()
        yield element, above
        inside = [*above, element.name]
        waiting += [(child, inside) for child in reversed(element.children)]


def _parsed(text: str) -> _Element:
    """Build the tree; a DOCTYPE is refused where it begins, before anything in it is read."""
    parser, top = expat.ParserCreate("utf-8"), _Element("", 0)
    around = [top]
    parser.buffer_text = True

    def start(name: str, _: object) -> None:
        if len(around) > MAX_DEPTH:
            raise Unparsable("is nested too deep", parser.CurrentLineNumber)
        element = _Element(name.rpartition(":")[2], parser.CurrentLineNumber)
        around[-1].children.append(element)
        around.append(element)

    def doctype(*_: object) -> None:
        raise Unparsable("has a DOCTYPE", parser.CurrentLineNumber)

    def characters(text: str) -> None:
        if len(around[-1].text) < _MAX_VALUE:
            around[-1].text += text

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: around.pop()
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - expat knows its arguments by place alone
    except expat.ExpatError as exc:
        raise Unparsable("is not XML", exc.lineno) from exc
    return top.children[0]
