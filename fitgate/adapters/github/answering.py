"""Answers a deployment: one check run on its commit, and a word to the gate that waits for ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from fitgate.adapters.github.app import Session, translated
from fitgate.adapters.github.checks import OwnCheck
from fitgate.adapters.github.deployed import Seen
from fitgate.adapters.github.pointers import deploy_check
from fitgate.core.facts import Facts
from fitgate.core.plan import conclusion_of
from fitgate.core.verdict import Verdict
from fitgate.core.words.deployment import REPORT_LIMIT, Answer, answer
from fitgate.core.words.page import Links, page
from fitgate.errors import ForgeError

MOST_REPORTS = 10
"""GitHub takes no more reports of one deployment ("Creating custom protection rules")."""
_OVER = frozenset({404, 422})
_HIDDEN = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Told:
    """What our check remembers of a deployment: what we answered, and how often we reported.

    GitHub lists no reports, so it is kept as the `external_id` of the check run.
    """

    deployment: int
    answered: str = ""
    reports: int = 0
    last: str = ""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read it back; None: it is something else."""
        match text.split("/"):
            case ["deploy", number, answered, reports, last] if (
                number.isdecimal() and reports.isdecimal()
            ):
                return cls(int(number), answered.strip("-"), int(reports), last)
            case _:
                return None

    def __str__(self) -> str:
        """Write it, so that `read` reads it."""
        return f"deploy/{self.deployment}/{self.answered or '-'}/{self.reports}/{self.last}"


class Answering:
    """Writes on the deployments of one repository; asked again, it writes nothing."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def answer(self, facts: Facts, verdict: Verdict, seen: Seen) -> tuple[str, ...]:
        """Make GitHub show a verdict, and let go, stop or hold what waits for us; say what was.

        First the gate is answered, then the check remembers it: who dies in between finds that
        nothing waits any more, or says the same report again.
        """
        present = self._present(seen)
        told = None if present is None else Told.read(present.external)
        if told is not None and told.deployment > seen.number:
            return ()  # the check is that of a later deployment of this commit
        if told is None or told.deployment != seen.number:
            told = Told(seen.number)
        done: list[str] = []
        waits = facts.deployment is not None and facts.deployment.gated is not False
        if waits and seen.run is not None and not told.answered:
            told = self._told(answer(facts, verdict), told, seen, done)
        done += self._check(facts, verdict, seen, present, told)
        return tuple(done)

    def _told(self, wanted: Answer, told: Told, seen: Seen, done: list[str]) -> Told:
        """Answer the gate, if it waits and this is news to it; return what it has been told."""
        said = hashlib.sha256(f"{wanted.state} {wanted.comment}".encode()).hexdigest()[:12]
        if wanted.state is None and (said == told.last or told.reports >= MOST_REPORTS):
            return told
        if not self._waits(seen):
            return told
        body = {"environment_name": seen.environment, "comment": wanted.comment[:REPORT_LIMIT]}
        if wanted.state is not None:
            body["state"] = wanted.state
        path = f"/repos/{self._name}/actions/runs/{seen.run}/deployment_protection_rule"
        try:
            with translated(f"the deployment to {seen.environment} could not be answered"):
                self._session.github.requester.requestJsonAndCheck("POST", path, input=body)
        except ForgeError as exc:
            if exc.status not in _OVER:  # else it waits for us no longer
                raise
            return told
        if wanted.state is None:
            done.append("reported")
            return replace(told, reports=told.reports + 1, last=said)
        done.append(wanted.state)
        return replace(told, answered=wanted.state)

    def _waits(self, seen: Seen) -> bool:
        """Say whether the run waits at this environment; where that is hidden it may."""
        path = f"/repos/{self._name}/actions/runs/{seen.run}/pending_deployments"
        try:
            said = self._session.read(path)
        except ForgeError as exc:
            if exc.is_refusal(*_HIDDEN):
                return True
            if exc.status in _OVER:
                return False
            raise
        return any(one["environment"]["name"] == seen.environment for one in said)

    def _check(
        self, facts: Facts, verdict: Verdict, seen: Seen, present: OwnCheck | None, told: Told
    ) -> Iterator[str]:
        links = Links(f"{seen.url}/blob/{facts.change.base}", f"{seen.url}/blob/{seen.head}")
        wanted = page(facts, verdict, links)
        conclusion = conclusion_of(verdict)
        if (
            present is not None
            and present.external == str(told)
            and present.shows(wanted, conclusion)
        ):
            return
        output: dict[str, Any] = {
            "title": wanted.title,
            "summary": wanted.summary,
            "text": wanted.text,
        }
        with translated(f"the check on {seen.head[:12]} of {self._name} could not be written"):
            repo = self._session.github.get_repo(self._name)
            if present is not None:
                repo.get_check_run(present.number).edit(
                    status="completed", conclusion=conclusion, external_id=str(told), output=output
                )
                yield f"check {conclusion} updated"
                return
            repo.create_check_run(
                deploy_check(seen.environment), seen.head, external_id=str(told),
                status="completed", conclusion=conclusion, output=output,
            )  # fmt: skip
            yield f"check {conclusion}"

    def _present(self, seen: Seen) -> OwnCheck | None:
        """Return our check for this environment; asked for where the list was hidden, or cut."""
        if seen.checks_known:
            return seen.check
        called = deploy_check(seen.environment)
        with translated(f"the checks on {seen.head[:12]} of {self._name} could not be read"):
            commit = self._session.github.get_repo(self._name).get_commit(seen.head)
            for run in commit.get_check_runs(check_name=called):
                if self._session.app in {0, run.app.id}:
                    out = run.output
                    return OwnCheck(
                        run.id, run.conclusion or "", out.title or "", out.summary or "",
                        out.text or "", run.external_id or "",
                    )  # fmt: skip
        return None
