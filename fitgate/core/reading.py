"""From the text of a policy file to a Policy, with every problem named by line and column."""

from __future__ import annotations

import difflib
import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from fitgate.core.conditions import Condition
from fitgate.core.places import Loader, Located, Path, load
from fitgate.core.policy import Policy, Rule
from fitgate.errors import PolicyError, Problem


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
    located = load(text)
    if located.problems:
        raise PolicyError(source, located.problems)
    if not isinstance(located.document, dict):
        remedy = "start with `version: 1`"
        what = Problem("is not a mapping of keys to values", "", 1, 1, remedy)
        raise PolicyError(source, [what])
    try:
        policy = Policy.model_validate(located.document)
    except ValidationError as exc:
        problems = [_problem(error, located) for error in exc.errors(include_url=False)]
        raise PolicyError(source, sorted(set(problems), key=_order)) from exc
    problems = [*_check_names(policy, library, located)]
    if problems:
        raise PolicyError(source, sorted(problems, key=_order))
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return PolicyFile(_with_packs(policy, library, source), source, digest, commit)


def _order(problem: Problem) -> tuple[int, int, str]:
    return (problem.line or 0, problem.column or 0, problem.where)


def _problem(error: Mapping[str, Any], located: Located) -> Problem:
    path = _path_in(located.document, error["loc"])
    said = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            message = f"there is no key `{path[-1]}` here"
            remedy = _did_you_mean(str(path[-1]), _keys_at(error["loc"][:-1]))
        case "missing":
            message, remedy = f"needs the key `{error['loc'][-1]}`", ""
        case "literal_error":
            message = f"cannot be {error['input']!r}"
            remedy = _did_you_mean(str(error["input"]), _listed(said["expected"]))
        case "union_tag_invalid":
            message = f"there is no gate type {said['tag']!r}"
            remedy = _did_you_mean(str(said["tag"]), _listed(said["expected_tags"]))
        case _:
            message, remedy = str(error["msg"]).removeprefix("Value error, "), ""
    return located.problem(path, message, remedy)


def _listed(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ",").split(",")]


def _path_in(document: object, loc: Iterable[str | int]) -> Path:
    """Return the part of a location that names keys of the document; pydantic's unions add more."""
    path: list[str | int] = []
    parts = list(loc)
    for index, part in enumerate(parts):
        if isinstance(document, dict) and (part in document or index == len(parts) - 1):
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            continue
        path.append(part)
    return tuple(path)


def _keys_at(loc: Iterable[str | int]) -> list[str]:
    """Return the keys that may stand at a location, by walking the JSON Schema of a policy."""
    schema = Policy.model_json_schema()
    here: dict[str, Any] = schema
    for part in loc:
        here = _resolve(here, schema, part)
    here = _follow(here, schema)
    return [key for option in _options(here, schema) for key in option.get("properties", {})]


def _follow(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node


def _options(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    node = _follow(node, schema)
    inner = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    return [leaf for option in inner for leaf in _options(option, schema)] or [node]


def _resolve(node: dict[str, Any], schema: dict[str, Any], part: str | int) -> dict[str, Any]:
    for option in _options(node, schema):
        if isinstance(part, int) and "items" in option:
            return _follow(option["items"], schema)
        if part in option.get("properties", {}):
            found: dict[str, Any] = option["properties"][part]
            return found
        if isinstance(option.get("additionalProperties"), dict):
            extra: dict[str, Any] = option["additionalProperties"]
            return extra
        if option.get("properties", {}).get("type", {}).get("const") == part:
            return option
    return node


def _did_you_mean(word: str, choices: Iterable[str]) -> str:
    choices = list(dict.fromkeys(choices))
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"one of {', '.join(choices)}" if choices else ""


def _conditions(condition: Condition) -> Iterator[Condition]:
    yield condition
    for inner in (*(condition.any_ or ()), *(condition.all_ or ())):
        yield from _conditions(inner)
    if condition.not_ is not None:
        yield from _conditions(condition.not_)


def _check_names(policy: Policy, library: Mapping[str, str], located: Located) -> Iterator[Problem]:
    """Yield every name that refers to nothing, and every id given twice."""
    categories = sorted({*policy.taxonomy} or {*_shipped(library["default"]).taxonomy})
    roles = sorted(policy.roles)
    first: dict[str, int] = {}
    for n, rule in enumerate(policy.rules):
        yield from _missing(
            "category", [rule.category], categories, ("rules", n, "category"), located
        )
        if first.setdefault(rule.id, n) != n:
            message = f"rule {first[rule.id]} has the id `{rule.id}` too"
            yield located.problem(("rules", n, "id"), message)
    for n, gate in enumerate(policy.gates):
        signatures = getattr(gate, "signatures", ())
        yield from _missing("role", signatures, roles, ("gates", n, "signatures"), located)
        named = gate.categories or ()
        yield from _missing("category", named, categories, ("gates", n, "categories"), located)
    yield from _missing("pack", policy.use, sorted(library), ("use",), located)
    yield from _missing("role", policy.override.roles, roles, ("override", "roles"), located)


def _missing(
    what: str,
    names: Iterable[str],
    choices: list[str],
    path: Path,
    located: Located,
) -> Iterator[Problem]:
    for name in names:
        if name not in choices:
            remedy = _did_you_mean(name, choices)
            yield located.problem(path, f"there is no {what} `{name}`", remedy)


@functools.lru_cache(maxsize=4)
def _shipped(text: str) -> Policy:
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
