"""Refs that move: pushes, tags, branches made and deleted, and what follows from each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tests.twin.github.answer import Refusal
from tests.twin.github.git import ZERO, File, Signature
from tests.twin.github.people import User
from tests.twin.github.rules import Rules
from tests.twin.github.shapes import trees
from tests.twin.github.store import Activity, change

if TYPE_CHECKING:
    from tests.twin.github.pulls import Pull

LISTED_COMMITS = 2048
"""How many commits a `push` event lists at most."""


class Pushing(Rules):
    """A repository's refs."""

    @change
    def push(  # noqa: PLR0913 - a push has this many sides
        self,
        branch: str,
        files: Mapping[str, File],
        *,
        by: str | None = None,
        message: str = "Change",
        onto: str | None = None,
        force: bool = False,
        bypass: bool = False,
        author: tuple[str, str] | None = None,
    ) -> str:
        """Push one commit with these changes to a branch; return its sha.

        `onto` is what the commit stands on: the branch's tip, or the default branch's for a new
        branch. `author`: name and address of who wrote it, if not who pushes. A branch
        `forks/mallory/fix` is `fix` in mallory's fork.

        Raises:
            Refusal: when it is no fast-forward and not forced, or a rule forbids it.
        """
        fork = branch.startswith("forks/")
        who = self.actor(by, "read" if fork else "write")
        tip = self.branches().get(branch)
        base = self.commit(onto) if onto else tip or self.sha_of(self.default_branch)
        maker = self.signature(who)
        wrote = Signature(*author, maker.at) if author else maker
        parents = [base] if base else []
        sha = self.git.commit(parents, files, message, (wrote, maker))
        self.push_commit(branch, sha, who, force=force, bypass=bypass)
        return sha

    @change
    def revert(self, sha: str, *, by: str, branch: str | None = None, bypass: bool = False) -> str:
        """Push the undoing of a commit, as `git revert` writes it."""
        who = self.actor(by, "write")
        name = branch or self.default_branch
        said = self.git.show(sha)
        tip = self.sha_of(name) or self.commit(self.default_branch)
        maker = self.signature(who)
        back = self.git.commit_tree(
            self.git.show(said.parents[0]).tree, [sha], "back", (maker, maker)
        )
        title = said.message.split("\n", 1)[0]
        text = f'Revert "{title}"\n\nThis reverts commit {sha}.'
        tree = self.git.merged_tree(tip, back)
        made = self.git.commit_tree(tree, [tip], text, (maker, maker))
        self.push_commit(name, made, who, bypass=bypass)
        return made

    @change
    def merge_branch(self, into: str, branch: str, *, by: str) -> str:
        """Merge one branch into another by hand and push it, as updating a feature branch does."""
        who = self.actor(by, "write")
        ends = [self.commit(into), self.commit(branch)]
        maker = self.signature(who)
        title = f"Merge branch '{branch}' into {into}"
        sha = self.git.commit_tree(self.git.merged_tree(*ends), ends, title, (maker, maker))
        self.push_commit(into, sha, who)
        return sha

    @change
    def reset(self, branch: str, to: str, *, by: str, bypass: bool = False) -> None:
        """Force a branch back, or sideways."""
        self.push_commit(
            branch, self.commit(to), self.actor(by, "write"), force=True, bypass=bypass
        )

    @change
    def delete_branch(self, branch: str, *, by: str, bypass: bool = False) -> None:
        """Delete a branch."""
        self.move(branch, None, self.actor(by, "write"), bypass=bypass, kind="branch_deletion")

    @change
    def tag(
        self, name: str, at: str | None = None, *, by: str | None = None, message: str = ""
    ) -> str:
        """Make a tag, annotated if it has a message; return what it points at."""
        who = self.actor(by, "write")
        sha = self.commit(at or self.default_branch)
        oid = sha
        if message:
            maker = self.signature(who)
            text = f"object {sha}\ntype commit\ntag {name}\ntagger {maker}\n\n{message}\n"
            oid = self.git.write("tag", text.encode())
        ref = f"refs/tags/{name}"
        before = self.git.refs("refs/tags/").get(ref)
        self.git.set_ref(ref, oid)
        if before is None:
            self._made("create", name, "tag", who)
        self._push_heard(ref, before, oid, who, forced=before is not None)
        return oid

    @change
    def delete_tag(self, name: str, *, by: str) -> None:
        """Delete a tag."""
        who = self.actor(by, "write")
        ref = f"refs/tags/{name}"
        before = self.git.refs("refs/tags/")[ref]
        self.git.set_ref(ref, None)
        self._made("delete", name, "tag", who)
        self._push_heard(ref, before, None, who, forced=False)

    def signature(self, who: User) -> Signature:
        """Return somebody as Git writes them down, now."""
        return Signature(who.name or who.login, who.email, self.twin.clock.now)

    def push_commit(
        self, branch: str, sha: str, who: User, *, force: bool = False, bypass: bool = False
    ) -> None:
        """Point a branch at a commit, as a push does."""
        tip = self.branches().get(branch)
        forced = tip is not None and not self.git.is_ancestor(tip, sha)
        if forced and not force:
            raise Refusal(422, "Update is not a fast forward")
        kind = "force_push" if forced else "branch_creation" if tip is None else "push"
        self.move(branch, sha, who, bypass=bypass, kind=kind)

    def move(  # noqa: PLR0913 - all that bears on whether a ref may move
        self,
        branch: str,
        sha: str | None,
        who: User,
        *,
        kind: str,
        via: Pull | None = None,
        bypass: bool = False,
        landing: Sequence[Pull] = (),
    ) -> None:
        """Move a branch, if the rules let it, and tell of it.

        `via` is the pull request that this merges; `landing`: those that it merges with it.
        """
        ref = f"refs/heads/{branch}"
        before = self.branches().get(branch)
        self.judge(branch, before, sha, who, via=via, bypass=bypass, kind=kind)
        self.git.set_ref(ref, sha)
        if branch.startswith("forks/"):  # what happens in a fork is not told here
            self._followed(branch, before, who, (via, *landing))
            return
        self.pushed_at = self.twin.clock.now
        self.activity.append(
            Activity(self.twin.fresh(), before or ZERO, sha or ZERO, ref, self.pushed_at, kind, who)
        )
        if before is None:
            self._made("create", branch, "branch", who)
        if sha is None:
            self._made("delete", branch, "branch", who)
        self._push_heard(ref, before, sha, who, forced=kind == "force_push")
        if sha is not None:
            self.suite_requested(sha, branch, who)
        self._followed(branch, before, who, (via, *landing))

    def _followed(
        self, branch: str, before: str | None, who: User, but: Sequence[Pull | None]
    ) -> None:
        """Bring the pull requests up to date that this branch is the head or the base of."""
        tip = self.branches().get(branch)
        for pull in [one for one in self.pulls.values() if one.state == "open" and one not in but]:
            if pull.head_branch == branch:
                if tip is None:
                    pull.closed(who)
                else:
                    pull.synchronized(before or ZERO, who)
            elif pull.base_ref == branch and tip and self.git.is_ancestor(pull.head_sha, tip):
                pull.landed(
                    pull.head_sha, who, before or tip
                )  # its commits were pushed: GitHub calls it merged

    def _made(self, event: str, name: str, kind: str, who: User) -> None:
        payload = {"ref": name, "ref_type": kind, "pusher_type": "user"}
        if event == "create":
            payload |= {"master_branch": self.default_branch, "description": None}  # type: ignore[dict-item] # JSON values
        self.twin.emit(event, None, payload, self.itself, who)

    def _push_heard(
        self, ref: str, before: str | None, after: str | None, who: User, *, forced: bool
    ) -> None:
        known = [f"^{sha}" for name, sha in self.git.refs().items() if name != ref]
        since = [f"^{before}"] if before else known
        new = self.git.log(after, *since)[::-1] if after else []
        listed = [trees.pushed_commit(self, sha) for sha in new[-LISTED_COMMITS:]]
        tip = self._peeled(after) if after else None
        payload = {
            "ref": ref,
            "before": before or ZERO,
            "after": after or ZERO,
            "created": before is None,
            "deleted": after is None,
            "forced": forced,
            "base_ref": None,
            "compare": f"{self.html}/compare/{(before or ZERO)[:12]}...{(after or ZERO)[:12]}",
            "commits": listed,
            "head_commit": trees.pushed_commit(self, tip) if tip else None,
            "pusher": {"name": who.login, "email": who.email},
        }
        self.twin.emit("push", None, payload, self.itself, who)
