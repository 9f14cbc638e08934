"""From the text of a file that people write to its shape, every problem with its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from fitgate.core.conditions import Shape
from fitgate.core.places import Located, Path, load
from fitgate.errors import Problem, ProblemsError

_Shape = TypeVar("_Shape", bound=Shape)


def read_shape(
    text: str,
    source: str,
    shape: type[_Shape],
    error: type[ProblemsError],
    also: Callable[[Located], Iterable[Problem]] = lambda _: (),
) -> tuple[_Shape, Located]:
    """Read a YAML mapping into its shape; return it with where everything in it stands.

    `also` tells what is wrong with a mapping beside its shape, which may be wrong too.

    Raises:
        ProblemsError: the `error` given, with every problem at once.
    """
    located = load(text)
    if located.problems:
        raise error(source, located.problems)
    if not isinstance(located.document, dict):
        remedy = "start with `version: 1`"
        raise error(source, [Problem("is not a mapping of keys to values", "", 1, 1, remedy)])
    more = tuple(also(located))
    try:
        read = shape.model_validate(located.document)
    except ValidationError as exc:
        found = [_problem(each, located, shape) for each in exc.errors(include_url=False)]
        raise error(source, in_order({*found, *more})) from exc
    if more:
        raise error(source, in_order(more))
    return read, located


def many(value: object) -> list[str]:
    """Return the words of a list, or of one that stands alone, whatever else is there."""
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
    ]


def mappings(value: object) -> list[tuple[int, dict[str, object]]]:
    """Return the mappings in a list, each with its number there."""
    listed = value if isinstance(value, list) else []
    return [(n, each) for n, each in enumerate(listed) if isinstance(each, dict)]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems as they stand in their file, first to last."""
    return sorted(problems, key=lambda p: (p.line or 0, p.column or 0, p.where))


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return the remedy for a word that is none of the choices: the closest, else all of them."""
    choices = list(dict.fromkeys(choices))
    if (meant := closest(word, choices)) is not None:
        return f"did you mean `{meant}`?"
    return f"one of {', '.join(choices)}" if choices else ""


def closest(word: str, choices: Sequence[str]) -> str | None:
    """Return the choice that a word was probably meant to be, if there is one."""
    return next(iter(difflib.get_close_matches(word, choices, n=1, cutoff=0.6)), None)


def _problem(error: Mapping[str, Any], located: Located, shape: type[Shape]) -> Problem:
    path = _path_in(located.document, error["loc"])
    said = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            message = f"there is no key `{path[-1]}` here"
            remedy = did_you_mean(str(path[-1]), _keys_at(error["loc"][:-1], shape))
        case "missing":
            message, remedy = f"needs the key `{error['loc'][-1]}`", ""
        case "literal_error" | "enum":
            message = f"cannot be {error['input']!r}"
            remedy = did_you_mean(str(error["input"]), _listed(said["expected"]))
        case "union_tag_invalid":
            message = f"there is no gate type {said['tag']!r}"
            remedy = did_you_mean(str(said["tag"]), _listed(said["expected_tags"]))
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


def _keys_at(loc: Iterable[str | int], shape: type[Shape]) -> list[str]:
    """Return the keys that may stand at a location, by walking the JSON Schema of a shape."""
    schema = shape.model_json_schema()
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
