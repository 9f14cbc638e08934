"""Whether a change is an irreversible operation, of which categories, and how we know."""

from fitgate.core.classify.looks import Looks
from fitgate.core.classify.rules import classify

__all__ = ["Looks", "classify"]
