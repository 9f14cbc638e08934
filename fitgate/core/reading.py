"""From the text of a policy file to a Policy, with every problem named by line and column."""

from __future__ import annotations

import difflib
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fitgate.core.conditions import Condition
from fitgate.core.policy import Policy, Rule
from fitgate.errors import PolicyError, Problem

MAX_BYTES = 1_000_000
"""Nobody writes a policy of this size by hand; a generated one should use packs."""

Path = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """YAML as people mean it: `on`, `off`, `yes`, `no`, dates and 12:30 stay what is written."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("true|false|True|False"), list("tfTF")
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counting from one."""

    line: int
    column: int


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
    document, places = _load(text, source)
    try:
        policy = Policy.model_validate(document)
    except ValidationError as exc:
        problems = [_problem(error, document, places) for error in exc.errors(include_url=False)]
        raise PolicyError(source, sorted(set(problems), key=_order)) from exc
    problems = [*_check_names(policy, library, places)]
    if problems:
        raise PolicyError(source, sorted(problems, key=_order))
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return PolicyFile(_with_packs(policy, library, source), source, digest, commit)


def _order(problem: Problem) -> tuple[int, int, str]:
    return (problem.line or 0, problem.column or 0, problem.where)


def _load(text: str, source: str) -> tuple[Any, dict[Path, Place]]:
    if len(text) > MAX_BYTES:
        raise PolicyError(source, [Problem(f"is larger than {MAX_BYTES} bytes")])
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        places: dict[Path, Place] = {}
        problems = list(_walk(node, (), places)) if node is not None else []
        document = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        message = f"is not YAML: {exc.problem or exc.context}"
        raise PolicyError(source, [Problem(message, "", *place)]) from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise PolicyError(source, [Problem(f"is not YAML: {exc}")]) from exc
    finally:
        loader.dispose()
    if not isinstance(document, dict):
        problems = [
            Problem("is not a mapping of keys to values", "", 1, 1, "start with `version: 1`")
        ]
    if problems:
        raise PolicyError(source, problems)
    return document, places


def _walk(node: Node, path: Path, places: dict[Path, Place]) -> Iterator[Problem]:
    """Note where everything stands; yield keys that stand twice, because YAML would drop one."""
    places.setdefault(path, Place(node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index), places)
    if isinstance(node, MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            inside = (*path, name)
            here = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            if inside in places and name != "<<":
                first = places[inside].line
                yield Problem(
                    "stands here a second time", _dotted(inside), here.line, here.column,
                    f"the first is on line {first}: keep one",
                )  # fmt: skip
            places[inside] = here
            yield from _walk(value, inside, places)


def _dotted(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path))


def _problem(error: Mapping[str, Any], document: Any, places: Mapping[Path, Place]) -> Problem:
    path = _path_in(document, error["loc"])
    place = next(places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in places)
    message, remedy = str(error["msg"]).removeprefix("Value error, "), ""
    if error["type"] == "extra_forbidden":
        message = f"there is no key `{path[-1]}` here"
        remedy = _did_you_mean(str(path[-1]), _keys_at(error["loc"][:-1]))
    elif error["type"] == "missing":
        message = f"needs the key `{error['loc'][-1]}`"
    elif error["type"] == "literal_error":
        expected = [
            part.strip(" '")
            for part in str(error["ctx"]["expected"]).replace(" or ", ",").split(",")
        ]
        message = f"cannot be {error['input']!r}"
        remedy = _did_you_mean(str(error["input"]), expected)
    elif error["type"] == "union_tag_invalid":
        expected = [part.strip(" '") for part in str(error["ctx"]["expected_tags"]).split(",")]
        message = f"there is no gate type {error['ctx']['tag']!r}"
        remedy = _did_you_mean(str(error["ctx"]["tag"]), expected)
    return Problem(message, _dotted(path), place.line, place.column, remedy)


def _path_in(document: Any, loc: Iterable[str | int]) -> Path:
    """Return the part of a pydantic location that names keys of the document: unions add their own."""
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


def _check_names(
    policy: Policy, library: Mapping[str, str], places: Mapping[Path, Place]
) -> Iterator[Problem]:
    """Yield every name that refers to nothing, and every name given twice."""

    def problem(path: Path, message: str, word: str, choices: Iterable[str]) -> Problem:
        place = next(places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in places)
        return Problem(
            message, _dotted(path), place.line, place.column, _did_you_mean(word, choices)
        )

    categories = {*policy.taxonomy} or {*_shipped(library["default"]).taxonomy}
    seen: dict[str, int] = {}
    for index, rule in enumerate(policy.rules):
        if rule.category not in categories:
            message = f"there is no category `{rule.category}`"
            yield problem(("rules", index, "category"), message, rule.category, sorted(categories))
        if rule.id in seen:
            message = f"rule {seen[rule.id]} has the id `{rule.id}` too"
            yield problem(("rules", index, "id"), message, "", ())
        seen.setdefault(rule.id, index)
    for name in policy.use:
        if name not in library:
            yield problem(("use",), f"there is no pack `{name}`", name, sorted(library))
    for index, gate in enumerate(policy.gates):
        for role in getattr(gate, "signatures", ()):
            if role not in policy.roles:
                message = f"there is no role `{role}`"
                yield problem(("gates", index, "signatures"), message, role, sorted(policy.roles))
        for category in gate.categories or ():
            if category not in categories:
                message = f"there is no category `{category}`"
                yield problem(("gates", index, "categories"), message, category, sorted(categories))
    for role in policy.override.roles:
        if role not in policy.roles:
            message = f"there is no role `{role}`"
            yield problem(("override", "roles"), message, role, sorted(policy.roles))


@functools.lru_cache(maxsize=4)
def _shipped(text: str) -> Policy:
    return Policy.model_validate(yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader


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
