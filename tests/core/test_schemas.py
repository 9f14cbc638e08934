"""The published JSON Schemas are the ones that the code means, and they can refuse."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from fitgate.core.entries import entry_adapter
from fitgate.core.facts_file import facts_json
from fitgate.core.schemas import NAMES, SchemaName, schema
from fitgate.core.verdict import verdict_json
from tests.builders import facts_of
from tests.core.test_entries import ENTRY
from tests.shipped import LIBRARY, ROOT
from tests.verdicts import a_verdict

DOCUMENTS: dict[SchemaName, object] = {
    "facts": facts_json(facts_of()),
    "verdict": verdict_json(a_verdict()),
    "entry": entry_adapter().dump_python(ENTRY, mode="json"),
    "policy": yaml.safe_load(LIBRARY["default"]),
    "cases": yaml.safe_load((ROOT / "policies" / "fitgate.test.yaml").read_text(encoding="utf-8")),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_the_one_that_the_code_means(name: SchemaName) -> None:
    published = (ROOT / "schemas" / f"{name}.v1.json").read_text(encoding="utf-8")
    assert json.loads(published) == schema(name), "run `make schemas`"


@pytest.mark.parametrize("name", NAMES)
def test_a_published_schema_accepts_a_real_document(name: SchemaName) -> None:
    validator = jsonschema.Draft202012Validator(schema(name))
    validator.check_schema(schema(name))
    assert [error.message for error in validator.iter_errors(DOCUMENTS[name])] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_published_schema_refuses_a_key_that_nobody_knows(name: SchemaName) -> None:
    document = DOCUMENTS[name]
    assert isinstance(document, dict)
    assert not jsonschema.Draft202012Validator(schema(name)).is_valid({**document, "aprovals": []})
