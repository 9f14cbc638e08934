"""Whether a change is an irreversible operation, of which categories, and how we know."""

from fitgate.core.classify.deployed import classify
from fitgate.core.classify.looks import Looks

__all__ = ["Looks", "classify"]
