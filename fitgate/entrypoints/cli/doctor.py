"""`fitgate doctor`: is a repository governed as its people think?"""

from __future__ import annotations

import json
import re
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

_NAMED = re.compile(r"(?:https?://[\w.-]+(?::\d+)?/)?([\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII)


def doctor(
    repo: Annotated[str, typer.Argument(help="The repository, owner/repo.", metavar="OWNER/REPO")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 if anything is to be put right.")
    ] = False,
) -> int:
    """Say whether the check is required and of our App alone, who can go past it, what is missing.

    ✓ is as it should be, ✗ is to be put right, ? could not be seen: it is never taken for good.
    Nothing is written. As the App more can be seen than by a token.

    Exit code: 0 whatever is found; with --exit-code 1 if anything is to be put right.
    """
    from fitgate.bootstrap import observe_github, shipped_policies
    from fitgate.core.doctoring import examined
    from fitgate.core.entries import moment
    from fitgate.core.words.doctor import found_json, found_lines
    from fitgate.settings import settings

    named = _NAMED.fullmatch(repo)
    if named is None:
        raise UserError(f"{repo!r} is no repository: name it as owner/repo.")
    now = asked.now()
    found = examined(observe_github(named[1], settings().github, shipped_policies(), now), now)
    if as_json:
        told = {"repo": named[1], "as_of": moment(now), "found": [*map(found_json, found)]}
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print("\n".join(found_lines(found)))
    return 1 if exit_code and any(one.state == "bad" for one in found) else 0
