"""Migrations in few words, and what is told of them."""

from __future__ import annotations

from textwrap import dedent, indent

from fitgate.core.classify.migrations import migration_effects
from fitgate.core.effects import Effect

SQL = "migrations/0007_change.sql"
ALEMBIC = "alembic/versions/0007_change.py"
DJANGO = "shop/migrations/0007_change.py"
RAILS = "db/migrate/20240101000000_change.rb"

_UNDONE = 'op.execute("SELECT undo()")'


def effects(path: str, after: str | None, before: str | None = None) -> tuple[Effect, ...]:
    """Compare two versions of a migration; without `before` it is new."""
    sides = (None if text is None else dedent(text).encode() for text in (before, after))
    return migration_effects(path, *sides)


def told(path: str, after: str | None, before: str | None = None) -> list[str]:
    """Write effects as `change key`."""
    return [f"{each.change} {each.key}" for each in effects(path, after, before)]


def alembic(up: str, down: str = _UNDONE, head: str = "") -> str:
    """Make a migration of Alembic out of the bodies of its two functions."""
    imports = "import sqlalchemy as sa\nfrom alembic import op\n"
    ways = (indent(dedent(way).strip(), "    ") for way in (up, down))
    bodies = "\n\ndef upgrade():\n{}\n\ndef downgrade():\n{}\n".format(*ways)
    return imports + dedent(head) + bodies


def django(operations: str, head: str = "") -> str:
    """Make a migration of Django out of its operations."""
    listed = indent(dedent(operations).strip(), "        ")
    return (
        f"from django.db import migrations, models\n{dedent(head)}\n"
        f"class Migration(migrations.Migration):\n    operations = [\n{listed}\n    ]\n"
    )


def rails(**methods: str) -> str:
    """Make a migration of Rails out of the bodies of its methods."""
    bodies = (
        f"  def {name}\n{indent(dedent(body).strip(), '    ')}\n  end\n"
        for name, body in methods.items()
    )
    return f"class Change < ActiveRecord::Migration[7.1]\n{''.join(bodies)}end\n"
