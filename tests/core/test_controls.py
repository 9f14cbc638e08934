"""The forge's own gates: who made them weaker, and what nobody could look at."""

from __future__ import annotations

from datetime import timedelta

from fitgate.core.chronicle import Chronicle
from fitgate.core.controls import (
    ACTORS,
    RULES,
    SUITES,
    Area,
    Controls,
    Level,
    TakenOff,
    control_drafts,
    hidden,
    label_drafts,
)
from fitgate.core.measure.figures import measure
from fitgate.core.measure.reading import Scope, Window
from fitgate.core.records.controls import GateChanged
from tests.builders import DAY, HOUR, NOW, a_policy
from tests.fakes import MemoryLedger

CHECK = {"check fitgate": Level(2, "required, of our App")}


class Watch:
    """Looks at controls again and again, and remembers."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()

    @property
    def told(self) -> Chronicle:
        return Chronicle(self.ledger.entries)

    def sees(self, found: Controls, after: timedelta, by: str | None = None) -> list[GateChanged]:
        seq = self.ledger.head().seq
        drafts = [*control_drafts(found, self.told, NOW + after, by)]
        self.ledger.append(drafts, NOW + after)
        self.ledger.append(drafts, NOW + after)  # done twice, it is written down once
        assert not [*control_drafts(found, self.told, NOW + after, by)]
        return [t.record for t in self.told.told(GateChanged) if t.seq > seq]


def gates(moves: list[GateChanged]) -> list[tuple[str, str]]:
    return [(one.gate, one.moved) for one in moves]


def test_what_is_seen_first_has_moved_nowhere_and_what_is_gone_later_is_weaker() -> None:
    watch = Watch()
    assert gates(watch.sees({RULES: Area(CHECK)}, 0 * HOUR)) == [
        ("rules", "observed"), ("rules: check fitgate", "observed"),
    ]  # fmt: skip
    (gone,) = watch.sees({RULES: Area({})}, HOUR, "github:7")
    assert (gone.moved, gone.by, gone.level) == ("weakened", "github:7", 0)
    assert gone.detail == "required, of our App → none"
    (back,) = watch.sees({RULES: Area(CHECK)}, 2 * HOUR, "github:7")
    assert (back.moved, back.detail) == ("strengthened", "none → required, of our App")


def test_a_check_that_anybody_may_report_is_weaker_than_one_of_ours() -> None:
    watch = Watch()
    watch.sees({RULES: Area(CHECK)}, 0 * HOUR)
    anybody = {"check fitgate": Level(1, "required, of anybody")}
    assert gates(watch.sees({RULES: Area(anybody)}, HOUR)) == [("rules: check fitgate", "weakened")]


def test_a_gate_of_a_place_that_was_empty_when_it_was_first_seen_is_stronger() -> None:
    watch = Watch()
    watch.sees({RULES: Area({})}, 0 * HOUR)
    assert gates(watch.sees({RULES: Area(CHECK)}, HOUR)) == [
        ("rules: check fitgate", "strengthened")
    ]


def test_an_edit_is_told_of_the_time_that_the_forge_says_it_was_made() -> None:
    watch = Watch()
    watch.sees({RULES: Area(CHECK)}, 0 * HOUR)
    watch.sees({RULES: Area({}, changed_at=NOW + HOUR)}, 5 * HOUR)
    assert watch.told.told(GateChanged)[-1].at == NOW + HOUR
    watch.sees({RULES: Area(CHECK, changed_at=NOW - DAY)}, 6 * HOUR)  # what went names no time
    assert watch.told.told(GateChanged)[-1].at == NOW + 6 * HOUR


def test_whom_rules_let_past_moves_a_gate_only_while_the_rules_stand() -> None:
    watch, sam = Watch(), {"main, User 7": Level(-2, "always")}
    main = {"main": Level(1, "in force")}
    watch.sees({ACTORS: Area({})}, 0 * HOUR)
    assert gates(watch.sees({ACTORS: Area(main | sam)}, HOUR)) == [
        ("bypass actors: main", "strengthened"), ("bypass actors: main, User 7", "observed"),
    ]  # fmt: skip
    assert gates(watch.sees({ACTORS: Area({})}, 2 * HOUR)) == [
        ("bypass actors: main", "weakened"), ("bypass actors: main, User 7", "observed"),
    ]  # fmt: skip
    watch.sees({ACTORS: Area(main)}, 3 * HOUR)
    assert gates(watch.sees({ACTORS: Area(main | sam)}, 4 * HOUR)) == [
        ("bypass actors: main, User 7", "weakened")
    ]
    exempt = {"main, User 7": Level(-3, "exempt")}
    assert gates(watch.sees({ACTORS: Area(main | exempt)}, 5 * HOUR)) == [
        ("bypass actors: main, User 7", "weakened")
    ]


def test_what_is_hidden_is_taken_to_stand_as_it_last_did() -> None:
    watch = Watch()
    watch.sees({RULES: Area(CHECK)}, 0 * HOUR)
    assert gates(watch.sees({RULES: Area(hidden="403")}, HOUR)) == [("rules", "unobserved")]
    assert gates(watch.sees({RULES: Area({})}, 2 * HOUR)) == [
        ("rules", "observed"), ("rules: check fitgate", "weakened"),
    ]  # fmt: skip


def test_what_could_not_be_looked_at_is_told_with_since_when_and_until_when() -> None:
    watch = Watch()
    watch.sees({SUITES: Area(hidden="may not be read")}, 0 * HOUR)
    (one,) = hidden(watch.told.told(GateChanged))
    assert (one.area, one.since, one.until, one.why) == (SUITES, NOW, None, "may not be read")
    watch.sees({SUITES: Area()}, HOUR)
    (one,) = hidden(watch.told.told(GateChanged))
    assert one.until == NOW + HOUR


def test_an_edit_after_which_all_is_as_it_was_is_written_down_once_with_its_editor() -> None:
    watch = Watch()
    watch.sees({RULES: Area(CHECK)}, 0 * HOUR)

    def edited(by: str, found: Controls) -> list[GateChanged]:
        seq = watch.ledger.head().seq
        for _ in range(2):
            watch.ledger.append([*control_drafts(found, watch.told, NOW + HOUR, by, RULES)], NOW)
        return [t.record for t in watch.told.told(GateChanged) if t.seq > seq]

    (one,) = edited("github:7", {RULES: Area(CHECK)})
    assert (one.gate, one.moved, one.by) == ("rules", "observed", "github:7")
    assert one.detail == "edited, and found as it was"
    assert [one.by for one in edited("github:8", {RULES: Area(CHECK)})] == ["github:8"]
    assert gates(edited("github:7", {RULES: Area({})})) == [("rules: check fitgate", "weakened")]


def test_an_edit_of_what_is_hidden_is_not_taken_for_one_after_which_all_is_as_it_was() -> None:
    watch = Watch()
    watch.sees({RULES: Area(CHECK)}, 0 * HOUR)
    watch.sees({RULES: Area(hidden="403")}, HOUR)
    again = control_drafts({RULES: Area(hidden="403")}, watch.told, NOW + DAY, "github:7", RULES)
    assert not [*again]
    (one,) = hidden(watch.told.told(GateChanged))
    assert one.until is None


def test_a_record_of_the_forge_that_can_be_read_is_nothing_to_write_down() -> None:
    assert Watch().sees({SUITES: Area()}, 0 * HOUR) == []


def test_beside_gbr_stands_what_could_not_be_observed_in_its_window() -> None:
    watch = Watch()
    watch.sees({SUITES: Area(hidden="may not be read")}, -2 * DAY)
    watch.sees({SUITES: Area()}, -DAY)

    def boundary(start: timedelta, end: timedelta) -> str:
        window = Window(NOW + start, NOW + end)
        readings = measure(watch.told, a_policy(), Scope("github:1"), window, {"gbr_ratio", "rdpr"})
        assert "not observed" not in readings[0].estimator.boundary
        return readings[1].estimator.boundary

    assert boundary(-3 * DAY, 0 * DAY).endswith("; not observed: rule suites")
    assert "not observed" not in boundary(-12 * HOUR, 0 * DAY)
    assert "not observed" not in boundary(-9 * DAY, -3 * DAY)


def test_a_label_taken_off_and_put_back_is_told_once_of_its_change() -> None:
    ledger, taken = MemoryLedger(), TakenOff("9", "io:data", "github:7", NOW, NOW + HOUR)
    ledger.append([*label_drafts("github:a/b#1", [TakenOff("9", "io:data", "github:7", NOW)])], NOW)
    ledger.append([*label_drafts("github:a/b#1", [taken])], NOW)
    told = [t.record for t in Chronicle(ledger.entries).told(GateChanged)]
    assert [(one.moved, one.change) for one in told] == [
        ("weakened", "github:a/b#1"), ("strengthened", "github:a/b#1"),
    ]  # fmt: skip
