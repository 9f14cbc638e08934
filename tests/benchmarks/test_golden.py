"""Answers are scored against labels, and the golden set is judged from clones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.golden import main
from benchmarks.scores import Answer, Label, Row, figures, folds
from tests.adapters.git.making import Made

HEADER = "repo,sha,date,subject,label,categories,classes,io_sr,why,confidence,look_alike_of"
BAR = ("evals/safety.yaml", "threshold: {}\n")


def row(
    label: str, said: str | None, *, repo: str = "a/shop", confidence: str = "high", sha: str = "1"
) -> Row:
    """Make a row from the categories labelled and said; "" is no IO, and None undecided."""
    labelled, found = tuple(label.split()), tuple((said or "").split())
    is_io = None if said is None else bool(found)
    return Row(
        Label(repo, sha, bool(labelled), labelled, "because", confidence),
        Answer("A change", is_io, found),
    )


@pytest.mark.parametrize(
    ("rows", "precision", "recall"),
    [
        ([], None, None),
        ([row("", "")], None, None),
        ([row("data", "")], None, 0.0),
        ([row("", "data")], 0.0, None),
        ([row("data", "data"), row("", "data"), row("data", "")], 0.5, 0.5),
        ([row("data", "deployment")], 1.0, 1.0),
        ([row("data", None), row("", None), row("data", "data")], 1.0, 0.5),
    ],
)
def test_what_is_undecided_is_missed_and_is_no_false_alarm(
    rows: Sequence[Row], precision: float | None, recall: float | None
) -> None:
    io = figures(rows, ["data"]).io
    assert (io.precision, io.recall) == (precision, recall)


def test_what_is_undecided_is_counted_and_shown_as_if_it_were_flagged() -> None:
    found = figures([row("data", None), row("", None), row("data", "data")], ["data"])
    assert found.undecided == 2
    assert (found.lenient.precision, found.lenient.recall) == (2 / 3, 1.0)


def test_each_category_is_scored_over_all_rows_and_the_average_takes_those_with_a_figure() -> None:
    rows = [
        row("data evaluation", "data"),
        row("data", "evaluation"),
        row("", "data"),
        row("", ""),
    ]
    found = figures(rows, ["data", "evaluation", "deployment"])
    shares = {name: (tally.precision, tally.recall) for name, tally in found.categories.items()}
    assert shares == {"data": (0.5, 0.5), "evaluation": (0.0, 0.0), "deployment": (None, None)}
    assert (found.precision, found.recall) == (0.25, 0.25)


def test_a_row_of_low_confidence_is_not_scored() -> None:
    rows = [row("data", "data"), row("data", "", confidence="low")]
    assert (figures(rows, ["data"]).rows, figures(rows, ["data"]).io.recall) == (1, 1.0)
    assert not rows[1].is_scored


def test_a_project_left_out_has_the_figures_of_its_own_rows() -> None:
    rows = [
        row("data", "data", repo="a/shop"),
        row("data", "", repo="b/bank"),
        row("", "", repo="c/cafe"),
        row("data", "data", repo="d/dock", confidence="low"),
    ]
    found = folds(rows, ["data"])
    assert list(found.projects) == ["a/shop", "b/bank", "c/cafe"]
    assert found.projects["b/bank"].io.recall == 0.0
    assert (found.mean.recall, found.worst.recall) == (0.5, 0.0)
    assert (found.mean.precision, found.worst.precision) == (1.0, 1.0)


def test_without_a_project_there_is_neither_mean_nor_worst() -> None:
    assert [*folds([], ["data"]).mean, *folds([], []).worst] == [None] * 8


@pytest.mark.parametrize(
    ("one", "missed", "alarm", "misfiled"),
    [
        (row("data", "data"), False, False, False),
        (row("data evaluation", "data"), False, False, True),
        (row("data", ""), True, False, False),
        (row("data", None), True, False, False),
        (row("", "data"), False, True, False),
        (row("", None), False, False, False),
    ],
)
def test_a_wrong_answer_is_wrong_in_one_way(
    one: Row, *, missed: bool, alarm: bool, misfiled: bool
) -> None:
    assert (one.is_missed, one.is_false_alarm, one.is_misfiled) == (missed, alarm, misfiled)


def a_clone(clones: Path, name: str, *, bare: bool = False) -> tuple[str, str, str]:
    """Make a clone with an IO, a look-alike, and a bar raised: return their commits."""
    made = Made(clones / name, bare=bare)
    path, bar = BAR
    made.commit("Begin", {path: bar.format(0.9).encode(), "README.md": b"The bar is high.\n"})
    io = made.commit("Lower the bar", {path: bar.format(0.7).encode()})
    alike = made.commit("Say that the bar is lower", {"README.md": b"The bar is lower.\n"})
    raised = made.commit("Raise the bar", {path: bar.format(0.8).encode()})
    made.done()
    return io, alike, raised


def labels(folder: Path, *rows: str) -> Path:
    """Write a file of labelled changes."""
    file = folder / "labels.csv"
    file.write_text("\n".join([HEADER, *rows, ""]))
    return file


def test_labelled_commits_are_judged_and_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    io, alike, raised = a_clone(tmp_path, "ada/shop")
    file = labels(
        tmp_path,
        f"ada/shop,{io},,Lower the bar,io,evaluation;data,,,the bar falls,high,",
        f"ada/shop,{alike},,,non-io,,,,words alone,medium,evaluation",
        f"ada/shop,{raised},,,io,evaluation,,,it rises,high,",
        f"ada/shop,{raised},,,io,evaluation,,,who knows,low,",
    )
    code = main([str(tmp_path), "--labels", str(file)])
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[0] == "IO-or-not precision 1.00 recall 0.50"
    assert lines[1].startswith("3 changes scored, 0 undecided;")
    assert "evaluation          1.00   0.50      1     0      1" in lines
    assert "data                   -   0.00      0     0      1" in lines
    assert lines[lines.index("Missed: 1") + 1] == f"  ada/shop {raised[:9]} evaluation: it rises"
    assert "False alarms: 0" in lines
    wrong = lines.index("Wrong categories: 1")
    assert lines[wrong + 1] == f"  ada/shop {io[:9]} evaluation, data: the bar falls"
    assert lines[wrong + 2] == "      said: evaluation"
    assert "threshold lowered from 0.9 to 0.7 (rule eval-bar-lowered)" in lines[wrong + 3]
    assert (
        f"  ada/shop {raised[:9]} evaluation: who knows"
        in lines[lines.index("Not scored, of low confidence: 1") :]
    )
    assert lines[-1] == "Not judged: 0"


def test_a_false_alarm_is_shown_with_what_was_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    io, _, _ = a_clone(tmp_path, "ada/shop.git", bare=True)
    file = labels(tmp_path, f"ada/shop,{io},,,non-io,,,,a whim,high,data")
    assert main([str(tmp_path), "--labels", str(file)]) == 0
    text = capsys.readouterr().out
    alarm = text[text.index("False alarms: 1") :].splitlines()
    assert alarm[1] == f"  ada/shop {io[:9]} no IO (like data): a whim"
    assert "threshold lowered from 0.9 to 0.7" in alarm[3]


def test_what_cannot_be_judged_is_named_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    io, _, _ = a_clone(tmp_path, "ada/shop")
    file = labels(
        tmp_path,
        f"ada/shop,{io},,,io,evaluation,,,the bar falls,high,",
        f"ada/shop,{'1' * 40},,,io,data,,,gone,high,",
        f"bob/bank,{'2' * 40},,,non-io,,,,gone too,high,",
    )
    assert main([str(tmp_path), "--labels", str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "IO-or-not precision 1.00 recall 1.00"
    assert lines[-3] == "Not judged: 2"
    assert lines[-2].startswith("  ada/shop 111111111: '1111")
    assert lines[-1] == f"  bob/bank 222222222: there is no clone at {tmp_path}/bob/bank"


def test_all_of_it_can_be_had_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    io, alike, _ = a_clone(tmp_path, "ada/shop")
    file = labels(
        tmp_path,
        f"ada/shop,{io},,,io,evaluation,,,the bar falls,high,",
        f"ada/shop,{alike},,,non-io,,,,words alone,low,evaluation",
    )
    assert main([str(tmp_path), "--labels", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["figures"]["io"] == {
        "right": 1, "wrong": 0, "missed": 0, "precision": 1.0, "recall": 1.0,
    }  # fmt: skip
    assert document["figures"]["categories"]["data"]["recall"] is None
    assert document["projects"]["ada/shop"] == document["figures"]
    assert [each["scored"] for each in document["rows"]] == [True, False]
    assert document["rows"][0]["answer"]["categories"] == ["evaluation"]
    assert document["policies"][0] == "default"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "No such file or directory. Say where they are: make golden CLONES=dir LABELS=file"),
        ("repo,sha\n", "has no column categories, confidence, label, look_alike_of, why"),
        (f"{HEADER}\na/b,1,,,perhaps,,,,,high,\n", ":2: label is io or non-io"),
        (f"{HEADER}\na/b,1,,,io,data,,,,sure,\n", ":2: label is io or non-io"),
        (f"{HEADER}\na/b,1,,,io,date,,,,high,\n", ":2: an io has categories, of data, evaluation"),
        (f"{HEADER}\na/b,1,,,io,,,,,high,\n", ":2: an io has categories"),
    ],
)
def test_labels_that_cannot_be_used_are_an_error_that_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, complaint: str
) -> None:
    file = tmp_path / "labels.csv"
    if text is not None:
        file.write_text(text)
    assert main([str(tmp_path), "--labels", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"golden: {file}")
    assert complaint in said


def test_ordinary_changes_are_drawn_by_a_seed_and_the_flagged_ones_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    io, _, _ = a_clone(tmp_path, "ada/shop")
    a_clone(tmp_path, "bob/bank.git", bare=True)
    assert main([str(tmp_path), "--ordinary", "9"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ada/shop: 1 of 4 flagged (0.25), 0 undecided"
    assert lines[1] == f"  {io[:9]} evaluation: Lower the bar"
    assert "threshold lowered from 0.9 to 0.7" in lines[2]
    assert lines[3].startswith("bob/bank: 1 of 4 flagged")

    def drawn(seed: str) -> list[str]:
        assert main([str(tmp_path), "--ordinary", "2", "--seed", seed, "--json"]) == 0
        clone = json.loads(capsys.readouterr().out)["clones"][0]
        return list(clone["answers"])

    assert drawn("1") == drawn("1")
    assert len({tuple(drawn(str(seed))) for seed in range(8)}) > 1


def test_a_folder_without_clones_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--ordinary", "2"]) == 2
    assert "holds no clones" in capsys.readouterr().err
    (tmp_path / "ada" / "shop").mkdir(parents=True)
    assert main([str(tmp_path), "--ordinary", "2"]) == 2
    assert "its changes cannot be listed" in capsys.readouterr().err
