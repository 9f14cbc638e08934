"""Landings, evaluations and incidents that are told from outside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fitgate.core.chain import read
from fitgate.core.entries import Draft
from fitgate.core.interchange.named import Named
from fitgate.core.interchange.tables import read_table
from fitgate.core.interchange.told import COLUMNS, Known, told_drafts
from fitgate.core.reading import parse_policy
from fitgate.errors import ImportProblemsError
from tests.builders import NOW
from tests.chronicles import ledger_of, noted
from tests.laws.breaker_histories import allowed
from tests.shipped import LIBRARY

POLICY = parse_policy(LIBRARY["default"], "default", LIBRARY).policy
HEADER = "change,at,stage,environment,io,category,required,commit,number,note,key\n"


def landed(row: str) -> Draft:
    table = read_table(HEADER + row, "landed.csv", COLUMNS["landed"])
    (made,) = told_drafts("landed", table, POLICY, NOW, Known())
    return made


def test_a_landing_is_told_in_full() -> None:
    made = landed("c1,2026-01-02T03:04:05Z,deployment,eu,yes,data;evaluation,a / b; c,abc,7,n,\n")
    assert (made.key, made.at) == (
        "landed/c1/deployment/eu",
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert made.body == {
        "change": "c1", "stage": "deployment", "environment": "eu", "standing": "unjudged",
        "mode": "shadow", "commit": "abc", "number": 7, "note": "n", "required": ["a / b", "c"],
        "nature": {"is_io": True, "categories": ["data", "evaluation"], "classes": ["T", "R"]},
    }  # fmt: skip


def test_what_is_not_said_of_a_landing_is_not_known() -> None:
    made = landed("c1,2026-01-02T00:00:00Z,,,,,,,,,k\n")
    assert made.key == "k"
    assert made.body["nature"] == {"is_io": None}
    assert "required" not in made.body


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "c1,2026-01-02T00:00:00Z,launch,,,,,,,,\n",
            "2:3: stage: cannot be 'launch': say merge, dep",
        ),
        ("c1,2026-01-02T00:00:00Z,,,,,,,#7,,\n", "2:9: number: '#7' is no whole number"),
        (
            "c\x07,2026-01-02T00:00:00Z,,,,,,,,,\n",
            "2:1: change: 'c\\x07' holds a character that is",
        ),
        ("c1,2026-01-32T00:00:00Z,,,,,,,,,\n", "2:2: at: '2026-01-32T00:00:00Z' is not a time in"),
    ],
)
def test_what_cannot_be_is_named(row: str, told: str) -> None:
    with pytest.raises(ImportProblemsError) as caught:
        landed(row)
    assert f"landed.csv:{told}" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "other"),
    [
        ("github:acme/other#1", "acme/other"),
        ("github:acme/other!deploy/3/eu", "acme/other"),
        (f"github:b/app@{'a' * 40}", "b/app"),
        ("github:ACME/App#1", None),
        ("train:acme/llm@9", None),
        ("gitlab:acme/other#1", None),
        ("c1", None),
    ],
)
def test_a_change_is_anothers_if_its_forge_judged_this_one_under_no_such_name(
    change: str, other: str | None
) -> None:
    named = Named(read(ledger_of([noted(allowed("github:acme/app#7"), NOW)]).stored()))
    assert named.anothers(change) == other
    assert Named().anothers(change) is None
    assert (named.last, Named().last) == ("acme/app", None)
