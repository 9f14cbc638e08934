"""The checks and statuses of a commit: evaluations, and the check of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fitgate.adapters.github.moments import known_at, moment
from fitgate.adapters.github.pointers import CHECK
from fitgate.core.facts import Evaluation
from fitgate.core.findings import Outcome
from fitgate.core.proving import Shown
from fitgate.core.words.page import Page, undated

Node = Mapping[str, Any]
_RESULTS: Mapping[str, Literal["passed", "failed", "pending"]] = {
    "SUCCESS": "passed", "FAILURE": "failed", "TIMED_OUT": "failed", "STARTUP_FAILURE": "failed",
    "ERROR": "failed", "EXPECTED": "pending", "PENDING": "pending", "ACTION_REQUIRED": "pending",
    "CANCELLED": "pending", "STALE": "pending",
}  # fmt: skip
"""How an evaluation ended; what was skipped, or is neutral, evaluated nothing."""
_OUTCOMES = {each.value: each for each in Outcome}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """The check of ours that a commit has now; `ended_at` null: it has not ended."""

    number: int
    conclusion: str
    title: str
    summary: str
    text: str
    external: str = ""
    ended_at: datetime | None = None
    shown: Shown | None = None

    def shows(self, page: Page, conclusion: str) -> bool:
        """Say whether it is this page already, whenever that was made, with this conclusion."""
        there = Page(self.title, self.summary, undated(self.text))
        same = there == Page(page.title, page.summary, undated(page.text))
        return same and self.conclusion == conclusion


def is_cut(connection: Node | None) -> bool:
    """Say whether a list was not read to its end, or at all."""
    return connection is None or len(connection["nodes"]) < connection["totalCount"]


def contexts_of(node: Node, refused: Mapping[str, str]) -> list[Node] | None:
    """Return the checks and statuses of the head; None where they could not be read."""
    last = node["last"]["nodes"]
    commit = last[0]["commit"] if last else None
    is_head = commit and commit["oid"] == node["headRefOid"]
    return contexts_at(commit, refused) if is_head else None


def contexts_at(commit: Node | None, refused: Mapping[str, str]) -> list[Node] | None:
    """Return the checks and statuses of a commit; None where they could not be read.

    What is refused is null in GraphQL, as is what there is none of.
    """
    if not commit or any("statusCheckRollup" in path for path in refused):
        return None
    if "statusCheckRollup" not in commit:
        return None
    rollup = commit["statusCheckRollup"]
    if rollup is None:
        return []
    return None if is_cut(rollup["contexts"]) else list(rollup["contexts"]["nodes"])


def evaluations(contexts: Iterable[Node], as_of: datetime) -> Iterator[Evaluation]:
    """Yield how each evaluation stood as of then: what ended later was pending."""
    for context in contexts:
        if context["__typename"] == "StatusContext":
            name, state, at = context["context"], context["state"], context["createdAt"]
        else:
            name, at = context["name"], context["completedAt"]
            state = context["conclusion"] if context["status"] == "COMPLETED" else "PENDING"
        result, ended = _RESULTS.get(str(state)), known_at(at, as_of)
        if result is None or name == CHECK or str(name).startswith(f"{CHECK}/"):
            continue
        if result == "pending" or ended is None:
            yield Evaluation(str(name), "pending")
        else:
            yield Evaluation(str(name), result, ended)


def own_check(contexts: Iterable[Node] | None, app: int, called: str = CHECK) -> OwnCheck | None:
    """Return the check that our App has made; `app` 0: its number is not known."""
    for context in contexts or ():
        if context["__typename"] != "CheckRun" or context["name"] != called:
            continue
        made_by = (context["checkSuite"] or {}).get("app") or {}
        if context["databaseId"] and app in {0, made_by.get("databaseId")}:
            keys = ("conclusion", "title", "summary", "text", "externalId")
            conclusion, title, *said = (str(context[key] or "") for key in keys)
            number, ended = int(context["databaseId"]), moment(context["completedAt"])
            summary, text, external = said
            shown = _shown(external, title, ended)
            return OwnCheck(
                number, conclusion.lower(), title, summary, text, external, ended, shown
            )
    return None


def _shown(facts: str, title: str, at: datetime | None) -> Shown | None:
    """Return the verdict that a check of ours shows: its outcome begins the title."""
    outcome = _OUTCOMES.get(title.partition(":")[0])
    if at is None or outcome is None or not _DIGEST.fullmatch(facts):
        return None
    return Shown(outcome, facts, at)
