"""A history to replay, and a candidate."""

from pathlib import Path

import pytest

from tests.adapters.git.making import HOUR, Made, run
from tests.cli.conftest import POLICY
from tests.hostile import HOSTILE

RULES, _, _ = POLICY.partition("gates:")
SLOW = f"""\
{RULES.replace("mode: enforce", "mode: shadow")}
roles:
  release-owner: {{permission: maintain}}
  safety-owner: {{permission: admin}}
gates:
  - {{type: slow-authority, cooldown: PT48H, rationale: optional,
     signatures: [release-owner, safety-owner]}}
"""
KEEP = ("--cache", "kept", "--since", "all")


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a history, an hour a change: pushes and a squash that lower a bar, and are undone."""
    made = Made(tmp_path_factory.mktemp("replay") / "history")

    def bar(height: int) -> dict[str, bytes]:
        return {"evals/bar.yaml": b"threshold: %d\n" % height}

    made.commit("Begin", bar(90) | {"README.md": b"hello\n"})
    pushed = made.commit("Lower it", bar(80))
    made.commit(f'Revert "Lower it"\n\nThis reverts commit {pushed}.', bar(90))
    made.commit(f"Squash {HOSTILE[0]} (#7)", bar(70))
    made.commit("Say hello", {"README.md": b"hello again\n"})
    made.commit('Revert "Squash" (#9)\n\nReverts acme/app#7', bar(90))
    slow = made.commit("Lower it once more", bar(60))
    made.clock += 72 * HOUR
    made.commit(f'Revert "Lower it once more"\n\nThis reverts commit {slow}.', bar(90))
    dropped = made.commit("Drop the carts", {"db/1.sql": b"drop table carts;\n"})
    made.commit("Hotfix for the carts\n\nBrings back what went with " + dropped[:10], {"a": b"1\n"})
    made.done()
    run(made.path, "reset", "-q", "--hard")
    return made.path


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """Write the candidate beside the test."""
    (tmp_path / "slow.yaml").write_text(SLOW)
    return tmp_path / "slow.yaml"
