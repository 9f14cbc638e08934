"""The changes that pages show, and what rules say of them."""

# How a page shows a change so that it can be tried here:
# - A ```diff block holds small files whole, each after `--- a/PATH` and `+++ b/PATH`; `/dev/null`
#   where there is none, two paths where it was moved. Lines with a space before them stay.
# - Lines `title: …` above the files, or alone in a ```text block, say the rest of the change. What
#   follows an empty line is the description. `(could not be read)` is unknown.
# - The paragraph above says last what is said of the change: `… the rule **matches**:`.
# - The rules are those of the last ```yaml block above, in the same part of the page.

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from fitgate.adapters.shipped import ShippedPolicies
from fitgate.core.classify import Looks, classify
from fitgate.core.classify.lines import Difference
from fitgate.core.facts import Facts, File, Status
from fitgate.core.findings import Classification
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.core.trailers import parse_trailers
from tests.builders import a_change, facts_of
from tests.docs.pages import Block, blocks

COMPLETION = {"version": 1, "roles": {"release-owner": {"users": ["ada"]}}}
"""What a policy needs besides what a fragment shows."""
SAID = {
    "matches": True, "does not match": False, "is unknown": None,
    "is an IO": True, "is no IO": False,
}  # fmt: skip
_SAYING = re.compile(rf"\*\*({'|'.join(SAID)})\*\*")
_FILE = re.compile(r"^--- (.+)\n\+\+\+ (.+)\n", re.MULTILINE)
_UNREAD = "(could not be read)"
_STATUS: dict[tuple[bool, bool], Status] = {
    (True, True): "modified", (False, True): "added", (True, False): "removed"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A change on a page, the rules that it is shown for, and what the page says of it."""

    block: Block
    rules: Block | None
    said: str

    def __str__(self) -> str:
        return str(self.block)

    def asked_of(self, policy: Policy) -> Classification:
        """Return what a policy says of the change."""
        looks = Looks(policy)
        return classify(_facts(self.block.text, looks), looks)


def changes(page: Path) -> Iterator[Shown]:
    """Yield the changes that a page shows."""
    rules: Block | None = None
    for block in blocks(page):
        if block.language == "yaml":
            rules = block
        elif block.language in {"diff", "text"}:
            own = rules if rules and rules.part == block.part else None
            yield Shown(block, own, _SAYING.findall(block.above)[-1])


@cache
def policy_of(block: Block) -> Policy:
    """Read a policy of a page, or a fragment of one."""
    document = yaml.safe_load(block.text)
    text = block.text if block.file else yaml.safe_dump(COMPLETION | document)
    return parse_policy(text, str(block), ShippedPolicies()).policy


@cache
def all_shipped() -> Policy:
    """Return a policy of all rules that are shipped."""
    use = ["default", *sorted({*ShippedPolicies()} - {"default"})]
    return parse_policy(f"version: 1\nuse: [{', '.join(use)}]\n", "all", ShippedPolicies()).policy


def _facts(text: str, looks: Looks) -> Facts:
    found = [*_FILE.finditer(text)]
    head = text[: found[0].start()] if found else text
    ends = [*(each.start() for each in found[1:]), len(text)]
    files = (
        tuple(
            _file((each[1], each[2]), text[each.end() : end], looks)
            for each, end in zip(found, ends, strict=True)
        )
        if found
        else ()
    )
    said, _, body = head.partition("\n\n")
    told: dict[str, Any] = {"title": "", "branch": "", "body": body, "labels": ()}
    for line in said.splitlines():
        name, _, value = line.partition(": ")
        told[name] = None if value == _UNREAD else value
    if told["labels"]:
        told["labels"] = tuple(told["labels"].split(", "))
    told.setdefault("kind", "deployment" if "environment" in told else "pull")
    return facts_of(a_change(**told, trailers=parse_trailers(body, "body")), files=files)


def _file(names: tuple[str, str], text: str, looks: Looks) -> File:
    """Return a file with what the rules ask of it."""
    was, now = (None if name == "/dev/null" else name.partition("/")[2] for name in names)
    before, after = (_side(name, text, sign) for name, sign in ((was, "-"), (now, "+")))
    contents = {_oid(side): side for side in (before, after) if side is not None}
    moved = None not in {was, now} and was != now
    file = File(
        now or was or "",
        "renamed" if moved else _STATUS[was is not None, now is not None],
        old_path=was if moved else None,
        mode_before="100644" if was else None,
        mode_after="100644" if now else None,
        oid_before=None if before is None else _oid(before),
        oid_after=None if after is None else _oid(after),
    )
    return looks.inspect(file, contents, Difference.of_contents(before, after))


def _side(name: str | None, text: str, sign: str) -> bytes | None:
    """Return what is in a file before (`-`) or after (`+`) the change."""
    lines = (line for line in text.splitlines() if line[:1] in {sign, " ", ""})
    return None if name is None else "".join(f"{line[1:]}\n" for line in lines).encode()


def _oid(side: bytes) -> str:
    return hashlib.sha256(side).hexdigest()
