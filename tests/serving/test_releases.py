"""Releases on the twin: every change that one holds took effect with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.adapters.github import line
from fitgate.core.bypasses import events
from fitgate.core.records.changes import Evaluated, Landed
from tests.adapters.github.hosted import POLICY
from tests.adapters.github.test_client import reads
from tests.serving.office import Office, office

CLOSING = POLICY.replace(
    "roles:", 'boundary: {effective: release, closure: {checks: ["eval/*"]}}\nroles:'
)
LOWER = {"eval.yaml": "threshold: 0.5\n"}


@pytest.fixture
def here() -> Iterator[Office]:
    with office(policy=CLOSING) as opened:
        opened.repo.tag("v1", by="carol")
        opened.repo.release("v1")
        opened.settle(hours=1)
        opened.ledger.chain.clear()  # of the beginning
        opened.ledger = type(opened.ledger)(opened.ledger.repo)
        opened.restart()
        yield opened


def release(here: Office, tag: str, at: str | None = None) -> None:
    here.repo.tag(tag, at, by="carol")
    here.repo.release(tag)
    here.settle()


def stages(here: Office) -> list[tuple[str, str]]:
    return [(landed.change, landed.stage) for landed in here.told(Landed)]


def test_what_was_merged_since_the_last_one_takes_effect_with_it(here: Office) -> None:
    here.hosted.lowered().merge("bob", "squash")
    sha = here.repo.push("main", {"a": "x\n"}, by="bob")
    here.settle(hours=5)
    release(here, "v2")
    first, second = "github:acme/app#1", f"github:acme/app@{sha}"
    assert stages(here) == [
        (first, "merge"), (second, "merge"), (first, "release"), (second, "release"),
    ]  # fmt: skip
    merged, _, released, _ = here.told(Landed)
    assert (released.standing, released.nature, released.bypasses, released.commit) == (
        merged.standing, merged.nature, merged.bypasses, merged.commit,
    )  # fmt: skip
    assert (released.route, released.note, released.required) == ("release", "v2", ("eval/*",))
    rows = [row for row in here.memory.told.rows() if row.stage == "release"]
    assert {row.landed_at for row in rows} == {here.twin.clock.now}
    assert len([*events(here.memory.told)]) == 1  # one bypass, merged and released


def test_the_next_one_holds_only_what_is_new(here: Office) -> None:
    here.repo.push("main", {"a": "x\n"}, by="bob")
    release(here, "v2")
    here.twin.clock.forward(hours=1)
    sha = here.repo.push("main", {"b": "x\n"}, by="bob")
    release(here, "v3")
    assert stages(here)[2:] == [(f"github:acme/app@{sha}", each) for each in ("merge", "release")]


def test_told_again_it_writes_nothing_and_costs_few_reads(here: Office) -> None:
    here.repo.push("main", {"a": "x\n"}, by="bob")
    release(here, "v2")
    before = here.ledger.head()
    here.twin.calls.clear()
    here.twin.hooks.heard.append(here.twin.hooks.heard[-1])
    here.settle()
    assert here.ledger.head() == before
    assert sorted(reads(here.hosted)) == [
        "GET /repos/{owner}/{repo}/activity",  # which policy stood on the default branch
        "POST /graphql",  # the releases
        "POST /graphql",  # that policy
        "POST /graphql",  # what ended that is waited for
    ]


def test_what_nobody_told_of_is_judged_first_as_of_its_landing(here: Office) -> None:
    here.hosted.lowered().merge("bob", "squash")
    sha = here.repo.push("main", LOWER, by="bob")
    at = here.twin.clock.now
    here.only()
    here.twin.clock.forward(hours=9)
    here.repo.tag("v2", by="carol")
    here.repo.release("v2")
    here.only("release")
    here.settle()
    assert [stage for _, stage in stages(here)] == ["merge", "merge", "release", "release"]
    assert [each.forced for each in here.told(Landed)][:2] == [False, None]  # no push was seen
    rows = {(row.change, row.stage): row for row in here.memory.told.rows()}
    merged = rows["github:acme/app#1", "merge"]
    assert (merged.standing, merged.landed_at) == ("bypass", at)
    assert rows[f"github:acme/app@{sha}", "merge"].landed_at == at
    assert rows["github:acme/app#1", "release"].landed_at == here.twin.clock.now


def test_the_policy_is_that_of_the_default_branch_at_that_time(here: Office) -> None:
    here.repo.push("main", {"a": "x\n"}, by="bob")
    here.twin.clock.forward(hours=1)
    here.repo.tag("v2", by="carol")
    here.repo.release("v2")
    here.twin.clock.forward(hours=1)
    other = CLOSING.replace("eval/*", "never")
    here.repo.push("main", {".fitgate.yaml": other}, by="carol")
    here.settle()
    (released,) = (one for one in here.told(Landed) if one.stage == "release")
    assert released.required == ("eval/*",)


def test_an_evaluation_closes_both(here: Office) -> None:
    sha = here.repo.push("main", LOWER, by="bob")
    release(here, "v2")
    here.repo.check("eval/safety", sha, "success")
    here.settle()
    assert len(here.told(Evaluated)) == 1
    assert all(row.closed_at for row in here.memory.told.rows())


def test_drafts_and_trials_take_effect_for_nobody(here: Office) -> None:
    here.repo.push("main", {"a": "x\n"}, by="bob")
    here.repo.tag("v2-rc1", by="carol")
    made = here.repo.release("v2-rc1", prerelease=True)
    here.settle()
    assert [stage for _, stage in stages(here)] == ["merge"]
    made.prerelease = False
    here.twin.hooks.heard.append(
        next(e for e in reversed(here.twin.hooks.heard) if e[0] == "release.published")
    )
    here.settle()
    assert [stage for _, stage in stages(here)] == ["merge", "release"]


def test_a_release_of_an_older_line_holds_what_leads_to_it(here: Office) -> None:
    old = here.repo.commit("v1")
    here.repo.push("main", {"new": "x\n"}, by="bob")
    release(here, "v2")
    here.twin.clock.forward(hours=1)
    fix = here.repo.push("release/1.x", {"fix": "x\n"}, by="bob", onto=old)
    release(here, "v1.1", fix)
    assert (f"github:acme/app@{fix}", "release") in stages(here)


def test_one_that_holds_too_much_is_one_landing_that_is_not_judged(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "MOST", 2)
    for n in range(3):
        here.repo.push("main", {"a": f"{n}\n"}, by="bob")
        here.settle()
    release(here, "v2")
    released = here.told(Landed)[-1]
    number = here.repo.releases[-1].id
    assert (released.change, released.standing) == (
        f"github:acme/app!release/{number}", "unjudged",
    )  # fmt: skip
    assert released.note == "v2: cannot be told: more than 2 landed at once"


def test_one_whose_tag_is_gone_is_not_judged(here: Office) -> None:
    here.repo.push("main", {"a": "x\n"}, by="bob")
    here.repo.tag("v2", by="carol")
    here.repo.release("v2")
    here.repo.delete_tag("v2", by="carol")
    here.settle()
    released = here.told(Landed)[-1]
    assert (released.stage, released.note) == ("release", "v2: its tag is gone")
