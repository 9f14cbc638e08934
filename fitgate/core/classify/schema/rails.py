"""Migrations of Rails, read as the operations of their `change` or `up`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fitgate.core.classify.schema.operations import Change, Operation
from fitgate.core.classify.schema.ruby import Arguments, Line, arguments, lines_of, methods_of
from fitgate.core.classify.schema.sql import read_sql
from fitgate.core.classify.schema.types import is_narrower

_CALL = re.compile(r"(?<![\w.:@])(?:([a-z_]\w*+)\.)?([a-z_]\w*+)(?=[ (]|$)")
_COMMANDS = {
    *("drop_table", "drop_join_table", "remove_column", "remove_columns", "remove_reference"),
    *("remove_belongs_to", "remove_timestamps", "change_column", "create_table", "add_column"),
    *("rename_table", "rename_column", "execute", "truncate", "truncate_tables"),
    *("change_column_default",),
}
_IN_TABLE = {
    "remove": "remove_columns",
    "remove_references": "remove_reference",
    "remove_belongs_to": "remove_reference",
    "remove_timestamps": "remove_timestamps",
    "change": "change_column",
    "rename": "rename_column",
    "change_default": "change_column_default",
}
_DELETING = re.compile(
    r"\b([A-Z][\w:]*+)(?:\.\w++(?:\([^()]{0,200}+\))?){0,9}?\.(?:delete_all|destroy_all)\b"
)
_IRREVERSIBLE = re.compile(r"\braise\s+(?:\w+::)*IrreversibleMigration")
_BLOCK = re.compile(r"\b(reversible|up_only|revert|\w+\.(?:up|down))[ ]*+(?:do\b|\{)")
_TYPES = {"string": "varchar", "integer": "int"}
_BYTES = {"1": "tinyint", "2": "smallint", "3": "mediumint", "4": "int", "8": "bigint"}
_IDLE = {"", "end", "nil", "true", "say"}


def read_rails(source: str) -> Iterator[Operation]:
    """Yield what `change` or `up` does, and that it cannot be taken back.

    Read are the methods of https://guides.rubyonrails.org/active_record_migrations.html and SQL in
    `execute`, line by line, see `lines_of` and `methods_of`. In `change` it is Rails that knows the
    way back, for what the guide lists: not for `execute` and `change_column`, nor for what is
    dropped without telling what it was; `reversible`, `up_only` and `revert` blocks count as
    reversible. What `down` gives a column is the type that it had. A `down` that is empty or raises
    IrreversibleMigration is no way back.

    Raises:
        Unparsable: see `read_sql`.
    """
    methods = methods_of(lines_of(source))
    down = methods.get("down", [])
    types = {each.key: each.after for each in _Reading(dict(methods)).read(down) if each.after}
    for name in ("change", "up"):
        if name not in methods:
            continue
        reading = _Reading(dict(methods))
        for each in reading.read(methods[name]):
            before = each.before or types.get(each.key)
            if each.change != "narrows" or is_narrower(before, each.after or ""):
                yield replace(each, before=before)
        line = methods[name][0].number
        if name == "change" and reading.one_way:
            yield reading.one_way[0]
        elif name == "up" and _acts(methods[name]) and not _acts(down):
            yield Operation("no-way-down", "", down[0].number if down else line, "def down")


def _acts(lines: Sequence[Line]) -> bool:
    """Say whether a method does anything but fail."""
    return not any(_IRREVERSIBLE.search(line.code) for line in lines) and any(
        line.code.split("(")[0].split(" ")[0] not in _IDLE for line in lines
    )


@dataclass(slots=True)
class _Reading:
    """A way up while it is read: the blocks that are open, and what Rails cannot take back.

    A method that it calls by its bare name is read where it is called first.
    """

    methods: dict[str, list[Line]]
    one_way: list[Operation] = field(default_factory=list)
    blocks: list[tuple[int, str, str]] = field(default_factory=list)  # indent, kind, table
    executed: int = 0

    def read(self, lines: Sequence[Line]) -> Iterator[Operation]:
        for line in lines:
            while self.blocks and line.indent <= self.blocks[-1][0]:
                self.blocks.pop()
            if line.code in self.methods:
                yield from self.read(self.methods.pop(line.code))
            elif not any(kind in {"down", "revert"} for _, kind, _ in self.blocks):
                yield from self._line(line)

    def _line(self, line: Line) -> Iterator[Operation]:
        code = line.code
        if block := _BLOCK.search(code):
            kind = block[1].rpartition(".")[2]
            if kind in {"down", "revert"}:
                code = code[: block.start()]
            self.blocks.append((line.indent, kind, ""))
        if _IRREVERSIBLE.search(code):
            self._no_way(line, "IrreversibleMigration")
        for found in _DELETING.finditer(code):
            model = found[1].rpartition("::")[2].lower()
            yield Operation("deletes", model, line.number, found[0].rpartition(".")[2], text=code)
        for call in _CALL.finditer(code):
            yield from self._call(line, call, code)

    def _call(self, line: Line, call: re.Match[str], code: str) -> Iterator[Operation]:
        owner, name = call.groups()
        tables = [table for _, kind, table in self.blocks if kind == owner]
        if name not in _COMMANDS and name != "change_table" and not (tables and name in _IN_TABLE):
            return
        given = arguments(code, call.end())
        if name == "change_table" and given.placed:
            if self.blocks and self.blocks[-1][0] == line.indent and self.blocks[-1][2]:
                self.blocks.pop()  # another on the same line
            self.blocks.append((line.indent, given.block or "", given.placed[0]))
        elif owner and tables and name in _IN_TABLE:
            given = given._replace(placed=(tables[-1], *given.placed))
            yield from self._command(line, _IN_TABLE[name], given)
        elif name in _COMMANDS and owner in {None, "connection"}:
            yield from self._command(line, name, given)

    def _command(self, line: Line, name: str, given: Arguments) -> Iterator[Operation]:
        if _is_one_way(name, given):
            self._no_way(line, name)
        if name == "execute" and line.number > self.executed:
            self.executed = line.number  # a line has one text, however often it says `execute`
            yield from read_sql(line.text, line.number)
        elif name in {"drop_table", "truncate", "truncate_tables"}:
            change: Change = "drops" if name == "drop_table" else "truncates"
            for table in given.placed:
                yield Operation(change, table, line.number, name)
        elif name == "drop_join_table":
            yield Operation("drops", "_".join(sorted(given.placed[:2])), line.number, name)
        elif name == "create_table":
            guarded = given.named.get("if_not_exists") == "true"
            yield Operation("creates", given.at(0), line.number, name, guarded=guarded)
        elif name == "rename_table":
            yield Operation("renames", given.at(0), line.number, name, after=given.at(1))
        else:
            yield from _column(line, name, given)

    def _no_way(self, line: Line, within: str) -> None:
        if not any(kind in {"reversible", "up", "up_only"} for _, kind, _ in self.blocks):
            self.one_way.append(Operation("no-way-down", "", line.number, within))


def _is_one_way(name: str, given: Arguments) -> bool:
    """Say whether `change` cannot take a command back by itself."""
    if name in {"execute", "change_column", "truncate", "truncate_tables"}:
        return True
    if name == "change_column_default":
        return not given.named.keys() >= {"from", "to"}
    if name == "drop_table":
        return given.block is None
    if name == "remove_columns":
        return "type" not in given.named
    return name == "remove_column" and len(given.placed) < len(("table", "column", "type"))


def _column(line: Line, name: str, given: Arguments) -> Iterator[Operation]:
    table, number = given.at(0), line.number
    key = f"{table}.{given.at(1)}"
    if name == "add_column":
        guarded = given.named.get("if_not_exists") == "true"
        kind = _type(given)
        yield Operation("creates", key, number, name, after=kind, thing="column", guarded=guarded)
    elif name == "rename_column":
        new = f"{table}.{given.at(2)}"
        yield Operation("renames", key, number, name, after=new, thing="column")
    elif name == "change_column":  # narrower or not, is_narrower tells where both are known
        yield Operation("narrows", key, number, name, after=_type(given), thing="column")
    elif name != "change_column_default":
        columns = {
            "remove_column": given.placed[1:2],
            "remove_columns": given.placed[1:],
            "remove_timestamps": ("created_at", "updated_at"),
        }.get(name, tuple(f"{each}_id" for each in given.placed[1:]))
        before = _type(given) if name == "remove_column" and given.placed[2:] else None
        for column in columns:
            yield Operation(
                "drops", f"{table}.{column}", number, name, before=before, thing="column"
            )


def _type(given: Arguments) -> str:
    """Return the type of a column as SQL has it: `:string, limit: 50` is `varchar(50)`."""
    kind, limit = given.at(2), given.named.get("limit", "")
    if kind == "integer" and limit in _BYTES:
        return _BYTES[limit]
    kind = _TYPES.get(kind, kind)
    return f"{kind}({limit})" if limit.isdecimal() and kind == "varchar" else kind
