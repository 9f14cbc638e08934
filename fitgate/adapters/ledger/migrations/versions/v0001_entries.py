"""Chains, their entries, and the contents that these name by digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE = (
    "CREATE TRIGGER entries_kept_on_{event} BEFORE {event} ON entries "
    "BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never changed or removed'); END"
)
# REPLACE removes rows without firing a trigger on DELETE (sqlite.org/lang_conflict.html).
_SQLITE_REPLACE = (
    "CREATE TRIGGER entries_kept_on_replace BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM "
    "entries WHERE chain = NEW.chain AND (seq = NEW.seq OR key = NEW.key) OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never changed or removed'); END"
)
_SQLITE_BLOBS = (
    "CREATE TRIGGER blobs_kept_on_update BEFORE UPDATE ON blobs "
    "BEGIN SELECT RAISE(ABORT, 'a blob may be removed, but not changed'); END"
)
_POSTGRES = (
    (
        "CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% on % of a ledger: what is written down is never changed', "
        "TG_OP, TG_TABLE_NAME; END $$"
    ),
    (
        "CREATE TRIGGER entries_kept BEFORE UPDATE OR DELETE ON entries "
        "FOR EACH ROW EXECUTE FUNCTION ledger_refuses()"
    ),
    (
        "CREATE TRIGGER entries_kept_on_truncate BEFORE TRUNCATE ON entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()"
    ),
    (
        "CREATE TRIGGER blobs_kept BEFORE UPDATE ON blobs "
        "FOR EACH ROW EXECUTE FUNCTION ledger_refuses()"
    ),
)


def upgrade() -> None:
    """Make the tables, and the triggers that keep entries as they are."""
    op.create_table(
        "chains",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("repo", sa.Text, nullable=False, unique=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("recorded_at", sa.BigInteger),
    )
    op.create_table(
        "entries",
        sa.Column("chain", sa.Integer, sa.ForeignKey("chains.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("change", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("chain", "key", name="entries_key"),
    )
    op.create_index("entries_change", "entries", ["chain", "change"])
    op.create_table(
        "blobs",
        sa.Column("chain", sa.Integer, sa.ForeignKey("chains.id"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        steps = [_SQLITE.format(event=event) for event in ("update", "delete")]
        steps += [_SQLITE_REPLACE, _SQLITE_BLOBS]
    else:
        steps = [*_POSTGRES]
    for step in steps:
        op.execute(step)
