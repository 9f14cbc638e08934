"""Pull requests: opened, pushed to, reviewed, merged in three ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tests.twin.github.answer import Refusal
from tests.twin.github.description import Json
from tests.twin.github.diffs import Changed, changed
from tests.twin.github.git import Conflict, File, Signature
from tests.twin.github.issues import Issue, Label
from tests.twin.github.people import LEVELS, User, at_least
from tests.twin.github.reviews import Pushed, Review
from tests.twin.github.shapes import pulls as shapes
from tests.twin.github.shapes.accounts import user as simple_user
from tests.twin.github.store import change

if TYPE_CHECKING:
    from tests.twin.github.repository import Repository


class Pull(Issue):
    """A pull request; `base_sha` is its base as of the last push to the head, as on GitHub."""

    def __init__(self, repo: Repository, said: Json, author: User) -> None:
        super().__init__(repo, said["title"], said.get("body"), author)
        owner, _, ref = said["head"].rpartition(":")
        self.head_owner = owner or repo.owner.login
        self.head_ref = ref
        self.base_ref: str = said["base"]
        self.head_sha = repo.commit(self.head_branch)
        self.base_sha = repo.commit(self.base_ref)
        self.draft = bool(said.get("draft", False))
        self.reviews: list[Review] = []
        self.requested: list[User] = []
        self.pushes: list[Pushed] = []
        self.auto_merge_by: User | None = None
        self.merged_at: datetime | None = None
        self.merged_by: User | None = None
        self.merge_sha: str | None = None
        self.brought: frozenset[str] = frozenset()

    @property
    def from_fork(self) -> bool:
        return self.head_owner != self.repo.owner.login

    @property
    def graph_state(self) -> str:
        """Return its state as GraphQL says it."""
        return "MERGED" if self.merged_at else self.state.upper()

    @property
    def head_branch(self) -> str:
        """Return where the repository keeps the head."""
        return f"forks/{self.head_owner}/{self.head_ref}" if self.from_fork else self.head_ref

    @property
    def merge_base(self) -> str | None:
        return self.repo.git.merge_base(self.base_sha, self.head_sha)

    def files(self) -> list[Changed]:
        """Return what it changes, as GitHub cuts it."""
        return changed(self.repo.git, self.merge_base, self.head_sha, self.twin.limits)

    def commits(self) -> list[str]:
        """Return its commits, oldest first."""
        return self.repo.git.log(self.head_sha, f"^{self.base_sha}")[::-1]

    def test_merge(self) -> str | None:
        """Return the commit that merging would make; None: it cannot be merged."""
        by = Signature("GitHub", "noreply@github.com", self.updated_at)
        try:
            base = self.repo.commit(self.base_ref)
            tree = self.repo.git.merged_tree(base, self.head_sha)
        except Conflict:
            return None
        title = f"Merge {self.head_sha} into {base}"
        return self.repo.git.commit_tree(tree, [base, self.head_sha], title, (by, by))

    @change
    def push(
        self, files: Mapping[str, File], *, by: str | None = None, message: str = "More"
    ) -> str:
        """Push another commit to its head; return the sha."""
        return self.repo.push(self.head_branch, files, by=by or self.author.login, message=message)

    @change
    def approve(self, by: str, body: str = "", *, commit: str | None = None) -> Review:
        """Approve what the head is, or was at `commit`."""
        return self.reviewed(self.repo.actor(by), "APPROVE", body, commit)

    @change
    def request_changes(self, by: str, body: str = "Please change this.") -> Review:
        """Ask for changes."""
        return self.reviewed(self.repo.actor(by), "REQUEST_CHANGES", body)

    @change
    def remark(self, by: str, body: str) -> Review:
        """Review it without a judgement."""
        return self.reviewed(self.repo.actor(by), "COMMENT", body)

    def reviewed(self, who: User, event: str, body: str, commit: str | None = None) -> Review:
        """Add somebody's review.

        Raises:
            Refusal: 422 for authors who judge their own.
        """
        if who is self.author and event != "COMMENT":
            said = "approve" if event == "APPROVE" else "request changes on"
            raise Refusal(422, "Unprocessable Entity", f"Can not {said} your own pull request")
        state = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}.get(
            event, "COMMENTED"
        )
        now = self.touched()
        review = Review(self.twin.fresh(), who, state, body, commit or self.head_sha, now)
        self.reviews.append(review)
        self.requested = [one for one in self.requested if one is not who]
        self._review_heard("submitted", review, who)
        return review

    @change
    def dismiss(self, review: Review, by: str) -> None:
        """Dismiss a review."""
        self._dismissed(review, self.repo.actor(by, "write"))

    def _dismissed(self, review: Review, who: User) -> None:
        review.state = "DISMISSED"
        self.touched()
        self._review_heard("dismissed", review, who)

    def _review_heard(self, action: str, review: Review, who: User) -> None:
        pull = shapes.reviewed_pull(self)
        payload = {"review": shapes.heard_review(self, review), "pull_request": pull}
        self.twin.emit("pull_request_review", action, payload, self.repo, who)

    def judgements(self) -> dict[str, str]:
        """Return each reviewer's last judgement: a comment is none, a dismissal ends one."""
        last: dict[str, str] = {}
        for review in self.reviews:
            if review.state == "DISMISSED":
                last.pop(review.author.login, None)
            elif review.state != "COMMENTED":
                last[review.author.login] = review.state
        return last

    def approvals(self) -> list[str]:
        """Return whose approvals count: of people who may write."""
        return [
            login
            for login, state in self.judgements().items()
            if state == "APPROVED" and at_least(LEVELS, self.repo.role_of(login), "write")
        ]

    @change
    def request_review(self, of: str, by: str) -> None:
        """Ask somebody for a review."""
        reviewer = self.twin.user(of)
        self.requested.append(reviewer)
        self.touched()
        more = {"requested_reviewer": simple_user(self.twin, reviewer)}
        self.happened("review_requested", self.repo.actor(by), more)

    @change
    def edit(self, /, by: str, **said: str) -> None:
        """Change the `title`, the `body` or the `base`."""
        self.edited(self.repo.actor(by), said)

    @change
    def retarget(self, base: str, by: str) -> None:
        """Change the base branch; it is told as `edited`, never as a push."""
        self.edited(self.repo.actor(by), {"base": base})

    def edited(self, who: User, said: Json) -> None:
        """Change what somebody changes."""
        changes: Json = {}
        if said.get("base", self.base_ref) != self.base_ref:
            changes["base"] = {"ref": {"from": self.base_ref}, "sha": {"from": self.base_sha}}
            self.base_sha = self.repo.commit(said["base"])
            self.base_ref = said["base"]
        for name in ("title", "body"):
            if name in said and said[name] != getattr(self, name):
                changes[name] = {"from": getattr(self, name) or ""}
                setattr(self, name, said[name])
        self.touched()
        if changes:
            self.happened("edited", who, {"changes": changes})

    @change
    def ready(self, by: str) -> None:
        """Take a draft to be ready."""
        self.draft = False
        self.touched()
        self.happened("ready_for_review", self.repo.actor(by))

    @change
    def to_draft(self, by: str) -> None:
        """Make it a draft again."""
        self.draft = True
        self.touched()
        self.happened("converted_to_draft", self.repo.actor(by))

    @change
    def auto_merge(self, by: str, *, on: bool = True) -> None:
        """Merge it as soon as it may be, or no longer so."""
        who = self.repo.actor(by, "write")
        self.auto_merge_by = who if on else None
        self.touched()
        more = {} if on else {"reason": "Manually disabled by user"}
        self.happened(f"auto_merge_{'enabled' if on else 'disabled'}", who, more)

    @change
    def merge(self, by: str, how: str = "merge", *, bypass: bool = False) -> str:
        """Merge it, `merge`, `squash` or `rebase`; with `bypass`, past what stands in the way.

        Raises:
            Refusal: 405 when a rule forbids it.
        """
        return self.merged(self.repo.actor(by, "write"), how, bypass=bypass)

    def merged(self, who: User, how: str, *, bypass: bool = False, title: str | None = None) -> str:
        """Merge it for somebody; return the sha that the base then has."""
        if self.state != "open":
            raise Refusal(405, "Pull Request is not mergeable")
        if self.draft:
            raise Refusal(405, "Pull Request is still a draft")
        before = self.repo.commit(self.base_ref)
        try:
            sha = self._merge_commit(who, how, title)
        except Conflict as error:
            raise Refusal(405, "Pull Request has merge conflicts") from error
        self.repo.move(self.base_ref, sha, who, via=self, bypass=bypass, kind="pr_merge")
        self.landed(sha, who, before)
        return sha

    def landed(self, sha: str, who: User, before: str) -> None:
        """Note that it is merged, whichever way that came about; `before`: where the base was."""
        self.brought = frozenset(self.repo.git.log(sha, f"^{before}"))
        self.merged_at = self.closed_at = self.touched()
        self.merged_by, self.merge_sha, self.state = who, sha, "closed"
        self.happened("closed", who)

    def _merge_commit(self, who: User, how: str, title: str | None) -> str:
        git = self.repo.git
        base = self.repo.commit(self.base_ref)
        author = self.repo.signature(who)
        maker = Signature("GitHub", "noreply@github.com", self.twin.clock.now)
        if how == "rebase":
            for commit in self.commits():
                base = git.replayed(commit, base, maker)
            return base
        tree = git.merged_tree(base, self.head_sha)
        if how == "squash":
            body = f"{title or f'{self.title} (#{self.number})'}\n\n{self.body or ''}".rstrip()
            return git.commit_tree(tree, [base], body, (self.repo.signature(self.author), maker))
        line = f"Merge pull request #{self.number} from {self.head_owner}/{self.head_ref}"
        return git.commit_tree(
            tree, [base, self.head_sha], f"{line}\n\n{self.title}", (author, maker)
        )

    def synchronized(self, before: str, who: User) -> None:
        """Take a push to the head in."""
        forced = not self.repo.git.is_ancestor(before, self.repo.commit(self.head_branch))
        self.head_sha = self.repo.commit(self.head_branch)
        self.base_sha = self.repo.commit(self.base_ref)
        self.pushes.append(Pushed(before, self.head_sha, who, self.touched(), forced))
        self.happened("synchronize", who, {"before": before, "after": self.head_sha})
        if self.repo.dismisses_stale(self.base_ref):
            for review in [one for one in self.reviews if one.state == "APPROVED"]:
                self._dismissed(review, who)

    def happened(self, action: str, who: User, more: Json | None = None) -> None:
        """Tell the hooks."""
        payload = {"number": self.number, "pull_request": shapes.heard_pull(self), **(more or {})}
        self.twin.emit("pull_request", action, payload, self.repo, who)

    def label_objects(self) -> list[Label]:
        """Return its labels as the repository has them."""
        return [self.repo.labels[name.lower()] for name in self.labels]
