"""Commits, files of a diff, refs and contents as GitHub says them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.diffs import Changed, changed
from tests.twin.github.git import Signature
from tests.twin.github.shapes.accounts import node_id, user

if TYPE_CHECKING:
    from tests.twin.github.git import Commit, TreeEntry
    from tests.twin.github.people import User
    from tests.twin.github.store import Store

UNSIGNED = {
    "verified": False, "reason": "unsigned", "signature": None, "payload": None,
    "verified_at": None,
}  # fmt: skip


def linked(repo: Store, who: Signature) -> User | None:
    """Return the account that an address belongs to."""
    return next((u for u in repo.twin.users.values() if u.email == who.email), None)


def _account(repo: Store, who: Signature) -> Json | None:
    found = linked(repo, who)
    return None if found is None else user(repo.twin, found)


def _said(who: Signature) -> Json:
    return {"name": who.name, "email": who.email, "date": stamp(who.at)}


def commit(repo: Store, sha: str) -> Json:
    """Return a `commit` as lists show it, without files."""
    one = repo.git.show(sha)
    return {
        "sha": sha,
        "node_id": node_id("Commit", sha),
        "url": f"{repo.url}/commits/{sha}",
        "html_url": f"{repo.html}/commit/{sha}",
        "comments_url": f"{repo.url}/commits/{sha}/comments",
        "commit": {
            "url": f"{repo.url}/git/commits/{sha}",
            "author": _said(one.author),
            "committer": _said(one.committer),
            "message": one.message.removesuffix("\n"),
            "tree": {"sha": one.tree, "url": f"{repo.url}/git/trees/{one.tree}"},
            "comment_count": 0,
            "verification": UNSIGNED,
        },
        "author": _account(repo, one.author),
        "committer": _account(repo, one.committer),
        "parents": [
            {
                "sha": parent,
                "url": f"{repo.url}/commits/{parent}",
                "html_url": f"{repo.html}/commit/{parent}",
            }
            for parent in one.parents
        ],
    }


def git_commit(repo: Store, one: Commit) -> Json:
    """Return a `git-commit`."""
    return {
        "sha": one.sha,
        "node_id": node_id("Commit", one.sha),
        "url": f"{repo.url}/git/commits/{one.sha}",
        "html_url": f"{repo.html}/commit/{one.sha}",
        "author": _said(one.author),
        "committer": _said(one.committer),
        "tree": {"sha": one.tree, "url": f"{repo.url}/git/trees/{one.tree}"},
        "message": one.message.removesuffix("\n"),
        "parents": [
            {
                "sha": parent,
                "url": f"{repo.url}/git/commits/{parent}",
                "html_url": f"{repo.html}/commit/{parent}",
            }
            for parent in one.parents
        ],
        "verification": UNSIGNED,
    }


def diff_entry(repo: Store, head: str, file: Changed) -> Json:
    """Return a `diff-entry`."""
    path = quote(file.path)
    return {
        "sha": file.oid,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{repo.html}/blob/{head}/{path}",
        "raw_url": f"{repo.html}/raw/{head}/{path}",
        "contents_url": f"{repo.url}/contents/{path}?ref={head}",
        **({} if file.patch is None else {"patch": file.patch}),
        **({} if file.old_path is None else {"previous_filename": file.old_path}),
    }


def pushed_commit(repo: Store, sha: str) -> Json:
    """Return a commit as a `push` event lists it."""
    one = repo.git.show(sha)
    base = one.parents[0] if one.parents else None
    files = changed(repo.git, base, sha, repo.twin.limits)
    author, committer = (
        {
            "name": who.name,
            "email": who.email,
            **({"username": found.login} if (found := linked(repo, who)) else {}),
        }
        for who in (one.author, one.committer)
    )
    return {
        "id": sha,
        "tree_id": one.tree,
        "distinct": True,
        "message": one.message.removesuffix("\n"),
        "timestamp": stamp(one.committer.at),
        "url": f"{repo.html}/commit/{sha}",
        "author": author,
        "committer": committer,
        "added": [f.path for f in files if f.status in ("added", "renamed")],
        "removed": [f.old_path or f.path for f in files if f.status in ("removed", "renamed")],
        "modified": [f.path for f in files if f.status in ("modified", "changed")],
    }


def ref(repo: Store, name: str, oid: str) -> Json:
    """Return a `git-ref`."""
    found = repo.git.read(oid)
    kind = found[0] if found else "commit"
    return {
        "ref": name,
        "node_id": node_id("Ref", name),
        "url": f"{repo.url}/git/{name}",
        "object": {"type": kind, "sha": oid, "url": f"{repo.url}/git/{kind}s/{oid}"},
    }


def tree_entry(repo: Store, entry: TreeEntry) -> Json:
    """Return one entry of a `git-tree`."""
    kind = {"blob": "blobs", "tree": "trees"}.get(entry.kind)
    return {
        "path": entry.path,
        "mode": entry.mode,
        "type": entry.kind,
        "sha": entry.oid,
        **({} if entry.size is None else {"size": entry.size}),
        **({} if kind is None else {"url": f"{repo.url}/git/{kind}/{entry.oid}"}),
    }


def content(repo: Store, sha: str, path: str, entry: TreeEntry, *, whole: bool) -> Json:
    """Return a file, a folder's entry, a symlink or a submodule."""
    url = f"{repo.url}/contents/{quote(path)}?ref={sha}"
    kind = {"blob": "file", "tree": "dir", "commit": "submodule"}[entry.kind]
    if entry.mode == "120000":
        kind = "symlink"
    git = {"file": "blobs", "symlink": "blobs", "dir": "trees"}.get(kind)
    git_url = f"{repo.url}/git/{git}/{entry.oid}" if git else None
    html_url = f"{repo.html}/{'tree' if kind == 'dir' else 'blob'}/{sha}/{quote(path)}"
    said: Json = {
        "type": kind,
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": entry.oid,
        "size": entry.size or 0,
        "url": url,
        "git_url": git_url,
        "html_url": html_url,
        "download_url": None if kind in ("dir", "submodule") else f"{repo.html}/raw/{sha}/{path}",
        "_links": {"self": url, "git": git_url, "html": html_url},
    }
    if not whole:
        return said
    found = repo.git.read(entry.oid)
    raw = found[1] if found else b""
    if kind == "symlink":
        return {**said, "target": raw.decode(errors="replace")}
    if kind == "submodule":
        return {**said, "submodule_git_url": None}
    if len(raw) > repo.twin.limits.content_bytes:
        return {**said, "content": "", "encoding": "none"}
    return {**said, "content": base64.encodebytes(raw).decode(), "encoding": "base64"}
