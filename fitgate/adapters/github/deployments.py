"""Reads a deployment: who asked for it, what it changes, who said yes, and whether it asks us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Answer, Session
from fitgate.adapters.github.checks import Node, contexts_at, evaluations, own_check
from fitgate.adapters.github.deployed import (
    Seen,
    Statuses,
    asked_at,
    declared,
    exposure_of,
    payload_of,
    read_statuses,
    reviews,
    run_of,
    workflow_ended,
)
from fitgate.adapters.github.hands import account
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.pointers import deploy_check
from fitgate.adapters.github.pulls import NOT_ON_A_FORGE
from fitgate.adapters.github.ranges import Ranges
from fitgate.core.contained import Deployment
from fitgate.core.events import Pointer
from fitgate.core.facts import Change, Evaluation, Facts, Repo, Restoration, Trailer, Unknown
from fitgate.errors import ForgeError

_PAGE = 100
_LOOKED_BACK = 30  # deployments: where none of these went well, none is known to have
_PAGES_OF_LINE = 30
_SKEW = timedelta(minutes=2)
_HIDDEN = frozenset({401, 403})
_ABSENT = 404


@dataclass(frozen=True, slots=True)
class _Known:
    """What one part of the reading found, and what of it is hidden."""

    found: Any
    unknown: tuple[Unknown, ...] = ()


class Deployments:
    """Reads the deployments of one repository."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._ranges = Ranges(session, name)

    def number(self, pointer: Pointer) -> int | None:
        """Return the id of the deployment that a workflow run makes to an environment.

        None: there is none, or none any more.
        """
        if pointer.number is not None:
            path = f"/repos/{self._name}/deployments/{pointer.number}"
            return None if self._or_none(path).found is None else pointer.number
        if pointer.run is None:
            return None
        run = self._or_none(f"/repos/{self._name}/actions/runs/{pointer.run}").found
        if run is None:
            return None
        asked = {"environment": pointer.environment or "", "sha": run["head_sha"]}
        found = self._read(f"deployments?{urlencode({**asked, 'per_page': _PAGE})}")
        numbers = [int(one["id"]) for one in found]
        for number in numbers[:_LOOKED_BACK]:
            if run_of(self._statuses(number)) == pointer.run:
                return number
        return next(iter(numbers), None)

    def read(self, pointer: Pointer, at: datetime) -> tuple[Facts, Seen]:
        """Return the facts of a deployment as of now, or as of when it went well.

        Raises:
            ForgeError: 404 when it is gone.
        """
        node: Node = self._read(f"deployments/{pointer.number}")
        said = self._statuses(int(node["id"]))
        statuses = read_statuses(said, at)
        as_of = statuses.succeeded_at or at
        where, head = str(node["environment"]), str(node["sha"])
        answer = self._session.graph(self._name, queries.deployed(head))
        run = pointer.run or run_of(said)
        contexts = contexts_at(answer.repository.get("commit"), answer.refused)
        by, reviewed = self._asked(node, run), self._reviews(run, where, as_of)
        gated = self._gated(where)
        branch = (answer.repository.get("defaultBranchRef") or {}).get("name")
        change, deployment, unknown = self._what(node, statuses, as_of, branch)
        people = [*by.found, *(who for who, _ in reviewed.found or ())]
        author = by.found[0].id if by.found else None
        if contexts is None:
            unknown.append(Unknown("evaluations", "the checks of the deployed commit are hidden"))
        repository = answer.repository
        facts = Facts(
            as_of, "github",
            Repo(f"github:{repository['databaseId']}", str(repository["nameWithOwner"])),
            replace(
                change, author=author, base=self._base(answer, as_of, statuses.succeeded_at),
                contributors=tuple(sorted({p.id for p in by.found})) if by.found else None,
            ),
            files=(),
            people=tuple({one.id: one for one in people}.values()),
            approvals=None if reviewed.found is None else tuple(yes for _, yes in reviewed.found),
            evaluations=None if contexts is None else tuple(evaluations(contexts, as_of)),
            unknown=(
                *unknown, *by.unknown, *reviewed.unknown, *gated.unknown,
                *NOT_ON_A_FORGE,
            ),
            deployment=replace(deployment, run=run, gated=gated.found),
        )  # fmt: skip
        check = own_check(contexts, self._session.app, deploy_check(where))
        seen = Seen(
            int(node["id"]), where, head, str(repository["url"]), run, check, contexts is not None
        )  # fmt: skip
        return facts, seen

    def runs(self, commit: str, at: datetime) -> Iterator[Evaluation]:
        """Yield how workflow runs on a commit ended last, by the workflow's name."""
        asked = urlencode({"head_sha": commit, "per_page": _PAGE})
        said = self._or_none(f"/repos/{self._name}/actions/runs?{asked}").found or {}
        ended = (workflow_ended(run, at) for run in reversed(said.get("workflow_runs") or ()))
        yield from {one.name: one for one in ended if one is not None}.values()

    def _what(
        self, node: Node, statuses: Statuses, as_of: datetime, branch: str | None
    ) -> tuple[Change, Deployment, list[Unknown]]:
        """Return what a deployment changes: since the last good one to its environment."""
        where, head, payload = str(node["environment"]), str(node["sha"]), payload_of(node)
        previous = self._last_good(node, as_of)
        found = self._ranges.between(previous, head, branch)
        unknown = [Unknown("contains", found.why)] if found.why else []
        good_at = None
        if any(one.undone for one in found.contains):
            good_at = self._good_at(node, head, as_of)
        ref = str(node["ref"])
        change = Change(
            id=f"github:{self._name}!deploy/{node['id']}",
            kind="deployment",
            title=f"Deploy {ref} to {where}",
            body=str(node.get("description") or ""),
            branch=ref,
            labels=(),
            trailers=(*declared(node, payload), *found.trailers, *_reason(head, good_at)),
            head=head,
            landed_at=statuses.succeeded_at,
            landed_as="deployment" if statuses.succeeded_at else None,
            environment=where,
            restores=(Restoration(head, accepted=True),) if good_at else (),
        )
        deployment = Deployment(
            asked_at=asked_at(node, as_of),
            contains=None if found.why else found.contains,
            previous=previous,
            good_at=good_at,
            exposure=exposure_of(payload),
            state=statuses.state,
            started_at=statuses.started_at,
            ended_at=statuses.succeeded_at or statuses.failed_at,
        )
        return change, deployment, unknown

    def _last_good(self, node: Node, as_of: datetime) -> str | None:
        """Return the commit of the last deployment to this environment that had gone well."""
        for other, _ in self._good({"environment": node["environment"]}, node, as_of):
            return str(other["sha"])
        return None

    def _good_at(self, node: Node, head: str, as_of: datetime) -> datetime | None:
        asked = {"environment": node["environment"], "sha": head}
        return next((at for _, at in self._good(asked, node, as_of)), None)

    def _good(
        self, asked: Mapping[str, str], node: Node, as_of: datetime
    ) -> Iterator[tuple[Node, datetime]]:
        """Yield other deployments that went well before a moment, newest first."""
        found = self._read(f"deployments?{urlencode({**asked, 'per_page': _PAGE})}")
        others = [one for one in found if one["id"] != node["id"]]
        for other in others[:_LOOKED_BACK]:
            at = read_statuses(self._statuses(int(other["id"])), as_of).succeeded_at
            if at is not None and at <= as_of:
                yield other, at

    def _asked(self, node: Node, run: int | None) -> _Known:
        """Return who asked for it: those behind a workflow's run, else who made it by the API."""
        if run is None:
            who = account(node.get("creator"))
            lacking = () if who else (Unknown("author", "GitHub does not tell who made it"),)
            return _Known([who] if who else [], lacking)
        said = self._or_none(f"/repos/{self._name}/actions/runs/{run}", "author")
        node = said.found or {}
        both = (account(node.get("triggering_actor")), account(node.get("actor")))
        return _Known([*dict.fromkeys(filter(None, both))], said.unknown)

    def _reviews(self, run: int | None, where: str, as_of: datetime) -> _Known:
        if run is None:  # a deployment by the API is reviewed by nobody
            return _Known(())
        said = self._or_none(f"/repos/{self._name}/actions/runs/{run}/approvals", "approvals")
        if said.found is None:
            return said
        return _Known([*reviews(said.found, where, as_of)])

    def _gated(self, where: str) -> _Known:
        """Return whether the environment asks our App."""
        path = f"/repos/{self._name}/environments/{quote(where, safe='')}"
        said = self._or_none(f"{path}/deployment_protection_rules", "gated", absent={})
        if said.found is None or not self._session.app:
            return _Known(None, said.unknown)
        rules = said.found.get("custom_deployment_protection_rules") or ()
        apps = {(rule.get("app") or {}).get("id") for rule in rules if rule.get("enabled")}
        return _Known(self._session.app in apps)

    def _base(self, answer: Answer, as_of: datetime, landed_at: datetime | None) -> str | None:
        """Return where the default branch was as of then: its policy judges (contract.md)."""
        node = (answer.repository.get("defaultBranchRef") or {}).get("target")
        if not node or landed_at is None:
            return str(node["oid"]) if node else None
        for _ in range(_PAGES_OF_LINE):
            line = [*_first_parents(node)]
            for each in line:
                at = moment(each["committedDate"])
                if at is not None and at <= as_of + _SKEW:
                    return str(each["oid"])
            if "parents" in line[-1]:  # it has none: the first commit of all
                break
            asked = queries.dated(str(line[-1]["oid"]))
            node = self._session.graph(self._name, asked).repository["object"]
        return str(line[-1]["oid"])

    def _statuses(self, number: int) -> Sequence[Node]:
        said: Sequence[Node] = self._read(f"deployments/{number}/statuses?per_page={_PAGE}")
        return said

    def _read(self, path: str) -> Any:  # noqa: ANN401 - JSON values
        return self._session.read(f"/repos/{self._name}/{path}")

    def _or_none(self, path: str, what: str = "", absent: object = None) -> _Known:
        """Read what a permission may hide; it is then unknown, and said so."""
        try:
            return _Known(self._session.read(path))
        except ForgeError as exc:
            if exc.status == _ABSENT:
                lacking = () if absent is not None or not what else (Unknown(what, str(exc)),)
                return _Known(absent, lacking)
            if not exc.is_refusal(*_HIDDEN):
                raise
            return _Known(None, (Unknown(what, str(exc)),) if what else ())


def _first_parents(node: Node | None) -> Iterator[Node]:
    while node:
        yield node
        parents = (node.get("parents") or {}).get("nodes") or ()
        node = parents[0] if parents else None


def _reason(head: str, good_at: datetime | None) -> Iterator[Trailer]:
    """Yield the reason of a way back, which nobody is asked to type while something burns."""
    if good_at is not None:
        said = f"it brings back {head[:12]}, which was deployed there at {good_at:%Y-%m-%d %H:%M}"
        yield Trailer("IO-Rationale", said, "restoration")
