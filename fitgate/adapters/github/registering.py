"""An App in the making: GitHub is asked for it by a form, and gives its key for a code."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from github import Github

from fitgate.adapters.github.app import API_VERSION, DEFAULT_URL, translated
from fitgate.adapters.github.permissions import manifest
from fitgate.errors import ForgeError, UserError

_CODE = re.compile(r"[\w-]{1,200}", re.ASCII)
_TIMEOUT = 30
WITHIN = "Within an hour it must be begun and ended: begin again."


@dataclass(frozen=True, slots=True)
class Registered:
    """What GitHub gave: the App's number and page, its private key and its webhook's secret."""

    app_id: int
    page: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


def form(api_url: str, org: str | None, state: str) -> str:
    """Return the address that a manifest is posted to: GitHub's own page, in a browser."""
    web = "https://github.com" if api_url == DEFAULT_URL else api_url.removesuffix("/api/v3")
    whose = f"organizations/{quote(org, safe='')}/" if org else ""
    return f"{web}/{whose}settings/apps/new?state={quote(state, safe='')}"


def manifest_text(name: str, public_url: str, redirect_url: str) -> str:
    """Return the manifest as it is posted."""
    return json.dumps(manifest(name, public_url, redirect_url))


def registered(code: str, api_url: str = DEFAULT_URL) -> Registered:
    """Exchange the code that GitHub gave the browser; it is good for once.

    Raises:
        UserError: when it is no code, or not good any more.
        ForgeError: when GitHub does not answer.
    """
    if not _CODE.fullmatch(code):
        raise UserError(f"GitHub sent no code that could be exchanged. {WITHIN}")
    github = Github(base_url=api_url, timeout=_TIMEOUT, api_version=API_VERSION, retry=None)
    try:
        with translated("the App's key could not be had"):
            path = f"/app-manifests/{code}/conversions"
            _, said = github.requester.requestJsonAndCheck("POST", path)
    except ForgeError as exc:
        if exc.status == 404:  # noqa: PLR2004 - as HTTP has it
            raise UserError(f"GitHub does not know this code, or no more. {WITHIN}") from None
        raise
    finally:
        github.close()
    return Registered(said["id"], said["html_url"], said["pem"], said["webhook_secret"])
