"""`fitgate action`: one job of a GitHub workflow, from its event to the check that it posts."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fitgate.entrypoints.cli import asked
from fitgate.errors import FitgateError, ForgeError, LedgerError

if TYPE_CHECKING:
    from fitgate.adapters.runner import Runner

HELP = """Do what a GitHub workflow runs for: judge a pull request and show it, or look at all.

It reads what GitHub's runner gives (GITHUB_EVENT_NAME, GITHUB_EVENT_PATH and so on), checks nothing
out, and ends with 0 once the check `fitgate` is posted: that check is what a ruleset requires.
"""
_PERMISSIONS = (
    "The workflow needs `permissions:` with checks: write, pull-requests: write, "
    "contents: write (to read alone, without the ledger: read), actions: read and statuses: read."
)
_REFUSED = frozenset({403, 404})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fitgate action",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="print the outputs")
    return parser


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    said = _parser().parse_args(words)
    from fitgate.bootstrap.workflows import runner

    out = sys.stderr if said.as_json else sys.stdout
    job = runner(os.environ, out)
    try:
        return _run(job, as_json=said.as_json)
    except FitgateError as exc:
        job.annotate("error", f"{exc}{_advice(exc)}", title="FITGate")
        raise


def _advice(exc: FitgateError) -> str:
    status = getattr(exc, "status", None)
    refused = isinstance(exc, ForgeError) and status in _REFUSED
    return f" {_PERMISSIONS}" if refused and not isinstance(exc, LedgerError) else ""


def _run(job: Runner, *, as_json: bool) -> int:
    from fitgate.bootstrap.workflows import forward, open_desk
    from fitgate.entrypoints.cli.action_event import occasion
    from fitgate.entrypoints.cli.action_told import outputs, tell
    from fitgate.entrypoints.cli.action_work import Job
    from fitgate.settings import settings

    service, secret = (
        os.environ.get(f"FITGATE_SERVICE_{each}") or "" for each in ("URL", "SECRET")
    )
    if service:
        forward(service, secret, job)
        print("The event was handed on to the service, which judges it.", file=job.out)
        return 0
    now = asked.now()
    why = occasion(job)
    repo, name = job.repository
    with open_desk(repo, name, settings().github, writes_ledger=why.is_trusted) as desk:
        done = Job(desk, why, now, os.environ.get("FITGATE_PILOT") or "").work()
    server = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
    tell(job, why, done, server)
    if as_json:
        print(json.dumps(outputs(done)))
    return 4 if done.failed else 0
