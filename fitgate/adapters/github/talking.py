"""Comments on pull requests: read as they stand now, answered once, marked with a reaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from github.GithubObject import NotSet
from github.IssueComment import IssueComment

from fitgate.adapters.github.app import Session, translated
from fitgate.adapters.github.hands import account
from fitgate.adapters.github.moments import moment
from fitgate.core.commands.asked import Comment
from fitgate.errors import ForgeError

_ABSENT = 404
_SHUT = frozenset({403, 404, 410, 422})
"""Where nothing can be said: it is locked, gone, or we may not."""
_MOST = 1_000  # comments that are looked through for an answer of ours


@contextmanager
def _unless_shut(what: str) -> Iterator[list[str]]:
    """Let go what can never be written there; what may be written later is still an error."""
    done: list[str] = []
    try:
        with translated(what):
            yield done
    except ForgeError as exc:
        if not exc.is_refusal(*_SHUT):
            raise


def _same(present: str, wanted: str) -> bool:
    return present.replace("\r\n", "\n").rstrip() == wanted.rstrip()


class Talking:
    """What is said in one repository."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def comment(self, number: int) -> Comment | None:
        """Return a comment by its id as it stands now; None: it is gone, or nobody's."""
        path = f"/repos/{self._name}/issues/comments/{number}"
        try:
            said = self._session.read(path)
        except ForgeError as exc:
            if exc.status == _ABSENT:
                return None
            raise
        author = account(said.get("user"))
        at, issue = moment(said.get("created_at")), str(said.get("issue_url") or "")
        where = issue.rpartition("/")[2]
        if author is None or at is None or not where.isdigit():
            return None
        return Comment(
            number, int(where), author, str(said.get("body") or ""), at,
            edited=moment(said.get("updated_at")) != at,
            by_app=bool(said.get("performed_via_github_app")),
        )  # fmt: skip

    def answered(self, number: int, mark: str, since: datetime | None) -> str | None:
        """Return what our comment with a mark says, among those since then; None: there is none."""
        found = our_comment(self._session, self._name, number, mark, since)
        return None if found is None else str(found.body)

    def answer(self, number: int, mark: str, text: str, since: datetime | None) -> bool:
        """Make our one comment with a mark say this; say whether anything was written."""
        present = our_comment(self._session, self._name, number, mark, since)
        if present is not None and _same(str(present.body), text):
            return False
        issue = self._session.github.get_repo(self._name).get_issue(number)
        with _unless_shut(f"{self._name}#{number} could not be answered on") as told:
            if present is None:
                issue.create_comment(text)
            else:
                present.edit(text)
            told.append(text)
        return bool(told)

    def react(self, number: int, comment: int, *, good: bool) -> bool:
        """Mark a comment with thumbs up or down, once; say whether that could be done."""
        issue = self._session.github.get_repo(self._name).get_issue(number)
        with _unless_shut(f"a comment on {self._name}#{number} could not be marked") as told:
            issue.get_comment(comment).create_reaction("+1" if good else "-1")
            told.append("marked")
        return bool(told)


def our_comment(
    session: Session, name: str, number: int, mark: str, since: datetime | None = None
) -> IssueComment | None:
    """Look for our comment with a mark; the same mark in others' counts for nothing."""
    issue = session.github.get_repo(name).get_issue(number)
    with translated(f"the comments on {name}#{number} could not be read"):
        for n, one in enumerate(issue.get_comments(since=since or NotSet)):
            if n >= _MOST:
                return None
            app = one.raw_data.get("performed_via_github_app") or {}
            ours = app.get("id") == session.app if session.app else bool(app)
            if ours and str(one.body).startswith(mark):
                return one
    return None
