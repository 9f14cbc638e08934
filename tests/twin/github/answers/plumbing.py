"""Git's own objects: blobs, trees, commits, refs and tags."""

from __future__ import annotations

import base64
import subprocess

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, serves
from tests.twin.github.clock import moment
from tests.twin.github.description import Json
from tests.twin.github.git import Git, Signature, TreeEntry
from tests.twin.github.shapes import trees
from tests.twin.github.shapes.accounts import node_id

READS, WRITES = "contents=read", "contents=write"
GIT = "/repos/{owner}/{repo}/git"
SHA_LENGTH = 40


def _read(asked: Asked, oid: str, kind: str) -> bytes:
    found = asked.repo.git.read(oid) if len(oid) == SHA_LENGTH else None
    if found is None or found[0] != kind:
        raise NOT_FOUND
    return found[1]


@serves(f"GET {GIT}/blobs/{{file_sha}}", READS)
def blob(asked: Asked) -> Answer:
    oid = asked.given["file_sha"]
    raw = _read(asked, oid, "blob")
    return Answer(
        {
            "sha": oid,
            "node_id": node_id("Blob", oid),
            "size": len(raw),
            "url": f"{asked.repo.url}/git/blobs/{oid}",
            "content": base64.encodebytes(raw).decode(),
            "encoding": "base64",
        }
    )


@serves(f"POST {GIT}/blobs", WRITES)
def new_blob(asked: Asked) -> Answer:
    body = asked.body
    is_base64 = body.get("encoding") == "base64"
    raw = base64.b64decode(body["content"]) if is_base64 else body["content"].encode()
    oid = asked.repo.git.write("blob", raw)
    return Answer({"sha": oid, "url": f"{asked.repo.url}/git/blobs/{oid}"}, 201)


@serves(f"GET {GIT}/trees/{{tree_sha}}", READS)
def tree(asked: Asked) -> Answer:
    repo, name = asked.repo, asked.given["tree_sha"]
    commit = repo.sha_of(name)
    oid = repo.git.show(commit).tree if commit else name
    try:
        entries = repo.git.ls(oid, deep="recursive" in asked.query)
    except subprocess.CalledProcessError as error:
        raise NOT_FOUND from error
    return Answer(_tree(asked, oid, entries))


def _tree(asked: Asked, oid: str, entries: list[TreeEntry]) -> Json:
    most = asked.twin.limits.tree_entries
    return {
        "sha": oid,
        "url": f"{asked.repo.url}/git/trees/{oid}",
        "tree": [trees.tree_entry(asked.repo, one) for one in entries[:most]],
        "truncated": len(entries) > most,
    }


@serves(f"POST {GIT}/trees", WRITES)
def new_tree(asked: Asked) -> Answer:
    repo, body = asked.repo, asked.body
    commit = repo.sha_of(body["base_tree"]) if "base_tree" in body else None
    base = repo.git.show(commit).tree if commit else body.get("base_tree")
    old = repo.git.ls(base, deep=True) if base else []
    kept = {one.path: (one.mode, one.oid) for one in old if one.kind != "tree"}
    for one in body["tree"]:
        if one.get("sha", "") is None:
            kept.pop(one["path"], None)
        else:
            oid = one.get("sha") or repo.git.write("blob", one["content"].encode())
            kept[one["path"]] = (one["mode"], oid)
    oid = _written(repo.git, kept)
    return Answer(_tree(asked, oid, repo.git.ls(oid)), 201)


def _written(git: Git, files: dict[str, tuple[str, str]]) -> str:
    """Write a tree, folder by folder; return its id."""
    here: dict[str, tuple[str, str]] = {}
    folders: dict[str, dict[str, tuple[str, str]]] = {}
    for path, file in files.items():
        folder, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(folder, {})[rest] = file
        else:
            here[path] = file
    here |= {name: ("040000", _written(git, inside)) for name, inside in folders.items()}
    kinds = {"040000": "tree", "160000": "commit"}
    lines = [f"{m} {kinds.get(m, 'blob')} {oid}\t{name}" for name, (m, oid) in here.items()]
    return git.run("mktree", given="".join(f"{line}\n" for line in lines).encode()).decode().strip()


@serves(f"GET {GIT}/commits/{{commit_sha}}", READS)
def commit(asked: Asked) -> Answer:
    sha = asked.given["commit_sha"]
    _read(asked, sha, "commit")
    return Answer(trees.git_commit(asked.repo, asked.repo.git.show(sha)))


@serves(f"POST {GIT}/commits", WRITES)
def new_commit(asked: Asked) -> Answer:
    repo, body = asked.repo, asked.body
    maker = repo.signature(asked.user)
    author = maker
    if said := body.get("author"):
        at = moment(said["date"]) if "date" in said else maker.at
        author = Signature(said["name"], said["email"], at)
    sha = repo.git.commit_tree(
        body["tree"], body.get("parents", []), body["message"], (author, maker)
    )
    return Answer(trees.git_commit(repo, repo.git.show(sha)), 201)


@serves(f"GET {GIT}/ref/{{ref}}", READS)
def ref(asked: Asked) -> Answer:
    name = f"refs/{asked.given['ref']}"
    oid = asked.repo.git.refs().get(name)
    if oid is None:
        raise NOT_FOUND
    return Answer(trees.ref(asked.repo, name, oid))


@serves(f"GET {GIT}/matching-refs/{{ref}}", READS)
def matching_refs(asked: Asked) -> Answer:
    prefix = f"refs/{asked.given['ref']}"
    found = asked.repo.git.refs()
    return Answer([trees.ref(asked.repo, n, o) for n, o in found.items() if n.startswith(prefix)])


@serves(f"POST {GIT}/refs", WRITES)
def new_ref(asked: Asked) -> Answer:
    repo, name, sha = asked.repo, asked.body["ref"], asked.body["sha"]
    if name in repo.git.refs():
        raise Refusal(422, "Reference already exists")
    repo.commit(sha)
    if name.startswith("refs/heads/"):
        repo.push_commit(name.removeprefix("refs/heads/"), sha, asked.user)
    else:
        repo.git.set_ref(name, sha)
    return Answer(trees.ref(repo, name, sha), 201)


@serves(f"PATCH {GIT}/refs/{{ref}}", WRITES)
def move_ref(asked: Asked) -> Answer:
    repo, name, sha = asked.repo, f"refs/{asked.given['ref']}", asked.body["sha"]
    if name not in repo.git.refs():
        raise Refusal(422, "Reference does not exist")
    repo.commit(sha)
    force = bool(asked.body.get("force", False))
    if name.startswith("refs/heads/"):
        repo.push_commit(name.removeprefix("refs/heads/"), sha, asked.user, force=force)
    else:
        repo.git.set_ref(name, sha)
    return Answer(trees.ref(repo, name, sha))


@serves(f"GET {GIT}/tags/{{tag_sha}}", READS)
def tag(asked: Asked) -> Answer:
    oid = asked.given["tag_sha"]
    head, _, message = _read(asked, oid, "tag").decode().partition("\n\n")
    said = dict(line.split(" ", 1) for line in head.split("\n"))
    name, _, rest = said["tagger"].partition(" <")
    email, _, when = rest.partition("> ")
    at = asked.twin.clock.now.fromtimestamp(int(when.split(" ")[0]), tz=asked.twin.clock.now.tzinfo)
    url = asked.repo.url
    return Answer(
        {
            "node_id": node_id("Tag", oid),
            "tag": said["tag"],
            "sha": oid,
            "url": f"{url}/git/tags/{oid}",
            "message": message.removesuffix("\n"),
            "tagger": {"name": name, "email": email, "date": at.strftime("%Y-%m-%dT%H:%M:%SZ")},
            "object": {
                "type": said["type"],
                "sha": said["object"],
                "url": f"{url}/git/{said['type']}s/{said['object']}",
            },
        }
    )
