"""Commit messages as GitHub, GitLab and Git itself write them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.story.model import Change

PROJECT = "acme/checkout-assistant"


class Undone(NamedTuple):
    """What a revert's message may say about the commit it takes back."""

    subject: str
    title: str
    sha: str
    parent: str
    number: int | None
    authored_on: str


def filler(until: datetime) -> Callable[[str], str]:
    """Make the function that writes `@{day:12}` as the date twelve days before the end."""

    def day(match: re.Match[str]) -> str:
        return f"{until - timedelta(days=int(match[1])):%Y-%m-%d}"

    return lambda text: re.sub(r"@\{day:(\d+)\}", day, text)


def compose(change: Change, undone: Undone | None) -> str:
    """Write the whole message of the commit that lands the change."""
    title, said = _title_and_reference(change, undone)
    subject, paragraphs = _landed(change, title)
    paragraphs += [said, change.body]
    paragraphs.append("\n".join(f"{key}: {value}" for key, value in change.trailers))
    # A paragraph of its own, as GitHub's squash makes it: git then sees no trailer before it.
    names = [f"Co-authored-by: {person.name} <{person.mail}>" for person in change.co_authors]
    paragraphs.append("\n".join(names))
    if change.route == "gitlab":
        paragraphs.append(f"See merge request {PROJECT}!{change.number}")
    return "\n\n".join([subject, *filter(None, paragraphs)]) + "\n"


def _landed(change: Change, title: str) -> tuple[str, list[str]]:
    match change.route:
        case "squash":
            return f"{title} (#{change.number})", []
        case "github":
            return f"Merge pull request #{change.number} from {change.branch}", [title]
        case "gitlab":
            return f"Merge branch '{change.branch}' into 'main'", [title]
        case "local":
            return f"Merge branch '{change.branch}'", [title]
        case "push":
            return title, []


def _title_and_reference(change: Change, undone: Undone | None) -> tuple[str, str]:
    title, said = change.title, ""
    if undone is None:
        return title, said
    quoted = f'Revert "{undone.subject}"'
    match change.form:
        case "revert":
            title, said = quoted, f"This reverts commit {undone.sha}."
        case "reapply":
            # Git 2.43 and later: the revert of `Revert "X"` is called `Reapply "X"`.
            first = undone.subject.removeprefix('Revert "').removesuffix('"')
            title, said = f'Reapply "{first}"', f"This reverts commit {undone.sha}."
        case "merge":
            made = f"{undone.sha}, reversing\nchanges made to {undone.parent}"
            title, said = quoted, f"This reverts commit {made}."
        case "button":
            title, said = f'Revert "{undone.title}"', f"Reverts {PROJECT}#{undone.number}"
        case "reference":
            named = f"{undone.sha[:7]} ({undone.subject}, {undone.authored_on})"
            said = f"This reverts commit {named}."
        case "silent" | None:
            pass
    return title, said
