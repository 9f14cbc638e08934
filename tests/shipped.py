"""The policies that come with FITGate, as tests read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
LIBRARY = {"default": (ROOT / "policies" / "fitgate.yaml").read_text(encoding="utf-8")}
