"""Who wrote a commit, as GraphQL has it."""

from __future__ import annotations

import re

from tests.twin.github.git import Commit, Signature

CO_AUTHOR = re.compile(r"^co-authored-by:([^<\n]*)<([^>\n]*)>", re.IGNORECASE | re.MULTILINE)


def authors(one: Commit) -> list[Signature]:
    """Return the author, and those whom `Co-authored-by:` lines name."""
    named = CO_AUTHOR.findall(one.message)
    return [one.author, *(Signature(name.strip(), mail, one.author.at) for name, mail in named)]
