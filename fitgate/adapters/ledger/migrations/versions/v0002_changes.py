"""What the entries come to: one row a landing, and how far it has been brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the projection; it is empty, and is filled when it is first read."""
    op.add_column(
        "chains", sa.Column("projected_seq", sa.BigInteger, nullable=False, server_default="0")
    )
    words = ("categories", "classes", "io_sr", "bypasses", "incidents", "entries")
    moments = ("seen_at", "allowed_at", "closed_at", "reverted_at")
    op.create_table(
        "changes",
        sa.Column("chain", sa.Integer, sa.ForeignKey("chains.id"), primary_key=True),
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("nth", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("landed_at", sa.BigInteger, nullable=False),
        sa.Column("is_io", sa.Boolean),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("layer", sa.Text),
        sa.Column("environment", sa.Text),
        sa.Column("commit", sa.Text),
        sa.Column("number", sa.BigInteger),
        sa.Column("route", sa.Text),
        sa.Column("required", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("pre_landing", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in words),
        *(sa.Column(name, sa.BigInteger) for name in moments),
    )
