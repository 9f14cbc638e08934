"""Files that hold secrets: readable by their owner alone, and never written over."""

from __future__ import annotations

import os
from pathlib import Path

from fitgate.errors import UserError


def refuse_existing(*paths: Path) -> None:
    """Make sure that files can be made.

    Raises:
        UserError: when one is there already, or its folder is not.
    """
    for path in paths:
        if path.exists():
            raise UserError(f"{path}: is there already. Move it away, or name another file.")
        if not os.access(path.parent, os.W_OK):
            raise UserError(f"{path}: cannot be written there. Name a file in another folder.")


def keep(path: Path, text: str) -> None:
    """Write a file that its owner alone may read.

    Raises:
        UserError: when it is there already, or cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as exc:
        raise UserError(f"{path}: cannot be written: {exc.strerror}. Name another file.") from exc
