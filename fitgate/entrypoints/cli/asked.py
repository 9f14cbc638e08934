"""What is said on a command line, read into values; here the clock comes in."""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.in_force import Rulebook
    from fitgate.core.reading import PolicyFile
    from fitgate.core.review import Review

_BY_DEFAULT = "no --policy was given; judged by FITGate's default"
REVIEWS = Path(".fitgate", "register.yaml")
_SPAN = re.compile(r"(\d{1,5})([hdw])")
_DAY = len("2026-01-31")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def now() -> datetime:
    """Return the present moment, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def since(said: str, at: datetime) -> datetime | None:
    """Read `90d`, `2026-01-31`, a moment or `all`; None is from the beginning."""
    if said == "all":
        return None
    if span := _SPAN.fullmatch(said):
        try:
            return at - int(span[1]) * _UNITS[span[2]]
        except OverflowError:
            return None
    return moment(said, "--since", "90d, 12w, 36h, 2026-01-31, 2026-01-31T12:00:00Z or all")


def moment(said: str, option: str, shapes: str = "2026-01-31 or 2026-01-31T12:00:00Z") -> datetime:
    """Read a day or a moment, in UTC where it names no zone."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise UserError(f"{option} {said!r} is none of {shapes}") from None
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise UserError(f"{option} {said!r} is not a time that can be told in UTC.") from None


def moment_in_utc(said: str, option: str) -> datetime:
    """Read when something happened: a day, which is its beginning, or a moment in UTC.

    Raises:
        UserError: when it is told in another zone, or in none: so files are read too.
    """
    at = moment(said, option)
    told = datetime.fromisoformat(said)
    if len(said) > _DAY and (told.tzinfo is None or told.utcoffset()):
        why = "names no time zone" if told.tzinfo is None else "is not in UTC"
        raise UserError(
            f"{option} {said!r} {why}. Write it in UTC, with Z: {at:%Y-%m-%dT%H:%M:%SZ}."
        )
    return at


def length(said: str, option: str) -> timedelta:
    """Read a length of time, ISO 8601."""
    from fitgate.core.values import length_in

    found = length_in(said.strip().upper())
    if found is None or not said.strip().upper().startswith("P"):
        raise UserError(f"{option} {said!r} is no length of time, as in PT15M, PT1H or P30D.")
    return found


def text_of(name: str) -> str:
    """Read a file, or stdin where it is called `-`.

    Raises:
        UserError: when it cannot be read.
    """
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as exc:
        raise UserError(
            f"{name}: {exc.strerror}. Give the path of a file that can be read."
        ) from exc
    except UnicodeDecodeError as exc:
        raise UserError(f"{name}: is not text in UTF-8 (byte {exc.start}).") from exc


def bytes_of(name: str | Path, most: int = 16 << 20) -> bytes:
    """Read a file of at most so many bytes, or stdin where it is called `-`.

    Raises:
        UserError: when it cannot be read, or is larger.
    """
    try:
        if str(name) == "-":
            content = sys.stdin.buffer.read(most + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(most + 1)
    except OSError as exc:
        raise UserError(
            f"{name}: {exc.strerror}. Give the path of a file that can be read."
        ) from exc
    if len(content) > most:
        raise UserError(f"{name}: is larger than {most >> 20} MiB.")
    return content


def decoded(content: bytes, name: str) -> str:
    """Return the text of a file as it stands, its ends of lines kept.

    Raises:
        UserError: when it is not UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as exc:
        raise UserError(f"{name}: is not text in UTF-8 (byte {exc.start}).") from exc


def policy_file(name: str | None) -> PolicyFile | None:
    """Read the policy that was given by hand, if one was."""
    if name is None:
        return None
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.reading import parse_policy

    return parse_policy(text_of(name), name, shipped_policies())


def rulebook_by_hand(name: str | None) -> Rulebook:
    """Read the policy that facts are judged by: the one given by hand, else the default."""
    from fitgate.bootstrap import default_policy
    from fitgate.core.in_force import rulebook

    given = policy_file(name)
    if given is None:
        default = default_policy()
        given = replace(default, note=f"{_BY_DEFAULT}, mode {default.policy.mode}")
    return rulebook(given)


def reviews_file(path: Path, named: Path | None) -> Path:
    """Return where the reviews of a clone are: where it is said, else in its top folder."""
    if named is not None:
        return named
    here = path.resolve()
    top = next((f for f in (here, *here.parents) if (f / ".git").exists()), here)
    return top / REVIEWS


def reviews(file: Path, *, must_exist: bool) -> tuple[Review, ...]:
    """Read what people said of register entries.

    Raises:
        RegisterError: with every problem of the file.
        UserError: when it cannot be read.
    """
    from fitgate.core.review import parse_reviews

    if not must_exist and not file.exists():
        return ()
    return parse_reviews(text_of(str(file)), str(file))


def reviewer() -> str:
    """Return who sits here, as Git would call them or else the machine."""
    known = os.environ.get("GIT_AUTHOR_EMAIL") or os.environ.get("EMAIL")
    return known or getpass.getuser()


def width() -> int:
    """Return how many columns there are to write in; a pipe has 100."""
    return min(os.get_terminal_size().columns, 120) if sys.stdout.isatty() else 100


def colourful() -> bool:
    """Say whether output may be coloured (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
