"""Evidence of the kind `migration`: what a change does to databases, read as structure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator

from fitgate.core.classify.flattening import MAX_TEXT, Unparsable, plain_value, shorten
from fitgate.core.classify.schema.alembic import read_alembic
from fitgate.core.classify.schema.django import migration_class, read_django
from fitgate.core.classify.schema.operations import Operation, losses
from fitgate.core.classify.schema.rails import read_rails
from fitgate.core.classify.schema.scripts import does_something, is_fresh, is_way_down, read_script
from fitgate.core.classify.schema.syntax import parse_python
from fitgate.core.effects import Effect

MAX_BYTES = 1 << 20
_PYTHON = re.compile(
    r"(?:^|/)(?:[^/]*migrations?|[^/]*alembic[^/]*)/(?:[^/]+/)*[^/]+\.py$|(?:^|/)versions/[^/]+\.py$"
)
_NO_MIGRATION = {"__init__.py", "env.py", "conftest.py"}
_RAILS = re.compile(r"(?:^|/)(?:[^/]*_)?migrate/(?:[^/]+/)*[^/]+\.rb$")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SUFFIX = re.compile(r"(?i)(?:[._-](?:up|down|undo|rollback|revert))?\.\w+$")


def is_migration(path: str) -> bool:
    """Say whether a path is a file that can be read here.

    That is any `.sql`; a `.py` in a folder named like `migrations` or `alembic`, or in `versions`;
    a `.rb` in a folder named `migrate` (`db/migrate`, `db/post_migrate`).
    """
    if path.lower().endswith(".sql"):
        return True
    if path.rpartition("/")[2] in _NO_MIGRATION:
        return False
    return _PYTHON.search(path) is not None or _RAILS.search(path) is not None


def migration_effects(path: str, before: bytes | None, after: bytes | None) -> tuple[Effect, ...]:
    """Return what a change does to a migration, in the order in which it is written.

    Only the way up counts, and of a file that was there what is new in it; None is an absent file.
    Keys are `table`, `table.column`, for `no-way-down` the migration's own name; schemas and quotes
    are left out. `within` is the operation, `before` and `after` are types of columns where known.
    A way down that is removed or emptied is `no-way-down`; any other removed file has no effect.

    Raises:
        Unparsable: no migration by its name; over 1 MiB, not UTF-8 (or UTF-16 with its mark); no
            Python, or SQL with a quote or body left open; over 10,000 losses.
    """
    if not is_migration(path):
        raise Unparsable("is not a migration")
    if path.lower().endswith(".sql") and is_way_down(path):
        return _emptied(path, before, after)
    if after is None:
        return ()
    known = Counter(map(_identity, _read(path, before) if before is not None else ()))
    found = []
    for each in _read(path, after):
        known[_identity(each)] -= 1
        if known[_identity(each)] < 0:
            found.append(_effect(each, path))
    return tuple(dict.fromkeys(found))


def _emptied(path: str, before: bytes | None, after: bytes | None) -> tuple[Effect, ...]:
    """Return that a way down is gone: a script that did something, or a new one that does not."""
    was = before is None or does_something(_text(before))
    if before is after or not was or (after is not None and does_something(_text(after))):
        return ()
    within = "the way down is gone" if before else "the way down is empty"
    return (_effect(Operation("no-way-down", "", 0, within), path),)


def _read(path: str, data: bytes) -> list[Operation]:
    """Return what the way up of a file loses."""
    text = _text(data)
    try:
        if path.endswith(".py"):
            return losses(_python(text))
        if path.endswith(".rb"):
            return losses(read_rails(text))
        return losses(read_script(text), fresh=is_fresh(path))
    except RecursionError as exc:
        raise Unparsable("is nested too deep") from exc


def _python(text: str) -> Iterator[Operation]:
    module = parse_python(text)
    migration = migration_class(module)
    return read_django(module, migration) if migration else read_alembic(module)


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unparsable("is larger than 1 MiB")
    try:
        return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise Unparsable("is not UTF-8", line) from exc


def _identity(operation: Operation) -> Hashable:
    """Return what makes a loss the same: not where or with what words, nor what it was before."""
    key = operation.key.casefold()
    return operation.change, operation.thing, key, operation.after, operation.text


def _effect(operation: Operation, path: str) -> Effect:
    key = operation.key
    if operation.change == "no-way-down":
        key = _SUFFIX.sub(
            "", path.removesuffix("/up.sql").removesuffix("/down.sql").rpartition("/")[2]
        )
    return Effect(
        "migration",
        operation.change,
        _told(key),
        operation.before and _told(operation.before),
        operation.after and _told(operation.after),
        operation.line or None,
        _told(operation.within),
    )


def _told(text: str) -> str:
    return shorten(str(plain_value(text)), MAX_TEXT)
