"""`fitgate register import` and `export`, as their users start them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from fitgate.core.places import load
from tests.cli.conftest import Fitgate, Scanned
from tests.house.tree import ROOT

PACK = ROOT / "tests/data/pilot-pack"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("io_register.example.yaml", "pilot"),
        ("io_register.template.yaml", "pilot"),
        ("sriocs_template.yaml", "sriocs"),
    ],
)
def test_a_register_goes_in_and_out_without_loss(fitgate: Fitgate, name: str, form: str) -> None:
    taken = fitgate("register", "import", PACK / name, "--format", form, "--out", "taken")
    assert (taken.stderr, taken.returncode) == ("", 0)
    given = fitgate("register", "export", "taken", "--format", form)
    assert (given.stderr, given.returncode) == ("", 0)
    assert load(given.stdout).document == load((PACK / name).read_text()).document


def test_what_was_taken_over_is_shown_like_any_register(fitgate: Fitgate) -> None:
    example = PACK / "io_register.example.yaml"
    taken = fitgate("register", "import", example, "--format", "pilot", "--out", "taken")
    assert taken.stdout == "taken/register.yaml: 2 entries\n"
    shown = fitgate("register", "show", "taken").stdout.splitlines()
    assert shown[1].split()[:4] == ["2026-01-01", "EX-IO-001", "evaluation", "T"]
    told = json.loads(fitgate("register", "show", "taken", "--json").stdout)
    assert told[1]["imported"]["entry"]["io_category"] == ["memory_write_back"]


def test_what_is_wrong_is_named_with_its_place_and_nothing_is_taken_over(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    (tmp_path / "r.yaml").write_text("io_register:\n  - change_id: c\n    ownr: ada\n")
    done = fitgate("register", "import", "r.yaml", "--format", "pilot", "--out", "taken")
    assert done.stderr == (
        "r.yaml:3:5: io_register.0.ownr: there is no key `ownr` here (did you mean `owner`?)\n"
    )
    assert done.returncode == 2
    assert not (tmp_path / "taken").exists()


def test_the_register_of_a_scan_goes_out_in_both_schemas(
    fitgate: Fitgate, scanned: Scanned, tmp_path: Path
) -> None:
    for form in ("pilot", "sriocs"):
        done = fitgate("register", "export", scanned.folder, "--format", form, "--out", "r.yaml")
        assert done.returncode == 0
        entries = yaml.safe_load((tmp_path / "r.yaml").read_text())["io_register"]
        again = fitgate("register", "import", "r.yaml", "--format", form, "--out", form, "--json")
        assert [e["change_id"] for e in json.loads(again.stdout)] == [
            e["change_id"] for e in entries
        ]
        assert entries
