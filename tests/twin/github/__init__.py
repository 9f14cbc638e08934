"""A stateful twin of GitHub on loopback; README.md says what it copies."""

from tests.twin.github.twin import Twin

__all__ = ["Twin"]
