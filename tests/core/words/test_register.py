"""The register in rows and sentences."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from fitgate.core.reclassified import Nature, Reclassified, Said
from fitgate.core.register import ReviewMark, Tally
from fitgate.core.review import Review
from fitgate.core.standing import Standing
from fitgate.core.words.lint import not_acted_on
from fitgate.core.words.register import (
    CSV,
    REVIEWS,
    STANDINGS,
    TABLE,
    csv_row,
    hints,
    review_row,
    scope_words,
    summary,
    table_row,
)
from fitgate.core.words.strip import MOST_WEEKS, strip, ticks
from tests.builders import NOW, a_policy
from tests.registers import LOWERED, REMOVED, a_register, an_entry, landed


def test_a_row_has_a_cell_for_every_column() -> None:
    entry = replace(an_entry(), review=ReviewMark("disputed", "ada", NOW, "a fixture"))
    row = dict(zip(TABLE, table_row(entry), strict=True))
    assert row["review"] == "disputed by ada"
    assert row["categories"] == "evaluation"
    assert len(csv_row(entry)) == len(CSV)


def test_a_cell_that_is_unknown_is_empty() -> None:
    row = dict(zip(CSV, csv_row(an_entry(landed(labels=None))), strict=True))
    assert (row["hotfix"], row["owner"], row["is_io"]) == ("", "", "1")


def test_what_could_not_be_told_says_so() -> None:
    row = dict(zip(TABLE, table_row(an_entry(landed(), is_io=None)), strict=True))
    assert row["categories"] == "? not told"


def test_a_row_shows_what_counts_and_that_something_does_not() -> None:
    said = Said(
        "ada", NOW, "x", ("io:data",), ("io:evaluation",), (), counts=False, waits="it waits"
    )
    nature = Nature(is_io=True, categories=("data", "evaluation"), classes=("T", "R"), io_sr=())
    mark = ReviewMark("amended", "ada", NOW, "x", ("data",))
    entry = replace(an_entry(), review=mark, reclassified=Reclassified(nature, (said,)))
    row = dict(zip(TABLE, table_row(entry), strict=True))
    assert (row["categories"], row["class"]) == ("data, evaluation", "T R")
    assert row["review"] == "amended by ada, not all of it counts"
    cells = dict(zip(CSV, csv_row(entry), strict=True))
    assert (cells["io_category"], cells["amended_category"]) == ("evaluation", "data")
    assert (cells["counted_category"], cells["counted_is_io"]) == ("data; evaluation", "1")
    assert "adds data and takes away evaluation" in cells["reclassified"]


def test_a_review_shows_what_it_says_a_change_is() -> None:
    review = Review("#1", "amended", "ada", NOW, categories=("data",), classes=(), io_sr=(3,))
    assert dict(zip(REVIEWS, review_row(review), strict=True))["categories"] == (
        "data, io-class:none, io-sr:3"
    )


def test_the_summary_adds_up_in_words() -> None:
    disputed = replace(an_entry(), review=ReviewMark("disputed", "ada", NOW))
    entries = [disputed, an_entry(None, LOWERED, REMOVED), an_entry(landed(), is_io=None)]
    register = replace(a_register(entries, others=4), unclaimed=("#99",))
    assert list(summary(register)) == [
        "7 changes since 2025-11-02: 2 IO (data 1, evaluation 2), 4 not, 1 that could not be told",
        "IO by standing: allowed 2",
        "IO by review: disputed 1, proposed 1",
        "7 changes: judged by .fitgate.yaml (enforce)",
        "Reviewed, but without an entry in this scan: #99",
    ]


def test_nothing_to_judge_is_said_plainly() -> None:
    register = a_register([], others=0)
    assert list(summary(register)) == ["0 changes since 2025-11-02: nothing to judge"]
    assert "--since all" in next(hints(register, "", written=False))


def test_hints_name_a_change_that_is_there() -> None:
    entry = an_entry()
    said = list(hints(a_register([entry]), "", written=True))
    assert said[0] == "Why:  fitgate check --change 0000000000"
    elsewhere = list(hints(a_register([entry]), "a shop", written=True))
    assert elsewhere[0] == "Why:  fitgate check 'a shop' --change 0000000000"


def test_a_scope_is_told_as_it_was_asked() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert scope_words(since, "") == "since 2026-01-01"
    assert scope_words(None, "") == "in all"
    assert scope_words(None, "v1..v2") == "in v1..v2"
    assert scope_words(since, "v1..v2") == "in v1..v2 since 2026-01-01"


def test_every_standing_is_explained() -> None:
    assert set(STANDINGS) == set(Standing)


def tally_of(weeks: dict[date, dict[str, int]]) -> Tally:
    return replace(a_register([]).tally, weeks=weeks)


def test_a_strip_has_no_gaps() -> None:
    first = date(2026, 1, 5)
    columns = strip(tally_of({first: {"data": 2}, first + timedelta(weeks=3): {"data": 1}}))
    assert (columns.unit, [c.total for c in columns.columns]) == ("week", [2, 0, 0, 1])
    assert columns.highest == 2


def test_a_long_strip_is_by_month() -> None:
    weeks = {date(2024, 1, 1): {"data": 1}, date(2024, 1, 8): {"data": 2}}
    weeks[date(2024, 1, 1) + timedelta(weeks=MOST_WEEKS)] = {"evaluation": 1}
    columns = strip(tally_of(weeks))
    assert columns.unit == "month"
    assert [c.total for c in columns.columns] == [3, *[0] * 17, 1]
    assert ticks(columns.columns, 6) == (0, 4, 8, 12, 16)


def test_a_strip_of_nothing_is_empty() -> None:
    assert strip(tally_of({})).columns == ()
    assert strip(tally_of({})).highest == 0


def test_keys_that_nothing_acts_on_are_named() -> None:
    policy = a_policy(
        extends="x",
        slack={"channel": "#io"},
        gates=[{"type": "rego", "package": "x"}],
    )
    assert [note.split(" ")[0] for note in not_acted_on(policy)] == [
        "`extends`",
        "`slack`",
        "gate",
    ]
    assert list(not_acted_on(a_policy())) == []


def test_a_label_that_no_clone_holds_is_noted_with_the_rule_that_asks_for_it() -> None:
    when = {"all": [{"path": {"files": "**"}}, {"text": {"label": "risky"}}]}
    rule = {"id": "risky", "category": "data", "why": "w", "when": when}
    (note,) = not_acted_on(a_policy(rules=[rule]))
    assert note.startswith("rule `risky` asks for a label, and a clone holds none")
    assert "UNDECIDED" in note
