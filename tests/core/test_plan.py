"""What a verdict asks of the forge: a check, and labels."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.findings import Finding, Outcome
from fitgate.core.plan import (
    AddLabels,
    Conclusion,
    Effect,
    PostCheck,
    RemoveLabels,
    conclusion_of,
    plan,
)
from fitgate.core.verdict import Verdict
from tests.builders import HOUR, NOW
from tests.verdicts import a_verdict

LABELS = ("io:data", "io-class:R", "io-sr:3", "tempo:medium")


def a_finding(*who: str) -> Finding:
    return Finding("slow-authority", Outcome.HOLD, "signatures-missing", who=who)


def title_of(verdict: Verdict) -> str:
    (check,) = (e for e in plan(verdict, None) if isinstance(e, PostCheck))
    return check.title


def label_changes(effects: tuple[Effect, ...]) -> list[Effect]:
    return [effect for effect in effects if not isinstance(effect, PostCheck)]


def applied(effects: tuple[Effect, ...], labels: frozenset[str]) -> frozenset[str]:
    """Return the labels that a forge has after it made the effects true."""
    for effect in effects:
        match effect:
            case AddLabels(added):
                labels |= frozenset(added)
            case RemoveLabels(removed):
                labels -= frozenset(removed)
            case PostCheck():
                pass
    return labels


@pytest.mark.parametrize(
    ("outcome", "enforced", "shadowed", "queued"),
    [
        (Outcome.ALLOW, "success", "success", "success"),
        (Outcome.HOLD, "action_required", "neutral", "failure"),
        (Outcome.UNDECIDED, "action_required", "neutral", "failure"),
        (Outcome.DENY, "failure", "neutral", "failure"),
    ],
)
def test_the_check_ends_as_the_contract_says(
    outcome: Outcome, enforced: Conclusion, shadowed: Conclusion, queued: Conclusion
) -> None:
    assert conclusion_of(a_verdict(outcome)) == enforced
    assert conclusion_of(a_verdict(outcome, mode="shadow")) == shadowed
    assert conclusion_of(a_verdict(outcome), queued=True) == queued


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("mode", ["shadow", "enforce"])
def test_what_is_no_irreversible_operation_always_passes(
    outcome: Outcome, mode: Literal["shadow", "enforce"]
) -> None:
    verdict = a_verdict(outcome, mode=mode, is_io=False)
    assert conclusion_of(verdict) == "success"
    assert conclusion_of(verdict, queued=True) == "success"


def test_in_shadow_mode_a_merge_queue_is_not_stopped() -> None:
    assert conclusion_of(a_verdict(Outcome.DENY, mode="shadow"), queued=True) == "neutral"


def test_a_title_says_for_whom_and_until_when() -> None:
    findings = (a_finding("release-owner"), a_finding("safety-owner"))
    verdict = a_verdict(Outcome.HOLD, findings=findings, eligible_at=NOW + HOUR)
    assert title_of(verdict) == (
        "HOLD: waits for release-owner, safety-owner until 2026-01-31 13:00 UTC"
    )


def test_a_title_is_one_short_line_whatever_the_roles_are_called() -> None:
    findings = (a_finding("a\nb", *(str(n) * 100 for n in range(100))),)
    title = title_of(a_verdict(Outcome.HOLD, findings=findings))
    assert "\n" not in title
    assert len(title) <= 255


def test_the_labels_say_what_the_change_is() -> None:
    assert plan(a_verdict(), ()) == (
        PostCheck("success", "ALLOW: every gate that applies is satisfied"),
        AddLabels(LABELS),
    )


def test_labels_that_are_there_are_not_added_again() -> None:
    assert label_changes(plan(a_verdict(), [*LABELS[:3], "Tempo:Medium"])) == []


def test_labels_of_ours_that_no_longer_hold_are_taken_off() -> None:
    stale = ("io:alignment", "io-class:T", "io-sr:1", "tempo:fast")
    assert label_changes(plan(a_verdict(), [*LABELS, *stale])) == [
        RemoveLabels(tuple(sorted(stale)))
    ]


def test_a_label_that_is_not_ours_stays() -> None:
    theirs = ["bug", "io", "iodine:data", "tempo", "area/io:data"]
    assert label_changes(plan(a_verdict(), [*LABELS, *theirs])) == []


def test_what_is_no_irreversible_operation_carries_no_label_of_ours() -> None:
    assert label_changes(plan(a_verdict(is_io=False), [*LABELS, "bug"])) == [
        RemoveLabels(tuple(sorted(LABELS)))
    ]


def test_while_it_is_unknown_what_the_change_is_no_label_moves() -> None:
    verdict = a_verdict(Outcome.UNDECIDED, is_io=None, categories=())
    assert label_changes(plan(verdict, ["io:data"])) == []


def test_unknown_labels_are_not_touched() -> None:
    assert label_changes(plan(a_verdict(), None)) == []


A_LABEL = st.sampled_from(
    ["bug", "io:data", "IO:data", "io:old", "io-sr:1", "Tempo:Slow", "tempo:slow"]
)


@given(
    st.frozensets(A_LABEL),
    st.sampled_from([True, False, None]),
    st.frozensets(st.sampled_from(["data", "old", "alignment"])),
)
def test_after_the_plan_is_made_true_it_asks_for_no_label(
    labels: frozenset[str], known: object, categories: frozenset[str]
) -> None:
    verdict = a_verdict(is_io=known, categories=tuple(sorted(categories)))
    after = applied(plan(verdict, labels), labels)
    assert label_changes(plan(verdict, after)) == []
    assert {label for label in labels if label == "bug"} <= after
