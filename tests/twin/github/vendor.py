"""Cut what the twin needs out of GitHub's published descriptions."""

# python -m tests.twin.github.vendor DIR
# DIR holds the npm packages, unpacked: `npm pack @octokit/openapi @octokit/openapi-webhooks
# @octokit/graphql-schema`, then `tar xzf` each into DIR/<name without scope>.

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLSchema, build_schema, print_schema
from graphql.utilities import strip_ignored_characters

PUBLISHED = Path(__file__).parent / "published"
PROSE = {
    "default", "deprecated", "description", "example", "examples", "externalDocs", "format",
    "nullable", "readOnly", "summary", "title", "x-github", "x-multi-segment",
}  # fmt: skip
LICENCES = {"openapi": "LICENSE", "openapi-webhooks": "LICENSE", "graphql-schema": "LICENSE.md"}


def main(packages: Path) -> None:
    """Write the three subsets, their licences and a line on where each comes from."""
    lines = []
    for name, licence in LICENCES.items():
        folder = packages / name / "package"
        version = json.loads((folder / "package.json").read_text())["version"]
        lines.append(f"@octokit/{name} {version} (MIT, the subset that vendor.py cuts out)\n")
        (PUBLISHED / f"LICENSE.{name}").write_text((folder / licence).read_text())
        _written(f"{name}.gz", CUTS[name](folder))
    (PUBLISHED / "VERSIONS").write_text("".join(lines))


def wanted(name: str) -> list[str]:
    """Read a list of names, one a line."""
    lines = (PUBLISHED / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _openapi(folder: Path) -> str:
    document = json.loads((folder / "generated" / "api.github.com.json").read_text())
    operations = {}
    for name in wanted("operations.txt"):
        method, path = name.split()
        operations[name] = _operation(document, document["paths"][path][method.lower()])
    return _json({"operations": operations, "schemas": _reached(document, operations)})


def _operation(document: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Keep of an operation what a request and a response can be checked against."""
    parameters = [_resolved(document, one) for one in said.get("parameters", [])]
    body = _resolved(document, said.get("requestBody", {}))
    return {
        "apps": said["x-github"]["enabledForGitHubApps"],
        "query": {p["name"]: _plain(p["schema"]) for p in parameters if p["in"] == "query"},
        "path": {p["name"]: _plain(p["schema"]) for p in parameters if p["in"] == "path"},
        "body": _content(body),
        "body_required": body.get("required", False),
        "responses": {
            status: _content(_resolved(document, response))
            for status, response in said["responses"].items()
        },
    }


def _content(holder: dict[str, Any]) -> dict[str, Any] | None:
    kinds = holder.get("content", {})
    names = [kind for kind in kinds if kind == "application/json"] or [
        kind for kind in kinds if kind.endswith("json")
    ]
    return _plain(kinds[names[0]]["schema"]) if names else None


def _webhooks(folder: Path) -> str:
    document = json.loads((folder / "generated" / "api.github.com.json").read_text())
    events: dict[str, Any] = {}
    names = set(wanted("events.txt"))
    for hook in document["webhooks"].values():
        said = hook["post"]
        event = said["x-github"]["subcategory"]
        action = said["operationId"].partition("/")[2].replace("-", "_")
        if event in names:
            events[f"{event}.{action}" if action else event] = {
                "hooks": said["x-github"]["supported-webhook-types"],
                "payload": _content(said["requestBody"]),
            }
    if missing := names - {name.partition(".")[0] for name in events}:
        raise SystemExit(f"vendor: no such events: {sorted(missing)}")
    return _json({"events": events, "schemas": _reached(document, events)})


def _graphql(folder: Path) -> str:
    """Keep everything that a query can reach; mutations and their inputs go."""
    whole = build_schema((folder / "schema.graphql").read_text(), assume_valid=True)
    query = whole.query_type
    reached = GraphQLSchema(query)
    for _ in range(10):  # an object is reached by an interface that it implements, and so on
        faces = [t for t in reached.type_map.values() if isinstance(t, GraphQLInterfaceType)]
        objects = [t for face in faces for t in whole.get_possible_types(face)]
        wider = GraphQLSchema(query, types=objects, directives=whole.directives)
        if len(wider.type_map) == len(reached.type_map):
            break
        reached = wider
    for kind in reached.type_map.values():
        kind.description = None
        fields = getattr(kind, "fields", None) or getattr(kind, "values", {})
        for field in fields.values():
            field.description = field.deprecation_reason = None
            for argument in getattr(field, "args", {}).values():
                argument.description = None
    for directive in reached.directives:
        directive.description = None
        for argument in directive.args.values():
            argument.description = None
    return strip_ignored_characters(print_schema(reached))


CUTS = {"openapi": _openapi, "openapi-webhooks": _webhooks, "graphql-schema": _graphql}


def _plain(schema: Any) -> Any:
    """Turn an OpenAPI 3.0 schema into JSON Schema without prose."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/schemas/")}
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            kept[key] = {name: _plain(one) for name, one in value.items()}
        elif key in {"enum", "const", "required"}:
            kept[key] = value
        elif key not in PROSE:
            kept[key] = _plain(value)
    return _nullable(kept) if schema.get("nullable") else kept


def _nullable(kept: dict[str, Any]) -> dict[str, Any]:
    if "enum" in kept and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    if isinstance(kept.get("type"), str):
        return {**kept, "type": [kept["type"], "null"]}
    if {"$ref", "allOf", "anyOf", "oneOf"} & kept.keys():
        return {"anyOf": [kept, {"type": "null"}]}
    return kept


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    found: dict[str, Any] = document["components"][kind][name]
    return found


def _reached(document: dict[str, Any], roots: object) -> dict[str, Any]:
    """Return the named schemas that these refer to, and what those refer to."""
    found: dict[str, Any] = {}
    pending = list(_references(roots))
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = _plain(document["components"]["schemas"][name])
            pending.extend(_references(found[name]))
    return dict(sorted(found.items()))


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#/schemas/")
        parts: Iterable[object] = node.values()
    else:
        parts = node if isinstance(node, list) else ()
    for part in parts:
        yield from _references(part)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _written(name: str, text: str) -> None:
    (PUBLISHED / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
