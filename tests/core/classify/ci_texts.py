"""CI files for tests, and what a change does to them."""

from fitgate.core.classify.workflows import workflow_effects
from fitgate.core.effects import Effect

PATH = ".github/workflows/ci.yml"


def effects(before: str | None, after: str | None, path: str = PATH) -> tuple[Effect, ...]:
    sides = (None if text is None else text.encode() for text in (before, after))
    return workflow_effects(path, *sides)


def changes(before: str | None, after: str | None, path: str = PATH) -> list[str]:
    """Write down what a change does as `change key`."""
    return [f"{each.change} {each.key}" for each in effects(before, after, path)]


def jobs(text: str, top: str = "on: push") -> str:
    return f"{top}\njobs:\n{text}"


def one_job(steps: str, more: str = "") -> str:
    """Return a workflow with the job `test`."""
    return jobs(f"  test:\n    runs-on: ubuntu-latest\n{more}    steps: {steps}\n")
