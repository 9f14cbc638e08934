"""An App that is being made on GitHub: what is shown for it, and what is kept of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made: the App's number, its page on GitHub, and the files that were written."""

    app_id: int
    page: str
    files: Sequence[Path]


@dataclass(frozen=True, slots=True)
class Registration:
    """An App in the making; `state` comes back from GitHub with the code, and nobody knows it.

    `public_url` is where GitHub will reach the service; `key_file` and `env_file` are what is
    written: the key, and all settings.
    """

    name: str
    public_url: str
    api_url: str
    key_file: Path
    env_file: Path
    org: str | None = None
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def check(self) -> None:
        """Make sure that what will be had can be kept.

        Raises:
            UserError: when a file is there already, or cannot be written.
        """
        from fitgate.adapters.private_files import refuse_existing

        refuse_existing(self.key_file, self.env_file)

    def form_page(self, redirect_url: str) -> str:
        """Return the page that sends a browser to GitHub, which sends it to `redirect_url`."""
        from fitgate.adapters.github.permissions import PERMISSIONS
        from fitgate.adapters.github.registering import manifest_text
        from fitgate.adapters.pages.setup import form_page

        told = [(each.name, each.level, each.why) for each in PERMISSIONS]
        manifest = manifest_text(self.name, self.public_url, redirect_url)
        return form_page(self.form, manifest, told)

    @property
    def form(self) -> str:
        """Return the address of GitHub's own form."""
        from fitgate.adapters.github.registering import form

        return form(self.api_url, self.org, self.state)

    def headers(self) -> dict[str, str]:
        """Return what goes with both pages: nothing is loaded, framed, stored or told of them."""
        from fitgate.adapters.pages.setup import style_hash

        host = "/".join(self.form.split("/", 3)[:3])
        policy = (
            f"default-src 'none'; style-src '{style_hash()}'; form-action {host}; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }

    def keep(self, code: str) -> Kept:
        """Exchange the code for the App's key, and keep it.

        Raises:
            UserError: when the code is not good, or a file cannot be written.
            ForgeError: when GitHub does not answer.
        """
        from fitgate.adapters.github.registering import registered
        from fitgate.adapters.private_files import keep

        self.check()  # before the code is used up
        made = registered(code, self.api_url)
        keep(self.key_file, made.private_key)
        said = {
            "FITGATE_GITHUB_APP_ID": made.app_id,
            "FITGATE_GITHUB_PRIVATE_KEY_FILE": self.key_file.absolute(),
            "FITGATE_GITHUB_WEBHOOK_SECRET": made.webhook_secret,
            "FITGATE_GITHUB_API_URL": self.api_url,
            "FITGATE_PUBLIC_URL": self.public_url,
        }
        keep(self.env_file, "".join(f"{name}={value}\n" for name, value in said.items()))
        return Kept(made.app_id, made.page, (self.key_file, self.env_file))


def made_page(kept: Kept) -> str:
    """Return the page that says what was made."""
    from fitgate.adapters.pages.setup import made_page as page

    return page(kept.page, [str(path) for path in kept.files])
