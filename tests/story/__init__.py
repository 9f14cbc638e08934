"""A dated story repository: one small AI project whose every change has an intended label."""

from tests.story.builder import OccupiedError, build
from tests.story.model import Chapter

__all__ = ["Chapter", "OccupiedError", "build"]
