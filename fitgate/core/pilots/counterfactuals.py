"""The cases of a replay in which a slow gate would have been slow enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fitgate.core.pilots.report import Counterfactual
from fitgate.core.replay.cases import Case
from fitgate.core.replay.figures import worst_first

_ID = 10


def counterfactuals(cases: Iterable[Case]) -> Iterator[Counterfactual]:
    """Yield the changes that would, or may, still have been held when their fault was known.

    The sure ones come first; of several faults of one change the first that was known so counts.
    """
    for case in worst_first(cases):
        before = case.known_before
        told = next((k for k in case.faults if before is not False and k.before is before), None)
        if told is not None and told.after is not None:
            landing = case.landing
            yield Counterfactual(
                change=landing.change,
                name=f"{(landing.sha or landing.change)[:_ID]} {landing.title}",
                categories=case.candidate.categories,
                landed_at=landing.landed_at,
                held=case.hold.at_least if before else case.hold.at_most,
                known_after=told.after,
                how=told.fault.how,
                pushed_within=told.pushed_within,
            )
