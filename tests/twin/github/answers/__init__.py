"""Who answers which operation: one file a topic; importing them registers them."""

from tests.twin.github.answers import (
    accounts,
    app,
    checks,
    contents,
    graphql,
    issues,
    objects,
    pulls,
)

__all__ = ["accounts", "app", "checks", "contents", "graphql", "issues", "objects", "pulls"]
