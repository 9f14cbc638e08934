"""Installs FITGate for the Action: exactly what the lock names, byte-compiled, into one folder.

`where LOCK` says in which folder and by which key it is kept; `make LOCK` fills the folder, unless
a cache has. It is run by whatever Python the runner has, isolated, and needs nothing else.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import platform
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {name: ROOT / "requirements" / f"{name}.lock" for name in ("action", "drill", "uv")}
PACKAGES = {"fitgate": "fitgate", "policies": "fitgate/policies"}
OLDEST = (3, 11)


def key(lock: Path) -> str:
    """Return what the content of the folder follows from: system, Python, lock and source."""
    told = hashlib.sha256()
    sources = (path for name in PACKAGES for path in (ROOT / name).rglob("*"))
    files = sorted(path for path in sources if path.is_file() and "__pycache__" not in path.parts)
    for path in (lock, LOCKS["uv"], Path(__file__), *files):
        told.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    told.update(os.path.realpath(sys.executable).encode())
    system = f"{platform.system()}-{platform.machine()}-py{platform.python_version()}"
    return f"fitgate-{lock.stem}-{system}-{told.hexdigest()[:32]}"


def folder(lock: Path) -> Path:
    """Return where it is installed: the same place in every job, so that a cache fits."""
    room = os.environ.get("RUNNER_TEMP")
    if not room:
        sys.exit("RUNNER_TEMP is not set: this is run by the Action, on GitHub's runner.")
    return Path(room) / f"fitgate-{lock.stem}"


def python(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def where(lock: Path) -> None:
    """Tell the next steps."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"::error title=FITGate::Python {platform.python_version()} is too old: FITGate needs "
            "3.11 or newer. Put actions/setup-python before it."
        )
    place = folder(lock)
    told = {"folder": place, "key": key(lock), "python": python(place / "venv")}
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{name}={value}\n" for name, value in told.items())


def make(lock: Path) -> None:
    """Fill the folder; nothing is built from source, and what has not its hash is refused."""
    place, made = folder(lock), key(lock)
    mark = place / "made"
    if mark.is_file() and mark.read_text(encoding="utf-8") == made:
        return
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    tools, venv = place / "uv", place / "venv"
    _run(
        sys.executable, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary=:all:", "--require-hashes", "--target", tools,
        "-r", LOCKS["uv"],
    )  # fmt: skip
    uv = next(path for path in (tools / "bin").iterdir() if path.stem == "uv")
    _run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    ours = python(venv)
    _run(
        uv, "pip", "install", "--quiet", "--python", ours, "--no-deps", "--no-build",
        "--require-hashes", "--compile-bytecode", "--link-mode=copy", "-r", lock,
    )  # fmt: skip
    shutil.rmtree(tools)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.check_output((ours, "-I", "-c", asked), text=True).strip())
    for source, target in PACKAGES.items():
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / source, site / target, ignore=skip, dirs_exist_ok=True)
    # A cache does not keep the times of files as they were: what is compiled must not go by them.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(site / "fitgate", quiet=1, workers=0, invalidation_mode=mode):
        sys.exit("FITGate could not be compiled.")
    mark.write_text(made, encoding="utf-8")


def _run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], check=False)
    if done.returncode:
        sys.exit(
            "::error title=FITGate::What FITGate needs could not be installed "
            f"(exit code {done.returncode}); the lines above say why."
        )


if __name__ == "__main__":
    {"where": where, "make": make}[sys.argv[1]](LOCKS[sys.argv[2]])
