"""The content digest: what approvals and the clock are bound to."""

# It covers, for each file, both paths, both modes and the body (contract.md, "Content digest"). The
# body of a text is every hunk of `git diff -U3`: removed, added and context lines, byte for byte,
# without their numbers, so that a rebase which only shifts lines changes nothing. Where lines say
# little or too much (binary, larger than a mebibyte, Git LFS pointer, submodule, empty) the body is
# the two object ids. A rename is a removal and an addition.

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fitgate.core.effects import Effect
from fitgate.core.facts import SUBMODULE, Setting

_DIFF = b"diff --git "
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))
_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What a change does to one path; `old_path` is None if it is new, `new_path` if it goes."""

    old_path: str | None
    new_path: str | None
    mode_before: str | None
    mode_after: str | None
    body: str


def content_digest(
    patches: Iterable[FilePatch], evidence: Iterable[Setting], effects: Iterable[Effect] = ()
) -> str:
    """Return the digest of a change: its patches, the settings and effects that are evidence."""
    digest = hashlib.sha256(b"fitgate content 1\n")
    told = sorted((*map(_setting_line, evidence), *map(_effect_line, effects)))
    for line in (*sorted(map(_patch_line, patches)), *told):
        digest.update(line.encode("ascii") + b"\n")
    return f"sha256:{digest.hexdigest()}"


def _patch_line(patch: FilePatch) -> str:
    sides = (patch.old_path, patch.new_path, patch.mode_before, patch.mode_after)
    return json.dumps((*sides, patch.body))


def _setting_line(setting: Setting) -> str:
    before = [] if setting.moved == "added" else [setting.before]
    after = [] if setting.moved == "removed" else [setting.after]
    return json.dumps((setting.key, before, after))


def _effect_line(effect: Effect) -> str:
    return json.dumps((effect.key, [effect.before], [effect.after]))


def read_patch(stream: Iterable[bytes]) -> Iterator[FilePatch]:
    """Yield what a patch does, file by file, holding one line at a time.

    The patch is git's, made with `-U3 --full-index --no-renames` and the prefixes `a/` and `b/`
    (git-diff, "GENERATING PATCH TEXT WITH -P").

    Raises:
        ValueError: when the patch ends in the middle of a hunk.
    """
    lines = iter(stream)
    section: _Section | None = None
    for line in lines:
        if line.startswith(_DIFF):
            if section:
                yield section.patch()
            section = _Section(patched_path(line[len(_DIFF) :].rstrip(b"\n")))
        elif section:
            section.take(line, lines)
    if section:
        yield section.patch()


def hunks_body(lines: Iterable[bytes]) -> str | None:
    """Return the body of a text from its hunks; None if it is an LFS pointer, or has no hunks.

    For a forge that gives the hunks of each file by themselves; lines end as in git's patch.
    """
    section, rest = _Section(""), iter(lines)
    for line in rest:
        section.take(line, rest)
    return section.hunks()


def ids_body(before: str | None, after: str | None) -> str:
    """Return the body of what is compared by object ids; with equal ids only the mode changed."""
    return "same" if before == after else f"ids:{before or ''}..{after or ''}"


@dataclass(slots=True)
class _Section:
    """What is known so far of the file that is being read."""

    path: str
    modes: dict[str, str] = field(default_factory=dict)
    oids: tuple[str | None, str | None] = (None, None)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _begun: bool = False
    _pointer: bool = False

    def take(self, line: bytes, rest: Iterator[bytes]) -> None:
        if hunk := _HUNK.match(line):
            first_before, before, first_after, after = (int(n or b"1") for n in hunk.groups())
            self._take_hunk(before, after, rest, at_top=max(first_before, first_after) <= 1)
        elif line.startswith(b"\\"):
            self._digest.update(b"\\\n")
        elif line.startswith(b"index "):
            ids, *mode = line.decode("ascii").split()[1:]
            oid_before, _, oid_after = ids.partition("..")
            self.oids = (_id(oid_before), _id(oid_after))
            if mode:
                self.modes |= {"old": mode[0], "new": mode[0]}
        elif found := re.match(rb"(old|new|deleted file|new file) mode (\d+)$", line.rstrip(b"\n")):
            self.modes[found[1].decode("ascii")] = found[2].decode("ascii")

    def _take_hunk(self, before: int, after: int, rest: Iterator[bytes], *, at_top: bool) -> None:
        self._digest.update(b"@@\n")
        while before or after:
            line = next(rest, None)
            if line is None:
                raise ValueError("the patch ends in the middle of a hunk")
            if not self._begun:
                self._begun, self._pointer = True, at_top and line[1:].startswith(_LFS)
            sign = line[:1]
            before -= sign in b" -"
            after -= sign in b" +"
            # What git says of a missing line break depends on its language.
            self._digest.update(b"\\\n" if sign == b"\\" else line)

    def hunks(self) -> str | None:
        return f"lines:{self._digest.hexdigest()}" if self._begun and not self._pointer else None

    def patch(self) -> FilePatch:
        before = self.modes.get("deleted file") or self.modes.get("old")
        after = self.modes.get("new file") or self.modes.get("new")
        hunks = None if SUBMODULE in {before, after} else self.hunks()
        return FilePatch(
            old_path=self.path if before else None,
            new_path=self.path if after else None,
            mode_before=before,
            mode_after=after,
            body=hunks or ids_body(*self.oids),
        )


def _id(oid: str) -> str | None:
    return oid if oid.strip("0") else None


def patched_path(names: bytes) -> str:
    """Return the path of `a/path b/path`, which without renames is the same twice."""
    quoted = _QUOTED.match(names)
    name = unquoted(quoted[0]) if quoted else names[: (len(names) - 1) // 2]
    return path_text(name[2:])


def unquoted(name: bytes) -> bytes:
    r"""Return a path that git may have put in quotes, C style (git-config, `core.quotePath`)."""
    return _ESCAPE.sub(_unescaped, name[1:-1]) if name.startswith(b'"') else name


def _unescaped(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8) if len(code) > 1 else _ESCAPED[code[0]]])


def path_text(name: bytes) -> str:
    r"""Return a path as text; bytes that are no UTF-8 stay readable as `\xff`."""
    return name.decode("utf-8", "backslashreplace")
