"""Command line: build the story and say what was built."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.story.builder import OccupiedError, build
from tests.story.stream import GitError


def main(words: list[str] | None = None) -> int:
    """Build as the command line says; 2 is the user's mistake, 4 is Git's."""
    parser = argparse.ArgumentParser(prog="python -m tests.story", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to make or replace")
    parser.add_argument("--until", type=_moment, help="end of the story, RFC 3339 (now)")
    parser.add_argument("--json", action="store_true", help="print every chapter as JSON")
    given = parser.parse_args(words)
    try:
        until = given.until or datetime.now(UTC)  # noqa: TID251 - an entrypoint reads the clock
        chapters = build(given.out, until)
    except (OccupiedError, OSError) as error:
        parser.error(str(error))
    except GitError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 4
    if given.json:
        sys.stdout.write(json.dumps([chapter.as_json() for chapter in chapters], indent=2) + "\n")
    else:
        count = sum(chapter.io for chapter in chapters)
        sys.stdout.write(
            f"{given.out}: {len(chapters)} changes, {count} of them IO, HEAD {chapters[-1].sha}\n"
        )
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("the time needs a zone, such as Z")
    return moment


if __name__ == "__main__":
    sys.exit(main())
