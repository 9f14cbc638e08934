"""From a landing, or a branch that has not landed yet, to facts: what a clone knows of a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fitgate.adapters.git.artifacts import Artifacts
from fitgate.adapters.git.blobs import Blobs
from fitgate.adapters.git.commits import LOG, Commit, read_commits
from fitgate.adapters.git.difftree import Pair, files_between
from fitgate.adapters.git.identities import contributors_of
from fitgate.adapters.git.landings import Landing
from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.restorations import Restorations, Restored
from fitgate.adapters.git.store import Store
from fitgate.core.facts import SHALLOW_ID, Change, Facts, File, Repo, Unknown, Unread
from fitgate.core.trailers import Declaration, is_declaration, parse_trailers, read_declaration

_NOT_IN_A_CLONE = tuple(
    Unknown(what, "a clone does not hold them")
    for what in ("approvals", "evaluations", "drills", "breakers", "overrides", "labels")
)
_NO_ROOT = Unknown("repo", "the clone is shallow, and only the first commit names a repository")
_NO_BODY = Unknown("body", "a clone does not hold the description of a pull request")
_NO_PUSHES = Unknown("material_at", "a clone does not hold the times of pushes")


@dataclass(frozen=True, slots=True)
class Sources:
    """What the facts of one clone are gathered from."""

    store: Store
    blobs: Blobs
    artifacts: Artifacts
    restorations: Restorations
    repo: Repo


def facts_of(landing: Landing, sources: Sources) -> Facts:
    """Return what the clone knows of a landing as of the moment it landed.

    Landings are to be given in their order, because what one brings back an earlier one took away.
    """
    shape, commit = landing.shape, landing.commit
    pull = shape.kind == "pull"
    merged = pull and commit.is_merge
    change = Change(
        id=f"{sources.repo.id}@{landing.sha}",
        kind=shape.kind,
        title=shape.title,
        body=None if merged else commit.body,
        number=shape.number,
        branch=shape.branch,
        base=landing.base,
        head=landing.sha,
        material_at=None if pull else landing.landed_at,
        landed_at=landing.landed_at,
        landed_as=None if landing.edge else shape.landed_as,
    )
    unknown = (*landing.unknown, *((_NO_PUSHES,) if pull else ()), *((_NO_BODY,) if merged else ()))
    written = [side for side in landing.side if not side.is_merge] if merged else []
    return _facts(
        Facts(landing.landed_at, "git", sources.repo, change, landing.files, unknown=unknown),
        sources,
        commits=(*landing.side, commit),
        written=written or [commit],
        restored=sources.restorations.of_landing(landing),
    )


def proposal(sources: Sources, base: str, head: str, as_of: datetime) -> Facts:
    """Return what the clone knows of a branch that has not landed, as a pull request for `base`."""
    store = sources.store
    files = files_since_fork(store, base, head)
    log = (*LOG, "--topo-order", "--reverse", head, f"^{base}")
    with store.overlay.reading(*log) as stream:
        commits = tuple(read_commits(stream))
    listed = None if isinstance(files, Unread) else files
    change = Change(
        id=f"{sources.repo.id}@{head}",
        kind="pull",
        title=commits[-1].title if commits else "",
        base=base,
        head=head,
    )
    unlisted = (Unknown("files", files.why),) if isinstance(files, Unread) else ()
    unknown = (_NO_PUSHES, _NO_BODY, *unlisted)
    return _facts(
        Facts(as_of, "git", sources.repo, change, listed, unknown=unknown),
        sources,
        commits=commits,
        written=[commit for commit in commits if not commit.is_merge],
        restored=sources.restorations.of_proposal(listed, commits, head),
    )


def _facts(
    facts: Facts,
    sources: Sources,
    *,
    commits: Sequence[Commit],
    written: Sequence[Commit],
    restored: Restored,
) -> Facts:
    """Return the facts with what the commits tell: people, declarations, what is brought back."""
    cut = any(commit.sha in sources.store.overlay.shallow for commit in commits)
    hands = contributors_of(commits, written, cut=cut)
    declared = tuple(_declared(commits, facts.files or (), sources.blobs))
    trailers = tuple(trailer for said in declared for trailer in said.trailers)
    problems = [Unknown("declarations", said.problem) for said in declared if said.problem]
    rootless = [_NO_ROOT] if facts.repo.id == SHALLOW_ID else []
    unrestored = [restored] if isinstance(restored, Unknown) else []
    change = replace(
        facts.change,
        author=hands.author,
        contributors=hands.everyone,
        trailers=trailers,
        restores=None if isinstance(restored, Unknown) else restored,
    )
    return replace(
        facts,
        change=change,
        people=hands.people,
        artifacts=sources.artifacts.declared(trailers, change.base, str(change.head)),
        unknown=(
            *facts.unknown,
            *rootless,
            *hands.unknown,
            *problems,
            *unrestored,
            *_NOT_IN_A_CLONE,
        ),
    )


def _declared(
    commits: Sequence[Commit], files: Sequence[File], blobs: Blobs
) -> Iterator[Declaration]:
    """Yield what the messages declare, newest first, then what files of the change do."""
    for commit in reversed(commits):
        source = "message" if commit is commits[-1] else f"commit {commit.sha}"
        yield Declaration(parse_trailers(commit.message, source))
    written = {file.path: file.oid_after for file in files if is_declaration(file.path)}
    contents = blobs.read(oid for oid in written.values() if oid)
    for path, oid in written.items():
        if oid is not None:
            data = contents[oid]
            if isinstance(data, Unread):
                yield Declaration(problem=f"{path} {data.why}")
            else:
                yield read_declaration(data.decode("utf-8", "replace"), path)


def files_since_fork(store: Store, base: str, head: str) -> tuple[File, ...] | Unread:
    """Return the files that a branch changed since it left its base, as forges list them."""
    fork = fork_point(store.overlay, base, head)
    if isinstance(fork, Unread):
        return fork
    (files,) = files_between(store, [Pair(head, fork)])
    return files


def fork_point(overlay: Overlay, base: str, head: str) -> str | Unread:
    """Return the commit at which a branch left its base (git-merge-base)."""
    said = overlay.ask("merge-base", base, head)
    if said.code == 0:
        return said.text.split("\n")[0]
    if said.words:
        raise overlay.failed("merge-base", said)
    return Unread("the clone does not hold the commit at which the branch left its base")
