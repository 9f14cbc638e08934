"""The register in files: valid, whole, and harmless to whoever opens them."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import yaml

from fitgate.adapters.pages.register import write_page
from fitgate.adapters.register_files import (
    MARK,
    Writer,
    atomic,
    harmless,
    read_yaml,
    write_csv,
    write_files,
    write_json,
    write_verdicts,
    write_yaml,
)
from fitgate.core.classes import Ground
from fitgate.core.reclassified import Nature, Reclassified, Said
from fitgate.core.register import Register, RegisterEntry, ReviewMark
from fitgate.core.review import Known, Review, merge
from fitgate.core.words.register import CSV
from fitgate.errors import RegisterError, UserError
from tests.builders import NOW
from tests.hostile import HOSTILE, is_inert
from tests.registers import LOWERED, REMOVED, a_register, an_entry, landed, the_policy

Golden = Callable[[str, str], None]
WRITERS: dict[str, Writer] = {
    "register.yaml": write_yaml,
    "register.csv": write_csv,
    "register.html": write_page,
    "register.json": write_json,
    "verdicts.json": write_verdicts,
}


def entries() -> list[RegisterEntry]:
    """Return an entry of every standing that a page must show, and one that could not be told."""
    amended = ReviewMark("amended", "ada", NOW, "it is the data that went", ("data",))
    return [
        replace(an_entry(landed(40, 1)), reverted_by="f" * 40),
        an_entry(replace(landed(20, 2, title="提高门槛"), approvals=())),
        replace(an_entry(landed(6, 3), LOWERED, REMOVED), review=amended, owner="team-evals"),
        an_entry(replace(landed(5, 4, title="Hotfix: stop the loop"), approvals=None)),
        an_entry(landed(4, 5), is_io=None),
        reclassified(6, ("amended", "ada", ("data",))),
        reclassified(7, ("disputed", "ada", None), ("disputed", "grace", None)),
    ]


def reclassified(
    number: int, *said: tuple[Literal["amended", "disputed"], str, tuple[str, ...] | None]
) -> RegisterEntry:
    """Return an entry of which some people say that it is something else."""
    facts = landed(3, number)
    reviews = [
        Review(str(facts.change.head), status, by, NOW, f"says {by}", categories=categories)
        for status, by, categories in said
    ]
    return merge(an_entry(facts), reviews, Known(facts, the_policy()))


def written(write: Writer, register: Register) -> str:
    out = io.StringIO(newline="")
    write(register, out)
    return out.getvalue()


def hostile_register() -> Register:
    found = [
        an_entry(
            landed(n, n, title=text, labels=(text,), trailers=()),
            replace(LOWERED, file=text, key=text, after=text),
            source=text,
        )
        for n, text in enumerate(HOSTILE)
    ]
    marked = [
        replace(
            e,
            owner=t,
            review=ReviewMark("disputed", t, NOW, t, (t,)),
            grounds=(Ground(t, t, t), Ground("io-class:T", "rule x", t)),
            reclassified=Reclassified(
                Nature(is_io=True, categories=(t,), classes=(), io_sr=()),
                (Said(t, NOW, t, (t,), (t,), (t,), counts=False, waits=t),),
            ),
        )
        for e, t in zip(found, HOSTILE, strict=True)
    ]
    return replace(a_register(marked), repository=HOSTILE[0], unclaimed=(HOSTILE[1],))


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_reads_as_it_always_did(name: str, golden: Golden) -> None:
    register = replace(a_register(entries()), unclaimed=("#99",))
    golden(f"register/{name}", written(WRITERS[name], register))


@pytest.mark.parametrize("name", WRITERS)
def test_what_strangers_wrote_is_inert_in_every_file(name: str) -> None:
    assert is_inert(written(WRITERS[name], hostile_register()))


def test_the_yaml_is_valid_and_in_order() -> None:
    document = yaml.safe_load(written(write_yaml, a_register(entries())))
    assert list(document) == ["io_register", "undecided", "reclassified_not_io"]
    assert [e["number"] for e in document["io_register"]] == [1, 2, 3, 4, 6]
    assert [e["number"] for e in document["undecided"]] == [5]
    assert [e["number"] for e in document["reclassified_not_io"]] == [7]
    assert list(document["io_register"][0])[:4] == ["change_id", "date_utc", "owner", "system"]


def test_an_empty_register_is_still_one(tmp_path: Path) -> None:
    register = a_register([], others=0)
    assert yaml.safe_load(written(write_yaml, register)) == {"io_register": [], "undecided": []}
    assert json.loads(written(write_json, register))["io_register"] == []
    assert json.loads(written(write_verdicts, register)) == []
    assert "No irreversible operation was found" in written(write_page, register)
    with atomic(tmp_path / "register.yaml") as out:
        write_yaml(register, out)
    assert read_yaml(tmp_path / "register.yaml") == []


def test_what_was_written_can_be_read_again(tmp_path: Path) -> None:
    with atomic(tmp_path / "register.yaml") as out:
        write_yaml(a_register(entries()), out)
    assert read_yaml(tmp_path / "register.yaml") == entries()


@pytest.mark.parametrize(
    "text", ["", "a: [", "io_register: []\n", "io_register: [1]\nundecided: []\n"]
)
def test_what_is_no_register_is_not_read_as_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "register.yaml").write_text(text)
    with pytest.raises(RegisterError, match="is no register"):
        read_yaml(tmp_path / "register.yaml")


def test_a_register_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Name a folder that a scan wrote into"):
        read_yaml(tmp_path / "register.yaml")


def test_a_row_is_an_entry_and_no_cell_a_formula() -> None:
    text = written(write_csv, hostile_register())
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len(rows) == len(HOSTILE) + 1
    assert all(len(row) == len(CSV) for row in rows)
    assert not [
        cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}
    ]
    assert text.count("\r\n") == text.count("\n")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"


def test_verdicts_are_one_object_a_line() -> None:
    text = written(write_verdicts, a_register(entries()))
    lines = text.splitlines()[1:-1]
    assert len(lines) == len(json.loads(text)) == 10
    assert {*json.loads(lines[0].rstrip(","))} == {"change", "verdict", "standing"}


def test_the_json_counts_what_it_lists() -> None:
    document = json.loads(written(write_json, a_register(entries())))
    assert document["counts"]["io"] == len(document["io_register"]) == 5
    assert document["counts"]["unknown"] == len(document["undecided"]) == 1


def test_files_are_whole_or_not_there(tmp_path: Path) -> None:
    def failing(_: Register, out: io.TextIOBase) -> None:
        out.write("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_files(tmp_path, a_register([]), {"register.csv": failing})  # type: ignore[dict-item] # a StringIO would do
    assert list(tmp_path.iterdir()) == []


def test_a_scan_may_write_over_a_scans_register(tmp_path: Path) -> None:
    for _ in range(2):
        (first, *_rest) = write_files(tmp_path, a_register([]), WRITERS)
    assert first.read_text().startswith(MARK)
    assert {path.name for path in tmp_path.iterdir()} == {*WRITERS}


def test_reviews_under_the_same_name_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "register.yaml").write_text("- change: abcdef1\n")
    with pytest.raises(UserError, match="was not written by a scan"):
        write_files(tmp_path, a_register([]), WRITERS)
    assert (tmp_path / "register.yaml").read_text() == "- change: abcdef1\n"


def test_a_folder_that_cannot_be_written_is_the_users_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"), atomic(tmp_path / "file" / "x"):
        pass
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot be written"), atomic(tmp_path / "folder") as out:
        out.write("text")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder"}
