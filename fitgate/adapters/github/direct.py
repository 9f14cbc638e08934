"""From a commit that came onto a branch without a pull request to facts: pure."""

from __future__ import annotations

from datetime import datetime

from fitgate.adapters.github.checks import evaluations
from fitgate.adapters.github.hands import contributors_of
from fitgate.adapters.github.line import Line, Step
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.pulls import NOT_ON_A_FORGE
from fitgate.adapters.github.pushes import Push
from fitgate.core.facts import Change, Facts, Person, Unknown
from fitgate.core.trailers import parse_trailers

UNTOLD = "GitHub does not tell which pull request brought it, if one did"
_CUT = Unknown("evaluations", "GitHub did not give all of them")
_SIDE = Unknown("contributors", "the commits that it merges are not read")


def direct_facts(line: Line, step: Step, pushed: Push | Unknown, at: datetime) -> Facts:
    """Return what GitHub knows of a commit that was pushed, as of the push; files come later.

    It was approved by nobody and has no labels: there is nowhere to put either. It is judged by the
    policy where the branch was before the push, whatever came with it (contract.md, "Which
    policy"). Where the time of the push is not to be had, the committer's stands in.
    """
    landed_at = pushed.at if isinstance(pushed, Push) else moment(step.node["committedDate"])
    landed_at = min(landed_at or at, at)
    hands = contributors_of([step.commit], cut=False)
    pusher = pushed.by if isinstance(pushed, Push) else None
    wrote = next((hand.person.id for hand in step.commit.hands if hand.person), None)
    merges = len(step.commit.parents) > 1
    everyone = None if merges or hands.everyone is None else {*hands.everyone, *_some(pusher)}
    title, _, body = step.commit.message.partition("\n")
    untold = step.pulls is None
    change = Change(
        id=f"github:{line.repo.name}@{step.oid}",
        kind="push",
        title=title,
        body=body.strip("\n"),
        branch=line.branch,
        author=pusher or wrote,
        contributors=None if everyone is None else tuple(sorted(everyone)),
        labels=(),
        trailers=tuple(parse_trailers(step.commit.message)),
        base=(line.before if line.branch else None) or step.parent,
        head=step.oid,
        material_at=landed_at,
        landed_at=landed_at,
        landed_as=None if untold else "push",
        forced=line.forced and line.branch is not None,
    )
    known = {person.id for person in hands.people}
    ended = None if step.checks is None else tuple(evaluations(step.checks, landed_at))
    return Facts(
        landed_at, "github", line.repo, change,
        people=(*hands.people, *(Person(ref) for ref in _some(pusher) if ref not in known)),
        approvals=None if untold else (),
        evaluations=ended,
        unknown=(
            *hands.unknown,
            *((_SIDE,) if merges else ()),
            *((Unknown("approvals", UNTOLD),) if untold else ()),
            *((Unknown("landed_at", pushed.why),) if isinstance(pushed, Unknown) else ()),
            *(() if ended is not None else (_CUT,)),
            *NOT_ON_A_FORGE,
        ),
    )  # fmt: skip


def _some(ref: str | None) -> tuple[str, ...]:
    return () if ref is None else (ref,)
