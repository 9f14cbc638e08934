"""The proposed entry: what is known is there, what is not is null."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from fitgate.core.facts import Artifact, Override, Trailer
from fitgate.core.findings import Match, Outcome
from fitgate.core.proposal import LONGEST, WHY_BY_CLASS
from fitgate.core.register import (
    Line,
    RegisterEntry,
    ReviewMark,
    count,
    line_adapter,
    register_adapter,
)
from fitgate.core.standing import Standing
from tests.builders import DIGEST, NOW, an_approval
from tests.registers import (
    LOWERED,
    REMOVED,
    a_line,
    a_register,
    a_verdict,
    an_entry,
    landed,
    the_policy,
)


def test_the_reasons_are_the_rules_own_and_then_the_pilot_packs() -> None:
    entry = an_entry(None, LOWERED, REMOVED)
    assert entry.io_category == ("data", "evaluation")
    assert entry.why_io == (
        "a lower bar lets through what was stopped before",
        "data that is gone cannot be looked at again",
        *WHY_BY_CLASS.values(),
    )


def test_every_match_stands_there_as_a_sentence_and_as_data() -> None:
    (proof,) = an_entry().matches
    said = "evals/safety.yaml line 3: thresholds.toxicity lowered from 0.9 to 0.7"
    assert proof.sentence == f"{said} (rule eval-bar-lowered)"
    assert (proof.file, proof.line, proof.before, proof.after) == ("evals/safety.yaml", 3, 0.9, 0.7)


def test_what_a_clone_does_not_know_is_null() -> None:
    facts = replace(landed(), approvals=None, drills=None, artifacts=None, breakers=None)
    entry = an_entry(
        replace(facts, change=replace(facts.change, labels=None, trailers=(), body=None))
    )
    assert (entry.owner, entry.notes, entry.reverted_by, entry.hotfix) == (None, None, None, None)
    assert entry.approvals.release_owner is None
    assert entry.standing is Standing.UNJUDGED
    assert entry.required_evidence["config_or_data_lineage"] is None
    assert {key: e.status for key, e in entry.required_evidence.items() if e} == {
        "evaluation_plan": "unknown",
        "rollback_procedure": "unknown",
        "rollback_drill": "unknown",
        "rollback_artifact": "unknown",
    }


def test_evidence_is_a_place_or_else_words_and_keeps_its_digest() -> None:
    image = f"ghcr.io/acme/app@{DIGEST}"
    given = (Trailer("Rollback-Artifact", image), Trailer("closure-definition", "all evals pass"))
    facts = landed(trailers=given)
    entry = an_entry(replace(facts, artifacts=(Artifact(image, "image", resolved=False),)))
    artifact, closure = (
        entry.required_evidence[k] for k in ("rollback_artifact", "closure_definition")
    )
    assert artifact is not None
    assert closure is not None
    assert (artifact.uri, artifact.digest, artifact.status) == (image, DIGEST, "unproven")
    assert (closure.uri, closure.text, closure.status) == (None, "all evals pass", "declared")


def test_the_limits_come_from_the_breakers_of_the_policy_that_judged() -> None:
    entry = an_entry()
    assert (entry.thresholds.vl_max_hours, entry.thresholds.rdpr_min_percent) == (72, 80)
    assert entry.thresholds.gbr_max_per_week == 1
    assert [b.threshold for b in entry.circuit_breakers] == [
        "vl_hours > 72, 3 in a row",
        "rdpr < 0.8, of the last 5",
        "gbr_per_week > 1, or any unauthorised",
    ]
    assert an_entry(policy=the_policy(breakers=())).thresholds.vl_max_hours is None


def test_the_cooldown_is_that_of_the_gate_if_the_gate_applies() -> None:
    assert an_entry().cooldown_hours == 48
    assert an_entry(policy=the_policy(gates=())).cooldown_hours is None


def test_who_signed_is_told_by_their_role() -> None:
    approvals = an_entry().approvals
    assert (approvals.release_owner, approvals.safety_or_assurance_owner) == ("rita", "sam")
    one = replace(landed(), approvals=(an_approval("rita"),))
    assert an_entry(one).approvals.safety_or_assurance_owner is None


def test_a_landing_against_a_policy_in_force_is_a_silent_bypass() -> None:
    entry = an_entry(replace(landed(), approvals=()))
    assert entry.standing is Standing.BYPASS
    (event,) = entry.bypass_events
    assert (event.bypassed, event.approved_by) == (("slow-authority",), None)


def test_a_broken_glass_names_who_and_why() -> None:
    override = Override("github:sam", "prod is down", NOW + timedelta(hours=1), DIGEST)
    policy = the_policy(override={"roles": ["safety-owner"]})
    entry = an_entry(replace(landed(), approvals=(), overrides=(override,)), policy=policy)
    (event,) = entry.bypass_events
    assert entry.standing is Standing.OVERRIDDEN
    assert (event.reason, event.approved_by) == ("prod is down", "github:sam")


@pytest.mark.parametrize(
    ("what", "is_one"),
    [
        ({"title": "Hotfix: stop the loop"}, True),
        ({"branch": "hotfix/loop", "labels": None}, True),
        ({"labels": ("hot-fix",)}, True),
        ({"labels": ()}, False),
        ({"labels": None}, None),
    ],
)
def test_a_hotfix_is_one_that_says_so(what: dict[str, Any], is_one: bool | None) -> None:
    assert an_entry(landed(**what)).hotfix is is_one


def test_a_strangers_text_is_kept_only_so_far() -> None:
    line = Match("eval-bar-lowered", "evaluation", "line", "a.py", 1, None, "x" * 10_000)
    entry = an_entry(landed(title="t" * 10_000), line)
    assert len(entry.description) == LONGEST
    assert len(str(entry.matches[0].before)) == LONGEST


def test_an_entry_survives_its_journal_unchanged() -> None:
    entry = replace(an_entry(), review=ReviewMark("amended", "ada", NOW, "why", ("data",)))
    line = a_line(entry)
    assert line_adapter().validate_json(line_adapter().dump_json(line)) == line
    assert register_adapter().validate_json(register_adapter().dump_json(entry)) == entry


def undecided() -> RegisterEntry:
    return an_entry(landed(number=9), is_io=None)


def test_what_could_not_be_told_is_an_entry_and_no_io() -> None:
    entry = undecided()
    assert (entry.is_io, entry.io_category, entry.outcome) == (None, (), Outcome.UNDECIDED)


def test_a_tally_keeps_irreversible_other_and_unknown_apart() -> None:
    entries = [an_entry(landed(3)), an_entry(landed(20), LOWERED, REMOVED), undecided()]
    tally = a_register(entries, others=4).tally
    assert (tally.changes, tally.io, tally.other, tally.unknown) == (7, 2, 4, 1)
    assert tally.categories == {"evaluation": 2, "data": 1}
    assert tally.weeks == {
        date(2026, 1, 26): {"evaluation": 1},
        date(2026, 1, 5): {"evaluation": 1, "data": 1},
    }
    assert sum(tally.standings.values()) == 2


def test_an_amended_entry_counts_as_amended() -> None:
    entry = replace(an_entry(), review=ReviewMark("amended", "ada", NOW, None, ("data",)))
    tally = a_register([entry]).tally
    assert tally.categories == {"data": 1}
    assert tally.reviews == {"amended": 1}


def test_a_tally_of_nothing_is_nothing() -> None:
    lines: list[Line] = []
    assert count(lines).changes == 0
    assert count([a_line(None, a_verdict(None, is_io=False))]).io == 0
