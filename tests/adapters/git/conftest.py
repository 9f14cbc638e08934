"""Repositories that tests read and none changes, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.git.making import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "shop")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Made]:
    def _make(name: str, *options: str, bare: bool = False) -> Made:
        return Made(tmp_path / name, *options, bare=bare)

    return _make
