"""From the text of a policy file to a Policy, with every problem named by line and column."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fitgate.core.conditions import Condition
from fitgate.core.policy import Policy, Rule
from fitgate.errors import PolicyError, Problem

if TYPE_CHECKING:  # YAML takes longer to load than many a change to judge
    from fitgate.core.places import Located, Path


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy that can be used, where it came from, and the digest of its bytes.

    `commit` is None for a file given by hand or shipped with FITGate. `note` says why it is not the
    one that the repository asked for.
    """

    policy: Policy
    source: str
    digest: str
    commit: str | None = None
    note: str = ""


def parse_policy(
    text: str, source: str, library: Mapping[str, str], commit: str | None = None
) -> PolicyFile:
    """Read a policy file; `library` holds the shipped policies by the name that `use` calls them.

    Raises:
        PolicyError: with every problem at once.
    """
    from fitgate.core.shapes import read_shape

    check = functools.partial(_check_names, library=library)
    policy, _ = read_shape(text, source, Policy, PolicyError, check)
    return PolicyFile(_with_packs(policy, library, source), source, _digest(text), commit)


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def compiled(text: str) -> str:
    """Return a policy without packs and without problems as JSON, with the digest of its text."""
    from fitgate.core.places import load

    return json.dumps({"of": _digest(text), "policy": load(text).document})


def read_compiled(document: str, text: str, source: str) -> PolicyFile | None:
    """Return the policy that `compiled` made of a text; None if it was another text."""
    read, digest = json.loads(document), _digest(text)
    if read["of"] != digest:
        return None
    return PolicyFile(Policy.model_validate(read["policy"]), source, digest)


def _conditions(condition: Condition) -> Iterator[Condition]:
    yield condition
    for inner in (*(condition.any_ or ()), *(condition.all_ or ())):
        yield from _conditions(inner)
    if condition.not_ is not None:
        yield from _conditions(condition.not_)


def _check_names(located: Located, library: Mapping[str, str]) -> Iterator[Problem]:
    """Yield every name that refers to nothing, and every id given twice.

    The document is asked and no policy, so that names are told beside faults of its shape.
    """
    from fitgate.core.shapes import many, mappings

    said: dict[str, Any] = located.document
    categories = _named("taxonomy", said)
    if categories == []:
        categories = sorted(_shipped(library["default"]).taxonomy)
    roles = _named("roles", said)
    first: dict[str, int] = {}
    for n, rule in mappings(said.get("rules")):
        category = many(rule.get("category"))
        yield from _missing("category", category, categories, ("rules", n, "category"), located)
        for name in many(rule.get("id")):
            if first.setdefault(name, n) != n:
                message = f"rule {first[name]} has the id `{name}` too"
                yield located.problem(("rules", n, "id"), message)
    for n, gate in mappings(said.get("gates")):
        for what, key, choices in (
            ("role", "signatures", roles),
            ("category", "categories", categories),
        ):
            yield from _missing(what, many(gate.get(key)), choices, ("gates", n, key), located)
    yield from _missing("pack", many(said.get("use")), sorted(library), ("use",), located)
    override = said.get("override")
    may = many(override.get("roles")) if isinstance(override, dict) else ()
    yield from _missing("role", may, roles, ("override", "roles"), located)


def _named(key: str, said: Mapping[str, object]) -> list[str] | None:
    """Return the names that a policy defines; None if its faults leave nobody knowing them."""
    from fitgate.core.shapes import closest

    if key not in said:
        strays = [str(name) for name in said if name not in Policy.model_fields]
        return [] if closest(key, strays) is None else None
    defined = said[key]
    return sorted(map(str, defined)) if isinstance(defined, dict) else None


def _missing(
    what: str,
    names: Iterable[str],
    choices: list[str] | None,
    path: Path,
    located: Located,
) -> Iterator[Problem]:
    from fitgate.core.shapes import did_you_mean

    for name in names:
        if choices is not None and name not in choices:
            remedy = did_you_mean(name, choices)
            yield located.problem(path, f"there is no {what} `{name}`", remedy)


@functools.lru_cache(maxsize=4)
def _shipped(text: str) -> Policy:
    import yaml

    from fitgate.core.places import Loader

    return Policy.model_validate(yaml.load(text, Loader=Loader))  # noqa: S506 - a safe loader


def _with_packs(policy: Policy, library: Mapping[str, str], source: str) -> Policy:
    """Return the policy with the rules of the packs it uses, its own first, and a taxonomy."""
    taxonomy, rules = policy.taxonomy, list(policy.rules)
    taken = {rule.id for rule in rules}
    for name in policy.use:
        pack = parse_policy(library[name], f"{source} uses {name}", library).policy
        rules += [rule for rule in pack.rules if rule.id not in taken]
        taken |= {rule.id for rule in pack.rules}
    if not taxonomy:
        taxonomy = _shipped(library["default"]).taxonomy
    return policy.model_copy(update={"rules": tuple(rules), "taxonomy": taxonomy})


def rules_of(policy: Policy) -> Iterator[tuple[Rule, tuple[Condition, ...]]]:
    """Yield each rule with all conditions inside its `when`."""
    for rule in policy.rules:
        yield rule, tuple(_conditions(rule.when))
