"""The tables of a ledger in SQL, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

VERSION_TABLE = "ledger_version"
REVISIONS = ("0001",)
"""The migrations, oldest first: the names that `VERSION_TABLE` may hold."""

METADATA = MetaData()
CHAINS = Table(
    "chains",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("repo", Text),
    Column("seq", BigInteger),
    Column("digest", Text),
    Column("recorded_at", BigInteger),
)
"""One row a repository: the end of its chain. Times are in microseconds since 1970, in UTC."""
ENTRIES = Table(
    "entries",
    METADATA,
    Column("chain", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("key", Text),
    Column("kind", Text),
    Column("change", Text),
    Column("at", BigInteger),
    Column("recorded_at", BigInteger),
    Column("digest", Text),
    Column("content", LargeBinary),
)
"""Only `content` counts: the bytes as hashed. The rest says the same again, to be found by."""
BLOBS = Table(
    "blobs",
    METADATA,
    Column("chain", Integer, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("content", LargeBinary),
)
"""Contents, packed by zlib. A row may be removed; its digest stays in the entries that name it."""
