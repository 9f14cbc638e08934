"""CSV files that others write: what is in them, where, and how it was spelt."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.interchange.tables import (
    Columns,
    Table,
    TableRow,
    harmless,
    meant,
    name_in,
    read_table,
    row_text,
)
from fitgate.errors import ImportProblemsError

COLUMNS = Columns(("id", "note"), ("more",))
# Not Cs: what is no text cannot be written. A carriage return alone ends a line to this reader.
cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def refused(text: str) -> list[str]:
    with pytest.raises(ImportProblemsError) as caught:
        read_table(text, "f.csv", COLUMNS)
    return str(caught.value).splitlines()


def spelling(table: Table) -> str:
    return "".join(p.spelling if isinstance(p, TableRow) else p for p in table.parts)


def test_columns_may_stand_in_any_order_and_lines_end_in_any_way() -> None:
    table = read_table('\ufeffnote,id\r\n"a\nb",1\r\n\r\nc,2', "f.csv", COLUMNS)
    assert [(row.line, dict(row.values)) for row in table.rows] == [
        (2, {"note": "a\nb", "id": "1"}),
        (5, {"note": "c", "id": "2"}),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["f.csv:1:1: has no header row (begin with id,note)"]),
        ("id\n", ["f.csv:1:1: needs the column `note`"]),
        (
            "id,note,id,notes\n",
            [
                "f.csv:1:3: the column `id` stands here a second time",
                "f.csv:1:4: there is no column `notes` here (did you mean `note`?)",
            ],
        ),
        ('id,"no"te\n', ["f.csv:1:1: is not CSV: ',' expected after '\"'"]),
    ],
)
def test_what_is_no_such_table_is_refused_line_by_line(text: str, told: list[str]) -> None:
    assert refused(text) == told


@pytest.mark.parametrize(
    ("text", "told", "rows"),
    [
        (
            "id,note\n1\n2,b,c\n3,c\n",
            ["2:1: has 1 cell, and the header 2", "3:1: has 3 cells, and the header 2"],
            ["3"],
        ),
        ('id,note\n1,a\n1,"a"b\n', ["3:1: is not CSV: ',' expected after '\"'"], ["1"]),
        ('id,note\n1,a\n2,"b\n', ["3:1: is not CSV: unexpected end of data"], ["1"]),
    ],
)
def test_a_line_that_is_no_record_hides_no_other(
    text: str, told: list[str], rows: list[str]
) -> None:
    table = read_table(text, "f.csv", COLUMNS)
    assert [*map(str, table.wrong)] == told
    assert [row.values["id"] for row in table.rows] == rows


@given(cells)
def test_a_harmless_cell_means_what_it_meant(value: str) -> None:
    assert meant(harmless(value)) == value
    assert not harmless(value).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(cells)
def test_a_cell_means_something_that_is_written_so_again_or_was_a_formula(cell: str) -> None:
    assert harmless(meant(cell)) == cell or cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(
    st.lists(st.tuples(cells, cells), max_size=6),
    # Where lines end in \n alone, Python's writer leaves \r bare unless it quotes everything.
    st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
)
def test_what_is_read_is_what_was_written_and_how(
    rows: list[tuple[str, str]], how: tuple[str, Literal[0, 1]]
) -> None:
    end, quoting = how
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    writer.writerows([("id", "note"), *rows])
    table = read_table(out.getvalue(), "f.csv", COLUMNS)
    assert [(row.values["id"], row.values["note"]) for row in table.rows] == [
        (meant(one), meant(other)) for one, other in rows
    ]
    assert spelling(table) == out.getvalue()


@given(st.lists(cells, min_size=2, max_size=2))
def test_a_record_that_we_write_reads_as_it_was(values: list[str]) -> None:
    (row,) = read_table("id,note\n" + row_text(values), "f.csv", COLUMNS).rows
    assert [*row.values.values()] == values


def test_a_name_is_seen_whole() -> None:
    assert name_in(" a b ") == "a b"
    with pytest.raises(ValueError, match="holds a character that is not seen"):
        name_in("a\x1bb")
    with pytest.raises(ValueError, match="is longer than 500 characters"):
        name_in("a" * 501)
