"""Fixtures: a repository whose only FITGate is its workflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.action.job import Workshop, workshop
from tests.twin.conftest import twin
from tests.twin.github import Twin

__all__ = ["twin"]


@pytest.fixture
def shop(twin: Twin, tmp_path: Path) -> Workshop:
    return workshop(twin, tmp_path)
