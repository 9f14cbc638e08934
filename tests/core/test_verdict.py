"""The verdict: the worst finding wins, and only an IO meets a gate."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fitgate.core.classify import Looks, classify
from fitgate.core.facts import File, Override, Setting, Unknown
from fitgate.core.facts_file import facts_adapter, parse_facts
from fitgate.core.findings import Classification, Match, Outcome
from fitgate.core.in_force import Rulebook, rulebook
from fitgate.core.reading import PolicyFile
from fitgate.core.verdict import Verdict, decide, verdict_json
from fitgate.errors import FactsError
from tests.builders import DIGEST, NOW, OTHER_DIGEST, a_breaker, a_person, a_policy, facts_of

IO = Classification(is_io=True, matches=(Match("r", "data", "path", "a.sql"),))
UNSEEN = Classification(None, (), (Unknown("contents of a.yaml", "not in this clone"),))
OVERRIDE = Override("github:sam", "the site is down", NOW + timedelta(hours=1), DIGEST)


def book(**changes: object) -> Rulebook:
    """Return a rulebook of the test policy with some keys changed."""
    return rulebook(PolicyFile(a_policy(**changes), ".fitgate.yaml", DIGEST, "1" * 40))


def decided(found: Classification = IO, facts: object = None, **policy: object) -> Verdict:
    """Decide a default change that meets every gate, with one thing changed."""
    return decide(facts or facts_of(), found, book(**policy))  # type: ignore[arg-type] # its fields


def test_an_io_that_meets_every_gate_is_allowed_and_every_gate_says_why() -> None:
    verdict = decided()
    assert verdict.outcome is Outcome.ALLOW
    assert {f.gate for f in verdict.findings} == {
        "slow-authority", "rollback-window", "validation", "tempo-layers", "breaker",
    }  # fmt: skip


def test_a_change_known_not_to_be_an_io_meets_no_gate() -> None:
    verdict = decided(Classification(is_io=False), facts_of(approvals=(), breakers=None))
    assert (verdict.outcome, verdict.is_io, verdict.findings) == (Outcome.ALLOW, False, ())


def test_a_change_that_could_not_be_classified_is_undecided_never_no_io() -> None:
    verdict = decided(UNSEEN)
    assert (verdict.outcome, verdict.is_io) == (Outcome.UNDECIDED, None)
    assert verdict.findings[0].code == "unclassifiable"
    assert verdict.findings[0].params["why"] == "not in this clone"


def test_a_gate_for_a_category_that_may_be_among_what_was_not_seen_is_undecided() -> None:
    gate = {"type": "validation", "categories": ["evaluation"], "checks": ["none/such"]}
    taxonomy = {"data": {"name": "D"}, "evaluation": {"name": "E"}}
    seen = decided(IO, gates=[gate], taxonomy=taxonomy)
    partly = replace(IO, unknown=UNSEEN.unknown)
    assert seen.outcome is Outcome.ALLOW
    assert decided(partly, gates=[gate], taxonomy=taxonomy).outcome is Outcome.UNDECIDED


def test_one_finding_that_holds_outweighs_all_that_allow() -> None:
    assert decided(facts=facts_of(approvals=())).outcome is Outcome.HOLD


@pytest.mark.parametrize("key", ["extends", "exceptions"])
def test_a_key_this_version_cannot_do_is_undecided_for_an_io_and_nothing_for_the_rest(
    key: str,
) -> None:
    value = ["github:a/b@c:p"] if key == "extends" else [
        {"rule": "r", "owner": "a", "reason": "b", "until": "2027-01-01"}
    ]  # fmt: skip
    assert decided(IO, **{key: value}).outcome is Outcome.UNDECIDED
    assert decided(Classification(is_io=False), **{key: value}).outcome is Outcome.ALLOW


def test_declared_breakers_are_a_gate_though_nobody_lists_it() -> None:
    breaker = {"name": "B", "when": {"metric": "declared"}, "then": "freeze"}
    verdict = decided(facts=facts_of(breakers=None), gates=[], breakers=[breaker])
    assert verdict.outcome is Outcome.UNDECIDED
    unread = facts_of(breakers=None)
    assert decided(facts=unread, gates=[], breakers=[]).outcome is Outcome.ALLOW


def test_a_live_override_lets_an_io_pass_and_stays_visible() -> None:
    verdict = decided(
        facts=facts_of(approvals=(), overrides=(OVERRIDE,)), override={"roles": ["safety-owner"]}
    )
    assert verdict.outcome is Outcome.ALLOW
    assert {"override-used", "signatures-missing"} <= {f.code for f in verdict.findings}


@pytest.mark.parametrize(
    "dead",
    [
        replace(OVERRIDE, until=NOW),
        replace(OVERRIDE, used=True),
        replace(OVERRIDE, reason=" "),
        replace(OVERRIDE, digest=OTHER_DIGEST),
        replace(OVERRIDE, digest=None),
        replace(OVERRIDE, by="github:rita"),
        replace(OVERRIDE, settles="not-io"),
    ],
)
def test_an_override_that_is_late_used_groundless_misdirected_or_not_theirs_counts_for_nothing(
    dead: Override,
) -> None:
    verdict = decided(
        facts=facts_of(approvals=(), overrides=(dead,)), override={"roles": ["safety-owner"]}
    )
    assert verdict.outcome is Outcome.HOLD


def test_a_role_may_settle_what_could_not_be_classified() -> None:
    settled = facts_of(overrides=(replace(OVERRIDE, settles="not-io"),))
    assert decided(UNSEEN, settled, override={"roles": ["safety-owner"]}).outcome is Outcome.ALLOW
    as_io = facts_of(approvals=(), overrides=(replace(OVERRIDE, settles="io"),))
    assert decided(UNSEEN, as_io, override={"roles": ["safety-owner"]}).outcome is Outcome.HOLD


def test_eligible_at_is_when_the_last_clock_ends() -> None:
    young = facts_of(people=(a_person("sam", "safety-owner"), a_person("rita", "release-owner")))
    young = replace(young, change=replace(young.change, material_at=NOW - timedelta(hours=1)))
    assert decided(facts=young).eligible_at == NOW + timedelta(hours=47)


def test_classes_come_from_the_rules_and_else_from_the_category() -> None:
    rule = {"id": "r", "category": "data", "why": "x", "when": {"path": {"files": "**"}}}
    assert decided(rules=[rule]).classes == ("R",)
    assert decided(rules=[{**rule, "classes": ["D"], "io_sr": [3]}]).classes == ("D",)
    assert decided(rules=[{**rule, "classes": ["D"], "io_sr": [3]}]).io_sr == (3,)
    assert decided(rules=[{**rule, "io_sr": [3]}]).classes == ("R", "C")


def test_a_verdict_tells_what_its_class_comes_from() -> None:
    rule = {"id": "r", "category": "data", "why": "x", "when": {"path": {"files": "**"}}}
    (ground,) = decided(rules=[{**rule, "classes": ["D"]}]).grounds
    assert (ground.label, ground.by, ground.why) == ("io-class:D", "rule r", "x")


def test_the_same_facts_and_policy_give_the_same_bytes() -> None:
    assert json.dumps(verdict_json(decided())) == json.dumps(verdict_json(decided()))


def test_a_verdict_names_the_facts_it_was_made_from() -> None:
    assert decided().facts != decided(facts=facts_of(approvals=())).facts
    assert decided().facts.startswith("sha256:")


def test_facts_survive_being_written_and_read() -> None:
    facts = facts_of(files=(File("a.py", "modified"),))
    assert parse_facts(facts_adapter().dump_json(facts), "f.json") == facts


def test_one_person_described_twice_is_refused_because_either_may_be_wrong() -> None:
    twice = facts_of(people=(a_person("rita", "release-owner"), a_person("rita")))
    with pytest.raises(FactsError, match="github:rita stands here twice"):
        parse_facts(facts_adapter().dump_json(twice), "f.json")


def test_layers_are_those_touched_and_the_slowest_is_the_verdicts() -> None:
    mixed = facts_of(files=(File("docs/a.md", "modified"), File("CODEOWNERS", "modified")))
    verdict = decided(
        facts=mixed, layers={"slow": ["CODEOWNERS"], "fast": ["docs/**"]},
        gates=[{"type": "tempo-layers"}],
    )  # fmt: skip
    assert (verdict.layer, verdict.outcome) == ("slow", Outcome.HOLD)


def test_classifying_and_deciding_read_nothing_but_their_arguments() -> None:
    looks = Looks(a_policy())
    assert classify(facts_of(), looks) == classify(facts_of(), looks)


def test_a_breaker_gate_for_some_ios_does_not_let_the_others_pass() -> None:
    frozen = facts_of(breakers=(a_breaker(),))
    some = {"type": "breaker", "categories": ["evaluation"]}
    verdict = decided(
        IO, frozen, gates=[some], taxonomy={"data": {"name": "D"}, "evaluation": {"name": "E"}}
    )
    assert verdict.outcome is Outcome.DENY


def test_what_a_role_settled_is_no_longer_unknown() -> None:
    roles = {"roles": ["safety-owner"]}
    no_io = facts_of(overrides=(replace(OVERRIDE, settles="not-io"),))
    assert decided(UNSEEN, no_io, override=roles).is_io is False
    as_io = facts_of(overrides=(replace(OVERRIDE, settles="io"),))
    assert decided(UNSEEN, as_io, override=roles).is_io is True


def test_a_change_without_a_digest_can_be_settled_though_nothing_binds_to_it() -> None:
    unbound = replace(OVERRIDE, settles="not-io", digest=None)
    facts = facts_of(overrides=(unbound,))
    facts = replace(facts, change=replace(facts.change, digest=None))
    assert decided(UNSEEN, facts, override={"roles": ["safety-owner"]}).outcome is Outcome.ALLOW


@pytest.mark.parametrize(
    "number", ["NaN", "1e999", "-1e999", "9007199254740992", "1180591620717411303424"]
)
def test_a_number_that_json_does_not_carry_everywhere_is_refused_with_its_place(
    number: str,
) -> None:
    file = File("a.yaml", "modified", settings=(Setting("k", "changed", 1, 424242),))
    text = facts_adapter().dump_json(facts_of(files=(file,))).decode().replace("424242", number)
    with pytest.raises(FactsError, match="files"):
        parse_facts(text, "f.json")


TIMES = ["1769860800", '"2026-01-31T12:00:00+01:00"', '"2026-01-31T12:00:00"']


@pytest.mark.parametrize("moment", TIMES)
def test_a_time_that_is_not_written_in_utc_is_refused(moment: str) -> None:
    text = facts_adapter().dump_json(facts_of()).decode()
    with pytest.raises(FactsError, match="as_of"):
        parse_facts(text.replace('"2026-01-31T12:00:00Z"', moment, 1), "f.json")
