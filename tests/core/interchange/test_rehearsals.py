"""Drills that ran elsewhere: what is taken over, and what is refused with its place."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.interchange.rehearsals import Elsewhere, Format, read_elsewhere, sniff
from fitgate.errors import ImportProblemsError

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
RUN: dict[str, Any] = {
    "id": 30433642,
    "name": "Restore drill",
    "run_attempt": 2,
    "status": "completed",
    "conclusion": "success",
    "created_at": "2026-01-22T19:33:05Z",
    "run_started_at": "2026-01-22T19:33:08Z",
    "updated_at": "2026-01-22T19:50:08Z",
    "html_url": "https://forge.example/acme/app/actions/runs/30433642",
}
JOB: dict[str, Any] = {
    "id": 399444496,
    "run_id": 30433642,
    "name": "restore",
    "conclusion": "failure",
    "started_at": "2026-01-20T17:42:40Z",
    "completed_at": "2026-01-20T17:44:39Z",
}
JOURNAL: dict[str, Any] = {
    "chaoslib-version": "1.44.0",
    "experiment": {"title": "The database comes back", "method": []},
    "start": "2026-01-10T10:00:00.000001",
    "status": "completed",
    "deviated": False,
    "steady_states": {"before": None, "after": None, "during": []},
    "run": [{"status": "succeeded"}],
    "rollbacks": [
        {"status": "succeeded", "start": "2026-01-10T10:10:00", "end": "2026-01-10T10:12:00"},
        {"status": "succeeded", "start": "2026-01-10T10:12:00", "end": "2026-01-10T10:15:30"},
    ],
    "end": "2026-01-10T10:16:00.500000",
    "duration": 960.5,
}
JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="rollback" tests="3" time="61.5" timestamp="2026-01-15T08:00:00+00:00">
    <testcase classname="drill" name="restores" time="60"/>
    <testcase classname="drill" name="keeps rows" time="1.5"><failure message="7 rows"/></testcase>
    <testcase classname="drill" name="on Windows"><skipped/></testcase>
  </testsuite>
</testsuites>
"""


def read(document: object, form: Format | None = None) -> tuple[Elsewhere, ...]:
    text = document if isinstance(document, str) else json.dumps(document)
    return read_elsewhere(text, "drill.log", form, AS_OF)


def refused(document: object, form: Format | None = None) -> str:
    with pytest.raises(ImportProblemsError) as caught:
        read(document, form)
    return str(caught.value)


def test_a_workflow_run_is_a_drill() -> None:
    (drill,) = read(RUN)
    assert drill == Elsewhere(
        "workflow-run/30433642/2",
        datetime(2026, 1, 22, 19, 50, 8, tzinfo=UTC),
        restored=True,
        recovery=timedelta(minutes=17),
        source=RUN["html_url"],
        note="Restore drill: success",
    )


def test_runs_and_jobs_come_in_lists_too() -> None:
    (run,) = read({"total_count": 1, "workflow_runs": [RUN]})
    (job,) = read({"total_count": 1, "jobs": [JOB]})
    assert run == read(RUN)[0]
    assert (job.drill, job.restored, job.recovery) == (
        "workflow-job/399444496",
        False,
        timedelta(seconds=119),
    )


def test_what_gh_prints_is_read() -> None:
    told = {
        "databaseId": 5, "conclusion": "success", "name": "drill", "url": "u", "attempt": 1,
        "startedAt": "2026-01-22T19:33:08Z", "updatedAt": "2026-01-22T19:34:08Z",
    }  # fmt: skip
    assert [(d.drill, d.recovery) for d in read(told)] == [
        ("workflow-run/5/1", timedelta(minutes=1))
    ]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"conclusion": None}, "conclusion: has not ended: no drill was carried through"),
        ({"conclusion": "cancelled"}, "conclusion: ended as 'cancelled': no drill was"),
        ({"conclusion": "skipped"}, "conclusion: ended as 'skipped'"),
        ({"id": "7"}, "id: cannot be '7': it is a number"),
        ({"id": None}, "needs the key `id`"),
        ({"updated_at": "yesterday"}, "updated_at: 'yesterday' is not a time in UTC"),
        ({"updated_at": "2026-01-22T19:50:08"}, "updated_at: '2026-01-22T19:50:08' names no time"),
        ({"updated_at": "2026-01-22T20:50:08+01:00"}, "+01:00' is not in UTC"),
        ({"updated_at": "2026-01-22T19:00:00Z"}, "updated_at: is before its start"),
        ({"updated_at": "2027-01-22T19:00:00Z"}, "2027-01-22T19:00:00Z is yet to come"),
    ],
)
def test_a_run_that_proves_nothing_is_refused(changed: dict[str, Any], why: str) -> None:
    assert why in refused(RUN | changed)


def test_all_that_is_wrong_in_a_list_is_told_and_nothing_is_read() -> None:
    said = refused({"jobs": [JOB, JOB | {"conclusion": "neutral"}, {}, JOB | {"id": True}]})
    assert said.splitlines() == [
        "drill.log:jobs.1.conclusion: ended as 'neutral': no drill was carried through",
        "drill.log:jobs.2: needs the key `id`",
        "drill.log:jobs.3.id: cannot be True: it is a number",
    ]
    assert refused({"jobs": []}) == "drill.log:holds no run"


def test_a_journal_is_measured_by_its_rollbacks_and_else_by_the_whole() -> None:
    (drill,) = read(JOURNAL)
    assert (drill.at, drill.restored, drill.recovery, drill.note) == (
        datetime(2026, 1, 10, 10, 16, tzinfo=UTC),
        True,
        timedelta(minutes=5, seconds=30),
        "",
    )
    assert drill.source == "chaostoolkit: The database comes back"
    (whole,) = read(JOURNAL | {"rollbacks": []})
    assert whole.recovery == timedelta(minutes=16, microseconds=499_999)


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"deviated": True, "status": "failed"}, "deviated; failed"),
        ({"deviated": None}, "deviated"),
        ({"rollbacks": [{"status": "failed"}]}, "a rollback failed"),
    ],
)
def test_a_journal_that_deviated_or_could_not_go_back_failed(
    changed: dict[str, Any], note: str
) -> None:
    (drill,) = read(JOURNAL | changed)
    assert (drill.restored, drill.note) == (False, note)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": "interrupted"}, "status: was interrupted: no drill was carried through"),
        ({"status": "failed", "run": []}, "status: did not begin: the steady state was not met"),
        ({"experiment": {"dry": True}}, "experiment.dry: was a dry run"),
        ({"end": None}, "needs the key `end`"),
        ({"rollbacks": ["x"]}, "rollbacks.0: is no object"),
        ({"rollbacks": [{"status": "succeeded", "start": "?"}]}, "rollbacks.0.start: '?' is not"),
    ],
)
def test_a_journal_of_no_drill_is_refused(changed: dict[str, Any], why: str) -> None:
    assert why in refused(JOURNAL | changed)


def test_a_report_fails_with_any_of_its_cases() -> None:
    (drill,) = read(JUNIT)
    assert (drill.at, drill.restored, drill.recovery) == (
        datetime(2026, 1, 15, 8, 1, 1, tzinfo=UTC),
        False,
        timedelta(seconds=61.5),
    )
    assert drill.note == "2 run, 1 failed; drill.keeps rows"
    (mended,) = read(JUNIT.replace('<failure message="7 rows"/>', "<system-out>ok</system-out>"))
    assert (mended.restored, mended.source) == (True, "junit: a report")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (JUNIT.replace("</testsuites>", ""), "is not XML: no element found"),
        ("<html/>", "1:1: is no JUnit report: it begins with `html`"),
        ("<testsuite/>", "1:1: holds no case: no drill was carried through"),
        ("<testsuite><testcase><skipped/></testcase></testsuite>", "1:1: all of its cases were"),
        ("<testsuite><testcase/></testsuite>", "1:1: tells no time in UTC (say when it ended by"),
        (JUNIT.replace('time="60"', 'time="-1"'), "4:5: a time of '-1' cannot be"),
        (JUNIT.replace('time="60"', 'time="NaN"'), "4:5: a time of 'NaN' cannot be"),
        (JUNIT.replace("2026-01-15", "2026-03-15"), "2:1: 2026-03-15T08:01:01.500000Z is yet to"),
    ],
)
def test_a_report_that_proves_nothing_is_refused_at_its_place(text: str, why: str) -> None:
    assert why in refused(text)


def test_no_entity_is_ever_expanded() -> None:
    bomb = "<!DOCTYPE t [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><testsuite name='&b;'/>"
    assert refused(bomb) == (
        "drill.log:1:13: has a document type, which no report needs (take it out)"
    )
    assert "has a document type" in refused("<!DOCTYPE t SYSTEM 'file:///etc/passwd'><testsuite/>")


def test_a_format_that_is_not_known_is_asked_for() -> None:
    assert sniff("hello") is None
    assert sniff("[]") is None
    assert "say --format: one of junit, chaostoolkit, workflow-run" in refused({"a": 1})
    assert "1:2: is not JSON" in refused("{", "workflow-run")
    assert "is nested too deep" in refused("[" * 100_000, "chaostoolkit")


@given(
    st.text(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*RUN, *JOURNAL, "jobs"]), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(json.dumps),
    st.sampled_from([None, "junit", "chaostoolkit", "workflow-run"]),
)
def test_whatever_a_file_holds_it_is_read_or_refused(text: str, form: Format | None) -> None:
    with suppress(ImportProblemsError):
        assert read_elsewhere(text, "f", form, AS_OF)
