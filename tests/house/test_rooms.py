"""Source files are short, well named, and say in one line what they are."""

import ast
import re
from pathlib import Path

from tests.house.tree import PACKAGE, ROOT, definitions, sources, syntax

ONE_SITTING = 300  # lines
CUPBOARDS = {"common", "helpers", "managers", "models", "services", "utils"}
EMPTY_WORDS = {"context", "data", "handler", "helper", "info", "manager", "object", "process"}
EMPTY_WORDS |= {"service", "util"}
EMPTY_PREFIXES = ("check_and_", "do_", "get_")


def words(name: str) -> set[str]:
    """Take a name in snake_case or CamelCase apart, and each plural to its singular too."""
    found = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]
    return {*found, *(word.removesuffix("s") for word in found)}


def test_every_file_can_be_read_at_one_sitting() -> None:
    shipped = {path for path in PACKAGE.rglob("*") if path.suffix in {".css", ".html", ".js"}}
    lengths = {path: path.read_text().count("\n") for path in shipped.union(sources())}
    assert {path: n for path, n in lengths.items() if n > ONE_SITTING} == {}


def test_no_folder_is_a_cupboard_for_whatever_has_no_place() -> None:
    folders = {folder for path in sources() for folder in _inside(path).parent.parts}
    assert folders & CUPBOARDS == set()


def test_every_module_says_in_one_line_what_it_is() -> None:
    docstrings = {path: ast.get_docstring(syntax(path)) or "" for path in sources()}
    assert [path for path, text in docstrings.items() if "\n" in text] == []


def test_every_shipped_module_says_what_it_is() -> None:
    shipped = PACKAGE.rglob("*.py")
    assert [path for path in shipped if not ast.get_docstring(syntax(path))] == []


def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    files = [(path, path.stem) for path in sources()]
    classes = [
        (path, node.name)
        for path in sources()
        for node in definitions(path)
        if isinstance(node, ast.ClassDef)
    ]
    named = [(path, name) for path, name in files + classes if words(name) & EMPTY_WORDS]
    assert named == []


def test_no_function_has_a_prefix_that_says_nothing() -> None:
    functions = (
        (path, node.name)
        for path in sources()
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef)
    )
    assert [(path, name) for path, name in functions if name.startswith(EMPTY_PREFIXES)] == []


def test_nothing_is_mocked() -> None:
    assert [path for path in sources() if "unittest.mock" in set(_imports(path))] == []


def _inside(path: Path) -> Path:
    """Cut off where the package happens to be installed."""
    return path.relative_to(PACKAGE.parent if path.is_relative_to(PACKAGE) else ROOT)


def _imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names
