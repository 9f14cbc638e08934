"""The pages can be followed: commands run, policies are accepted, links lead somewhere."""

# How a page is written so that it can be run here:
# - A ```console block holds commands, each after `$ `. They are run in the order of the page, in
#   the page's own copy of the story repository, with `fitgate` on PATH. One that does not succeed
#   says so at its end: `# exit 2`. The lines below it are among those that it prints.
# - A ```yaml block whose first line is a comment with a path is put into that file. All others are
#   fragments, and are completed by COMPLETION.
# - Words that stand for something of the reader's are those of `placeholders`.
# - `make` lines are not run; what they name has to be in the Makefile.

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from fitgate.adapters.shipped import ShippedPolicies
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.core.trailers import is_declaration, read_declaration
from fitgate.entrypoints import cli
from tests.adapters.github.hosted import hosted
from tests.cli.test_inbox import fill
from tests.docs.changes import COMPLETION
from tests.docs.pages import GUIDES, HOUSE_PLAN, Block, Command, anchors, blocks, links
from tests.forked import Done, run_forked
from tests.house.tree import PACKAGE, ROOT, tracked
from tests.story import Chapter

SHELL = re.compile(r"[|&;<>$`*?#~{}\\]")
"""What means more to a shell than a word."""
PROGRAMS = {"cp", "fitgate", "git", "make", "printf"}
GUIDED = [block for page in (*GUIDES, HOUSE_PLAN) for block in blocks(page)]
YAML = [block for block in GUIDED if block.language == "yaml"]
STARTS = [block for block in YAML if block.file == ".fitgate.yaml"]
PAGES = [path for path in tracked() if path.suffix == ".md" and path.is_relative_to(ROOT)]

each_guide = pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))


@pytest.fixture
def placeholders(chapters: tuple[Path, tuple[Chapter, ...]]) -> Mapping[str, str]:
    """Return what a reader would write instead: the last change of the story, and this folder."""
    return {"CHANGE": chapters[1][-1].sha, "path/to/fitgate": str(ROOT)}


@pytest.fixture
def folder(story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the story, and put the `fitgate` under test on PATH."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return shutil.copytree(story, tmp_path / "story")


def run(words: str, folder: Path) -> Done:
    """Run a line as a shell does; `fitgate` alone needs none."""
    if words.startswith("fitgate ") and not SHELL.search(words):
        return run_forked(folder, shlex.split(words)[1:], together=True)
    return subprocess.run(
        ["bash", "-c", words],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )


def told(block: Block, command: Command, folder: Path) -> str:
    """Run a command, and return what went otherwise than its page says: nothing, if nothing."""
    done = run(command.words, folder)
    unseen = [line for line in command.shown if line not in done.stdout.splitlines()]
    if done.returncode == command.code and not unseen:
        return ""
    return f"{block}: $ {command.words}: exit {done.returncode}, unseen {unseen}: {done.stdout}"


def put(block: Block, folder: Path) -> None:
    """Write the file that a block says it is."""
    if block.file:
        path = folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)


@pytest.fixture
def github(page: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Host acme/app with a pull request where a page reads GitHub, and say who asks."""
    if page.name != "github.md":
        yield
        return
    with hosted() as place:
        place.lowered()
        token = place.twin.keys.of_person(place.twin.user("carol"))
        monkeypatch.setenv("FITGATE_GITHUB_TOKEN", token)
        monkeypatch.setenv("FITGATE_GITHUB_API_URL", place.twin.url)
        yield


@pytest.fixture
def inbox(page: Path, folder: Path) -> None:
    """Put an inbox there for the page that tells of it: one waits, two failed."""
    if page.name == "inbox.md":
        fill(f"sqlite:///{folder / 'fitgate.db'}")


@each_guide
@pytest.mark.usefixtures("github", "inbox")
def test_every_command_of_a_page_does_what_the_page_says(
    page: Path, folder: Path, placeholders: Mapping[str, str]
) -> None:
    wrong: list[str] = []
    for block in blocks(page):
        put(block, folder)
        for command in block.commands() if block.language == "console" else ():
            words = command.words
            for placeholder, meant in placeholders.items():
                words = words.replace(placeholder, meant)
            if not words.startswith("make "):
                run = Command(words, command.code, command.shown)
                wrong.append(told(block, run, folder))
    assert "\n".join(filter(None, wrong)) == ""


@each_guide
def test_a_page_asks_for_no_program_that_is_not_run_here(page: Path) -> None:
    asked = {command.words.split()[0] for block in blocks(page) for command in block.commands()}
    assert asked <= PROGRAMS


@each_guide
def test_what_a_page_tells_to_make_can_be_made(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]\w*):(?!=)", makefile, re.MULTILINE))
    variables = set(re.findall(r"^(\w+) \?=", makefile, re.MULTILINE))
    lines = [command.words.split() for block in blocks(page) for command in block.commands()]
    words = [word for line in lines if line[0] == "make" for word in line[1:]]
    assert {word for word in words if "=" not in word} <= targets
    assert {word.partition("=")[0] for word in words if "=" in word} <= variables


@pytest.mark.parametrize("block", YAML, ids=str)
def test_every_policy_of_a_page_is_accepted(
    block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if block.file and is_declaration(block.file):
        assert read_declaration(block.text, block.file).problem == ""
        return
    if block.file and block.file.startswith(".github/"):
        return  # a workflow, which actionlint reads
    if block.file and block.file.endswith(".test.yaml"):
        return  # cases, which the page itself tells to try
    document = yaml.safe_load(block.text)
    whole = document if block.file else COMPLETION | document
    policy = tmp_path / "policy.yaml"
    policy.write_text(yaml.safe_dump(whole))
    assert (cli.run(["policy", "lint", str(policy)]), capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("block", STARTS, ids=str)
def test_a_policy_to_begin_with_holds_something(block: Block) -> None:
    """Without gates everything is allowed, whatever the rules recognise."""
    policy: Policy = parse_policy(block.text, str(block), ShippedPolicies()).policy
    assert policy.rules
    assert policy.gates


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if target.is_relative_to(ROOT / "fitgate"):  # the wheel is tested where it is elsewhere
            target = PACKAGE / target.relative_to(ROOT / "fitgate")
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []
