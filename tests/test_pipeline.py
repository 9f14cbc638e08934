"""The corridor: gather, look into, classify, bind, decide; forward only and reading little."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.events import Event, Happening
from fitgate.core.facts import Facts, File, Unknown
from fitgate.core.findings import Outcome
from fitgate.core.in_force import PolicyText
from fitgate.core.standing import Standing
from fitgate.pipeline import BATCH, Judged, Policies, Share, run
from tests.builders import DIGEST, NOW, a_change, a_person, an_approval, facts_of
from tests.fakes import FakeForge
from tests.shipped import LIBRARY

ENFORCE = """
version: 1
mode: enforce
rules: [{id: r, category: data, why: x, when: {line: {files: "*.sql", removed: keep}}}]
gates: [{type: slow-authority, rationale: required, cooldown: PT1H}]
"""
LANDED = Event(Happening.LANDED, None, "f" * 40, NOW)


def landing(number: int, *files: File, base: str | None = None) -> Facts:
    """Return the facts of one landing on top of the one before."""
    change = a_change(
        id=f"git:r@{number}",
        base=base or f"{number - 1:040}",
        head=f"{number:040}",
        trailers=(),
        digest=None,
        landed_at=NOW,
    )
    return facts_of(change, files=files, forge="git")


def judged(forge: FakeForge, event: Event = LANDED) -> list[Judged]:
    """Run everything through the corridor."""
    return list(run(event, forge, Policies(forge, LIBRARY)))


SQL = File("a.sql", "modified", oid_before="1", oid_after="2")


def test_a_change_goes_from_paths_to_verdict_under_the_policy_of_its_base() -> None:
    forge = FakeForge(
        [landing(2, SQL)],
        {"1": b"keep\n", "2": b"\n"},
        {f"{1:040}": [PolicyText(f"{1:040}", {".fitgate.yaml": ENFORCE})]},
    )
    (one,) = judged(forge)
    assert (one.verdict.is_io, one.verdict.outcome, one.standing) == (
        True,
        Outcome.HOLD,
        Standing.BYPASS,
    )
    assert one.verdict.policy.commit == f"{1:040}"
    assert one.facts.change.digest == DIGEST


def test_only_contents_that_a_rule_asks_for_are_read_and_only_ios_are_bound() -> None:
    other = File("a.py", "modified", oid_before="3", oid_after="4")
    forge = FakeForge(
        [landing(2, SQL), landing(3, other)],
        {"1": b"keep\n", "2": b"\n"},
        {f"{1:040}": [PolicyText(f"{1:040}", {".fitgate.yaml": ENFORCE})]},
    )
    assert [one.verdict.is_io for one in judged(forge)] == [True, False]
    assert forge.reads == [frozenset({"1", "2"})]
    assert forge.bound == ["git:r@2"]


def test_contents_that_are_missing_make_a_change_unjudged_not_innocent() -> None:
    forge = FakeForge(
        [landing(2, SQL)], {}, {f"{1:040}": [PolicyText(f"{1:040}", {".fitgate.yaml": ENFORCE})]}
    )
    (one,) = judged(forge)
    assert (one.verdict.is_io, one.standing) == (None, Standing.UNJUDGED)


def test_the_policy_is_read_again_only_where_it_may_have_changed() -> None:
    forge = FakeForge(
        [landing(n, SQL if n != 3 else File(".fitgate.yaml", "added")) for n in range(2, 6)]
    )
    judged(forge)
    assert forge.bases == [f"{1:040}", f"{3:040}"]


def test_a_change_is_judged_by_its_base_so_it_cannot_loosen_its_own_rule() -> None:
    loose = ENFORCE.replace("mode: enforce", "mode: shadow")
    versions = {
        f"{1:040}": [PolicyText(f"{1:040}", {".fitgate.yaml": ENFORCE})],
        f"{2:040}": [PolicyText(f"{2:040}", {".fitgate.yaml": loose})],
    }
    forge = FakeForge([landing(2, File(".fitgate.yaml", "modified")), landing(3)], {}, versions)
    first, second = judged(forge)
    assert (first.verdict.mode, first.verdict.outcome) == ("enforce", Outcome.HOLD)
    assert second.verdict.mode == "shadow"


def test_a_change_that_mends_a_broken_policy_may_land_under_the_one_it_brings() -> None:
    versions = {
        f"{1:040}": [PolicyText(f"{1:040}", {".fitgate.yaml": "version: 2\n"})],
        f"{2:040}": [PolicyText(f"{2:040}", {".fitgate.yaml": ENFORCE})],
    }
    mending = landing(2, File(".fitgate.yaml", "modified"))
    (one,) = judged(FakeForge([mending], {}, versions))
    assert one.verdict.policy.commit == f"{2:040}"
    assert "cannot be read" in one.verdict.policy.note
    more = landing(2, File(".fitgate.yaml", "modified"), File("a.py", "modified"))
    (one,) = judged(FakeForge([more], {}, versions))
    assert one.verdict.policy.commit is None


def test_a_proposal_has_no_standing() -> None:
    event = Event(Happening.PROPOSED, "1" * 40, "2" * 40, NOW)
    (one,) = judged(FakeForge([landing(2)]), event)
    assert one.standing is None


def test_changes_come_out_in_the_order_they_went_in_over_many_batches() -> None:
    changes = [landing(n, replace(SQL, path=f"{n}.sql")) for n in range(1, 2 * BATCH + 3)]
    ids = [one.facts.change.id for one in judged(FakeForge(changes))]
    assert ids == [change.change.id for change in changes]


def test_a_verdict_names_the_policy_at_its_own_base_wherever_the_scan_began() -> None:
    versions = {f"{n:040}": [PolicyText(f"{n:040}", {".fitgate.yaml": ENFORCE})] for n in (1, 2)}
    two = FakeForge([landing(2), landing(3)], {}, versions)
    alone = FakeForge([landing(3)], {}, versions)
    assert judged(two)[1].verdict == judged(alone)[0].verdict


def test_shares_are_the_whole_a_batch_in_turn() -> None:
    changes = [landing(n, replace(SQL, path=f"{n}.sql")) for n in range(1, 3 * BATCH + 3)]
    whole = [one.verdict for one in judged(FakeForge(changes))]
    first, second = (
        [one.verdict for one in run(LANDED, forge, Policies(forge, LIBRARY), share=Share(n, 2))]
        for n, forge in enumerate((FakeForge(changes), FakeForge(changes)))
    )
    assert first == whole[:BATCH] + whole[2 * BATCH : 3 * BATCH]
    assert second == whole[BATCH : 2 * BATCH] + whole[3 * BATCH :]


def test_a_scan_taken_up_says_of_a_broken_policy_what_the_first_would_have_said() -> None:
    broken = {f"{n:040}": [PolicyText(f"{n:040}", {".fitgate.yaml": "?"})] for n in range(1, 5)}
    forge = FakeForge([landing(n) for n in range(2, 6)], {}, broken)
    policies = Policies(forge, LIBRARY)
    notes = {one.verdict.policy.note for one in run(LANDED, forge, policies, done=2)}
    assert notes == {one.verdict.policy.note for one in judged(forge)}


def test_a_change_whose_files_are_unknown_has_no_digest_for_the_same_reason() -> None:
    unlisted = replace(landing(2), files=None, unknown=(Unknown("files", "lost"),))
    forge = FakeForge(
        [unlisted], {}, {f"{1:040}": [PolicyText(f"{1:040}", {".fitgate.yaml": ENFORCE})]}
    )
    (one,) = judged(forge)
    assert (one.verdict.is_io, forge.bound) == (None, [])
    assert Unknown("digest", "lost") in one.facts.unknown


def test_people_and_pushes_are_asked_for_when_it_is_an_io_and_only_then() -> None:
    policy = ENFORCE.replace("rationale: required", "signatures: [owner]") + "roles: {owner: {}}\n"
    change = replace(
        landing(2, SQL), approvals=(an_approval("rita", commit="9" * 40, digest=None),)
    )
    boring = replace(landing(3), approvals=())
    stood = replace(change, change=replace(change.change, head="9" * 40))
    forge = FakeForge(
        [replace(change, people=(a_person("rita"),)), boring],
        {"1": b"keep\n", "2": b"\n"},
        {f"{n:040}": [PolicyText(f"{n:040}", {".fitgate.yaml": policy})] for n in (1, 2)},
        roles={"github:rita": ["owner"]},
        states={each.change.id: [stood] for each in (change, boring)},
    )
    io, other = judged(forge)
    assert [person.roles for person in io.facts.people] == [("owner",)]
    assert [approval.digest for approval in io.facts.approvals or ()] == [DIGEST]
    assert (other.verdict.is_io, forge.taken) == (False, 1)
