"""A forge that serves one repository by git's own HTTP backend, and may refuse to."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

ASKED = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH")


@dataclass
class Forge:
    """Where it is, and what it lets others do."""

    url: str = ""
    may_read: bool = True
    may_write: bool = False


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def forge(repository: Path) -> Iterator[Forge]:
    """Serve a bare repository on the loopback interface."""
    told = Forge()

    def answer(asked: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        writes = "git-receive-pack" in asked["PATH_INFO"] + asked["QUERY_STRING"]
        if not (told.may_write if writes else told.may_read):
            start("403 Forbidden", [])
            return [b""]
        environment = {name: str(asked.get(name) or "") for name in ASKED} | {
            "PATH": os.defpath,
            "GIT_PROJECT_ROOT": str(repository.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.receivepack",
            "GIT_CONFIG_VALUE_0": "true",
            "HTTP_CONTENT_ENCODING": asked.get("HTTP_CONTENT_ENCODING", ""),
            "GIT_PROTOCOL": asked.get("HTTP_GIT_PROTOCOL", ""),
        }
        body = asked["wsgi.input"].read(int(asked.get("CONTENT_LENGTH") or 0))
        command = ["git", "http-backend"]
        done = subprocess.run(command, env=environment, input=body, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in head.decode().split("\r\n"))
        start("200 OK", [(name, value) for name, _, value in lines])
        return [content]

    server = make_server("127.0.0.1", 0, answer, handler_class=Quiet)
    told.url = f"http://127.0.0.1:{server.server_port}/{repository.name}"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
