"""One repository's chain in a database."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from fitgate.adapters.ledger.database import Database
from fitgate.adapters.ledger.tables import BLOBS, CHAINS, ENTRIES
from fitgate.core.canonical import sha256
from fitgate.core.chain import whole
from fitgate.core.entries import Draft, Entry, Head, Stored, entry_digest, seal
from fitgate.core.micros import from_micros, micros
from fitgate.errors import BrokenChainError, LedgerError

PAGE = 2000
"""Entries read at once: a reader of a long chain holds no transaction open."""
ASKED = 500
"""Keys asked for at once."""
CHECKED = 100_000
"""So many of the last entries must hang together before the first append, which takes 1.4 s."""
_CHAIN = select(CHAINS).where(CHAINS.c.repo == bindparam("repo"))
_NUMBER = (
    select(func.max(ENTRIES.c.seq))
    .where(ENTRIES.c.chain == CHAINS.c.id)
    .correlate(CHAINS)
    .scalar_subquery()
)
_LAST = (
    select(*CHAINS.c, ENTRIES.c.seq, ENTRIES.c.content, ENTRIES.c.digest)
    .outerjoin(ENTRIES, and_(ENTRIES.c.chain == CHAINS.c.id, ENTRIES.c.seq == _NUMBER))
    .where(CHAINS.c.repo == bindparam("repo"))
)
"""A chain's row and its last entry, in one question."""
_BEHIND = (
    select(ENTRIES.c.seq, ENTRIES.c.content, ENTRIES.c.digest)
    .where(ENTRIES.c.chain == bindparam("chain"), ENTRIES.c.seq > bindparam("after"))
    .order_by(ENTRIES.c.seq)
    .limit(PAGE)
)
_BLOB = select(BLOBS.c.content).where(
    BLOBS.c.chain == bindparam("chain"), BLOBS.c.digest == bindparam("digest")
)
_DIGESTS = (
    select(BLOBS.c.digest).where(BLOBS.c.chain == bindparam("chain")).order_by(BLOBS.c.digest)
)
_ENDS = update(CHAINS).where(CHAINS.c.id == bindparam("chain"))


class End(NamedTuple):
    """The number of a chain in the database, where it ends, and how far it is projected."""

    chain: int
    head: Head
    projected: int = 0


class SqlLedger:
    """A chain of entries in SQLite or PostgreSQL; it satisfies `ports.Ledger`."""

    def __init__(self, database: Database, repo: str) -> None:
        self.repo = repo
        self.database = database
        self._is_checked = False
        self._keys = database.among([ENTRIES.c.key], ENTRIES.c.key)
        self._contents = database.among([BLOBS.c.digest], BLOBS.c.digest)

    def head(self) -> Head:
        """Return the end of the chain; number 0 of an empty one."""
        with self.database.reading() as connection:
            end = self.end(connection)
        return end.head if end else Head()

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write down, in this order, those whose key is not there yet; return what was written.

        Raises:
            LedgerError: when it could not be written; nothing was.
            BrokenChainError: when the chain was edited, cut or written beside.
        """
        self.check()
        written: list[Stored] = []
        rows: list[dict[str, Any]] = []
        with self.database.writing(self.repo) as connection:
            chain, head, _ = self.sound_end(connection)
            held = self._held(connection, chain, [draft.key for draft in drafts])
            for draft in drafts:
                if draft.key in held:
                    continue
                held.add(draft.key)
                stored, head = seal(draft, self.repo, head, now)
                written.append(stored)
                rows.append(row_of(chain, draft, stored, head.recorded_at or now))
            self.keep(connection, chain, blobs)
            if rows:
                self.database.add(connection, rows)
                self.conclude(connection, chain, head)
        return written

    def check(self) -> None:
        """Go through the last `CHECKED` entries, once for as long as this is open.

        Raises:
            BrokenChainError: at the first that does not hang together with those before it.
        """
        if self._is_checked:
            return
        end, head = self.head(), Head()
        if end.seq > CHECKED:
            first = next(self.stored(end.seq - CHECKED - 1), None)
            head = Head() if first is None else Head(first.seq, first.digest)
        for _ in whole(self.stored(head.seq), self.repo, self.head, head):
            pass
        self._is_checked = True

    def conclude(self, connection: Connection, chain: int, head: Head) -> None:
        """Write down where a chain ends now."""
        at = None if head.recorded_at is None else micros(head.recorded_at)
        ends = {"seq": head.seq, "digest": head.digest, "recorded_at": at}
        connection.execute(_ENDS, {"chain": chain, **ends})

    def end(self, connection: Connection) -> End | None:
        """Return the end of the chain as it is written down; None: nothing was ever written."""
        found = connection.execute(_CHAIN, {"repo": self.repo}).first()
        if found is None:
            return None
        return _end(*found)

    def sound_end(self, connection: Connection) -> End:
        """Return the end of the chain, once it is known to be that of its last entry.

        Raises:
            BrokenChainError: when it is not.
        """
        found = connection.execute(_LAST, {"repo": self.repo}).first()
        if found is None:
            made = connection.execute(insert(CHAINS), {"repo": self.repo, "seq": 0})
            (chain,) = made.inserted_primary_key or (0,)
            return End(chain, Head())
        end = _end(*found[:6])
        seq, content, digest = found[6] or 0, found[7], found[8]
        if seq < end.head.seq:
            raise BrokenChainError(seq + 1, f"is missing: the ledger went on to {end.head.seq}")
        if seq > end.head.seq:
            raise BrokenChainError(end.head.seq + 1, "was written past the end of the ledger")
        if seq and entry_digest(as_bytes(content)) != digest:
            raise BrokenChainError(seq, "does not have the digest that it is kept with")
        if digest != end.head.digest:
            raise BrokenChainError(seq, "is not the one that the ledger ended with")
        return end

    def _held(self, connection: Connection, chain: int, keys: Sequence[str]) -> set[str]:
        held: set[str] = set()
        for start in range(0, len(keys), ASKED):
            asked = {"chain": chain, "asked": keys[start : start + ASKED]}
            held.update(connection.scalars(self._keys, asked))
        return held

    def keep(self, connection: Connection, chain: int, contents: Iterable[bytes]) -> None:
        """Keep those contents that are not kept yet."""
        blobs = {sha256(content): content for content in contents}
        digests = [*blobs]
        for start in range(0, len(digests), ASKED):
            asked = digests[start : start + ASKED]
            kept = {*connection.scalars(self._contents, {"chain": chain, "asked": asked})}
            rows = [
                {"chain": chain, "digest": digest, "content": zlib.compress(blobs[digest])}
                for digest in asked
                if digest not in kept
            ]
            if rows:
                connection.execute(insert(BLOBS), rows)

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept."""
        while True:
            with self.database.reading() as connection:
                end = self.end(connection)
                if end is None:
                    return
                page = connection.execute(_BEHIND, {"chain": end.chain, "after": after}).all()
            for seq, content, digest in page:
                yield Stored(seq, as_bytes(content), digest)
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which of these keys have been written down."""
        with self.database.reading() as connection:
            end = self.end(connection)
            return self._held(connection, end.chain, keys) if end else frozenset()

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept.

        Raises:
            LedgerError: when what is kept has another digest.
        """
        with self.database.reading() as connection:
            end = self.end(connection)
            asked = {"chain": end.chain if end else 0, "digest": digest}
            packed = connection.scalar(_BLOB, asked)
        return None if packed is None else unpacked(digest, packed)

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""
        with self.database.reading() as connection:
            end = self.end(connection)
            asked = {"chain": end.chain if end else 0}
            return [*connection.scalars(_DIGESTS, asked)]

    def close(self) -> None:
        """Let go of the connections."""
        self.database.close()


def _end(
    chain: int, _repo: str, seq: int, digest: str | None, recorded_at: int | None, projected: int
) -> End:
    return End(chain, Head(seq, digest, from_micros(recorded_at)), projected)


def row_of(
    chain: int, draft: Draft | Entry, stored: Stored, recorded_at: datetime
) -> dict[str, Any]:
    """Return an entry as `Database.add` takes it, its columns in the order of the table."""
    change = draft.body.get("change")
    return {
        "chain": chain,
        "seq": stored.seq,
        "key": draft.key,
        "kind": draft.kind,
        "change": change if isinstance(change, str) else None,
        "at": micros(draft.at),
        "recorded_at": micros(recorded_at),
        "digest": stored.digest,
        "content": stored.content,
    }


def as_bytes(kept: object) -> bytes:
    """Return an entry as it is kept; whoever edits one in SQLite may leave another type there."""
    return bytes(kept) if isinstance(kept, bytes | memoryview) else str(kept).encode()


def unpacked(digest: str, packed: bytes) -> bytes:
    """Unpack a content.

    Raises:
        LedgerError: when it is not the one with this digest.
    """
    try:
        content = zlib.decompress(packed)
    except zlib.error:
        content = b""
    if sha256(content) != digest:
        raise LedgerError(
            f"The content {digest} was altered in the database: what is there has another digest. "
            "Put it back from a copy of the ledger, or remove the row: contents may be erased."
        )
    return content
