"""What is written down of a landing: the verdict, that it took effect, and what policy judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft
from fitgate.core.findings import Outcome, finding
from fitgate.core.policy import Policy
from fitgate.core.recording import InForce, Judgement, Recorder, nature_of, reverted_draft
from fitgate.core.records.changes import Decided, Judge, Landed
from fitgate.core.records.controls import GateChanged, PolicyChanged
from fitgate.core.standing import Standing
from fitgate.core.verdict import PolicyRef
from tests.builders import DIGEST, HOUR, NOW, OTHER_DIGEST, a_change, a_policy, facts_of
from tests.fakes import MemoryLedger
from tests.verdicts import a_verdict


def a_judgement(
    number: int = 7,
    policy: Policy | None = None,
    digest: str = DIGEST,
    after: timedelta = 0 * HOUR,
    mode: str = "enforce",
) -> Judgement:
    change = a_change(id=f"github:1#{number}", landed_at=NOW + after, landed_as="squash")
    findings = (finding("slow-authority", Outcome.HOLD, "rationale-missing"),)
    ref = PolicyRef(".fitgate.yaml", "1" * 40, digest)
    verdict = a_verdict(Outcome.HOLD, findings=findings, policy=ref, mode=mode)
    return Judgement(facts_of(change), verdict, Standing.BYPASS, policy or a_policy())


def written(*judged: Judgement, recorder: Recorder | None = None) -> Chronicle:
    ledger, recorder = MemoryLedger(), recorder or Recorder()
    ledger.append([draft for each in judged for draft in recorder.record(each)], NOW)
    return Chronicle(ledger.entries)


def test_a_landing_is_one_row_with_all_that_was_decided_of_it() -> None:
    (row,) = written(a_judgement()).rows()
    assert (row.change, row.stage, row.landed_at) == ("github:1#7", "merge", NOW)
    assert (row.standing, row.nature.categories, row.mode) == (
        Standing.BYPASS,
        ("data",),
        "enforce",
    )
    assert [passed.how for passed in row.bypasses] == ["against-verdict"]
    assert len(row.entries) == 2


def test_a_verdict_names_the_bytes_that_it_was_decided_on_and_by() -> None:
    (told,) = written(a_judgement()).told(Decided)
    assert (told.record.facts, told.record.judge.policy) == (DIGEST, DIGEST)
    assert [said.code for said in told.record.findings] == ["rationale-missing"]


def test_what_closes_a_change_is_frozen_as_its_policy_said_at_the_landing() -> None:
    boundary = {"closure": {"checks": ["eval/*"]}}
    (told,) = written(a_judgement(policy=a_policy(boundary=boundary))).told(Landed)
    assert told.record.required == ("eval/*",)
    (told,) = written(a_judgement()).told(Landed)
    assert told.record.required is None


def test_the_first_policy_and_each_one_after_it_is_noted_down_once() -> None:
    shadow = a_policy(mode="shadow", gates=[{"type": "tempo-layers"}])
    told = written(
        a_judgement(1), a_judgement(2), a_judgement(3, shadow, OTHER_DIGEST, HOUR, "shadow")
    )
    changes = [t.record for t in told.told(PolicyChanged)]
    assert [(c.before, c.after) for c in changes] == [(None, DIGEST), (DIGEST, OTHER_DIGEST)]
    moved = {t.record.gate: t.record.moved for t in told.told(GateChanged)}
    assert moved == dict.fromkeys(
        ["mode", "slow-authority", "rollback-window", "validation", "breaker"], "weakened"
    )


def test_a_recorder_that_goes_on_knows_which_policy_judged_last() -> None:
    again = Recorder(in_force=InForce(DIGEST, a_policy()))
    assert not written(a_judgement(), recorder=again).told(PolicyChanged)


def test_telling_it_twice_adds_nothing() -> None:
    ledger = MemoryLedger()
    for _ in range(2):
        drafts: list[Draft] = [*Recorder().record(a_judgement())]
        drafts.append(reverted_draft("github:1#7", "github:1#9", NOW + HOUR))
        ledger.append(drafts, NOW)
    assert len(ledger.entries) == 4
    (row,) = Chronicle(ledger.entries).rows()
    assert row.reverted_at == NOW + HOUR


def test_a_recorder_knows_which_changes_were_decided_on_before() -> None:
    def how(change: str, after: timedelta) -> list[str]:
        judged = a_judgement()
        judged = replace(judged, standing=Standing.UNJUDGED)
        told = Decided(
            change, "proposal", Outcome.ALLOW, "enforce", nature_of(judged.verdict), None, DIGEST,
            Judge("x", None, DIGEST, "1", "built-in"),
        )  # fmt: skip
        recorder = Recorder(decisions=[Told(1, NOW + after, NOW + after, told)])
        (row,) = written(judged, recorder=recorder).rows()
        return [passed.how for passed in row.bypasses]

    assert how("github:1#3", -HOUR) == ["no-decision"]
    assert how("github:1#7", -HOUR) == []
    assert how("github:1#7", HOUR) == []
