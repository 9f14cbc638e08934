"""The directives of go.mod, see https://go.dev/ref/mod#go-mod-file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.manifests.dependency import ANY, MOVABLE, Dependency, only
from fitgate.core.classify.manifests.sources import place

_MAJOR = re.compile(r"(?:/v[0-9]++|(?<=.)\.v[0-9]++(?:-unstable)?)$")
_VERSION = re.compile(r"v[0-9]++\.[0-9]++\.[0-9]++\S*")
_OTHERS = {"module", "go", "toolchain", "godebug", "exclude", "retract", "tool", "ignore"}


def go_mod(text: str) -> tuple[Dependency, ...]:
    """Read what go.mod requires (groups `require` and `indirect`) and replaces (redirects).

    The major version is not part of a name here: `example.org/a/v2` is `example.org/a`.

    Raises:
        Unparsable: a directive that Go has not.
    """
    found: list[Dependency] = []
    for line, directive, words, comment in _directives(text):
        if directive == "require" and len(words) > 1:
            name, version = words[0], words[1]
            group = "indirect" if comment.startswith("indirect") else "require"
            allows = only(version) if _VERSION.fullmatch(version) else MOVABLE
            found.append(Dependency("go", module(name), version, group, line, allows))
        elif directive == "replace" and "=>" in words:
            found.append(_replaced(words, line))
        elif directive not in {"require", "replace", *_OTHERS}:
            raise Unparsable("is not a directive of go.mod", line)
    return tuple(found)


def module(path: str) -> str:
    """Return the path of a module without its major version."""
    return _MAJOR.sub("", path.strip('"`'))


def _replaced(words: list[str], line: int) -> Dependency:
    arrow = words.index("=>")
    old, new = words[:arrow], [each.strip('"`') for each in words[arrow + 1 :]]
    name = module(old[0]) if old else ""
    other, version = new[0] if new else "", new[1] if len(new) > 1 else ""
    source = place(other) if other.startswith((".", "/")) else module(other)
    return Dependency(
        "go", name, " ".join(("=>", *new)), "replace", line,
        only(version) if version else ANY,
        None if source == name else source, marker=" ".join(old[1:]), redirect=True,
    )  # fmt: skip


def _directives(text: str) -> Iterator[tuple[int, str, list[str], str]]:
    """Yield line, directive, words and comment of each entry, those in brackets one by one."""
    block = ""
    for number, line in enumerate(text.split("\n"), 1):
        code, _, comment = line.partition("//")
        words = code.replace("(", " ( ").replace(")", " ) ").split()
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif block:
            yield number, block, words, comment.strip()
        elif words[1:] == ["("]:
            block = words[0]
        else:
            yield number, words[0], words[1:], comment.strip()
