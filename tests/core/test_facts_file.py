"""The digest of facts: canonical bytes, whoever writes them."""

import hashlib

import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from fitgate.core.facts import File, Setting
from fitgate.core.facts_file import facts_adapter, facts_digest
from tests.builders import facts_of

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
