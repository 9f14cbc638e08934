"""What the twin says, walked along its published schema: completed, and undeclared names found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass

from tests.twin.github.description import Json

NOT_MODELLED = "https://github.invalid/not-modelled/"
"""Where a URL leads that the schema requires and the twin does not serve."""
EMPTIEST: dict[str, object] = {"array": [], "boolean": False, "integer": 0, "number": 0}


@dataclass(frozen=True, slots=True)
class Shape:
    """An object's declared properties, those required, and whether others are allowed."""

    properties: Json
    required: frozenset[str]
    closed: bool


class Completing:
    """Fills what a schema requires and the twin does not model with the emptiest value allowed."""

    def __init__(self, document: Json) -> None:
        self._schemas: Json = document["schemas"]
        self._shapes: dict[int, tuple[Shape, ...]] = {}

    def complete(self, value: object, schema: Json) -> object:
        """Return the value with every required property present, at any depth."""
        schema = self._resolved(schema)
        if isinstance(value, list):
            items = self._items(schema)
            return [self.complete(one, items) for one in value]
        if not isinstance(value, dict):
            return value
        shape = self._shape(value, schema)
        missing = {
            name: self._emptiest(name, shape.properties.get(name, {}))
            for name in shape.required.difference(value)
        }
        known = {
            name: self.complete(one, shape.properties.get(name, {})) for name, one in value.items()
        }
        return known | missing

    def undeclared(self, value: object, schema: Json, at: str = "") -> Iterator[str]:
        """Yield where a value has a property that its schema does not know."""
        schema = self._resolved(schema)
        if isinstance(value, list):
            items = self._items(schema)
            for one in value:
                yield from self.undeclared(one, items, f"{at}[]")
        if not isinstance(value, dict):
            return
        shape = self._shape(value, schema)
        for name, one in value.items():
            if name in shape.properties:
                yield from self.undeclared(one, shape.properties[name], f"{at}.{name}")
            elif shape.closed:
                yield f"{at}.{name}"

    def property_of(self, schema: Json, name: str) -> Json:
        """Return the schema of a property; an empty one if there is none."""
        for one in self._all(self._resolved(schema)):
            if name in one.get("properties", {}):
                return self._resolved(one["properties"][name])
        return {}

    def _items(self, schema: Json) -> Json:
        return next((one["items"] for one in self._all(schema) if "items" in one), {})

    def _emptiest(self, name: str, schema: Json) -> object:
        options = list(self._all(self._resolved(schema)))
        if any(_is_nullable(one) for one in options):
            return None
        for one in options:
            if "enum" in one:
                return one["enum"][0]
            if one.get("type") == "string":
                return f"{NOT_MODELLED}{name}" if name.endswith("url") else ""
            if one.get("type") in EMPTIEST:
                return copy(EMPTIEST[one["type"]])
        return self.complete({}, schema)

    def _shape(self, value: Json, schema: Json) -> Shape:
        """Choose, of what an object may be, what fits its names best."""
        if id(schema) not in self._shapes:
            self._shapes[id(schema)] = tuple(self._possible(schema))
        possible = self._shapes[id(schema)]
        if len(possible) == 1:
            return possible[0]
        names = value.keys()
        return min(
            possible,
            key=lambda shape: (
                len(names - shape.properties.keys()),
                self._contradictions(value, shape),
                len(shape.required - names),
            ),
        )

    def _contradictions(self, value: Json, shape: Shape) -> int:
        """Count the words that an alternative does not allow: `type: pull_request` tells which."""
        return sum(
            value[name] not in self._resolved(said).get("enum", (value[name],))
            for name, said in shape.properties.items()
            if name in value and isinstance(value[name], str)
        )

    def _possible(self, schema: Json) -> Iterator[Shape]:
        schema = self._resolved(schema)
        extra = schema.get("additionalProperties", None)
        own = Shape(
            schema.get("properties", {}),
            frozenset(schema.get("required", ())),
            closed=bool(schema.get("properties")) and extra in (None, False),
        )
        shapes = [own]
        for part in schema.get("allOf", ()):
            shapes = [_joined(a, b) for a in shapes for b in self._possible(part)]
        for word in ("anyOf", "oneOf"):
            if word in schema:
                options = [
                    shape
                    for part in schema[word]
                    if self._resolved(part).get("type")
                    not in ("null", "string", "array", "integer")
                    for shape in self._possible(part)
                ]
                shapes = [_joined(a, b) for a in shapes for b in options or [own]]
        yield from shapes

    def _all(self, schema: Json) -> Iterator[Json]:
        """Yield a schema and the alternatives and parts that it is made of."""
        yield schema
        for word in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(word, ()):
                yield from self._all(self._resolved(part))

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].removeprefix("#/schemas/")]
        return schema


def _joined(one: Shape, other: Shape) -> Shape:
    return Shape(
        one.properties | other.properties,
        one.required | other.required,
        closed=one.closed or other.closed,
    )


def _is_nullable(schema: Json) -> bool:
    kind = schema.get("type")
    kinds: Iterable[object] = kind if isinstance(kind, list) else (kind,)
    return "null" in kinds or None in schema.get("enum", ())
