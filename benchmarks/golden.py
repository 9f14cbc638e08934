"""`python -m benchmarks.golden CLONES`: what FITGate says of changes that people have labelled."""

from __future__ import annotations

import argparse
import csv
import functools
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.scores import Answer, Draw, Figures, Folds, Label, Row, figures, folds
from benchmarks.table import tell
from fitgate.bootstrap import open_clone, shipped_policies
from fitgate.core.inert import inert
from fitgate.core.reading import PolicyFile, parse_policy
from fitgate.core.words.matches import match_sentence
from fitgate.entrypoints.cli.landed import landing
from fitgate.errors import FitgateError, UserError
from fitgate.pipeline import Judged, Policies, run

LABELS = Path("../shared/data/io-golden-dev.csv")
COLUMNS = ("repo", "sha", "label", "categories", "why", "confidence", "look_alike_of")
MOST_REASONS = 6
TITLE_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A change that could not be judged, and why."""

    repo: str
    sha: str
    why: str


def main(words: Sequence[str] | None = None) -> int:
    """Judge and print; 1 if some change could not be judged, 2 if nothing could be done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.golden", description=__doc__)
    say = parser.add_argument
    say("clones", type=Path, help="the folder that holds the clones, each at owner/name")
    say("--labels", type=Path, default=LABELS, help=f"the labelled changes ({LABELS})")
    say("--json", action="store_true", help="print all of it as JSON")
    say("--ordinary", type=int, metavar="N", help="judge N changes of every clone, drawn by chance")
    say("--seed", type=int, default=0, help="another seed draws others (0)")
    said = parser.parse_args(words)
    try:
        if said.ordinary is not None:
            draws, unjudged = ordinary(said.clones, said.ordinary, said.seed)
            lines, whole = draws_lines(draws, unjudged), draws_json(draws, unjudged)
        else:
            rows, unjudged = labelled(said.clones, read_labels(said.labels))
            lines, whole = rows_lines(rows, unjudged), rows_json(rows, unjudged)
    except FitgateError as exc:
        print(f"golden: {exc}", file=sys.stderr)
        return 2
    tell(json.dumps(whole, indent=1) if said.json else "\n".join(lines))
    return 1 if unjudged else 0


def read_labels(path: Path) -> list[Label]:
    """Read the labelled changes.

    Raises:
        UserError: when they are not there, or are something else.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            if lacking := sorted({*COLUMNS} - {*(table.fieldnames or ())}):
                raise UserError(f"{path}: has no column {', '.join(lacking)}. Add what is missing.")
            return [_label(row, f"{path}:{table.line_num}") for row in table]
    except OSError as exc:
        raise UserError(
            f"{path}: no labelled changes can be read there: {exc.strerror}. "
            "Say where they are: make golden CLONES=dir LABELS=file"
        ) from exc


def _label(row: Mapping[str, str], place: str) -> Label:
    categories = tuple(filter(None, row["categories"].split(";")))
    known, confidence = shipped().policy.taxonomy, row["confidence"]
    if row["label"] not in {"io", "non-io"} or confidence not in {"high", "medium", "low"}:
        raise UserError(f"{place}: label is io or non-io, confidence high, medium or low.")
    if not {*known}.issuperset(categories) or bool(categories) != (row["label"] == "io"):
        raise UserError(f"{place}: an io has categories, of {', '.join(known)}; a non-io has none.")
    is_io, why, alike = row["label"] == "io", row["why"], row["look_alike_of"]
    return Label(row["repo"], row["sha"], is_io, categories, why, confidence, alike)


@functools.cache
def shipped() -> PolicyFile:
    """Return the policy that uses the default and every pack."""
    library = shipped_policies()
    names = sorted(library, key=lambda name: (name != "default", name))
    return parse_policy(f"version: 1\nuse: [{', '.join(names)}]\n", "all that is shipped", library)


def judge(clone: Path, shas: Sequence[str]) -> dict[str, Answer | FitgateError]:
    """Judge commits of a clone, each against its first parent; what cannot be is its error."""
    answers: dict[str, Answer | FitgateError] = {}
    with open_clone(clone) as opened:
        policies = Policies(opened, shipped_policies(), shipped())
        for sha in shas:
            try:
                event = landing(opened, sha, datetime.now(UTC))
                answers[sha] = _answer(next(run(event, opened, policies)))
            except FitgateError as exc:
                answers[sha] = exc
    return answers


def _answer(judged: Judged) -> Answer:
    verdict = judged.verdict
    unseen = [found.params for found in verdict.findings if found.code == "unclassifiable"]
    return Answer(
        inert(judged.facts.change.title, TITLE_LIMIT),
        verdict.is_io,
        verdict.categories,
        tuple(match_sentence(match) for match in verdict.matches),
        tuple(inert(f"{params['what']}: {params['why']}") for params in unseen),
    )


def labelled(clones: Path, labels: Sequence[Label]) -> tuple[list[Row], list[Unjudged]]:
    """Judge what is labelled; every label comes back in one list or the other."""
    rows: list[Row] = []
    unjudged: list[Unjudged] = []
    for repo in dict.fromkeys(label.repo for label in labels):
        asked = [label for label in labels if label.repo == repo]
        try:
            answers = judge(_clone_at(clones, repo), [label.sha for label in asked])
        except FitgateError as exc:
            answers = dict.fromkeys((label.sha for label in asked), exc)
        for label in asked:
            answer = answers[label.sha]
            if isinstance(answer, Answer):
                rows.append(Row(label, answer))
            else:
                unjudged.append(Unjudged(repo, label.sha, str(answer)))
    return rows, unjudged


def ordinary(clones: Path, many: int, seed: int) -> tuple[list[Draw], list[Unjudged]]:
    """Judge so many changes of every clone, drawn by chance: the same ones for the same seed."""
    draws: list[Draw] = []
    unjudged: list[Unjudged] = []
    for path in sorted(path for path in clones.glob("*/*") if path.is_dir()):
        repo = f"{path.parent.name}/{path.name.removesuffix('.git')}"
        chance = random.Random(f"{seed} {repo}")  # noqa: S311 - to be drawn again, not to be secret
        landed = _landed(path)
        answers = judge(path, chance.sample(landed, min(many, len(landed))))
        draws.append(Draw(repo, {s: a for s, a in answers.items() if isinstance(a, Answer)}))
        unjudged += (
            Unjudged(repo, s, str(a)) for s, a in answers.items() if s not in draws[-1].answers
        )
    if not draws:
        raise UserError(f"{clones}: holds no clones. Name a folder that has them at owner/name.")
    return draws, unjudged


def _clone_at(clones: Path, repo: str) -> Path:
    for path in (clones / repo, clones / f"{repo}.git"):
        if path.is_dir():
            return path
    raise UserError(f"there is no clone at {clones / repo}")


def _landed(clone: Path) -> list[str]:
    command = ["git", "-C", str(clone), "rev-list", "--first-parent", "HEAD"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    if listing.returncode:
        raise UserError(f"{clone}: its changes cannot be listed: {listing.stderr.strip()}")
    return listing.stdout.split()


def rows_lines(rows: Sequence[Row], unjudged: Sequence[Unjudged]) -> Iterator[str]:
    """Say the figures, then each row that was answered wrongly or counts for nothing."""
    categories = tuple(shipped().policy.taxonomy)
    scored = [row for row in rows if row.is_scored]
    yield from _figures_lines(figures(rows, categories))
    yield from _listed("Missed", [row for row in scored if row.is_missed])
    yield from _listed("False alarms", [row for row in scored if row.is_false_alarm])
    yield from _listed("Wrong categories", [row for row in scored if row.is_misfiled])
    undecided = [row for row in scored if row.answer.is_io is None and not row.label.is_io]
    yield from _listed("Undecided, but no IO", undecided)
    yield from _folds_lines(folds(rows, categories))
    yield from _listed("Not scored, of low confidence", [row for row in rows if not row.is_scored])
    yield from _unjudged_lines(unjudged)


def _figures_lines(found: Figures) -> Iterator[str]:
    io, lenient = found.io, found.lenient
    yield f"IO-or-not precision {_two(io.precision)} recall {_two(io.recall)}"
    yield (
        f"{found.rows} changes scored, {found.undecided} undecided; with those taken for flagged: "
        f"precision {_two(lenient.precision)} recall {_two(lenient.recall)}"
    )
    yield f"\n{'Category':<14} precision recall  right wrong missed"
    for name, tally in found.categories.items():
        shares = f"{_two(tally.precision):>9} {_two(tally.recall):>6}"
        yield f"{name:<14} {shares}  {tally.right:>5} {tally.wrong:>5} {tally.missed:>6}"
    yield f"{'average':<14} {_two(found.precision):>9} {_two(found.recall):>6}"


def _folds_lines(found: Folds) -> Iterator[str]:
    yield f"\n{'':<42}|   IO or not    | average of categories"
    yield f"{'Project left out':<36}  rows | precision recall | precision recall"
    counted = [(repo, f"{each.rows}", each.four) for repo, each in found.projects.items()]
    for name, rows, four in (*counted, ("mean", "", found.mean), ("worst", "", found.worst)):
        whole, categories = (f"{_two(p):>9} {_two(r):>6}" for p, r in (four[:2], four[2:]))
        yield f"{name:<36} {rows:>5} | {whole} | {categories}"


def _listed(title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"\n{title}: {len(rows)}"
    for row in rows:
        label, answer = row.label, row.answer
        kind = ", ".join(label.categories) or f"no IO (like {label.look_alike_of or 'none'})"
        said = {True: ", ".join(answer.categories), False: "no IO", None: "undecided"}
        yield f"  {label.repo} {label.sha[:9]} {kind}: {label.why}"
        yield f"      said: {said[answer.is_io]}"
        yield from _reasons(answer)


def _reasons(answer: Answer) -> Iterator[str]:
    reasons = answer.matches if answer.is_io else answer.unknown
    yield from (f"      {reason}" for reason in reasons[:MOST_REASONS])
    if len(reasons) > MOST_REASONS:
        yield f"      and {len(reasons) - MOST_REASONS} more"


def draws_lines(draws: Sequence[Draw], unjudged: Sequence[Unjudged]) -> Iterator[str]:
    """Say which share of each clone's changes was flagged, and each of those for reading."""
    for draw in draws:
        many = f"{len(draw.flagged)} of {len(draw.answers)} flagged ({_two(draw.share)})"
        yield f"{draw.repo}: {many}, {draw.undecided} undecided"
        for sha, answer in draw.flagged.items():
            yield f"  {sha[:9]} {', '.join(answer.categories)}: {answer.title}"
            yield from _reasons(answer)
    yield from _unjudged_lines(unjudged)


def _unjudged_lines(unjudged: Sequence[Unjudged]) -> Iterator[str]:
    yield f"\nNot judged: {len(unjudged)}"
    yield from (f"  {each.repo} {each.sha[:9]}: {each.why}" for each in unjudged)


def rows_json(rows: Sequence[Row], unjudged: Sequence[Unjudged]) -> dict[str, object]:
    """Return the figures and every answer, to be read by a program."""
    categories = tuple(shipped().policy.taxonomy)
    by_project = folds(rows, categories)
    return {
        "policies": shipped().policy.use,
        "figures": figures(rows, categories).as_json(),
        "projects": {repo: each.as_json() for repo, each in by_project.projects.items()},
        "mean": by_project.mean._asdict(),
        "worst": by_project.worst._asdict(),
        "rows": [asdict(row) | {"scored": row.is_scored} for row in rows],
        "unjudged": [asdict(each) for each in unjudged],
    }


def draws_json(draws: Sequence[Draw], unjudged: Sequence[Unjudged]) -> dict[str, object]:
    """Return the shares and every answer, to be read by a program."""
    return {
        "clones": [draw.as_json() for draw in draws],
        "unjudged": [asdict(each) for each in unjudged],
    }


def _two(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"


if __name__ == "__main__":
    sys.exit(main())
