"""Issues that are incidents, and which landing each blames."""

from __future__ import annotations

import pytest

from fitgate.core.chronicle import Chronicle
from fitgate.core.incidents import Issue, incident_drafts
from tests.builders import HOUR, NOW
from tests.chronicles import chronicle_of, landed

SHA = "abcdef1" + "0" * 33


def issue(body: str, *labels: str) -> Issue:
    return Issue("github:acme/app#9", "It burns", body, ("incident", *labels), NOW)


def told() -> Chronicle:
    return chronicle_of(landed("github:acme/app#7", NOW - HOUR, number=7, commit=SHA))


@pytest.mark.parametrize(
    "line",
    ["Caused-by: #7", "caused by acme/app#7", f"- Caused-by: {SHA[:9]}", f"> Caused-by: {SHA}"],
)
def test_a_line_names_the_landing_that_is_blamed(line: str) -> None:
    (draft,) = incident_drafts(issue(f"Down.\n{line}\n{line}"), told())
    assert (draft.body["change"], draft.key) == (
        "github:acme/app#7", "incident/github:acme/app#9/github:acme/app#7",
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["", "Caused-by: #8", "It is caused by #7, I think", "Caused-by: 7"]
)
def test_what_did_not_land_before_is_nobody_s_fault(line: str) -> None:
    (draft,) = incident_drafts(issue(line), told())
    assert "change" not in draft.body
    assert draft.key == "incident/github:acme/app#9"


@pytest.mark.parametrize(
    ("label", "severity"),
    [("sev1", "sev1"), ("Severity: critical", "critical"), ("P-0", "p-0"), ("severe", None)],
)
def test_a_label_says_how_bad_it_is(label: str, severity: str | None) -> None:
    (draft,) = incident_drafts(issue("", label), told())
    assert draft.body.get("severity") == severity


def test_without_the_label_it_is_no_incident() -> None:
    calm = Issue("github:acme/app#9", "Calm", "Caused-by: #7", ("bug",), NOW)
    assert [*incident_drafts(calm, told())] == []
