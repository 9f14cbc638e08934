"""The policy in force: that of the last landing, else that of the last verdict."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.canonical import sha256
from fitgate.core.chain import read
from fitgate.core.entries import Draft
from fitgate.core.governing import policy_in_force
from fitgate.core.interchange.tables import read_table
from fitgate.core.interchange.told import COLUMNS
from fitgate.core.records.changes import Judge
from fitgate.core.records.controls import PolicyChanged
from fitgate.core.verdict import PolicyRef
from fitgate.serving.telling import Book, Telling
from tests.builders import DAY, NOW
from tests.chronicles import chronicle_of, ledger_of, noted
from tests.laws.breaker_histories import allowed
from tests.shipped import LIBRARY

OLD, NEW, MINE = (f"sha256:{each * 64}" for each in "abc")


def decided(digest: str, days: int) -> Draft:
    judge = Judge(".fitgate.yaml", "d" * 40, digest, "1", "built-in")
    return noted(replace(allowed("#1"), judge=judge), NOW - days * DAY)


def changed(digest: str, days: int) -> Draft:
    return noted(PolicyChanged(".fitgate.yaml", None, None, digest, "enforce"), NOW - days * DAY)


def test_of_nothing_judged_no_policy_is_in_force() -> None:
    assert policy_in_force(chronicle_of()) is None


def test_where_nothing_has_landed_it_is_that_of_the_last_verdict() -> None:
    told = chronicle_of(decided(NEW, 1), decided(OLD, 2))
    assert policy_in_force(told) == PolicyRef(".fitgate.yaml", "d" * 40, NEW)


def test_once_something_has_landed_a_proposal_has_no_say() -> None:
    told = chronicle_of(changed(NEW, 2), changed(OLD, 3), decided(MINE, 1))
    assert policy_in_force(told) == PolicyRef(".fitgate.yaml", None, NEW)


def test_what_is_told_is_read_by_it() -> None:
    ledger, text = ledger_of(()), b"version: 1\nmode: enforce\n"
    ledger.append([decided(sha256(text), 1)], NOW, [text])
    table = read_table("change,at\nc1,2026-01-01T00:00:00Z\n", "landed.csv", COLUMNS["landed"])
    Book(ledger, LIBRARY).take(Telling("landed", table), NOW)
    *_, entry = read(ledger.stored())
    assert (entry.kind, entry.body["mode"]) == ("Landed", "enforce")
