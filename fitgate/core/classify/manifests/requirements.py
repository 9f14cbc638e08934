"""Requirements as pip and PEP 508 write them, one by one and in files of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.manifests.dependency import EVERY, Allowed, Dependency
from fitgate.core.classify.manifests.sources import index, place, refers, repository
from fitgate.core.classify.manifests.versions import pep440

_MAX_ENTRIES = 20_000  # of a file
_MAX_LENGTH = 10_000  # characters of a requirement without its hashes
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*+")
_OPTION = re.compile(r"(?:^|(?<=\s))--?[A-Za-z]")
_HASH = re.compile(r"--hash[=\s]++([a-z0-9]++):[0-9a-fA-F]++")
# The name of an option in two pieces: no file of ours says which index it was written with.
_INDEX = re.compile(r"(?:-i|--index[-]url|--(?:pypi-)?extra-index[-]url)(?:[=\s]+|$)(\S*)")
_EDITABLE = re.compile(r"(?:-e|--editable)[=\s]\s*+")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*+)")
_NAME_AND_EXTRAS = re.compile(r"\s*+[A-Za-z0-9][A-Za-z0-9._-]*+\s*+(?:\[[^\]]*+\])?\s*+")
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+|git://|git@")
_DIRECT = re.compile(r"(?:[a-z][a-z0-9+.-]*+:|git@|[./])", re.IGNORECASE)
_NAME_OF_ARCHIVE = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._]|-(?![0-9]))*+)-[0-9]")
_ARCHIVES = (".whl", ".zip", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")


def name_of(text: str) -> str:
    """Return a name of PyPI as PEP 503 has it."""
    return str(canonicalize_name(text.strip()))


def requirement(text: str, group: str, line: int | None = None) -> Dependency:
    """Return what a requirement of PEP 508 asks for; `name @ URL` too.

    Raises:
        Unparsable: it is none.
    """
    if len(text) > _MAX_LENGTH:
        raise Unparsable("is too long for a requirement", line)
    try:
        found = _parsed(text)
    except (InvalidRequirement, RecursionError, ValueError) as exc:  # a number of many digits
        raise Unparsable("is not a requirement", line) from exc
    marker, name = str(found.marker or ""), name_of(found.name)
    if found.url:
        source, allows = origin(found.url)
        return Dependency("pypi", name, found.url, group, line, allows, source, marker=marker)
    spec = _NAME_AND_EXTRAS.sub("", text.partition(";")[0], count=1).strip()
    allows = pep440(str(found.specifier))
    return Dependency("pypi", name, spec, group, line, allows, marker=marker)


@functools.lru_cache(maxsize=4096)  # the two sides of a change have most of them in common
def _parsed(text: str) -> Requirement:
    return Requirement(text)


def origin(url: str) -> tuple[str, Allowed]:
    """Return the source that a URL of a requirement is, and what may come from it."""
    if _VCS.match(url):
        whole, ref = _without_ref(url)
        return repository(whole), refers(ref)
    if url.startswith("file:") or "://" not in url:
        return place(url), Allowed()
    return repository(url), Allowed(pinned="#sha256=" in url)


def _without_ref(url: str) -> tuple[str, str]:
    """Split the URL of a repository from what stands after `@` in its path."""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    path = bare.find("/", bare.find("://") + 3 if "://" in bare else 0) % (len(bare) + 1)
    whole, _, ref = bare[path:].partition("@")
    return bare[:path] + whole, ref


def requirements_file(text: str) -> tuple[Dependency, ...]:
    """Read a requirements or constraints file of pip.

    An index other than the default is a redirect for all. What another file asks for (`-r`) is not
    read, and neither is a path without a name.

    Raises:
        Unparsable: a line that pip would not read.
    """
    found: list[Dependency] = []
    indices: list[tuple[str, int]] = []
    for number, line in _lines(text):
        if len(found) > _MAX_ENTRIES:
            raise Unparsable("has too many requirements")
        if chosen := _INDEX.match(line):
            indices.append((chosen[1], number))
        elif editable := _EDITABLE.match(line):
            found += _asked(line[editable.end() :], number)
        elif line[0] != "-":
            found += _asked(line, number)
    return (*found, *elsewhere(indices))


def elsewhere(indices: list[tuple[str, int]]) -> tuple[Dependency, ...]:
    """Return the redirect that indices other than PyPI's are, with their lines."""
    own = [(url, line) for url, line in indices if index(url)]
    if not own:
        return ()
    source = " ".join(sorted({index(url) or "" for url, _ in own}))
    spec = " ".join(url for url, _ in own)
    return (Dependency("pypi", EVERY, spec, line=own[0][1] or None, source=source, redirect=True),)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each logical line without its comment, and where it begins."""
    start, parts = 1, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        start = start if parts else number
        bare = _COMMENT.sub("", line).rstrip()
        if bare.endswith("\\"):
            parts.append(bare[:-1])
            continue
        whole = " ".join((*parts, bare)).strip()
        parts.clear()
        if whole:
            yield start, whole
    if parts and (whole := " ".join(parts).strip()):
        yield start, whole


def _asked(line: str, number: int) -> tuple[Dependency, ...]:
    option = _OPTION.search(line)
    text = line[: option.start()].strip() if option else line
    hashes = frozenset(_HASH.findall(line, option.start())) if option else frozenset()
    if len(text) > _MAX_LENGTH:
        raise Unparsable("is too long for a requirement", number)
    url = text.partition(" ;")[0].strip()
    if _DIRECT.match(url) or (url.endswith(_ARCHIVES) and "@" not in url):
        name = _name_in(url, number)
        source, allows = origin(url)
        return (Dependency("pypi", name, url, "", number, allows, source, hashes),) if name else ()
    return (replace(requirement(text, "", number), hashes=hashes),)


def _name_in(url: str, number: int) -> str:
    """Return the name of what a URL or a path without one leads to; "" if it does not tell."""
    if len(url.split()) != 1:
        raise Unparsable("is not a requirement", number)
    if egg := _EGG.search(url):
        return name_of(egg[1])
    last = re.split(r"[?#\[]", url, maxsplit=1)[0].rpartition("/")[2]
    if last.endswith(_ARCHIVES) and (archive := _NAME_OF_ARCHIVE.match(last)):
        return name_of(archive[1])
    return name_of(repository(_without_ref(url)[0]).rpartition("/")[2]) if _VCS.match(url) else ""
