"""A stateful twin of GitHub on loopback; README.md says what it copies."""

from tests.twin.github.answer import Refusal
from tests.twin.github.deployments import Deployment
from tests.twin.github.outcome import outcome
from tests.twin.github.pulls import Pull
from tests.twin.github.repository import Repository
from tests.twin.github.rulesets import Protection
from tests.twin.github.twin import Twin

__all__ = ["Deployment", "Protection", "Pull", "Refusal", "Repository", "Twin", "outcome"]
