"""Deployments at work: read, with the ways back that they declare, and answered."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

from fitgate.adapters.github.answering import Answering
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.deployed import Seen
from fitgate.adapters.github.deployments import Deployments
from fitgate.adapters.github.ended import Ended
from fitgate.adapters.github.evidence import artifacts
from fitgate.core.events import Pointer
from fitgate.core.facts import Artifact, Evaluation, Facts
from fitgate.core.verdict import Verdict

_KEPT = 64


class Deploying:
    """The deployments of one repository, and the gates that wait for an answer."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._read = Deployments(session, name)
        self._ended = Ended(session, name)
        self._answering = Answering(session, name)
        self._seen: OrderedDict[str, Seen] = OrderedDict()

    def facts(self, pointer: Pointer, at: datetime) -> Facts:
        """Return the facts of a deployment as of now, or as of when it went well."""
        facts, seen = self._read.read(pointer, at)
        if facts.change.trailers:
            facts = replace(facts, artifacts=self._ways_back(facts))
        self._seen[facts.change.id] = seen
        self._seen.move_to_end(facts.change.id)
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        return facts

    def _ways_back(self, facts: Facts) -> tuple[Artifact, ...] | None:
        """Return the ways back that are declared; of what is taken out, as they are where it is."""
        change, deployment = facts.change, facts.deployment
        contains = () if deployment is None else deployment.contains or ()
        if deployment is not None and contains and all(each.undone for each in contains):
            change = replace(change, head=deployment.previous)
        return artifacts(replace(facts, change=change), self._session, self._name).artifacts

    def number(self, pointer: Pointer) -> int | None:
        """Return the id of the deployment that a run makes to an environment; None: none."""
        return self._read.number(pointer)

    def answer(self, facts: Facts, verdict: Verdict) -> tuple[str, ...]:
        """Show a verdict on its deployment and answer the gate; return what was written."""
        return self._answering.answer(facts, verdict, self._seen[facts.change.id])

    def evaluations(self, commit: str, at: datetime) -> tuple[Evaluation, ...] | None:
        """Return how checks, statuses and workflow runs on a commit stand; None: it is hidden."""
        checks = self._ended.of(commit, None, at)[0].evaluations
        if checks is None:
            return None
        known = {one.name for one in checks}
        runs = (one for one in self._read.runs(commit, at) if one.name not in known)
        return (*checks, *runs)
