"""What Alembic runs first: it migrates on the connection, and in the transaction, it is handed."""

from __future__ import annotations

from alembic import context

from fitgate.adapters.ledger.tables import VERSION_TABLE


def run() -> None:
    """Run the steps that are asked for; the caller commits."""
    context.configure(
        connection=context.config.attributes["connection"], version_table=VERSION_TABLE
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # so Alembic calls it; imported by its own name, it does nothing
    run()
