"""Slow authority: signatures, cool-down, rationale."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fitgate.core.facts import Facts, Restoration
from fitgate.core.findings import Finding
from fitgate.core.gates.slow_authority import slow_authority
from fitgate.core.policy import Policy, SlowAuthority
from tests.builders import (
    DAY,
    HOUR,
    NOW,
    OTHER_DIGEST,
    PUSHED,
    a_breaker,
    a_case,
    a_change,
    a_person,
    a_policy,
    an_approval,
    facts_of,
    outcomes,
    trailers,
)

GATE = SlowAuthority(type="slow-authority", signatures=("release-owner", "safety-owner"))
SIGNED_ONLY = GATE.model_copy(update={"cooldown": timedelta(0), "rationale": "optional"})
DELAY_ONLY = GATE.model_copy(update={"signatures": (), "rationale": "optional"})
RATIONALE_ONLY = GATE.model_copy(update={"signatures": (), "cooldown": timedelta(0)})
ACCEPTED = (Restoration("1" * 40, accepted=True),)
MAYBE_ACCEPTED = (Restoration("1" * 40, accepted=None),)


def judged(
    facts: Facts, gate: SlowAuthority = SIGNED_ONLY, policy: Policy | None = None
) -> dict[str, str]:
    return outcomes(slow_authority(gate, a_case(facts, policy)))


def the_one(facts: Facts, gate: SlowAuthority) -> Finding:
    (found,) = slow_authority(gate, a_case(facts))
    return found


def test_a_change_with_both_signatures_a_rest_and_a_reason_is_allowed() -> None:
    assert judged(facts_of(), GATE) == {
        "signatures-given": "ALLOW",
        "cooldown-passed": "ALLOW",
        "rationale-given": "ALLOW",
    }


def test_every_role_needs_its_signature() -> None:
    found = the_one(facts_of(approvals=(an_approval("rita"),)), SIGNED_ONLY)
    assert (found.outcome, found.code, found.who) == (
        "HOLD",
        "signatures-missing",
        ("safety-owner",),
    )
    assert found.params["missing"] == ("safety-owner",)
    assert found.params["have"] == ("release-owner: rita",)


def test_one_person_with_two_roles_fills_one() -> None:
    rita = a_person("rita", "release-owner", "safety-owner")
    facts = facts_of(people=(rita,), approvals=(an_approval("rita"),))
    assert judged(facts) == {"signatures-missing": "HOLD"}


def test_one_person_who_approves_twice_fills_one_seat() -> None:
    rita = a_person("rita", "release-owner", "safety-owner")
    twice = (an_approval("rita"), an_approval("rita", at=NOW))
    assert judged(facts_of(people=(rita,), approvals=twice)) == {"signatures-missing": "HOLD"}


def test_whoever_can_fill_only_one_role_is_seated_there() -> None:
    people = (a_person("ann", "release-owner", "safety-owner"), a_person("ben", "release-owner"))
    facts = facts_of(people=people, approvals=(an_approval("ann"), an_approval("ben")))
    assert judged(facts) == {"signatures-given": "ALLOW"}


def test_what_does_not_count_is_named_with_its_reason() -> None:
    people = (
        a_person("alice", "release-owner"),
        a_person("carol", "release-owner"),
        a_person("robot", "release-owner", kind="bot"),
        a_person("rita", "release-owner"),
        a_person("guest"),
    )
    approvals = (
        *(an_approval(person.login) for person in people if person.login != "rita"),
        an_approval("rita", digest=OTHER_DIGEST),
    )
    change = a_change(contributors=("github:alice", "github:carol"))
    found = the_one(facts_of(change, people=people, approvals=approvals), SIGNED_ONLY)
    assert found.params["not_counted"] == (
        "alice: the author",
        "carol: a contributor",
        "guest: no role that is asked for",
        "rita: stale",
        "robot: a bot",
    )


def test_unknown_approvals_are_not_no_approvals() -> None:
    assert judged(facts_of(approvals=None)) == {"signatures-unknown": "UNDECIDED"}


def test_unknown_approvals_do_not_matter_where_no_signature_is_asked_for() -> None:
    assert judged(facts_of(approvals=None), DELAY_ONLY) == {"cooldown-passed": "ALLOW"}


def test_unknown_roles_may_be_the_right_ones() -> None:
    people = (a_person("rita", "release-owner"), a_person("sam", roles=None))
    assert judged(facts_of(people=people)) == {"signatures-unknown": "UNDECIDED"}


def test_unknown_roles_do_not_help_where_too_few_have_signed() -> None:
    facts = facts_of(people=(a_person("sam", roles=None),), approvals=(an_approval("sam"),))
    assert judged(facts) == {"signatures-missing": "HOLD"}


def test_a_degrading_breaker_asks_for_one_more_distinct_signature() -> None:
    tripped = facts_of(breakers=(a_breaker("degrade"),))
    assert judged(tripped) == {"signatures-missing": "HOLD"}
    more = replace(
        tripped,
        people=(*tripped.people, a_person("ben", "release-owner")),
        approvals=(*(tripped.approvals or ()), an_approval("ben")),
    )
    assert judged(more) == {"signatures-given": "ALLOW"}


def test_a_degrading_breaker_doubles_the_cooldown() -> None:
    found = the_one(facts_of(breakers=(a_breaker("degrade"),)), DELAY_ONLY)
    assert (found.outcome, found.until) == ("HOLD", PUSHED + 96 * HOUR)


def test_a_breaker_that_may_degrade_leaves_open_what_it_would_ask_for() -> None:
    unseen = a_breaker("degrade", state="unknown")
    assert the_one(facts_of(breakers=(unseen,)), DELAY_ONLY).code == "cooldown-unknown"
    sure = a_breaker("degrade", name="CB-GBR")
    known = the_one(facts_of(breakers=(unseen, sure)), DELAY_ONLY)
    assert known == the_one(facts_of(breakers=(sure,)), DELAY_ONLY)


def test_a_breaker_that_is_not_open_or_does_not_degrade_asks_for_nothing_more() -> None:
    breakers = (a_breaker("degrade", state="probation"), a_breaker("freeze"))
    assert judged(facts_of(breakers=breakers)) == {"signatures-given": "ALLOW"}


def test_where_no_role_is_named_a_degrading_breaker_asks_for_no_signature() -> None:
    gate = RATIONALE_ONLY
    assert judged(facts_of(breakers=(a_breaker("degrade"),)), gate) == {"rationale-given": "ALLOW"}


def test_unknown_breakers_may_ask_for_more() -> None:
    assert judged(facts_of(breakers=None), GATE) == {
        "signatures-unknown": "UNDECIDED",
        "cooldown-unknown": "UNDECIDED",
        "rationale-given": "ALLOW",
    }


def test_where_the_policy_has_no_breakers_their_unknown_state_changes_nothing() -> None:
    policy = a_policy(breakers=[])
    for facts in (facts_of(), facts_of(approvals=None), facts_of(a_change(material_at=None))):
        unread = replace(facts, breakers=None)
        found = [slow_authority(GATE, a_case(each, policy)) for each in (facts, unread)]
        assert found[0] == found[1]


def test_unknown_breakers_do_not_matter_when_even_their_terms_are_met() -> None:
    facts = facts_of(
        a_change(material_at=NOW - 96 * HOUR),
        breakers=None,
        people=(*facts_of().people, a_person("ben", "release-owner")),
        approvals=tuple(map(an_approval, ("rita", "sam", "ben"))),
    )
    assert set(judged(facts, GATE).values()) == {"ALLOW"}


def test_a_restoration_needs_one_signature_and_no_cooldown() -> None:
    change = a_change(restores=ACCEPTED, material_at=NOW)
    assert judged(facts_of(change, approvals=(an_approval("sam"),)), GATE) == {
        "signatures-given": "ALLOW",
        "cooldown-waived": "ALLOW",
        "rationale-given": "ALLOW",
    }
    assert judged(facts_of(change, approvals=())) == {"signatures-missing": "HOLD"}


def test_a_restoration_is_not_slowed_by_a_degrading_breaker() -> None:
    facts = facts_of(a_change(restores=ACCEPTED), breakers=(a_breaker("degrade"),))
    assert set(judged(facts, GATE).values()) == {"ALLOW"}


def test_a_state_that_was_never_accepted_is_no_restoration() -> None:
    change = a_change(restores=(Restoration("1" * 40, accepted=False),), material_at=NOW)
    facts = facts_of(change, approvals=(an_approval("sam"),))
    assert judged(facts, GATE) == {
        "signatures-missing": "HOLD",
        "cooldown-running": "HOLD",
        "rationale-given": "ALLOW",
    }


def test_a_restoration_perhaps_is_undecided_where_it_matters() -> None:
    for restores in (None, MAYBE_ACCEPTED):
        change = a_change(restores=restores, material_at=NOW)
        facts = facts_of(change, approvals=(an_approval("sam"),))
        assert judged(facts, GATE) == {
            "signatures-unknown": "UNDECIDED",
            "cooldown-unknown": "UNDECIDED",
            "rationale-given": "ALLOW",
        }


def test_a_restoration_perhaps_is_allowed_when_the_full_terms_are_met() -> None:
    assert set(judged(facts_of(a_change(restores=None)), GATE).values()) == {"ALLOW"}


def test_a_restoration_perhaps_is_held_when_nobody_has_signed() -> None:
    facts = facts_of(a_change(restores=MAYBE_ACCEPTED), approvals=())
    assert judged(facts) == {"signatures-missing": "HOLD"}


def test_a_cooldown_that_runs_tells_when_it_ends() -> None:
    found = the_one(facts_of(a_change(material_at=NOW - HOUR)), DELAY_ONLY)
    assert (found.code, found.outcome, found.until) == ("cooldown-running", "HOLD", NOW + 47 * HOUR)


def test_a_cooldown_is_over_at_the_very_moment_it_ends() -> None:
    just_before = a_change(material_at=NOW - 48 * HOUR + timedelta(microseconds=1))
    assert judged(facts_of(just_before), DELAY_ONLY) == {"cooldown-running": "HOLD"}
    at_the_end = a_change(material_at=NOW - 48 * HOUR)
    assert judged(facts_of(at_the_end), DELAY_ONLY) == {"cooldown-passed": "ALLOW"}


def test_a_cooldown_without_a_beginning_is_undecided() -> None:
    facts = facts_of(a_change(material_at=None))
    assert judged(facts, DELAY_ONLY) == {"cooldown-unknown": "UNDECIDED"}


def test_a_cooldown_beyond_the_end_of_time_is_held_until_then() -> None:
    gate = DELAY_ONLY.model_copy(update={"cooldown": timedelta.max})
    found = the_one(facts_of(breakers=(a_breaker("degrade"),)), gate)
    assert (found.outcome, found.until) == ("HOLD", datetime.max.replace(tzinfo=UTC))


def test_a_rationale_must_be_there() -> None:
    facts = facts_of(a_change(trailers=trailers(IO_Rationale=None)))
    assert judged(facts, RATIONALE_ONLY) == {"rationale-missing": "HOLD"}


def test_a_placeholder_is_no_rationale() -> None:
    facts = facts_of(a_change(trailers=trailers(IO_Rationale="TBD")))
    assert judged(facts, RATIONALE_ONLY) == {"rationale-missing": "HOLD"}


def test_a_rationale_may_stand_in_a_description_that_could_not_be_read() -> None:
    facts = facts_of(a_change(trailers=trailers(IO_Rationale=None), body=None))
    assert judged(facts, RATIONALE_ONLY) == {"rationale-unknown": "UNDECIDED"}


def test_a_rationale_in_a_commit_counts_whatever_the_description_says() -> None:
    assert judged(facts_of(a_change(body=None)), RATIONALE_ONLY) == {"rationale-given": "ALLOW"}


def test_the_key_of_a_trailer_may_be_written_in_any_case() -> None:
    written = tuple(replace(t, key=t.key.upper()) for t in trailers())
    facts = facts_of(a_change(trailers=written))
    assert judged(facts, RATIONALE_ONLY) == {"rationale-given": "ALLOW"}


def test_the_policy_may_name_those_who_sign() -> None:
    policy = a_policy(
        roles={"release-owner": {"users": ["RITA"]}, "safety-owner": {"users": "sam"}}
    )
    people = (a_person("Rita", id="github:rita", roles=None), a_person("sam", roles=None))
    assert judged(facts_of(people=people), policy=policy) == {"signatures-given": "ALLOW"}


def test_at_a_landing_later_approvals_do_not_count() -> None:
    approvals = (an_approval("rita"), an_approval("sam", at=NOW + DAY))
    assert judged(facts_of(approvals=approvals)) == {"signatures-missing": "HOLD"}
