"""How a landing stands: a bypass needs a gate in force; what cannot be judged stays unjudged."""

from __future__ import annotations

import pytest

from fitgate.core.findings import Outcome, finding
from fitgate.core.standing import Standing, standing
from fitgate.core.verdict import PolicyRef
from tests.builders import DIGEST
from tests.verdicts import a_verdict

SHIPPED = PolicyRef("FITGate's default", None, DIGEST)


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.DENY])
def test_landing_against_an_enforced_policy_of_the_repository_is_a_bypass(outcome: Outcome) -> None:
    assert standing(a_verdict(outcome)) is Standing.BYPASS


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.DENY])
def test_without_a_gate_in_force_it_is_only_what_would_have_been_held(outcome: Outcome) -> None:
    assert standing(a_verdict(outcome, mode="shadow")) is Standing.WOULD_HOLD
    assert standing(a_verdict(outcome, policy=SHIPPED)) is Standing.WOULD_HOLD


def test_what_cannot_be_judged_neither_accuses_nor_acquits() -> None:
    assert standing(a_verdict(Outcome.UNDECIDED)) is Standing.UNJUDGED
    assert standing(a_verdict(Outcome.UNDECIDED, is_io=None)) is Standing.UNJUDGED


def test_an_allowed_io_is_not_the_same_as_no_io() -> None:
    assert standing(a_verdict(Outcome.ALLOW)) is Standing.ALLOWED
    assert standing(a_verdict(Outcome.ALLOW, is_io=False)) is Standing.NOT_IO


def test_an_override_is_told_apart_from_a_bypass() -> None:
    used = (finding("override", Outcome.ALLOW, "override-used", by="x", reason="y"),)
    assert standing(a_verdict(Outcome.ALLOW, findings=used)) is Standing.OVERRIDDEN
