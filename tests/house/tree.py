"""What is in the repository, and in the package under test wherever it is installed."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import fitgate

ROOT = Path(__file__).parents[2]
# Not ROOT / "fitgate": the wheel is tested where the source is not.
PACKAGE = Path(fitgate.__file__).parent


@cache
def tracked() -> tuple[Path, ...]:
    """List every file that is committed or about to be."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    which = ["--cached", "--others", "--exclude-standard"]
    listing = subprocess.run([*command, *which], cwd=ROOT, check=True, capture_output=True)
    names = sorted(set(listing.stdout.decode().split("\0")) - {""})
    return tuple(path for path in (ROOT / name for name in names) if path.is_file())


@cache
def sources() -> tuple[Path, ...]:
    """List the Python files of the package, its tests and its benchmarks."""
    rooms = (PACKAGE, ROOT / "tests", ROOT / "benchmarks")
    return tuple(sorted(path for room in rooms for path in room.rglob("*.py")))


def modules() -> tuple[str, ...]:
    """Name every module of the package that can be imported."""
    paths = sorted(PACKAGE.rglob("*.py"))
    names = (path.relative_to(PACKAGE.parent).with_suffix("").parts for path in paths)
    dotted = (".".join(part for part in parts if part != "__init__") for parts in names)
    return tuple(name for name in dotted if not name.endswith("__main__"))


@cache
def syntax(path: Path) -> ast.Module:
    """Parse a source file once, however many tests look at it."""
    return ast.parse(path.read_text())


def definitions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the classes and functions that a source file defines, at any depth."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
