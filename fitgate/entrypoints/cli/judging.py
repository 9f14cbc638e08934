"""One landed change judged again, to weigh what people say of it."""

from __future__ import annotations

from fitgate.bootstrap import Clone, shipped_policies
from fitgate.core.reading import PolicyFile
from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.landed import landing
from fitgate.pipeline import Judged, Policies, run


def judged_landing(clone: Clone, change: str, given: PolicyFile | None = None) -> Judged:
    """Judge one landing under `given`, or else the policy in force at its base.

    Raises:
        UserError: when `change` names no commit of the clone.
    """
    event = landing(clone, change, asked.now())
    (judged,) = run(event, clone, Policies(clone, shipped_policies(), given))
    return judged
