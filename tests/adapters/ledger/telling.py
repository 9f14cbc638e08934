"""What the tests of the branch write down, and what they look at in a repository."""

from __future__ import annotations

from pathlib import Path

from fitgate.core.chain import linked, read
from fitgate.core.entries import Draft
from fitgate.ports import Ledger
from tests.adapters.git.making import Made, run
from tests.builders import NOW

BRANCH = "refs/heads/fitgate-ledger"
OURS = (BRANCH, "refs/fitgate/", "refs/remotes/origin/fitgate-ledger")


def told(number: int | str) -> Draft:
    return Draft(NOW, "Closed", f"closed/#{number}", {"change": f"#{number}"})


def keys(ledger: Ledger) -> list[str]:
    """Return the keys of all entries, once they are known to hang together."""
    return [entry.key for entry in read(linked(ledger.stored(), ledger.repo))]


def whole(hub: Made, path: Path) -> None:
    """Clone a repository."""
    run(path.parent, "clone", "-q", str(hub.path), str(path))


def show(path: Path, what: str) -> str:
    return run(path, "cat-file", "blob", f"{BRANCH}:{what}")


def rewrite(made: Made, files: dict[str, bytes | None], ref: str = BRANCH) -> None:
    """Put a commit without a parent in the place of the branch: its files, but for these."""
    there = made.git("ls-tree", "-r", "--name-only", ref).split("\n")
    old = {path: made.git("cat-file", "blob", f"{ref}:{path}") + "\n" for path in there}
    whole = {path: text.encode() for path, text in old.items()} | files
    forged = made.commit("Forged", whole, parents=[], branch="forged")
    made.git("update-ref", ref, forged)
    made.git("update-ref", "-d", "refs/heads/forged")


def state(path: Path) -> dict[str, object]:
    """Return what a user has in a clone that is none of ours."""
    git_dir = Path(run(path, "rev-parse", "--path-format=absolute", "--absolute-git-dir"))
    refs = run(path, "for-each-ref").split("\n")
    names = ("HEAD", "index", "FETCH_HEAD", "ORIG_HEAD", "config", "packed-refs", "logs/HEAD")
    return {
        "refs": [ref for ref in refs if ref and not ref.split("\t")[-1].startswith(OURS)],
        "files": {name: _bytes(git_dir / name) for name in names},
        "tree": {
            each.relative_to(path): each.read_bytes()
            for each in path.rglob("*")
            if each.is_file() and ".git" not in each.relative_to(path).parts and git_dir != path
        },
    }


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None
