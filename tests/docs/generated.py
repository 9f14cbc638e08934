"""What the pages say of the shipped policies and of the figures, made from these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from fitgate.adapters.shipped import ShippedPolicies
from fitgate.core.commands.entitled import ENTITLED, whose
from fitgate.core.conditions import Condition
from fitgate.core.measure.figures import ESTIMATES
from fitgate.core.policy import Policy, Rule
from fitgate.core.reading import parse_policy, rules_of
from fitgate.core.words.commands import REFUSALS, USES
from fitgate.core.words.metrics import MEANINGS

_MARKED = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(page: str) -> str:
    """Return a page with everything between its markers made anew."""
    return _MARKED.sub(lambda found: f"{found[1]}{made(found[2])}{found[3]}", page)


def made(name: str) -> str:
    """Return what stands between the markers of this name."""
    what, _, of = name.partition(" ")
    return _MAKERS[what](of)


def marked(page: str) -> list[str]:
    """Return the names of the markers on a page."""
    return [found[2] for found in _MARKED.finditer(page)]


@cache
def shipped() -> dict[str, Policy]:
    """Return the default and the packs, without what they use."""
    library = ShippedPolicies()
    order = ["default", *sorted({*library} - {"default"})]
    return {name: parse_policy(library[name], name, library).policy for name in order}


def _rules() -> Iterator[tuple[str, Rule, list[str]]]:
    """Yield every shipped rule with its pack and the kinds of evidence that it asks for."""
    for pack, policy in shipped().items():
        for rule, conditions in rules_of(policy):
            asked = {name for each in conditions for name in each.model_fields_set}
            yield pack, rule, [kind for kind in Condition.model_fields if kind in asked - _JOINS]


_JOINS = {"any_", "all_", "not_"}


def _of_kind(kind: str) -> str:
    rows = [
        (f"`{rule.id}`", f"`{pack}`", f"[{rule.category}](../categories/{rule.category}.md)")
        for pack, rule, kinds in _rules()
        if kind in kinds
    ]
    return _table(("rule", "pack", "category"), rows) if rows else "No shipped rule asks for it.\n"


def _of_category(category: str) -> str:
    rows = [
        (
            f"`{rule.id}`",
            f"`{pack}`",
            ", ".join(f"[{kind}](../kinds/{kind}.md)" for kind in kinds),
            rule.why,
        )
        for pack, rule, kinds in _rules()
        if rule.category == category
    ]
    return _table(("rule", "pack", "kinds", "why"), rows)


def _of_pack(pack: str) -> str:
    rows = [
        (
            f"`{rule.id}`",
            f"[{rule.category}](categories/{rule.category}.md)",
            ", ".join(map(str, rule.io_sr)),
            rule.why,
        )
        for owner, rule, _ in _rules()
        if owner == pack
    ]
    return _table(("rule", "category", "io_sr", "why"), rows)


def _packs(_: str) -> str:
    rows = []
    for pack, policy in shipped().items():
        categories = [c for c in policy.taxonomy if any(r.category == c for r in policy.rules)]
        kinds = sorted({number for rule in policy.rules for number in rule.io_sr})
        linked = ", ".join(f"[{each}](categories/{each}.md)" for each in categories)
        numbers = ", ".join(map(str, kinds))
        rows.append((f"[`{pack}`](#{pack})", str(len(policy.rules)), linked, numbers))
    return _table(("pack", "rules", "categories", "io_sr"), rows)


def _figures(_: str) -> str:
    rows = [
        (
            f"`{figure}`",
            MEANINGS[figure],
            estimator.formula,
            estimator.unit,
            f"{estimator.state}; {estimator.window}",
            ", ".join(f"`{name}`" for name in estimator.statistics),
        )
        for figure, (estimator, _) in ESTIMATES.items()
    ]
    return _table(("figure", "is", "formula", "unit", "counted over", "beside it"), rows)


def _commands(_: str) -> str:
    rows = []
    for name, entitlement in ENTITLED.items():
        usage, what = USES[name]
        who = whose(entitlement, "that `override` names")
        rows.append((f"`/fitgate {usage}`".replace("|", "\\|"), what, who))
    return _table(("command", "what happens", "who may"), rows)


def _refusals(_: str) -> str:
    rows = [
        tuple(re.sub(r"\{\w+\}", "…", each).replace("{{", "{").replace("}}", "}") for each in said)
        for said in REFUSALS.values()
    ]
    return _table(("why", "next"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (f"| {' | '.join(cells)} |\n".replace("|  |", "| |") for cells in (head, *rows))
    return next(lines) + "|---" * len(head) + "|\n" + "".join(lines)


_MAKERS: dict[str, Callable[[str], str]] = {
    "kind": _of_kind,
    "category": _of_category,
    "pack": _of_pack,
    "packs": _packs,
    "figures": _figures,
    "commands": _commands,
    "refusals": _refusals,
}
