"""The page that begins an App on GitHub, and the one that says that it is made."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from jinja2 import Environment
from markupsafe import Markup

from fitgate.adapters.pages.drawn import csp_hash, environment, source


def form_page(action: str, manifest: str, permissions: Sequence[tuple[str, str, str]]) -> str:
    """Return the page whose button posts a manifest; `permissions`: name, level, why."""
    return _page("setup.html", action=action, manifest=manifest, permissions=permissions)


def made_page(page: str, files: Sequence[str]) -> str:
    """Return the page that says what is made, and where it is kept; no secret is on it."""
    return _page("setup_made.html", page=page, files=files)


def style_hash() -> str:
    """Return what allows our style in a content security policy."""
    return csp_hash(source("register.css"))


def _page(name: str, **values: object) -> str:
    style = Markup(source("register.css"))  # noqa: S704 - ours
    return _templates().get_template(name).render(style=style, **values)


@functools.cache
def _templates() -> Environment:
    return environment()
