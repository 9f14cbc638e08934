"""`fitgate init`: a policy from this history, workflow, forms and template; shown, then asked."""

from __future__ import annotations

import difflib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.core.inert import inert
from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.suggesting import History, Owned

POLICY = ".fitgate.yaml"
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_TEMPLATES = ("", ".github", "docs")
_TEMPLATE = "pull_request_template"
_DAYS = 180
_NEXT = (
    "What is left to do:",
    "  - look at .fitgate.yaml: `fitgate policy lint .fitgate.yaml`, and what it would have held:",
    "    `fitgate replay --policy .fitgate.yaml --since 180d`",
    "  - propose the files; once they are on the default branch, FITGate runs",
    "  - in a ruleset for the default branch, require the check `fitgate` of GitHub Actions",
    "  - leave nobody in the bypass list of that ruleset; `fitgate doctor OWNER/REPO` tells more",
)
_PILOT = (
    "The pilot begins with the first run for the default branch; then, in a clone, "
    "`fitgate pilot status --ledger branch`."
)


def init(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    pilot: Annotated[
        bool, typer.Option("--pilot", help="Begin a pilot of two weeks with the first run.")
    ] = False,
    system: Annotated[str, typer.Option(help="What the system is called.")] = "",
    branch: Annotated[
        str | None, typer.Option(help="The default branch, if a clone does not tell.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; asks nothing.")] = False,
) -> None:
    """Write what a repository begins with: policy, workflow, issue forms, template.

    The policy is suggested from the last 180 days of this clone and its CODEOWNERS, in shadow mode.
    What is there already is never overwritten; all is shown before it is written.
    """
    root = _root(path)
    wanted = _wanted(root, pilot=pilot, system=system, branch=branch)
    new = {name: text for name, text in wanted.items() if _is_free(root, name)}
    kept = [name for name in wanted if name not in new]
    if not as_json:
        print("\n".join(_shown(new, kept)))
    write = bool(new) and not dry_run and (yes or (not as_json and _agreed(len(new))))
    written = [*_write(root, new)] if write else []
    if as_json:
        print(json.dumps({"files": new, "kept": kept, "written": written}, indent=2))
        return
    print("\n".join(_ended(written, new, pilot=pilot)))


def _root(path: Path) -> Path:
    here = path.resolve()
    top = next((f for f in (here, *here.parents) if (f / ".git").exists()), None)
    if top is None:
        raise UserError(
            f"{path}: is not inside the work tree of a clone. Run it there, or give its path."
        )
    return top


def _wanted(root: Path, *, pilot: bool, system: str, branch: str | None) -> dict[str, str]:
    """Return all files by their paths; a policy that is there is not suggested anew."""
    from fitgate.bootstrap import open_clone, starters

    with open_clone(root) as clone:
        name = system or clone.repo(clone.resolve("HEAD")).name
        default = branch or clone.branch() or "main"
    files = dict(starters(default, name if pilot else None))
    if _is_free(root, POLICY):
        return {POLICY: _suggested(root, name, pilot=pilot), **files}
    return {POLICY: "", **files}


def _suggested(root: Path, system: str, *, pilot: bool) -> str:
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.reading import parse_policy
    from fitgate.core.suggesting import suggested

    library = shipped_policies()
    packs = {
        name: [rule.id for rule in parse_policy(library[name], name, library).policy.rules]
        for name in library
        if name != "default"
    }
    text = suggested(system, _history(root, [*packs]), packs, [*_owned(root)], pilot=pilot)
    parse_policy(text, POLICY, library)  # what is suggested can be used
    return text


def _history(root: Path, packs: list[str]) -> History:
    """Judge the last half year by every rule there is, and count which of them matched."""
    from fitgate.bootstrap import open_clone, shipped_policies
    from fitgate.core.reading import parse_policy
    from fitgate.core.register import line_adapter
    from fitgate.core.suggesting import History
    from fitgate.entrypoints.cli.scanning import Scan

    text = f"version: 1\nuse: [default, {', '.join(packs)}]\n"
    every = parse_policy(text, "every rule", shipped_policies())
    hits: Counter[str] = Counter()
    changes = ios = 0
    with open_clone(root) as clone:
        scan = Scan(root, clone, every, (), span=None, since=f"{_DAYS}d")
        with scan.journal(None, resume=False) as journal:
            scan.judge(journal, jobs=None, shown=sys.stderr.isatty())
            for line in journal.lines():
                verdict = line_adapter().validate_json(line).verdict
                changes += 1
                ios += verdict["is_io"] is True
                hits.update({match["rule"] for match in verdict["matches"]})
    since = asked.now() - timedelta(days=_DAYS)
    return History(f"{since:%Y-%m-%d}", changes, ios, hits)


def _owned(root: Path) -> Iterator[Owned]:
    """Yield what CODEOWNERS says; GitHub reads the first of its three places."""
    from fitgate.core.suggesting import owners

    for place in _OWNERS:
        if (root / place).is_file():
            yield from owners((root / place).read_text(encoding="utf-8", errors="replace"))
            return


def _is_free(root: Path, name: str) -> bool:
    """Say whether there is nothing yet that this file would stand beside or in the place of."""
    from fitgate.core.facts import POLICY_FILES

    if name == POLICY:
        return not any((root / each).exists() for each in POLICY_FILES)
    if name.endswith(f"{_TEMPLATE}.md"):
        there = (each for folder in _TEMPLATES for each in (root / folder).glob("*"))
        return not any(each.name.casefold().startswith(_TEMPLATE) for each in there)
    path = root / name
    return not path.exists() and not path.is_symlink()


def _shown(new: Mapping[str, str], kept: list[str]) -> Iterator[str]:
    for name, text in new.items():
        diff = difflib.unified_diff([], text.splitlines(), "/dev/null", f"b/{name}", lineterm="")
        yield from map(inert, diff)
        yield ""
    for name in kept:
        yield f"{name} is there already, or what stands for it: it is left as it is."


def _agreed(number: int) -> bool:
    if not sys.stdin.isatty():
        return False
    files = "this file" if number == 1 else f"these {number} files"
    return typer.confirm(f"Write {files}?")


def _write(root: Path, new: Mapping[str, str]) -> Iterator[str]:
    """Write files that are not there, each new: one that has come meanwhile is left as it is."""
    for name, text in new.items():
        target = root / name
        if not target.parent.resolve().is_relative_to(root):
            raise UserError(f"{name}: its folder leads out of the clone, so it is not written.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as exc:
            raise UserError(f"{name}: cannot be written: {exc.strerror}.") from exc
        yield name


def _ended(written: list[str], new: Mapping[str, str], *, pilot: bool) -> Iterator[str]:
    if not new:
        yield "Nothing is missing."
        return
    if not written:
        yield "Nothing was written. `--yes` writes it without asking."
        return
    yield f"Written: {', '.join(written)}"
    yield ""
    yield from _NEXT
    if pilot:
        yield _PILOT
