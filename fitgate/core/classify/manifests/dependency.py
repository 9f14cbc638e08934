"""One dependency as a file declares or locks it, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ecosystem = Literal[
    "pypi", "conda", "npm", "cargo", "go", "maven", "docker", "actions", "pre-commit"
]
EVERY = "*"
"""The name of a redirect that is meant for every dependency of its ecosystem: another index."""
LOCAL = "path:"
"""What the source of a dependency begins with that stands in the repository or next to it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which versions may come.

    `exact` is the only one, `floor` the lowest, where known; `bounded`: there is a highest.
    `pinned`: a commit or a digest. `movable`: a name that others can point elsewhere, such as a
    branch or `latest`. `tag`: the version is the name of a tag, which says how much of it counts
    (`3.11` is any 3.11) and can be set again. `unknown`: another file says it.
    """

    exact: str | None = None
    floor: str | None = None
    bounded: bool = False
    pinned: bool = False
    movable: bool = False
    tag: bool = False
    unknown: bool = False


ANY = Allowed()
MOVABLE = Allowed(movable=True)
PINNED = Allowed(pinned=True)
UNKNOWN = Allowed(unknown=True)


def only(version: str) -> Allowed:
    """Return what one version of a registry allows: itself."""
    return Allowed(exact=version, floor=version, bounded=True)


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of a manifest or a lock file.

    `name` is spelt as its registry spells it, `spec` is as written, `group` is where in the file it
    stands. `source` is None for the ecosystem's own registry, else a repository, a URL, an index,
    another package or `path:…`. `marker` says when it applies. `locked`: the file is a lock file.
    `redirect`: it asks for nothing, it says where a package comes from if another asks for it.
    """

    ecosystem: Ecosystem
    name: str
    spec: str = ""
    group: str = ""
    line: int | None = None
    allows: Allowed = ANY
    source: str | None = None
    hashes: frozenset[str] = frozenset()
    marker: str = ""
    locked: bool = False
    redirect: bool = False

    @property
    def key(self) -> str:
        """Return what names it in an effect: `pypi:requests`."""
        return f"{self.ecosystem}:{self.name}"
