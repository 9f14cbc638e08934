"""Rows are found by their change, and entries by their kind, without reading all of them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make an index for each."""
    op.create_index("changes_change", "changes", ["chain", "change"])
    op.create_index("entries_kind", "entries", ["chain", "kind", "seq"])
