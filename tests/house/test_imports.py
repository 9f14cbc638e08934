"""Imports point one way, and every module can be imported first."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules

# Each module is imported in a fork of its own, before any other of ours; what we depend on is
# loaded once, because that is what takes the time.
IMPORT_EACH_ALONE = """
import os, sys, traceback
import alembic, fastapi, github, httptools, jinja2, jwt, packaging.requirements, procrastinate
import prometheus_client, psycopg, pydantic, re2, requests, rfc8785, sqlalchemy, structlog, typer
import uvicorn, yaml
failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            __import__(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(" ".join(failed) or 0)
"""
PARTS = 4


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in an empty environment, so that nothing but the code decides."""
    return subprocess.run(command, cwd=ROOT, env={}, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_module_imports_first_and_without_a_warning(part: int) -> None:
    names = modules()[part::PARTS]
    done = run(sys.executable, "-W", "error", "-c", IMPORT_EACH_ALONE, *names)
    assert done.returncode == 0, done.stderr


def test_imports_point_one_way() -> None:
    done = run(str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
