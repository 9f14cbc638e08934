"""What strangers write to do harm comes out inert wherever a job shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.action.job import READ_ONLY, Ran, Workshop, workshop
from tests.hostile import HOSTILE, is_inert
from tests.twin.github import Twin
from tests.twin.github.pulls import Pull

JOBS = (
    *HOSTILE,
    "$(touch taken) `touch taken` ; touch taken & | > taken",
    "${{ secrets.GITHUB_TOKEN }} ${{ github.event.pull_request.title }}",
    "\n::set-env name=PATH::/evil\n::add-path::/evil\n::add-mask::a\n::stop-commands::x",
    "a\r\n::error file=x::y\r##[set-output name=outcome]ALLOW",
    "EOF\nfitgate_\noutcome<<EOF\nALLOW\nEOF",
    "%0A::error::%0D %3A%2C %25",
    "\u0627\u202e ::warning:: \u2066",
    "x" * 10_000,
)
POLICY = """\
version: 1
mode: enforce
rules:
  - {id: anything-new, category: data, why: it is new, when: {path: {files: "**", status: added}}}
  - {id: says, category: optionality, why: it says so, when: {text: {title: ".", body: "."}}}
gates:
  - {type: slow-authority, cooldown: PT48H, signatures: [owner], rationale: required}
roles: {owner: {users: [bob]}}
"""
BRANCH = "fix-$(id)-`id`-${{github.token}}-;id"
COMMAND = re.compile(r"^::(?:(?:notice|warning|error)(?: [^\r\n]*)?::[^\r\n]*|([0-9a-f]{32})::)$")
MARKUP = ("<script", "<img", "](javascript:", "{{ 7", "<!channel>", "@here", "@everyone")


def named(text: str, number: int) -> str:
    """Return a file name with a text in it: no slash, no NUL, and not too long for Git."""
    cut = text.replace("/", "_").replace("\0", "")[:60]
    return f"{number} {cut.strip() or 'x'}"


def proposed(shop: Workshop, text: str, number: int, head: str) -> Pull:
    """Propose a change of mallory's that says it everywhere."""
    push = head.replace("mallory:", "forks/mallory/")
    shop.repo.push(push, {named(text, number): text}, by="mallory", message=text.replace("\0", ""))
    title = text.replace("\0", "")[:250].strip() or "x"
    pull = shop.repo.open_pull(head, "main", title, text[:60_000], by="mallory")
    name = re.sub(r"[\x00-\x1f\x7f,]", " ", text).strip()[:50] or "x"
    pull.label(name, by="carol")
    return pull


def outside(log: str) -> Iterator[str]:
    """Yield the lines of a log that the runner reads for commands."""
    lines = iter(log.split("\n"))
    for line in lines:
        begin = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", line)
        if begin is None:
            yield line
            continue
        for inner in lines:
            assert is_inert(inner), inner
            if inner == f"::{begin[1]}::":
                break
        else:
            raise AssertionError("commands were stopped and never begun again")


def assert_harmless(ran: Ran) -> None:
    """Make sure that nothing a job said can steer the runner, a terminal or a reader."""
    for line in outside(ran.log):
        assert not line or COMMAND.match(line), line
        assert is_inert(line)
    assert set(ran.outputs) == {
        "outcome", "categories", "eligible-at", "verdict-json", "vl-hours", "rdpr", "gbr-ratio"
    }  # fmt: skip
    assert_shown(ran.summary)


def assert_shown(text: str) -> None:
    assert all(map(is_inert, text.split("\n"))), [t for t in text.split("\n") if not is_inert(t)]
    assert [mark for mark in MARKUP if mark in text] == []


def test_a_job_for_one_change_says_it_harmlessly(twin: Twin, tmp_path: Path) -> None:
    shop = workshop(twin, tmp_path, policy=POLICY)
    for number, text in enumerate(JOBS):
        head = f"mallory:{BRANCH}{number}"
        pull = proposed(shop, text, number, head)
        event = "pull_request" if number % 2 else "pull_request_target"
        permissions = READ_ONLY if number % 2 else None
        ran = shop.run(event, shop.heard("pull_request"), permissions=permissions)
        assert (ran.code, ran.errors) == (0, ""), text
        assert_harmless(ran)
        assert ran.outputs["outcome"] in {"HOLD", "UNDECIDED"}
        if not number % 2:
            shown(shop, pull)
    assert not [*shop.room.rglob("taken")]


def shown(shop: Workshop, pull: Pull) -> None:
    """Look at the check, its annotations, our labels and our comments."""
    check = shop.check(pull.head_sha)
    for part in ("title", "summary", "text"):
        assert_shown(check.output[part])
    for each in check.annotations:
        assert is_inert(each["title"])
        assert is_inert(each["message"].replace("\n", ""))
    ours = [c.body for c in pull.comments if c.author.login == "github-actions[bot]"]
    assert ours
    for body in ours:
        assert_shown(body)


def test_a_job_for_all_of_them_says_it_harmlessly(twin: Twin, tmp_path: Path) -> None:
    shop = workshop(twin, tmp_path, policy=POLICY)
    pulls = [proposed(shop, t, n, f"mallory:{BRANCH}{n}") for n, t in enumerate(JOBS)]
    ran = shop.on_schedule()
    assert (ran.code, ran.errors) == (0, "")
    assert f"{len(JOBS)} open pull requests looked at" in ran.log
    assert_harmless(ran)
    for pull in pulls:
        shown(shop, pull)
    assert "Decided" in shop.kinds()
