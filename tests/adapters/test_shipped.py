"""The policies that come with FITGate are there, wherever it is installed."""

import pytest

from fitgate.adapters.shipped import ShippedPolicies
from fitgate.core.reading import parse_policy


def test_every_shipped_policy_can_be_used() -> None:
    library = ShippedPolicies()
    assert "default" in library
    assert len(library) == len(list(library))
    for name in library:
        assert parse_policy(library[name], name, library).policy.version == 1


def test_what_is_not_shipped_is_not_there() -> None:
    with pytest.raises(KeyError):
        ShippedPolicies()["../../etc/passwd"]
