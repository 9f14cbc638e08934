"""What approvals and the clock are bound to: the content as it stood at an earlier commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fitgate.core.facts import Facts


def bound_to_content(facts: Facts, states: Iterable[Facts]) -> Facts:
    """Return the facts with each approval bound to what was approved, and the clock set back.

    `states` is the change as it stood at the commits that were approved, then at those that were
    pushed, newest first, each with its digest; pushed ones say when in `material_at`. A push that
    altered nothing leaves the clock as it was, so pushes are looked at until one did (contract.md,
    "Content digest"). A state without a digest is not known to be the same.
    """
    now = facts.change
    digests = {now.head: now.digest}
    since = now.material_at
    for state in states if now.digest is not None else ():
        then = state.change
        digests[then.head] = then.digest
        if then.material_at is None:
            continue
        if since is None or then.digest != now.digest:
            break
        since = min(since, then.material_at)
    approvals = facts.approvals and tuple(
        each if each.commit is None else replace(each, digest=digests.get(each.commit))
        for each in facts.approvals
    )
    return replace(facts, change=replace(now, material_at=since), approvals=approvals)
