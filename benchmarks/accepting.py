"""`python -m benchmarks.accepting`: `fitgate serve` beside probot, which keeps nothing."""

# probot is installed beforehand: `npm install probot@14` in a folder, named by --probot. Its
# handler is empty; and a pull request that was closed unmerged, which is sent, gives nothing to do.

from __future__ import annotations

import argparse
import hashlib
import hmac
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.sender import Sent, Target, payload, sent
from benchmarks.table import Row, code_of, tell_rows
from tests.postgres import databases, programs

SECRET = "a secret of the benchmark's"  # noqa: S105 - it guards nothing
AT_ONCE, WARM, COUNT = 32, 500, 6_000
RATE, BOUNDED = 400, 2_000
LEAST_SQLITE, LEAST_POSTGRES, MOST_P99, MOST_LATE = 0.45, 0.3, 30.0, 2.5
_PROBOT = """
import {Server, Probot} from "probot";
import {generateKeyPairSync} from "node:crypto";
const {privateKey} = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: {type: "pkcs8", format: "pem"},
  publicKeyEncoding: {type: "spki", format: "pem"},
});
const server = new Server({
  port: Number(process.env.PORT),
  host: "127.0.0.1",
  Probot: Probot.defaults({
    appId: 1, privateKey, secret: process.env.SECRET, logLevel: "error",
  }),
});
await server.load((app) => { app.on("pull_request", async () => {}); });
await server.start();
"""


def main() -> int:
    """Measure in turns, print the rows; return 1 if a limit is broken."""
    parser = argparse.ArgumentParser(prog="benchmarks.accepting", description=__doc__)
    parser.add_argument("--probot", type=Path, help="a folder with node_modules/probot")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    rows = [*accept_rows(asked.probot, asked.rounds)]
    tell_rows(rows)
    return code_of(rows)


def accept_rows(probot: Path | None, rounds: int) -> Iterator[Row]:
    """Send the same to each in turn, in a rush and at a bounded rate."""
    with tempfile.TemporaryDirectory() as name, servers(Path(name), probot) as ports:
        rushes: dict[str, list[Sent]] = {server: [] for server in ports}
        steady: dict[str, list[Sent]] = {server: [] for server in ports}
        for server, port in ports.items():
            sent(_target(server, port), "warm", WARM, at_once=AT_ONCE)
        for number in range(rounds):
            for server, port in ports.items():
                to = _target(server, port)
                rushes[server].append(sent(to, f"r{number}", COUNT, at_once=AT_ONCE))
                pace = sent(to, f"s{number}", BOUNDED, at_once=AT_ONCE, rate=RATE)
                steady[server].append(pace)
                time.sleep(0.5)  # what waits is done before the next has its turn
    for server in ports:
        yield from _rows(server, rushes, steady)


def _rows(
    server: str, rushes: Mapping[str, Sequence[Sent]], steady: Mapping[str, Sequence[Sent]]
) -> Iterator[Row]:
    """Compare one server with probot; the middle of all rounds counts."""
    rush, pace = _middle(rushes[server]), _middle(steady[server], by="p99")
    told = f"{rush.rate:,.0f} a second, p50 {rush.p50:.1f}, p99 {rush.p99:.1f} ms"
    at_a_rate = f"p50 {pace.p50:.1f} ms at {RATE} a second"
    if server == "probot":
        yield Row("probot, an empty handler", f"{rush.rate:,.0f}", "", None, told)
        yield Row(f"probot: p99 at {RATE} a second, ms", f"{pace.p99:.1f}", "", None, at_a_rate)
        return
    least = LEAST_SQLITE if server == "SQLite" else LEAST_POSTGRES
    what, late = f"serve on {server} / probot, accepted", f"serve on {server} / probot, p99"
    if "probot" not in rushes:
        yield Row(what, "-", f">= {least:g}", None, f"{told}; no probot")
        yield Row(late, "-", f"<= {MOST_LATE:g}", None, f"p99 {pace.p99:.1f}, {at_a_rate}")
        return
    beside = _middle(rushes["probot"]).rate
    ratio = rush.rate / beside
    yield Row(what, f"{ratio:.2f}", f">= {least:g}", ratio >= least, told)
    if server == "SQLite":
        limit, kept = f"<= {MOST_P99:g}", rush.p99 <= MOST_P99
        yield Row("serve on SQLite: p99 in a rush, ms", f"{rush.p99:.1f}", limit, kept)
    ratio = pace.p99 / _middle(steady["probot"], by="p99").p99
    kept = ratio <= MOST_LATE
    note = f"p99 {pace.p99:.1f}, {at_a_rate}"
    yield Row(late, f"{ratio:.2f}", f"<= {MOST_LATE:g}", kept, note)


def _middle(rounds: Sequence[Sent], by: str = "rate") -> Sent:
    return sorted(rounds, key=lambda each: float(getattr(each, by)))[len(rounds) // 2]


@contextmanager
def servers(folder: Path, probot: Path | None) -> Iterator[dict[str, int]]:
    """Run all of them; give the port of each."""
    running: list[subprocess.Popen[bytes]] = []
    ports: dict[str, int] = {}

    def start(name: str, command: Sequence[str], where: Path, **settings: str) -> None:
        ports[name] = port = _free_port()
        words = [each.replace("PORT", str(port)) for each in command]
        environment = {**os.environ, **settings, "PORT": str(port), "SECRET": SECRET}
        log = (folder / f"{name}.log").open("wb")
        running.append(subprocess.Popen(words, cwd=where, env=environment, stdout=log, stderr=log))
        _wait_for(name, port, running[-1], folder / f"{name}.log")

    ours = [sys.executable, "-m", "fitgate", "serve", "--port", "PORT"]
    told = {
        "FITGATE_GITHUB_WEBHOOK_SECRET": SECRET,
        "FITGATE_GITHUB_TOKEN": "none",
        "FITGATE_GITHUB_API_URL": "http://127.0.0.1:9",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    try:
        if probot is not None:
            (probot / "fitgate-benchmark.mjs").write_text(_PROBOT)
            start("probot", ["node", "fitgate-benchmark.mjs"], probot)
        start("SQLite", ours, folder, **told, FITGATE_DATABASE_URL="sqlite:///bench.db")
        if programs() is None:
            yield ports
            return
        with databases(folder, "bench", durable=True) as make:
            start("PostgreSQL", [*ours, "--no-worker"], folder, **told, FITGATE_DATABASE_URL=make())
            yield ports
            running[-1].terminate()
            running.pop().wait(30)
    finally:
        for each in running:
            each.terminate()
            each.wait(30)


def _target(server: str, port: int) -> Target:
    body = payload()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    path = "/api/github/webhooks" if server == "probot" else "/hooks/github"
    return Target(port, path, "pull_request", f"sha256={signature}", body)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(name: str, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"benchmarks: {name} did not start: {log.read_text()[-2000:]}")


if __name__ == "__main__":
    sys.exit(main())
