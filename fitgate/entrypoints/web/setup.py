"""`/setup`: makes the App on GitHub, once, for whoever has the token that was printed."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fitgate.bootstrap import Kept, Registration, made_page
from fitgate.entrypoints.web.answers import refused
from fitgate.entrypoints.web.logs import log, why
from fitgate.errors import DeliveryError, FitgateError, UserError

BACK = "/setup/created"
"""Where GitHub sends the browser to."""


@dataclass
class Setup:
    """An App in the making. `url` is where browsers reach this, `token` lets somebody in once."""

    registration: Registration
    url: str
    token: str
    kept: Kept | None = None

    def join(self, app: FastAPI) -> None:
        """Serve the pages."""
        app.add_route("/setup", self.begin)
        app.add_route(BACK, self.created)

    async def begin(self, request: Request) -> Response:
        """Show what will be asked for, and the button that asks."""
        if not _same(request.query_params.get("token", ""), self.token) or self.kept:
            return refused(
                DeliveryError("Open the address that was printed when this was started.", 403)
            )
        page = self.registration.form_page(f"{self.url}{BACK}")
        return HTMLResponse(page, headers=self.registration.headers())

    async def created(self, request: Request) -> Response:
        """Take the code that GitHub sent the browser with, and keep what it gives for it."""
        state = request.query_params.get("state", "")
        if not _same(state, self.registration.state) or self.kept:
            return refused(DeliveryError("This was not begun here, or it has ended.", 403))
        try:
            code = request.query_params.get("code", "")
            kept = await asyncio.to_thread(self.registration.keep, code)
        except FitgateError as exc:
            log().warning("app not made", **why(exc))
            return refused(DeliveryError(str(exc), 400 if isinstance(exc, UserError) else 502))
        self.kept = kept
        log().info("app made", app_id=kept.app_id, files=[str(path) for path in kept.files])
        return HTMLResponse(made_page(kept), headers=self.registration.headers())


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
