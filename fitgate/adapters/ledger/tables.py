"""The tables of a ledger in SQL, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, Table, Text

VERSION_TABLE = "ledger_version"
REVISIONS = ("0001", "0002", "0003", "0004")
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
    Column("projected_seq", BigInteger),
)
"""One row a repository: the end of its chain, and up to where `changes` has been brought.

Times, here and elsewhere, are in microseconds since 1970, in UTC.
"""
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
CHANGES = Table(
    "changes",
    METADATA,
    Column("chain", Integer, primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("change", Text),
    Column("stage", Text),
    Column("landed_at", BigInteger),
    Column("is_io", Boolean),
    Column("categories", Text),
    Column("classes", Text),
    Column("io_sr", Text),
    Column("standing", Text),
    Column("mode", Text),
    Column("layer", Text),
    Column("environment", Text),
    Column("commit", Text),
    Column("number", BigInteger),
    Column("route", Text),
    Column("required", Text),
    Column("bypasses", Text),
    Column("note", Text),
    Column("seen_at", BigInteger),
    Column("allowed_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("pre_landing", Boolean),
    Column("reverted_at", BigInteger),
    Column("incidents", Text),
    Column("entries", Text),
)
"""`chronicle.Row` in columns: what is a tuple there is a JSON array here.

`first` is the number of the first entry that speaks of the change, `nth` counts its landings.
"""
MARKS = Table(
    "marks",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("at", BigInteger),
)
"""How far something has been looked at, by name; no part of any chain."""
