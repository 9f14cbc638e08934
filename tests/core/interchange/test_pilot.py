"""The pilot pack's logs and the ledger: what becomes of a row, and of a corrected one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fitgate.core.chronicle import Chronicle
from fitgate.core.interchange import pilot, pilot_entries
from fitgate.core.interchange.tables import Log, read_table
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.core.records import draft
from fitgate.core.records.changes import Closed, Landed
from fitgate.core.records.controls import Drilled
from fitgate.core.standing import Standing
from fitgate.errors import ImportProblemsError
from tests.builders import NOW
from tests.fakes import MemoryLedger
from tests.house.tree import ROOT
from tests.shipped import LIBRARY

POLICY = parse_policy(LIBRARY["default"], "default", LIBRARY).policy
TEXT = (ROOT / "tests/data/pilot-pack/changes.example.csv").read_text()
DEPLOYED = POLICY.model_copy(
    update={"boundary": POLICY.boundary.model_copy(update={"effective": "deployment"})}
)


def log_of(text: str = TEXT, policy: Policy = POLICY) -> Log[pilot.PilotChange]:
    return pilot.read_changes(read_table(text, "changes.csv", pilot.CHANGES), policy, NOW).sound()


def taken(policy: Policy = POLICY) -> MemoryLedger:
    ledger = MemoryLedger()
    ledger.append(pilot_entries.change_drafts(log_of(policy=policy), policy, Chronicle()), NOW)
    return ledger


def exported(ledger: MemoryLedger) -> str:
    items, _ = pilot_entries.changes_in(Chronicle(ledger.entries), POLICY)
    return pilot_entries.changes_csv(items, POLICY, [log_of()])


def test_a_row_becomes_a_landing_with_what_was_told_of_it() -> None:
    rows = {row.change: row for row in Chronicle(taken().entries).rows()}
    bypassed, closed = rows["EX-003"], rows["EX-002"]
    assert (bypassed.standing, bypassed.mode) == (Standing.BYPASS, "shadow")
    assert [(each.how, each.authorised) for each in bypassed.bypasses] == [("imported", False)]
    assert (bypassed.closed_at, bypassed.required) == (None, ("closure",))
    assert (closed.nature.categories, closed.nature.classes) == (("evaluation",), ("T",))
    assert closed.lag == timedelta(hours=36)
    assert rows["EX-001"].standing is Standing.NOT_IO


def test_a_deployment_is_one_to_the_environment_that_counts() -> None:
    (row, *_) = Chronicle(taken(DEPLOYED).entries).rows()
    assert (row.stage, row.environment) == ("deployment", "production")


def test_what_happened_since_goes_out_and_all_else_stays_as_it_was_spelt() -> None:
    ledger = taken()
    at = datetime(2026, 1, 9, tzinfo=UTC)
    ledger.append([draft(Closed("EX-003"), at, "closed/EX-003")], NOW)
    assert exported(ledger) == TEXT.replace(
        "2026-01-03T00:00:00Z,,", "2026-01-03T00:00:00Z,2026-01-09T00:00:00Z,"
    )


def test_what_was_recorded_otherwise_is_put_behind() -> None:
    ledger = taken()
    nature = log_of().rows[3].nature
    landed = Landed("c9", "merge", nature, Standing.ALLOWED, "enforce", note="a, b")
    ledger.append([draft(landed, NOW, "landed/c9/merge")], NOW)
    added = 'c9,2026-01-31T12:00:00Z,,1,self_eval_gating,0,"a, b"\n'
    assert exported(ledger) == TEXT.rstrip("\n") + "\n" + added + "\n"


def test_of_a_change_that_landed_in_several_places_the_first_counts() -> None:
    ledger = MemoryLedger()
    for day, environment in ((3, "eu"), (2, "us")):
        at = datetime(2026, 1, day, tzinfo=UTC)
        landed = Landed(
            "c1", "deployment", log_of().rows[3].nature, Standing.ALLOWED, "enforce",
            environment=environment,
        )  # fmt: skip
        ledger.append([draft(landed, at, f"landed/c1/deployment/{environment}")], NOW)
    items, _ = pilot_entries.changes_in(Chronicle(ledger.entries), DEPLOYED)
    assert [each.effective.day for each in items.values()] == [2]


def test_a_drill_that_the_ledger_knows_otherwise_is_refused() -> None:
    header, row = ",".join(pilot.DRILLS.required), "D-1,,2026-01-03,60,15,1,"
    log = pilot.read_drills(
        read_table(f"{header}\n{row}\n", "drills.csv", pilot.DRILLS), NOW
    ).sound()
    ledger = MemoryLedger()
    failed = Drilled("D-1", passed=False, rto=3600, rpo=900)
    ledger.append([draft(failed, datetime(2026, 1, 3, tzinfo=UTC), "drilled/D-1")], NOW)
    with pytest.raises(ImportProblemsError, match=r"drills.csv:2:1: drill_id: the ledger knows"):
        pilot_entries.drill_drafts(log, Chronicle(ledger.entries))


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, "0"), (1, "0.0167"), (50, "0.8333"), (90, "1.5"), (3600, "60")]
)
def test_every_second_can_be_told_in_minutes(seconds: int, minutes: str) -> None:
    drill = pilot.PilotDrill("d", None, NOW, seconds, None, success=True, note="")
    values = pilot.drill_values(drill)
    assert (values[2], values[3], values[4]) == ("2026-01-31T12:00:00Z", minutes, "")
    text = f"{','.join(pilot.DRILLS.required)}\n{','.join(values)}\n"
    (again,) = pilot.read_drills(read_table(text, "d.csv", pilot.DRILLS), NOW).sound().rows.values()
    assert again == drill
