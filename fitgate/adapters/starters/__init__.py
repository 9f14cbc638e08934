"""What a repository begins with: the workflow, the issue forms, the pull-request template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

WORKFLOW = ".github/workflows/fitgate.yml"
TEMPLATE = ".github/pull_request_template.md"
_HERE = Path(__file__).parent
_FILES = {
    WORKFLOW: "workflow.yml",
    ".github/ISSUE_TEMPLATE/fitgate-io.yml": "io.yml",
    ".github/ISSUE_TEMPLATE/fitgate-drill.yml": "drill.yml",
    TEMPLATE: "pull_request.md",
}
_PILOT = (
    "\n        with:\n          pilot: {} # two weeks from the first run for the default branch"
)


def starters(branch: str, pilot: str | None) -> Mapping[str, str]:
    """Return the files by their paths; `pilot` is what a system is called that a pilot is of."""
    texts = {path: (_HERE / name).read_text(encoding="utf-8") for path, name in _FILES.items()}
    more = "" if pilot is None else _PILOT.format(json.dumps(pilot))
    whole = texts[WORKFLOW].replace("BRANCH", json.dumps(branch)).replace("# PILOT", more)
    texts[WORKFLOW] = "\n".join(line.rstrip() for line in whole.rstrip().split("\n")) + "\n"
    return texts
