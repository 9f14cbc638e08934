"""From GitHub's answers about a deployment to facts: pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pydantic.types import JsonValue

from fitgate.adapters.github.checks import Node, OwnCheck
from fitgate.adapters.github.hands import account
from fitgate.adapters.github.moments import known_at, moment
from fitgate.adapters.github.pointers import SIGN
from fitgate.core.canonical import canonical, sha256
from fitgate.core.facts import Approval, Evaluation, Facts, Person, Trailer
from fitgate.core.trailers import KEYS, parse_trailers

_RUN = re.compile(r"/actions/runs/(\d{1,18})(?:/|$)")
_NAMED = {key.casefold(): key for key in KEYS}
_MOST_VALUE = 1_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What else GitHub told of a deployment when its facts were gathered."""

    number: int
    environment: str
    head: str
    url: str
    run: int | None
    check: OwnCheck | None
    checks_known: bool


@dataclass(frozen=True, slots=True)
class Statuses:
    """How a deployment stood, as of a moment: `state` last, and when it first did what."""

    state: str
    succeeded_at: datetime | None
    started_at: datetime | None
    failed_at: datetime | None


def read_statuses(said: Sequence[Node], as_of: datetime) -> Statuses:
    """Return what a deployment's statuses, newest first, tell as of a moment."""
    known = [(str(one["state"]), known_at(one["created_at"], as_of)) for one in said]
    dated = [(state, at) for state, at in known if at is not None]

    def first(*states: str) -> datetime | None:
        return min((at for state, at in dated if state in states), default=None)

    return Statuses(
        state=dated[0][0] if dated else "",
        succeeded_at=first("success"),
        started_at=first("in_progress", "success"),
        failed_at=first("failure", "error"),
    )


def run_of(said: Sequence[Node]) -> int | None:
    """Return the workflow run that a deployment's statuses link to; None: it is by none."""
    addresses = (str(one.get(key) or "") for one in said for key in ("log_url", "target_url"))
    found = (_RUN.search(address) for address in addresses)
    return next((int(run[1]) for run in found if run), None)


def payload_of(node: Node) -> Mapping[str, Any]:
    """Return what whoever deploys said beside; it comes as an object, or as one in a text."""
    said = node.get("payload")
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except (ValueError, RecursionError):
            return {}
    return said if isinstance(said, dict) else {}


def exposure_of(payload: Mapping[str, Any]) -> float | None:
    """Return how many will meet it, in percent: `exposure: 25` or `"25%"`; None: not said."""
    said = payload.get("exposure")
    if isinstance(said, str):
        try:
            said = float(said.strip().removesuffix("%"))
        except ValueError:
            return None
    good = isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= 100  # noqa: PLR2004 - percent
    return float(said) if good else None  # type: ignore[arg-type] # mypy forgets it was tested


def declared(node: Node, payload: Mapping[str, Any]) -> Iterator[Trailer]:
    """Yield what a deployment declares itself: in its description, or by name in its payload."""
    yield from parse_trailers(str(node.get("description") or ""), "description")
    for key, value in payload.items():
        name = _NAMED.get(str(key).casefold())
        if name and isinstance(value, str) and len(value) <= _MOST_VALUE:
            yield Trailer(name, value.strip(), "payload")


def reviews(
    said: Sequence[Node], environment: str, as_of: datetime
) -> Iterator[tuple[Person, Approval]]:
    """Yield who stands by a yes to a deployment; the last word of each counts.

    GitHub takes one review an environment ("Required reviewers": any one of them suffices), so what
    is said to `production/sign/safety` in the same run is said to `production` too. When it was
    said it does not tell: before the run went on, so by now.
    """
    last: dict[str, tuple[Person, str]] = {}
    for one in said:
        names = [str(each.get("name")) for each in one.get("environments") or ()]
        who = account(one.get("user"))
        if who and any(n == environment or n.startswith(f"{environment}{SIGN}") for n in names):
            last[who.id] = (who, str(one.get("state")))
    for who, state in last.values():
        if state == "approved":
            yield who, Approval(who.id, as_of)


def bound_deployment(facts: Facts) -> Facts:
    """Return the facts with the digest of what a deployment does, which its reviews are bound to.

    It is this commit there, in the place of that one: no push alters it, and a run has one.
    """
    change, deployment = facts.change, facts.deployment
    said: dict[str, JsonValue] = {
        "environment": change.environment,
        "exposure": None if deployment is None else str(deployment.exposure),
        "head": change.head,
        "previous": None if deployment is None else deployment.previous,
    }
    digest = sha256(canonical(said))
    given = facts.approvals and tuple(replace(yes, digest=digest) for yes in facts.approvals)
    return replace(facts, change=replace(change, digest=digest), approvals=given)


_ENDED: Mapping[str, Literal["passed", "failed"]] = {
    "success": "passed", "failure": "failed", "timed_out": "failed", "startup_failure": "failed",
}  # fmt: skip


def workflow_ended(run: Node, at: datetime) -> Evaluation | None:
    """Return how a workflow run ended; None: it did not, or evaluated nothing."""
    result, ended = _ENDED.get(str(run.get("conclusion"))), known_at(run.get("updated_at"), at)
    if result is None or ended is None or not run.get("name"):
        return None
    return Evaluation(str(run["name"]), result, ended)


def asked_at(node: Node, as_of: datetime) -> datetime:
    """Return when a deployment was asked for."""
    return min(moment(node["created_at"]) or as_of, as_of)
