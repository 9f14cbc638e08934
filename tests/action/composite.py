"""Runs the steps of a composite action as they stand in its file, as GitHub's runner does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.house.tree import ROOT

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_EQUALS = re.compile(r"([\w.-]+) == '(\w*)'")
_TOLD = re.compile(r"^([\w-]+)(?:=([^\n]*)|<<(\S+)\n(.*?)\n\3)$", re.MULTILINE | re.DOTALL)
_OFFLINE = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}


@dataclass
class Composite:
    """An action and what its steps may name; `ran` tells which were run, `log` what they said."""

    file: Path
    environment: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    github: Mapping[str, str] = field(default_factory=dict)
    online: bool = False
    ran: list[str] = field(default_factory=list)
    log: str = ""
    _steps: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.document: dict[str, Any] = yaml.safe_load(self.file.read_text(encoding="utf-8"))

    def run(self) -> int:
        """Run all steps, up to the first that fails; return the exit code."""
        for number, step in enumerate(self.document["runs"]["steps"]):
            if "if" in step and not self._holds(step["if"]):
                continue
            self.ran.append(step["name"])
            if "uses" in step:
                self._cached(step)
                continue
            assert step["shell"] == "bash"
            code = self._script(step, number)
            if code:
                return code
        return 0

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the action."""
        told = self.document["outputs"]
        return {name: self._said(one["value"]) for name, one in told.items()}

    def _script(self, step: Mapping[str, Any], number: int) -> int:
        """Run a script as `bash --noprofile --norc -eo pipefail {0}`, its variables from `env`."""
        script = Path(self.environment["RUNNER_TEMP"]) / f"{self.file.parent.name}-{number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        out = script.with_suffix(".out")
        out.touch()
        more = {name: self._said(str(value)) for name, value in step.get("env", {}).items()}
        kept = _kept(("HOME", "PATH"))
        if self.online:  # how this machine reaches a registry is its owner's to say
            kept = {name: v for name, v in os.environ.items() if not name.startswith("GITHUB_")}  # noqa: TID251 - passed on
        kept |= {} if self.online else _OFFLINE
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env={**kept, **self.environment, **more, "GITHUB_OUTPUT": str(out)},
            cwd=self.environment["GITHUB_WORKSPACE"], check=False, capture_output=True,
            encoding="utf-8",
        )  # fmt: skip
        self.log += done.stdout + done.stderr
        found = _TOLD.findall(out.read_text(encoding="utf-8"))
        told = {name: plain or long for name, plain, _, long in found}
        self._steps[str(step.get("id", number))] = told
        return done.returncode

    def _cached(self, step: Mapping[str, Any]) -> None:
        """Stand for actions/cache with what it keeps: FITGate of this very tree, installed."""
        assert re.fullmatch(r"actions/cache@[0-9a-f]{40}", step["uses"])
        said = {name: self._said(value) for name, value in step["with"].items()}
        installed(Path(said["path"]), said["key"])

    def _holds(self, condition: str) -> bool:
        found = _EQUALS.fullmatch(condition)
        assert found is not None, condition
        return self._named(found[1]) == found[2]

    def _said(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._named(found[1]), text)

    def _named(self, name: str) -> str:
        match name.split("."):
            case ["inputs", which]:
                default = self.document["inputs"][which].get("default", "")
                given = self.inputs.get(which)
                return self._said(default) if given is None else given
            case ["github", "action_path"]:
                return str(self.file.parent)
            case ["github", which]:
                return self.github[which]
            case ["steps", step, "outputs", which]:
                return self._steps.get(step, {}).get(which, "")
            case _:
                raise AssertionError(name)


def _kept(names: tuple[str, ...]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}  # noqa: TID251 - passed on


def installed(folder: Path, key: str) -> None:
    """Put FITGate into a folder as `action/install.py make` leaves it, without a network."""
    if folder.exists():
        return
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.check_output([venv / "bin" / "python", "-c", asked], text=True)
    paths = f"{sysconfig.get_path('purelib')}\n{ROOT}\n"
    (Path(told.strip()) / "here.pth").write_text(paths, encoding="utf-8")
    (folder / "made").write_text(key, encoding="utf-8")


def actionlint() -> str | None:
    """Return where actionlint is; None: it is not installed."""
    here = ROOT / "build" / "bin" / "actionlint"
    return str(here) if here.exists() else shutil.which("actionlint")
