"""Issues, what is said on them, and their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.twin.github.answer import Refusal
from tests.twin.github.description import Json
from tests.twin.github.people import App, User
from tests.twin.github.shapes import talk
from tests.twin.github.store import Store, change

if TYPE_CHECKING:
    from tests.twin.github.repository import Repository
    from tests.twin.github.twin import Twin

GREY = "ededed"
"""The colour of a label that came to be by being put on an issue."""


@dataclass(slots=True)
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str = GREY
    description: str | None = None


@dataclass(slots=True)
class Comment:
    """Something said on an issue or a pull request."""

    id: int
    issue: Issue
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    via: App | None = None
    reactions: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of an issue's history: labelled, unlabelled, closed."""

    id: int
    event: str
    actor: User
    at: datetime
    label: str | None = None
    via: App | None = None


class Issue:
    """An issue; a pull request is one too."""

    def __init__(self, repo: Repository, title: str, body: str | None, author: User) -> None:
        self.repo = repo
        self.id = repo.twin.fresh()
        self.number = max(repo.issues, default=0) + 1
        self.title = title
        self.body = body
        self.author = author
        self.state = "open"
        self.labels: list[str] = []
        self.history: list[Happened] = []
        self.created_at = self.updated_at = repo.twin.clock.now
        self.closed_at: datetime | None = None

    @property
    def twin(self) -> Twin:
        return self.repo.twin

    @property
    def comments(self) -> list[Comment]:
        return [one for one in self.repo.comments.values() if one.issue is self]

    @change
    def comment(self, by: str, body: str) -> Comment:
        """Say something."""
        return self.said(self.repo.actor(by), body)

    def said(self, who: User, body: str, via: App | None = None) -> Comment:
        """Add a comment of somebody's."""
        now = self.touched()
        one = Comment(self.twin.fresh(), self, who, body, now, now, via)
        self.repo.comments[one.id] = one
        self._heard("created", one, who)
        return one

    @change
    def reword(self, comment: Comment, body: str, by: str) -> None:
        """Edit a comment."""
        self.reworded(comment, body, self.repo.actor(by))

    def reworded(self, comment: Comment, body: str, who: User) -> None:
        """Edit a comment of somebody's."""
        before, comment.body = comment.body, body
        comment.updated_at = self.touched()
        self._heard("edited", comment, who, {"changes": {"body": {"from": before}}})

    @change
    def unsay(self, comment: Comment, by: str) -> None:
        """Delete a comment."""
        self.unsaid(comment, self.repo.actor(by, "write"))

    def unsaid(self, comment: Comment, who: User) -> None:
        """Delete a comment of somebody's."""
        del self.repo.comments[comment.id]
        self._heard("deleted", comment, who)

    def _heard(self, action: str, one: Comment, who: User, more: Json | None = None) -> None:
        payload = {"issue": talk.issue(self), "comment": talk.comment(one), **(more or {})}
        self.twin.emit("issue_comment", action, payload, self.repo, who)

    @change
    def label(self, *names: str, by: str) -> None:
        """Put labels on."""
        self.labelled(names, self.repo.actor(by, "triage"))

    @change
    def unlabel(self, name: str, by: str) -> None:
        """Take a label off."""
        self.unlabelled(name, self.repo.actor(by, "triage"))

    def labelled(self, names: tuple[str, ...], who: User, via: App | None = None) -> None:
        """Put labels on; those that the repository lacks come to be, grey."""
        for name in names:
            label = self.repo.label_named(name) or self.repo.new_label(Label(0, name), who)
            if label.name not in self.labels:
                self.labels.append(label.name)
                self._marked("labeled", label, who, via)

    def unlabelled(self, name: str, who: User, via: App | None = None) -> None:
        """Take a label off.

        Raises:
            Refusal: 404 when it is not on.
        """
        label = self.repo.label_named(name)
        if label is None or label.name not in self.labels:
            raise Refusal(404, "Label does not exist")
        self.labels.remove(label.name)
        self._marked("unlabeled", label, who, via)

    def _marked(self, action: str, label: Label, who: User, via: App | None) -> None:
        at = self.touched()
        self.history.append(Happened(self.twin.fresh(), action, who, at, label.name, via))
        self.happened(action, who, {"label": talk.label(self.repo, label)})

    @change
    def close(self, by: str) -> None:
        """Close it, unmerged."""
        self.closed(self.repo.actor(by))

    def closed(self, who: User) -> None:
        """Close it for somebody."""
        self.state, self.closed_at = "closed", self.touched()
        self.happened("closed", who)

    @change
    def reopen(self, by: str) -> None:
        """Open it again."""
        self.reopened(self.repo.actor(by))

    def reopened(self, who: User) -> None:
        """Open it again for somebody."""
        self.state, self.closed_at = "open", None
        self.touched()
        self.happened("reopened", who)

    def happened(self, action: str, who: User, more: Json | None = None) -> None:
        """Tell the hooks."""
        payload = {"issue": talk.issue(self), **(more or {})}
        self.twin.emit("issues", action, payload, self.repo, who)

    def touched(self) -> datetime:
        """Note that something changed; return when."""
        self.updated_at = self.twin.clock.now
        return self.updated_at


class Issues(Store):
    """A repository's issues and labels."""

    @change
    def open_issue(
        self, title: str, *, by: str, body: str = "", labels: tuple[str, ...] = ()
    ) -> Issue:
        """Open an issue."""
        return self.new_issue(title, body, self.actor(by), labels)

    def new_issue(self, title: str, body: str | None, who: User, labels: tuple[str, ...]) -> Issue:
        """Open an issue of somebody's."""
        issue = Issue(self.itself, title, body, who)
        self.issues[issue.number] = issue
        issue.happened("opened", who)
        issue.labelled(labels, who)
        return issue

    @property
    def itself(self) -> Repository:
        """Return this store as the repository that it is part of."""
        from tests.twin.github.repository import Repository  # noqa: PLC0415 - it is made of this

        assert isinstance(self, Repository)
        return self

    def label_named(self, name: str) -> Label | None:
        """Find a label; GitHub does not mind case."""
        return self.labels.get(name.lower())

    def new_label(self, label: Label, who: User) -> Label:
        """Add a label.

        Raises:
            Refusal: 422 when there is one of that name.
        """
        if self.label_named(label.name) is not None:
            raise Refusal(422, "Validation Failed", "Label name already_exists")
        label.id = self.twin.fresh()
        self.labels[label.name.lower()] = label
        self.twin.emit("label", "created", {"label": talk.label(self, label)}, self.itself, who)
        return label

    def relabelled(self, label: Label, name: str, color: str, about: str | None, who: User) -> None:
        """Rename or repaint a label, on every issue that has it."""
        changes: Json = {}
        if name != label.name:
            changes["name"] = {"from": label.name}
        if color != label.color:
            changes["color"] = {"from": label.color}
        del self.labels[label.name.lower()]
        for issue in self.issues.values():
            issue.labels = [name if one == label.name else one for one in issue.labels]
        label.name, label.color, label.description = name, color, about
        self.labels[name.lower()] = label
        payload = {"label": talk.label(self, label), "changes": changes}
        self.twin.emit("label", "edited", payload, self.itself, who)

    @change
    def delete_label(self, name: str, by: str) -> None:
        """Delete a label; it goes from every issue, and no `unlabeled` tells of it."""
        self.dropped_label(name, self.actor(by, "triage"))

    def dropped_label(self, name: str, who: User) -> None:
        """Delete a label for somebody."""
        label = self.label_named(name)
        if label is None:
            raise Refusal(404, "Not Found")
        del self.labels[name.lower()]
        for issue in self.issues.values():
            issue.labels = [one for one in issue.labels if one != label.name]
        self.twin.emit("label", "deleted", {"label": talk.label(self, label)}, self.itself, who)
