"""Deployments: what the changes in one make it, its clock, and what is written of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fitgate.core.chronicle import Chronicle
from fitgate.core.classify import Looks, classify
from fitgate.core.classify.deployed import CONTAINED, derived
from fitgate.core.contained import Contained, Deployment
from fitgate.core.deploying import recalled, settled
from fitgate.core.effective import ended_drafts, landed_drafts
from fitgate.core.facts import Facts, Restoration, Trailer
from fitgate.core.in_force import Rulebook
from fitgate.core.reading import PolicyFile
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import Landed, Reclassified
from fitgate.core.standing import Standing
from fitgate.core.verdict import decide
from tests.builders import DAY, HOUR, NOW, a_change, a_policy, facts_of
from tests.fakes import MemoryLedger

DATA = Contained(
    "github:acme/app#7", "pull", "7" * 40, "6" * 40, 7, at=NOW - DAY, told="ledger", is_io=True,
    categories=("data",), classes=("R",), io_sr=(3,), layer="slow",
)  # fmt: skip
PLAIN = Contained("github:acme/app#8", "pull", "8" * 40, "7" * 40, 8, told="ledger", is_io=False)
UNKNOWN = Contained("github:acme/app@9", "push", "9" * 40, "8" * 40, why="it is gone")


def deploys(*contains: Contained, **more: object) -> Facts:
    """Return the facts of a deployment to production of these changes."""
    change = a_change(
        id="github:acme/app!deploy/5", kind="deployment", number=None, environment="production",
        branch="main",
    )  # fmt: skip
    at = {"asked_at": NOW - HOUR, "contains": contains} | more
    return replace(facts_of(change), files=(), deployment=Deployment(**at))  # type: ignore[arg-type] # as it takes


def recorded(
    *landings: tuple[str, Nature, Standing], stage: str = "merge", **more: object
) -> Chronicle:
    """Return what a ledger tells that knows these landings."""
    ledger = MemoryLedger()
    for n, (change, nature, standing) in enumerate(landings):
        record = Landed(change, stage, nature, standing, "enforce", **more)  # type: ignore[arg-type] # as it takes
        ledger.append([draft(record, NOW - DAY, f"landed/{n}")], NOW)
    return Chronicle(ledger.entries)


class TestWhatItIs:
    def test_it_is_of_the_categories_of_the_changes_in_it(self) -> None:
        policy = a_policy()
        facts = deploys(DATA, PLAIN)
        found = classify(facts, Looks(policy))
        assert found.is_io is True
        assert [(m.rule, m.category, m.key) for m in found.matches] == [
            (CONTAINED, "data", "github:acme/app#7")
        ]
        said = derived(policy, found, facts)
        assert (said.classes, said.io_sr) == (("R",), (3,))

    def test_without_an_io_in_it_it_is_none(self) -> None:
        assert classify(deploys(PLAIN), Looks(a_policy())).is_io is False
        assert classify(deploys(), Looks(a_policy())).is_io is False

    def test_what_is_unknown_of_one_is_unknown_of_all_but_for_an_io(self) -> None:
        looks = Looks(a_policy())
        assert classify(deploys(PLAIN, UNKNOWN), looks).is_io is None
        both = classify(deploys(DATA, UNKNOWN), looks)
        assert both.is_io is True
        assert [(u.what, u.why) for u in both.unknown] == [
            ("what github:acme/app@9 is", "it is gone")
        ]

    def test_a_list_that_could_not_be_read_is_unknown(self) -> None:
        assert classify(deploys(contains=None), Looks(a_policy())).is_io is None

    def test_a_rule_of_files_is_not_asked_again_and_one_of_both_cannot_tell(self) -> None:
        by_path = {"id": "a", "category": "data", "why": "w", "when": {"path": {"files": "**"}}}
        none = {"id": "b", "category": "data", "why": "w", "when": {"not": by_path["when"]}}
        looks = Looks(a_policy(rules=[by_path, none]))
        assert classify(deploys(PLAIN), looks).is_io is False
        where = {"environment": {"environment": "production"}}
        both = {**by_path, "when": {"all": [where, by_path["when"]]}}
        assert classify(deploys(PLAIN), Looks(a_policy(rules=[both]))).is_io is None
        elsewhere = {**both, "when": {"all": [{"environment": {"environment": "x"}}, where]}}
        assert classify(deploys(PLAIN), Looks(a_policy(rules=[elsewhere]))).is_io is False

    def test_an_undecided_deployment_is_held_until_it_is_settled(self) -> None:
        policy = a_policy()
        facts, looks = deploys(UNKNOWN), Looks(policy)
        book = Rulebook(PolicyFile(policy, "it", "sha256:" + "a" * 64, "1" * 40), looks)
        verdict = decide(facts, classify(facts, looks), book)
        assert (verdict.outcome, verdict.is_io) == ("UNDECIDED", None)


class TestWhatTheLedgerTells:
    def test_a_change_is_what_it_was_recorded_as(self) -> None:
        nature = Nature(is_io=True, categories=("data",), classes=("R",), io_sr=(3,))
        told = recorded((DATA.change, nature, Standing.ALLOWED))
        unjudged = Contained(DATA.change, "pull", "7" * 40)
        facts = recalled(deploys(unjudged, UNKNOWN), told)
        assert facts.deployment is not None
        first, second = facts.deployment.contains or ()
        assert (first.told, first.is_io, first.categories) == ("ledger", True, ("data",))
        assert second == UNKNOWN

    def test_what_people_say_it_is_counts(self) -> None:
        none = Nature(is_io=False)
        told = recorded((DATA.change, none, Standing.NOT_IO))
        said = Nature(is_io=True, categories=("alignment",))
        ledger = MemoryLedger()
        word = Reclassified(DATA.change, said, "github:1", "it is", lowered=False)
        ledger.append([draft(word, NOW, "word")], NOW)
        told.add(ledger.entries[0])
        facts = recalled(deploys(Contained(DATA.change, "pull", "7" * 40)), told)
        assert facts.deployment is not None
        assert [each.categories for each in facts.deployment.contains or ()] == [("alignment",)]

    @pytest.mark.parametrize(
        ("standing", "accepted"),
        [
            (Standing.ALLOWED, True),
            (Standing.WOULD_HOLD, True),
            (Standing.BYPASS, False),
            (Standing.UNJUDGED, None),
        ],
    )
    def test_what_was_there_was_accepted_as_it_landed(
        self,
        standing: Standing,
        accepted: bool | None,
    ) -> None:
        nature = Nature(is_io=True, categories=("data",))
        told = recorded(
            ("github:acme/app!deploy/1", nature, standing), stage="deployment",
            environment="production", commit="a" * 40, route="deployment",
        )  # fmt: skip
        facts = deploys(DATA, good_at=NOW - DAY)
        restores = (Restoration("a" * 40, accepted=True),)
        facts = replace(facts, change=replace(facts.change, restores=restores))
        assert [r.accepted for r in recalled(facts, told).change.restores or ()] == [accepted]

    def test_what_was_there_before_the_ledger_was_accepted_and_what_it_missed_is_unknown(
        self,
    ) -> None:
        told = recorded(
            ("github:acme/app!deploy/1", Nature(is_io=False), Standing.NOT_IO), stage="deployment",
            environment="production", commit="b" * 40, route="deployment",
        )  # fmt: skip
        restores = (Restoration("a" * 40, accepted=True),)
        for good_at, accepted in ((NOW - 2 * DAY, True), (NOW - HOUR, None)):
            facts = deploys(DATA, good_at=good_at)
            facts = replace(facts, change=replace(facts.change, restores=restores))
            assert [r.accepted for r in recalled(facts, told).change.restores or ()] == [accepted]


class TestItsClock:
    def test_it_runs_from_when_the_last_io_in_it_landed(self) -> None:
        facts = deploys(DATA, replace(PLAIN, at=NOW - HOUR))
        assert settled(facts, classify(facts, Looks(a_policy()))).change.material_at == NOW - DAY

    def test_where_a_rule_speaks_of_its_place_it_runs_from_when_it_was_asked_for(self) -> None:
        where = {"environment": {"environment": "production"}}
        rule = {"id": "a", "category": "deployment", "why": "w", "when": where}
        facts = deploys(DATA)
        found = classify(facts, Looks(a_policy(rules=[rule])))
        assert settled(facts, found).change.material_at == NOW - HOUR

    def test_where_it_is_not_known_when_one_landed_it_runs_from_when_it_was_asked_for(self) -> None:
        facts = deploys(DATA, UNKNOWN)
        found = classify(facts, Looks(a_policy()))
        assert settled(facts, found).change.material_at == NOW - HOUR

    def test_what_a_change_declares_that_is_no_io_does_not_count(self) -> None:
        facts = deploys(DATA, PLAIN)
        said = tuple(Trailer("IO-Rationale", "why", each.change) for each in (DATA, PLAIN))
        facts = replace(facts, change=replace(facts.change, trailers=said))
        found = classify(facts, Looks(a_policy()))
        assert settled(facts, found).change.trailers == said[:1]


class TestWhatIsWritten:
    def test_changes_take_effect_as_far_as_their_merge_is_told_of(self) -> None:
        nature = Nature(is_io=True, categories=("data",))
        told = recorded((DATA.change, nature, Standing.BYPASS), layer="slow", number=7)
        facts = deploys(DATA, PLAIN)
        facts = replace(facts, change=replace(facts.change, landed_at=NOW))
        drafts = [*landed_drafts(facts, a_policy(), told)]
        assert [d.key for d in drafts] == ["landed/github:acme/app#7/deployment/production"]

    def test_what_is_taken_out_of_where_it_counts_was_undone(self) -> None:
        told = recorded((DATA.change, Nature(is_io=True, categories=("data",)), Standing.ALLOWED))
        facts = deploys(replace(DATA, undone=True))
        facts = replace(facts, change=replace(facts.change, landed_at=NOW))
        elsewhere = a_policy(boundary={"environments": ["eu"]})
        assert [*landed_drafts(facts, elsewhere, told)] == []
        (undone,) = landed_drafts(facts, a_policy(), told)
        assert undone.kind == "Reverted"

    def test_how_it_ended_is_told_of_what_waits_for_it_by_name_alone(self) -> None:
        nature = Nature(is_io=True, categories=("data",))
        waits = recorded((DATA.change, nature, Standing.ALLOWED), required=("deploy/*",))
        other = recorded((DATA.change, nature, Standing.ALLOWED), required=("eval/*",))
        facts = deploys(DATA)
        (said,) = ended_drafts(facts, waits, passed=True, at=NOW)
        assert said.key.startswith("evaluated/github:acme/app#7/deploy/production/passed/")
        assert [*ended_drafts(facts, other, passed=True, at=NOW)] == []


class TestWhoWentPast:
    def test_who_started_it_before_it_was_let_go(self) -> None:
        one = Deployment(NOW - DAY, gated=True, started_at=NOW - HOUR)
        assert one.went_past([])
        assert one.went_past([NOW])
        assert not one.went_past([NOW - 2 * HOUR])

    def test_what_is_not_known_accuses_nobody(self) -> None:
        assert not Deployment(NOW - DAY, gated=None, started_at=NOW).went_past([])
        assert not Deployment(NOW - DAY, gated=False, started_at=NOW).went_past([])
        assert not Deployment(NOW - DAY, gated=True).went_past([])
