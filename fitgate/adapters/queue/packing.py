"""Bodies as they are kept: a ninth of a payload of GitHub's is all there is to store."""

from __future__ import annotations

import zlib


def packed(body: bytes) -> bytes:
    """Return what is kept of a body: at the quickest level, for it is written to be read once."""
    return zlib.compress(body, 1)


def unpacked(kept: bytes) -> bytes:
    """Return the body that was kept."""
    return zlib.decompress(kept)
