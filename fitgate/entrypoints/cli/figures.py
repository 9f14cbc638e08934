"""What figures are of, and the page that shows them: for `metrics` and for a pilot's report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.measure.overview import By, Overview, Source
    from fitgate.core.measure.reading import Scope, Window
    from fitgate.core.policy import Policy
    from fitgate.core.reading import PolicyFile
    from fitgate.ports import Ledger


def that_judged(given: str | None, told: Chronicle, ledger: Ledger) -> tuple[Policy, str]:
    """Return the policy that says what the figures are of, and where it is from."""
    file, source = file_that_judged(given, told, ledger)
    return file.policy, source


def file_that_judged(given: str | None, told: Chronicle, ledger: Ledger) -> tuple[PolicyFile, str]:
    """Return the policy given, else that which judged last by the ledger, else the default."""
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.governing import policy_in_force
    from fitgate.core.in_force import SHIPPED
    from fitgate.core.reading import parse_policy

    file = asked.policy_file(given)
    if file is not None:
        return file, f"{given}, mode {file.policy.mode}"
    last = policy_in_force(told)
    if last is not None:
        text = ledger.blob(last.digest)
        if text is not None:
            found = parse_policy(text.decode(), last.source, shipped_policies(), last.commit)
            at = f" at {last.commit[:12]}" if last.commit else ""
            return found, f"{last.source}{at}, which judged last, mode {found.policy.mode}"
    default = parse_policy(shipped_policies()["default"], SHIPPED, shipped_policies())
    return default, f"{SHIPPED}, mode {default.policy.mode}, as the ledger holds no policy"


def overview_of(
    figures: Source, told: tuple[str, int], scope: Scope, window: Window, by: By | None = None
) -> Overview:
    """Measure all figures, and broken down if that is asked for.

    `told` are where the policy is from, in words, and how many entries the ledger has.
    """
    from fitgate.core.measure.overview import ALL, Overview, break_down

    groups = [] if by is None else break_down(figures, scope, window, by)
    (readings,) = figures.measure([(scope, window, ALL)])
    source, entries = told
    return Overview(source, scope, window, entries, readings, by, tuple(groups))


def write_page(out: Path, overview: Overview, figures: Source) -> list[Path]:
    """Write the figures as JSON and as a page with their trend, and return the files.

    Raises:
        UserError: when the folder cannot be written.
    """
    from fitgate import __version__
    from fitgate.bootstrap import metrics_page, written
    from fitgate.core.measure.bands import limits_of
    from fitgate.core.measure.overview import at_least, overview_json, trend
    from fitgate.core.measure.reading import FIGURES

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UserError(f"{out}: cannot be written: {exc.strerror}. Name another folder.") from exc
    files = [out / "metrics.json", out / "metrics.html"]
    with written(files[0]) as file:
        json.dump(overview_json(overview), file, indent=2, ensure_ascii=False)
        file.write("\n")
    drawn = trend(figures, overview.scope, at_least(overview.window))
    limits = {figure: limits_of(figure, figures.policy) for figure in FIGURES}
    with written(files[1]) as file:
        metrics_page(overview, drawn, limits, __version__, file)
    return files
