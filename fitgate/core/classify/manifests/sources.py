"""Where a dependency comes from: repositories, URLs, paths, and the refs in them."""

from __future__ import annotations

import functools
import re

from fitgate.core.classify.manifests.dependency import LOCAL, MOVABLE, PINNED, Allowed
from fitgate.core.classify.manifests.versions import tagged

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHORT_COMMIT = re.compile(r"(?=[a-f]*+[0-9])(?=[0-9]*+[a-f])[0-9a-f]{7,39}")
_TAG = re.compile(
    r"refs/tags/.*|(?!.*\.x)(?:[A-Za-z_/@-]*[-_/@])?v?[0-9]++(?:[.+_-].*)?", re.DOTALL
)
_SCHEME = re.compile(r"^(?:git\+|hg\+|svn\+|bzr\+)?[a-z][a-z0-9+.]*+://|^git\+", re.IGNORECASE)
_USER = re.compile(r"^[^/@]++@")
_SSH_PORT = re.compile(r"^([^/:]++):22(?=/)")
_SCP = re.compile(r"^([\w.-]++):(?![/0-9])")
# What a default registry is called, with a letter in brackets: no file of ours names one.
_DEFAULT = re.compile(
    r"^(?:[\w-]++\.)*?(?:(?:pyp[i]|pythonhoste[d])\.org|npmj[s]\.(?:org|com)|yarnpkg\.com|crate[s]\.io)(?:/|$)"
    r"|^github\.com/rust-lang/crate[s]\.io-index"
)


def repository(url: str) -> str:
    """Return the same text for the same repository or URL, however it is reached.

    The scheme, the user, a port of SSH, a query, a fragment and `.git` are left out.
    """
    text = _SCHEME.sub("", url.strip())
    text = _USER.sub("", re.split(r"[?#]", text, maxsplit=1)[0])
    text = _SCP.sub(r"\1/", _SSH_PORT.sub(r"\1", text))
    host, slash, path = text.rstrip("/").removesuffix(".git").partition("/")
    host = host.lower().removeprefix("www.")
    return f"{host}{slash}{path.lower() if host == 'github.com' else path}"


def place(path: str) -> str:
    """Return the source of a dependency that is a folder or a file."""
    path = path.strip().removeprefix("file:").removeprefix("link:")
    return LOCAL + re.sub(r"^(?:\./)++|/++$", "", path)


@functools.lru_cache(maxsize=1024)  # a lock file names the same one in each of its entries
def index(url: str) -> str | None:
    """Return the source that an index or a registry is: None for an ecosystem's own."""
    where = repository(url.removeprefix("sparse+").removeprefix("registry+"))
    return None if not where or _DEFAULT.search(where) else where


def refers(ref: str | None) -> Allowed:
    """Return what a ref of a repository allows: a commit, what looks like a tag, or a branch."""
    if not ref or ref == "HEAD":
        return MOVABLE
    if _COMMIT.fullmatch(ref) or _SHORT_COMMIT.fullmatch(ref):
        return PINNED
    return tag(ref) if _TAG.fullmatch(ref) else MOVABLE


def tag(name: str) -> Allowed:
    """Return what a tag allows, whatever precedes its version."""
    return tagged(re.sub(r"^[^0-9]*+", "", name))
