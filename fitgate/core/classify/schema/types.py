"""Types of columns, and whether one has room for every value of another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

_TYPE = re.compile(r"([a-z_][\w ]*+)(?:\(([^)]*+)\))?")
_SIZES: dict[str, dict[float, tuple[str, ...]]] = {
    "integer": {
        1: ("tinyint", "int1"),
        2: ("smallint", "int2", "smallserial"),
        3: ("mediumint",),
        4: ("int", "integer", "int4", "serial"),
        8: ("bigint", "int8", "bigserial"),
    },
    "float": {4: ("real", "float4"), 8: ("float", "float8", "double")},
    "decimal": {inf: ("numeric", "decimal", "money", "number", "dec")},
    "text": {
        1: ("char", "character", "nchar"),
        255: ("tinytext",),
        inf: (
            *("varchar", "character varying", "varchar2", "nvarchar", "nvarchar2", "text", "clob"),
            *("mediumtext", "longtext", "citext", "nclob", "ntext", "bpchar"),
        ),
    },
    "bytes": {
        255: ("binary", "tinyblob"),
        inf: ("varbinary", "largebinary", "blob", "bytea", "longblob", "mediumblob"),
    },
    "time": {1: ("date",), 2: ("timestamp", "timestamptz", "datetime", "datetime2")},
    "boolean": {1: ("boolean", "bool")},
    "enum": {0: ("enum",)},
}
_FAMILIES = {
    name: (family, size)
    for family, sizes in _SIZES.items()
    for size, names in sizes.items()
    for name in names
}
_LOSSY = {
    *(("float", "integer"), ("decimal", "integer"), ("float", "decimal")),
    *((family, "boolean") for family in ("integer", "float", "decimal", "text")),
}
_SMALL = 2  # bytes of an integer


@dataclass(frozen=True, slots=True)
class _Shape:
    """A family of types, how much one of it holds, and which words an enum has."""

    family: str
    size: float = 0
    scale: float = 0
    words: frozenset[str] = frozenset()


def is_narrower(before: str | None, after: str) -> bool:
    """Say whether values that a column has may not fit its new type.

    Types are written as in SQL (`varchar(80)`, `bigint`, `enum(a, b)`). Of an earlier type that is
    not known only what few values fit in is narrower: `varchar(n)`, `char(n)`, `smallint`. A type
    of another kind that says the same (a text for a number) is not.
    """
    new = _shape(after)
    if before is None:
        bounded = new.family == "text" and new.size < inf and "(" in after
        return bounded or (new.family == "integer" and new.size == _SMALL)
    old = _shape(before)
    if old.family != new.family:
        return (old.family, new.family) in _LOSSY and (new.family != "decimal" or new.size < inf)
    if old.family == "enum":
        return not old.words <= new.words
    return new.size < old.size or new.scale < old.scale


def _shape(written: str) -> _Shape:
    found = _TYPE.match(" ".join(written.lower().split()))
    if not found:
        return _Shape("")
    name, given = found[1].strip().removesuffix(" unsigned"), (found[2] or "").split(",")
    sizes = [float(part) for part in given if part.strip().isdecimal()]
    family, size = _FAMILIES.get(name) or _FAMILIES.get(name.split(" ")[0], (name, 0))
    if family == "enum":
        return _Shape(family, words=frozenset(part.strip(" '\"") for part in given))
    if family == "decimal" and sizes:
        digits, scale = (*sizes, 0.0)[:2]
        return _Shape(family, digits - scale, scale)
    if family in {"text", "bytes"}:
        size = sizes[0] if sizes else inf if found[2] == "max" else size
    return _Shape(family, size, size if family == "decimal" else 0)
