"""Who answers which operation: one file a topic; importing them registers them."""

from tests.twin.github.answers import (
    accounts,
    app,
    checks,
    contents,
    deployments,
    graphql,
    issues,
    packages,
    plumbing,
    pulls,
    releases,
    rules,
)

__all__ = [
    "accounts", "app", "checks", "contents", "deployments", "graphql", "issues", "packages",
    "plumbing",
    "pulls", "releases", "rules",
]  # fmt: skip
