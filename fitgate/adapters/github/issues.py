"""Issues on GitHub, as far as an incident is one."""

from __future__ import annotations

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.core.incidents import Issue
from fitgate.errors import ForgeError

_GONE = frozenset({404, 410})


def issue(session: Session, name: str, number: int) -> Issue | None:
    """Return an issue; None: it is a pull request, or gone.

    Raises:
        ForgeError: when it may not be read: the App lacks `issues: read`.
    """
    try:
        said = session.read(f"/repos/{name}/issues/{number}")
    except ForgeError as exc:
        if exc.status in _GONE:
            return None
        raise
    opened_at = moment(said.get("created_at"))
    if said.get("pull_request") or opened_at is None:
        return None
    labels = (one.get("name") if isinstance(one, dict) else one for one in said["labels"])
    return Issue(
        id=f"github:{name}#{number}",
        title=str(said["title"]),
        body=str(said.get("body") or ""),
        labels=tuple(map(str, labels)),
        opened_at=opened_at,
    )
