"""A register that was taken over: written as one of ours, read again without loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.adapters.register_files import read_yaml, refuse_foreign, write_imported
from fitgate.core.inert import inert
from fitgate.core.interchange.registers import read_register
from fitgate.core.interchange.registers_out import yaml_text
from fitgate.core.reading import parse_policy
from fitgate.core.register import RegisterEntry
from fitgate.errors import UserError
from tests.house.tree import ROOT
from tests.shipped import LIBRARY

POLICY = parse_policy(LIBRARY["default"], "default", LIBRARY).policy
EXAMPLE = (ROOT / "tests/data/pilot-pack/io_register.example.yaml").read_text()


def read(text: str) -> Sequence[RegisterEntry]:
    return read_register(text, "register.yaml", "pilot", POLICY)


def test_entries_are_read_as_they_were_written(tmp_path: Path) -> None:
    entries = read(EXAMPLE)
    path = write_imported(tmp_path, entries)
    assert sorted(read_yaml(path), key=lambda e: e.change_id) == list(entries)
    assert write_imported(tmp_path, entries[:1]) == path
    assert len(read_yaml(path)) == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_what_a_stranger_wrote_is_shown_inert_and_handed_back_as_it_was(note: str) -> None:
    text = yaml_text({"io_register": [{"change_id": "c", "notes": note, "system": note}]})
    with TemporaryDirectory() as folder:
        path = write_imported(Path(folder), read(text))
        (entry,) = read_yaml(path)
        written = path.read_text().replace("\n", "")
    assert entry.imported is not None
    assert entry.imported.entry["notes"] == note
    assert inert(written) == written


def test_neither_kind_of_register_is_written_over_the_other(tmp_path: Path) -> None:
    write_imported(tmp_path, read(EXAMPLE))
    with pytest.raises(UserError, match="was not written by a scan"):
        refuse_foreign(tmp_path)
    (tmp_path / "register.yaml").write_text("# IO register, proposed by FITGate: …\n")
    with pytest.raises(UserError, match="is another register, and would be lost"):
        write_imported(tmp_path, read(EXAMPLE))
