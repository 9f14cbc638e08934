"""What people read of the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fitgate.core.audit import Score, Week
from fitgate.core.chronicle import Row
from fitgate.core.inert import inert
from fitgate.core.words.bypasses import name_of

SAMPLE = ("change", "landed", "commit")


def sample_row(row: Row, labelled: bool) -> tuple[str, str, str]:  # noqa: FBT001 - a column
    """Return a line of the sample: what to look at, and nothing of what the rules said."""
    done = "  (labelled)" if labelled else ""
    return f"{name_of(row)}{done}", f"{row.landed_at:%Y-%m-%d}", inert((row.commit or "")[:12])


def sample_hints(week: Week, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what to do with a sample."""
    if not rows:
        yield f"Nothing that the rules took for no IO landed in {week}: there is nothing to draw."
        return
    yield f"{len(rows)} changes of {week}, drawn by lot. Look at each as if for the first time:"
    yield "can it be undone? What the rules said is not shown, so that it cannot sway you."
    yield "  git show COMMIT"
    yield "  fitgate audit label COMMIT --io --category data --why '…'     or  --not-io"


def score_lines(score: Score) -> Iterator[str]:
    """Yield what the audits came to."""
    if score.by_hand:
        yield f"{score.by_hand} labels of landings that no lot drew are on record and in no rate."
    if not score.labelled:
        yield "No landing that was drawn has a second label: what the rules miss is unknown."
        yield "Draw some:  fitgate audit sample"
        return
    total = len(score.labelled)
    yield f"{total} landings have a second label; on {score.disagreed} of them it is another."
    if score.miss_rate is None:
        yield "None of them was no IO to the rules: whether these miss anything is unknown."
    else:
        yield (
            f"Of {score.others} that were no IO to the rules, {score.missed} are, to their "
            f"auditors: {score.miss_rate:.0%} missed{_interval(score)}."
        )
    if score.kappa is None:
        yield "Agreement beyond chance (Cohen's kappa) is unknown: one side always said the same."
    else:
        yield f"Agreement beyond chance (Cohen's kappa): {score.kappa:.2f}."
    for each in score.labelled:
        if not each.agrees:
            said = "an IO" if each.said.is_io else "no IO"
            why = f": {inert(each.said.why)}" if each.said.why else ""
            yield f"  {name_of(each.row)}  {inert(each.said.by)} says {said}{why}"


def _interval(score: Score) -> str:
    between = score.miss_interval
    return f" (95 %: {between[0]:.0%} to {between[1]:.0%})" if between else ""
