"""The images that a Dockerfile begins from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.manifests.dependency import MOVABLE, PINNED, UNKNOWN, Allowed, Dependency
from fitgate.core.classify.manifests.versions import tagged

_WORDS = re.compile(r"\S+")
_ESCAPE = re.compile(r"#\s*+escape\s*+=\s*+`", re.IGNORECASE)
_HERE = re.compile(r"<<-?([\"']?)([A-Za-z_][A-Za-z0-9_]*+)\1")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*+)(?::?-([^{}]*+))?\}|([A-Za-z_]\w*+))")
_MAX_IMAGE = 1_000  # characters
_MOVING = {
    "latest", "main", "master", "edge", "nightly", "stable", "dev", "devel", "develop", "canary",
    "rolling", "head", "trunk", "unstable", "testing", "mainline", "lts", "current",
    "alpine", "slim",
}  # fmt: skip
_INSTRUCTIONS = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
    "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
_OWN = ("docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/")


def dockerfile(text: str) -> tuple[Dependency, ...]:
    """Read the images in `FROM`; a stage of the same file is none, and neither is `scratch`.

    `ARG` before the first `FROM` gives a variable its value, as Docker does it.

    Raises:
        Unparsable: an instruction that Docker has not.
    """
    found: list[Dependency] = []
    values: dict[str, str] = {}
    stages: set[str] = set()
    for line, words in _instructions(text):
        if words[0].upper() == "ARG" and not found and not stages:
            for each in words[1:]:
                name, equals, value = each.partition("=")
                values[name] = _filled(value.strip("\"'"), values) if equals else ""
        elif words[0].upper() not in _INSTRUCTIONS:
            raise Unparsable("is not an instruction", line)
        elif words[0].upper() == "FROM":
            named = [each for each in words[1:] if not each.startswith("--")]
            written = named[0] if named else ""
            stage = named[2] if len(named) > 2 and named[1].upper() == "AS" else ""  # noqa: PLR2004 - FROM image AS stage
            image = _filled(written, values)
            if image and image != "scratch" and image.lower() not in stages:
                found.append(replace(image_dependency(image), group=stage, line=line))
            stages.add(stage.lower())
    return tuple(found)


def image_dependency(image: str) -> Dependency:
    """Return the dependency that a reference to an image is."""
    rest, _, digest = image.partition("@")
    name, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:  # the colon belongs to a port
        name, tag = rest, ""
    for prefix in _OWN:
        name = name.removeprefix(prefix)
    allows = UNKNOWN if "$" in image else _allowed(tag, digest)
    return Dependency("docker", name, image, allows=allows)


def _allowed(tag: str, digest: str) -> Allowed:
    named = tagged(tag)
    if digest:
        return replace(PINNED, floor=named.floor, tag=True)
    moving = not tag or re.split(r"[-_.]", tag.lower(), maxsplit=1)[0] in _MOVING
    return MOVABLE if moving else named


def _filled(text: str, values: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return values.get(found[1] or found[3]) or found[2] or found[0]

    return _VARIABLE.sub(value, text)[:_MAX_IMAGE]


def _instructions(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the words of each instruction, of all its lines; not what stands in a here-doc."""
    escape = "`" if _ESCAPE.match(text) else "\\"
    ends: list[str] = []
    parts, start = list[str](), 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if ends:
            ends = ends[1:] if bare == ends[0] else ends
            continue
        if not bare or bare[0] == "#":
            continue
        start = start if parts else number
        parts.append(bare.removesuffix(escape))
        if not bare.endswith(escape):
            whole = " ".join(parts)
            if words := _WORDS.findall(whole):
                yield start, words
            ends, parts = [each[2] for each in _HERE.finditer(whole)], []
    if parts and (words := _WORDS.findall(" ".join(parts))):
        yield start, words
