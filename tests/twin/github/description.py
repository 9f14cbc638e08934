"""GitHub's published descriptions, loaded once: operations, events, and the GraphQL schema."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema

Json = dict[str, Any]
PUBLISHED = Path(__file__).parent / "published"


@cache
def operations() -> Json:
    """Return the REST description: operations by `METHOD /path`, and the schemas they name."""
    return _document("openapi")


@cache
def events() -> Json:
    """Return the description of webhooks: by `event.action`, and the schemas they name."""
    return _document("openapi-webhooks")


@cache
def graphql_schema() -> GraphQLSchema:
    """Build the schema of all that a GraphQL query can reach."""
    return build_schema(_text("graphql-schema"), assume_valid=True)


def _document(name: str) -> Json:
    document: Json = json.loads(_text(name))
    return document


def _text(name: str) -> str:
    return gzip.decompress((PUBLISHED / f"{name}.gz").read_bytes()).decode()
