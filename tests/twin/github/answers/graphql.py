"""GraphQL over GitHub's published schema: what that has and the twin does not serve is a fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    execute_sync,
    parse,
    validate,
)

from tests.twin.github.answer import Answer, Asked, Refusal, serves
from tests.twin.github.description import Json, graphql_schema
from tests.twin.github.graphs import Unserved, Withheld, query

MOST_NODES = 500_000
MOST_PAGE = 100


@serves("POST /graphql", "anyone")
def graphql(asked: Asked) -> Answer:
    if asked.caller.kind in ("anonymous", "app"):
        raise Refusal(401, "This endpoint requires you to be authenticated.")
    variables = asked.body.get("variables") or {}
    try:
        document, errors = _read(asked.body["query"])
    except GraphQLError as error:
        return Answer({"errors": [_said(error)]})
    if errors:
        asked.twin.faults += [f"GraphQL: {one.message}" for one in errors]
        return Answer({"errors": [_invalid(one) for one in errors]})
    if refusals := list(_excessive(document, variables)):
        return Answer({"errors": refusals})
    result = execute_sync(
        graphql_schema(),
        document,
        root_value=query(asked),
        context_value=asked,
        variable_values=variables,
        operation_name=asked.body.get("operationName"),
        field_resolver=_resolved,
    )
    body: Json = {"data": result.data}
    for one in result.errors or ():
        if not isinstance(one.original_error, Withheld):
            asked.twin.faults.append(f"GraphQL: {one.message} at {one.path}")
    if result.errors:
        body["errors"] = [_said(one) for one in result.errors]
    return Answer(body)


@lru_cache(maxsize=256)
def _read(query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    """Parse a query and hold it against the schema: once, however often it is asked."""
    document = parse(query)
    return document, validate(graphql_schema(), document)


def _resolved(source: object, info: GraphQLResolveInfo[Asked], **arguments: object) -> object:
    if not isinstance(source, dict) or info.field_name not in source:
        raise Unserved(f"the twin does not serve {info.parent_type.name}.{info.field_name}")
    value = source[info.field_name]
    return value(**arguments) if callable(value) else value


def _said(error: GraphQLError) -> Json:
    said: Json = {"message": error.message}
    if isinstance(error.original_error, Withheld):
        said["type"] = error.original_error.kind
    if error.path:
        said["path"] = error.path
    if error.locations:
        said["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return said


def _invalid(error: GraphQLError) -> Json:
    """Word what the schema does not have as GitHub does."""
    said = _said(error)
    name = (
        error.nodes[0].name.value if error.nodes and isinstance(error.nodes[0], FieldNode) else ""
    )
    if error.message.startswith("Cannot query field"):
        kind = error.message.split("on type '")[1].split("'")[0]
        said["message"] = f"Field '{name}' doesn't exist on type '{kind}'"
        said["extensions"] = {"code": "undefinedField", "typeName": kind, "fieldName": name}
    return said


def _excessive(document: DocumentNode, variables: Mapping[str, object]) -> Iterator[Json]:
    """Yield what GitHub refuses for its size: no bounds, pages over 100, too many nodes."""
    fragments = {
        one.name.value: one.selection_set
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    nodes = 0
    pending = [
        (one.selection_set, 1)
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    ]
    for _ in range(10_000):
        if not pending:
            break
        selections, times = pending.pop()
        for one in selections.selections:
            if isinstance(one, FragmentSpreadNode):
                pending.append((fragments[one.name.value], times))
            elif isinstance(one, InlineFragmentNode):
                pending.append((one.selection_set, times))
            elif isinstance(one, FieldNode) and one.selection_set is not None:
                size = _size(one, variables)
                if size is None and _is_connection(one.selection_set):
                    yield {
                        "type": "MISSING_PAGINATION_BOUNDARIES",
                        "message": "You must provide a `first` or `last` value to properly "
                        f"paginate the `{one.name.value}` connection.",
                    }
                if size is not None and size > MOST_PAGE:
                    yield {
                        "type": "EXCESSIVE_PAGINATION",
                        "message": f"Requesting {size} records on the `{one.name.value}` connection"
                        f" exceeds the `first` limit of {MOST_PAGE} records.",
                    }
                nodes += times * (size or 0)
                pending.append((one.selection_set, times * (size or 1)))
    if nodes > MOST_NODES:
        yield {
            "type": "MAX_NODE_LIMIT_EXCEEDED",
            "message": f"This query requests up to {nodes:,} possible nodes which exceeds the "
            f"maximum limit of {MOST_NODES:,}.",
        }


def _size(field: FieldNode, variables: Mapping[str, object]) -> int | None:
    for argument in field.arguments or ():
        if argument.name.value in ("first", "last"):
            if isinstance(argument.value, VariableNode):
                return cast("int | None", variables.get(argument.value.name.value))
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
    return None


def _is_connection(selections: SelectionSetNode) -> bool:
    names = {one.name.value for one in selections.selections if isinstance(one, FieldNode)}
    return bool(names & {"nodes", "edges", "pageInfo"})
