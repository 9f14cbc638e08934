"""A review in conversation: the entry is shown, then four questions."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import typer

from fitgate.entrypoints.cli import asked

Status = Literal["confirmed", "amended", "disputed"]


class Answers(NamedTuple):
    """What somebody said of an entry."""

    status: Status
    categories: list[str] | None
    why: str | None
    owner: str | None


_ANSWERS: dict[str, Status] = {"c": "confirmed", "a": "amended", "d": "disputed"}


def ask(change: str, path: Path) -> Answers:
    """Show the change's verdict and ask what to say of it."""
    _show(change, path)
    answer = ""
    while answer not in _ANSWERS:
        answer = typer.prompt("confirm, amend or dispute? [c/a/d]").strip().lower()[:1]
    status = _ANSWERS[answer]
    categories = (
        typer.prompt("of which categories").replace(",", " ").split() if answer == "a" else None
    )
    why = _optional("why") if status != "disputed" else typer.prompt("why")
    return Answers(status, categories, why, _optional("who answers for it"))


def _optional(question: str) -> str | None:
    answer: str = typer.prompt(f"{question} (may be left empty)", default="", show_default=False)
    return answer.strip() or None


def _show(change: str, path: Path) -> None:
    sha = change.rpartition("@")[2]
    if sha == change:  # a number: which commit that is, a clone need not know
        return
    from fitgate.bootstrap import open_clone, painted
    from fitgate.core.words.check import check_lines
    from fitgate.entrypoints.cli.judging import judged_landing

    with open_clone(path) as clone:
        judged = judged_landing(clone, sha)
    lines = check_lines(judged.facts, judged.verdict, asked.width())
    print("\n".join(map(painted, lines) if asked.colourful() else lines))
