"""Registers of others: both schemas of the pilot pack, in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.inert import inert
from fitgate.core.interchange.registers import Form, read_register
from fitgate.core.interchange.registers_out import register_text, yaml_text
from fitgate.core.places import load
from fitgate.core.reading import parse_policy
from fitgate.core.register import Evidence, RegisterEntry, register_adapter
from fitgate.errors import ImportProblemsError
from tests.house.tree import ROOT
from tests.shipped import LIBRARY

POLICY = parse_policy(LIBRARY["default"], "default", LIBRARY).policy
PACK = ROOT / "tests/data/pilot-pack"
FILES: list[tuple[str, Form]] = [
    ("io_register.example.yaml", "pilot"),
    ("io_register.template.yaml", "pilot"),
    ("sriocs_template.yaml", "sriocs"),
]


def read(text: str, form: Form) -> list[RegisterEntry]:
    return read_register(text, "register.yaml", form, POLICY)


def refused(text: str, form: Form) -> list[str]:
    with pytest.raises(ImportProblemsError) as caught:
        read(text, form)
    return str(caught.value).splitlines()


def through_a_file(entries: list[RegisterEntry]) -> list[RegisterEntry]:
    """Write entries as the register keeps them, and read them again."""
    adapter = register_adapter()
    return [adapter.validate_json(adapter.dump_json(entry)) for entry in entries]


@pytest.mark.parametrize(("name", "form"), FILES)
def test_every_file_of_the_pack_comes_out_as_it_went_in(name: str, form: Form) -> None:
    text = (PACK / name).read_text()
    entries = through_a_file(read(text, form))
    assert load(register_text(entries, form, POLICY)).document == load(text).document


def test_the_example_is_read_into_the_canonical_schema() -> None:
    entry, memory = read((PACK / "io_register.example.yaml").read_text(), "pilot")
    assert (entry.change_id, entry.date_utc, entry.owner, entry.system) == (
        "EX-IO-001",
        date(2026, 1, 1),
        "team@example.com",
        "toy-agent-pipeline",
    )
    assert (entry.io_category, memory.io_category) == (("evaluation",), ("data",))
    assert entry.required_evidence["rollback_procedure"] == Evidence(
        None, None, "declared", "feature flag + disable path"
    )
    assert entry.cooldown_hours == 48
    assert entry.circuit_breakers[0].threshold == "N_consecutive >= 3"
    assert (memory.notes, memory.is_io, memory.outcome) == (None, True, "UNDECIDED")


def test_a_template_leaves_open_what_nobody_has_filled_in() -> None:
    (entry,) = read((PACK / "sriocs_template.yaml").read_text(), "sriocs")
    assert (entry.change_id, entry.date_utc, entry.owner, entry.io_sr) == (
        "",
        None,
        None,
        (1, 2, 3, 4, 5),
    )
    assert entry.required_evidence["rollback_drill"] is None
    assert entry.thresholds.vl_max_hours == 72
    assert entry.bypass_events == ()


def test_one_schema_is_written_in_the_other() -> None:
    entries = read((PACK / "io_register.example.yaml").read_text(), "pilot")
    (first, _) = yaml.safe_load(register_text(entries, "sriocs", POLICY))["io_register"]
    assert first["date"] == "2026-01-01"
    assert first["io_category"] == ["IO-SR-4"]
    assert first["required_evidence"] == [
        "config_or_data_lineage",
        "evaluation_plan_and_expected_closure_time: independent evaluator + disagreement tracking",
        "rollback_procedure: feature flag + disable path",
        "rollback_drill_record_or_plan: monthly drill",
        "closure_definition: external eval must complete within 24h",
    ]
    assert first["approvals"]["safety_assurance_owner"] == "RACI: Safety/Assurance"
    again = read(register_text(entries, "sriocs", POLICY), "sriocs")
    assert [(e.io_category, e.owner) for e in again] == [(e.io_category, e.owner) for e in entries]


def test_what_was_changed_since_goes_out_changed_and_the_rest_as_it_was() -> None:
    entry, other = read((PACK / "io_register.example.yaml").read_text(), "pilot")
    text = register_text([replace(entry, owner="ada", notes=None), other], "pilot", POLICY)
    document: Any = load((PACK / "io_register.example.yaml").read_text()).document
    document["io_register"][0] |= {"owner": "ada", "notes": ""}
    assert load(text).document == document


@pytest.mark.parametrize(
    ("text", "form", "told"),
    [
        ("- 1\n", "pilot", ["1:1: is no register (begin with `io_register:`)"]),
        ("io_registers: []\n", "pilot", [
            "1:1: io_register: needs the key `io_register`",
            "1:1: io_registers: there is no key `io_registers` here (did you mean `io_register`?)",
        ]),
        (
            "io_register:\n  - change_id: c\n    date: '2026-01-01'\n    ownr: ada\n",
            "pilot",
            [
                "3:5: io_register.0.date: there is no key `date` here (did you mean `date_utc`?)",
                "4:5: io_register.0.ownr: there is no key `ownr` here (did you mean `owner`?)",
            ],
        ),
        (
            "io_register:\n  - change_id: c\n    date: 2026-02-30\n    cooldown_hours: -1\n",
            "sriocs",
            [
                "3:5: io_register.0.date: day is out of range for month",
                "4:5: io_register.0.cooldown_hours: Input should be greater than or equal to 0",
            ],
        ),
        (
            "io_register:\n  - change_id: c\n    io_category: [memory_write_bak, IO-SR-9]\n",
            "pilot",
            [
                "3:19: io_register.0.io_category.0: `memory_write_bak` is the key of no category",
                "3:37: io_register.0.io_category.1: `IO-SR-9` is the key of no category",
            ],
        ),
        (
            "io_register:\n  - change_id: c\n    notes: !!binary aGVsbG8=\n",
            "pilot",
            ["3:5: io_register.0.notes: is of a type that a register cannot hold"],
        ),
        ("io_register: [\n", "pilot", ["2:1: is not YAML"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_named_with_its_place(text: str, form: Form, told: list[str]) -> None:
    said = refused(text, form)
    assert [s[: len("register.yaml:" + t)] for s, t in zip(said, told, strict=True)] == [
        f"register.yaml:{each}" for each in told
    ]


def test_what_would_steer_a_terminal_is_escaped_and_means_the_same() -> None:
    written = yaml_text({"a": "x\u202ey", "b": "数据\nzwei"})
    assert inert(written.replace("\n", "")) == written.replace("\n", "")
    assert yaml.safe_load(written) == {"a": "x\u202ey", "b": "数据\nzwei"}
    assert "数据" in yaml_text({"b": "数据"})


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
maybe = texts | st.none()
keys = st.sampled_from(["self_eval_gating", "memory_write_back", "data", "supply-chain", "IO-SR-2"])
days = st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(str) | st.sampled_from(["", None])
evidence = texts | st.sampled_from(["evaluation_plan", "closure_definition: soon", "other: x"])
pairs = st.dictionaries(texts, maybe, min_size=1, max_size=1)
owners = st.fixed_dictionaries(
    {},
    optional={
        "release_owner": maybe, "safety_or_assurance_owner": maybe, "safety_assurance_owner": maybe,
    },
)  # fmt: skip
common = {
    "owner": maybe, "description": maybe, "approvals": owners | st.none(),
    "io_category": st.lists(keys, max_size=3) | keys,
    "why_io": st.lists(texts, max_size=3) | texts | st.none(),
    "required_evidence": st.lists(evidence | pairs, max_size=3),
}  # fmt: skip
numbers = st.none() | st.integers(0, 1000) | st.floats(0, 1000)
pilot_entries = st.fixed_dictionaries(
    {"change_id": texts},
    optional={
        **common, "date_utc": days, "system": maybe, "notes": maybe,
        "cooldown_required": st.booleans() | st.none(),
        "circuit_breakers": st.lists(st.fixed_dictionaries(
            {"name": texts}, optional={"threshold": maybe | st.integers(0, 9), "action": maybe}
        ), max_size=2),
    },
)  # fmt: skip
sriocs_entries = st.fixed_dictionaries(
    {"change_id": texts},
    optional={
        **common, "date": days, "cooldown_hours": numbers,
        "thresholds": st.fixed_dictionaries(
            {}, optional={"vl_max_hours": numbers, "gbr_max_per_week": numbers}
        ),
        "bypass_events": st.lists(st.fixed_dictionaries(
            {}, optional={"bypassed": st.booleans(), "reason": maybe, "remediation": maybe}
        ), max_size=2),
    },
)  # fmt: skip


@given(
    st.tuples(st.just("pilot"), st.lists(pilot_entries, max_size=3))
    | st.tuples(st.just("sriocs"), st.lists(sriocs_entries, max_size=3))
)
def test_whatever_a_register_holds_comes_out_as_it_went_in(
    told: tuple[Form, list[Any]],
) -> None:
    form, entries = told
    text = yaml_text({"io_register": entries})
    found = through_a_file(read(text, form))
    assert load(register_text(found, form, POLICY)).document == {"io_register": entries}
