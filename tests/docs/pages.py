"""The pages people read, taken apart: blocks, commands, tables, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.tree import PACKAGE, ROOT

KINDS = tuple(sorted((ROOT / "docs/kinds").glob("*.md")))
CATEGORIES = tuple(sorted((ROOT / "docs/categories").glob("*.md")))
GUIDES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *KINDS,
    *CATEGORIES,
    ROOT / "policies/README.md",
)
"""What tells somebody to type something."""
PARTS = ["Avoid", "Prefer", "Why", "Configuration", "Related"]
"""Of every page on a kind of evidence and on a category."""
HOUSE_PLAN = PACKAGE / "README.md"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_EXIT = re.compile(r"\s+# exit (\d+)$")
_FILE = re.compile(r"# ([\w./-]+\.ya?ml)$")
_PART = re.compile(r"^## (.+)$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Command:
    """A line to type: the exit code it promises, and what it is shown to print."""

    words: str
    code: int
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences, in which part of the page, and the paragraph above it."""

    page: Path
    line: int
    language: str
    text: str
    part: str = ""
    above: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str | None:
        """Return the file that this is to be put in: its first line names it, in a comment."""
        named = _FILE.match(self.text.partition("\n")[0])
        return named[1] if named else None

    def commands(self) -> Iterator[Command]:
        """Yield the commands in their order; without `# exit 2` behind it one exits with 0."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            line, *shown = part.splitlines()
            promised = _EXIT.search(line)
            code = int(promised[1]) if promised else 0
            yield Command(_EXIT.sub("", line), code, tuple(shown))


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return [_block(page, text, found) for found in _FENCED.finditer(text)]


def _block(page: Path, text: str, found: re.Match[str]) -> Block:
    line = text.count("\n", 0, found.start()) + 1
    part = (_PART.findall(_FENCED.sub("", text[: found.start()])) or [""])[-1]
    above = text[: found.start()].rstrip().rpartition("\n\n")[2]
    return Block(page, line, found[1], found[2], part, " ".join(above.split()))


def table(page: Path | str, first: str) -> list[list[str]]:
    """Return the rows of the table of a page whose first column is called `first`."""
    rows = [
        [cell.strip() for cell in _BAR.split(line.strip("|"))] if line.startswith("|") else []
        for line in (ROOT / page).read_text(encoding="utf-8").splitlines()
    ]
    start = next(n for n, row in enumerate(rows) if row[:1] == [first])
    end = next((n for n, row in enumerate(rows) if n > start and not row), len(rows))
    return rows[start + 2 : end]


def names(text: str) -> list[str]:
    """Return what stands in backticks; in a table a bar has a backslash before it."""
    return [name.replace("\\|", "|") for name in re.findall(r"`([^`]+)`", text)]


def parts(page: Path) -> list[str]:
    """Return the headings of the second level."""
    return _PART.findall(prose(page))


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Return where a page links to inside the repository."""
    return [link for link in _LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and GitLab make them."""
    headings = _HEADING.findall(prose(page))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def modules_of_the_house_plan() -> list[str]:
    """Return the modules that the tree of the house plan names, by their path in the package.

    A line belongs to the folder that its margin says; it may name several modules.
    """
    tree = next(block.text for block in blocks(HOUSE_PLAN) if block.text.startswith("fitgate/"))
    folders: dict[int, str] = {}
    found: list[str] = []
    for line in tree.splitlines():
        margin = len(line) - len(line.lstrip())
        above = folders.get(max((m for m in folders if m < margin), default=-1), "")
        folders = {m: folder for m, folder in folders.items() if m < margin}
        first = line.split()[0]
        if first.endswith("/"):
            folders[margin] = above = above + first
        found += [above + name for name in re.findall(r"(?<![\w/.])\w+\.py\b", line)]
    return [path.removeprefix("fitgate/") for path in found]
