"""The database's migrations: Alembic for the service, plain SQL for the warehouse."""

from tests.story.model import page

_HEAD = '''
    """{title}

    Revision ID: {revision}
    Revises: {revises}
    Create Date: @{{day:{day}}}
    """

    import sqlalchemy as sa
    from alembic import op

    revision = "{revision}"
    down_revision = {down}
'''


def _alembic(title: str, revision: str, revises: str, day: int, body: str) -> str:
    down = f'"{revises}"' if revises else "None"
    head = _HEAD.format(title=title, revision=revision, revises=revises, day=day, down=down)
    return page(head) + "\n\n" + page(body)


ORDERS = _alembic(
    "Orders and the conversations about them.",
    "0001",
    "",
    173,
    """
    def upgrade() -> None:
        op.create_table(
            "orders",
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("shopper", sa.String(120), nullable=False),
            sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("session_blob", sa.LargeBinary),
        )
        op.create_table(
            "conversations",
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id")),
            sa.Column("transcript", sa.Text, nullable=False),
        )
        op.create_table("legacy_sessions", sa.Column("id", sa.BigInteger, primary_key=True))


    def downgrade() -> None:
        op.drop_table("legacy_sessions")
        op.drop_table("conversations")
        op.drop_table("orders")
    """,
)

DROP_LEGACY_SESSIONS = _alembic(
    "Drop the sessions of the old chat.",
    "0002",
    "0001",
    129,
    """
    def upgrade() -> None:
        op.execute("TRUNCATE TABLE legacy_sessions")
        op.drop_table("legacy_sessions")


    def downgrade() -> None:
        op.create_table("legacy_sessions", sa.Column("id", sa.BigInteger, primary_key=True))
    """,
)

GIFT_NOTE = _alembic(
    "A note that goes with a gift.",
    "0003",
    "0002",
    79,
    """
    def upgrade() -> None:
        op.add_column("orders", sa.Column("gift_note", sa.String(400), nullable=True))


    def downgrade() -> None:
        op.drop_column("orders", "gift_note")
    """,
)

DROP_SESSION_BLOB = _alembic(
    "Orders keep no session.",
    "0004",
    "0003",
    72,
    """
    def upgrade() -> None:
        op.drop_column("orders", "session_blob")


    def downgrade() -> None:
        pass
    """,
)

WAREHOUSE_FEEDBACK = page("""
    -- Feedback as the nightly export loads it.
    CREATE TABLE feedback (
        id bigint PRIMARY KEY,
        order_id bigint NOT NULL,
        stars smallint,
        remark text
    );
""")

WAREHOUSE_INDEX = page("""
    -- The monthly report looks feedback up by order.
    CREATE INDEX feedback_by_order ON feedback (order_id);
""")

WAREHOUSE_SHORTER = page("""
    -- The dashboard shows 80 characters, so that is what is kept.
    BEGIN;
    UPDATE feedback SET remark = left(remark, 80);
    ALTER TABLE feedback ALTER COLUMN remark TYPE varchar(80);
    DELETE FROM feedback WHERE stars IS NULL;
    COMMIT;
""")
