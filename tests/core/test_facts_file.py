"""The digest of facts: canonical bytes, whoever writes them."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from fitgate.core.facts import Approval, Evaluation, File, Setting
from fitgate.core.facts_file import facts_adapter, facts_digest, facts_json, parse_facts
from fitgate.errors import FactsError
from tests.builders import NOW, facts_of

SAFE = 2.0**53 - 1


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-SAFE, max_value=SAFE))
@example(1e-6)
@example(1e-7)
@example(123456789012345.6)
@example(-0.0)
@example(3.0)
def test_a_digest_is_that_of_the_canonical_form_whatever_the_number(number: float) -> None:
    setting = Setting("k", "changed", 1, number)
    facts = facts_of(files=(File("a.yaml", "modified", settings=(setting,)),))
    document = facts_adapter().dump_python(facts, mode="json", exclude_defaults=True)
    canonical = hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    assert facts_digest(facts) == f"sha256:{canonical}"


LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"files": (File("a", "added"), File("a", "removed"))}, "files: a stands here twice"),
        (
            {"files": (File("a", "added", oid_after="xyz"),)},
            "files.0.oid_after: 'xyz' is no object",
        ),
        ({"approvals": (Approval("x", LATER),)}, "approvals.0.at: lies after as_of"),
        (
            {"evaluations": (Evaluation("e", "passed", LATER),)},
            "evaluations.0.at: lies after as_of",
        ),
    ],
)
def test_facts_that_contradict_themselves_are_refused(changes: dict[str, Any], words: str) -> None:
    text = json.dumps(facts_json(facts_of(**changes)))
    with pytest.raises(FactsError, match=words):
        parse_facts(text, "f.json")


def test_a_key_that_stands_twice_is_refused() -> None:
    text = json.dumps(facts_json(facts_of()))
    twice = text.replace('"forge":', '"forge": "gitlab", "forge":', 1)
    with pytest.raises(FactsError, match="the key 'forge' stands twice"):
        parse_facts(twice, "f.json")
