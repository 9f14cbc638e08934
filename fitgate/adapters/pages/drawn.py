"""What all that is drawn from a template has in common: inert texts, our own styles and scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from fitgate.core.inert import inert

FOLDER = Path(__file__).parent / "templates"


def environment(filters: Mapping[str, Callable[..., Any]] | None = None) -> Environment:
    """Return what renders our templates: all texts are inert and escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters or {}
    return made


def _finalize(value: Any) -> Any:  # noqa: ANN401 - whatever a template shows
    """Make every text inert before it is escaped, wherever it comes from."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def source(name: str) -> str:
    """Return a style or a script of ours."""
    return (FOLDER / name).read_text(encoding="utf-8")


def csp_hash(text: str) -> str:
    """Return what a content security policy allows a text by (https://www.w3.org/TR/CSP3/)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
