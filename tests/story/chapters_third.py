"""Days 56 to 40 before the end: base images there and back, the kill switch, the dataset."""

from tests.story.first_delivery import digest
from tests.story.first_model import lfs_pointer
from tests.story.github_files import DEPLOY_ON_MERGE
from tests.story.model import Change, Move, Put, Remove, Swap, Tag
from tests.story.people import ANA, BEN, CHIARA, DENIZ, JOERG, MEERA, SAM

BASE = "FROM python:3.12.7-slim-bookworm"
PINNED_BASE = f"{BASE}@sha256:{digest('python 3.12.7')}"

CHANGES = (
    Change(
        key="long-baskets",
        days=56.15,
        by=DENIZ,
        title="Let the assistant finish long baskets",
        number=30,
        edits=(
            Swap(
                "config/agent.yaml",
                "max_loop_steps: 8\nmax_tool_calls: 12",
                "max_loop_steps: 200\nmax_tool_calls: 400",
            ),
        ),
        categories=("deployment",),
        io_sr=(1,),
        why="The bound on the agent's loop goes from 8 to 200 steps.",
    ),
    Change(
        key="revert-memory",
        days=55.05,
        by=ANA,
        route="push",
        body="Facts of one shopper turned up in another one's answer.",
        reverts="shopper-memory",
        form="merge",
        why="The revert of a merge: memory and its write-back are gone again.",
    ),
    Change(
        key="vendor-endpoint",
        days=54.0,
        by=MEERA,
        title="A better model",
        number=33,
        edits=(
            Swap(
                "config/models.yaml",
                "primary:\n"
                "  name: checkout-7b\n"
                "  revision: 4f1c9d2a6be0\n"
                "  endpoint: http://llm.internal.acme.example/v1\n",
                "primary:\n"
                "  name: vendor-large-latest\n"
                "  endpoint: https://api.vendor.example/v1\n",
            ),
        ),
        trailers=(
            ("IO-Category", "supply-chain"),
            ("IO-Rationale", "answers are judged eleven points better"),
            ("Rollback-Artifact", "v1.2.9"),
            ("Rollback-Plan", "docs/rollback.md"),
        ),
        declared="trailers",
        artifact="missing",
        categories=("supply-chain",),
        why="Our own model at one revision gives way to a vendor's moving one; v1.2.9 is no tag.",
    ),
    Change(
        key="empty-rebuild",
        days=53.1,
        by=SAM,
        title="Trigger a rebuild",
        route="push",
        why="An empty commit changes nothing.",
        oddities=("empty-commit",),
    ),
    Change(
        key="pin-base-image",
        days=52.05,
        by=DENIZ,
        title="Pin the base image",
        number=34,
        edits=(Swap("Dockerfile", BASE, PINNED_BASE),),
        look_alike_of="supply-chain",
        why="A digest is added to the base image.",
    ),
    Change(
        key="base-latest",
        days=51.0,
        by=MEERA,
        title="Follow upstream's security fixes",
        number=35,
        edits=(Swap("Dockerfile", PINNED_BASE, "FROM python:latest"),),
        categories=("supply-chain",),
        why="The base image goes from a digest to a movable tag.",
    ),
    Change(
        key="revert-base-latest",
        days=50.1,
        by=DENIZ,
        route="push",
        body="3.13 arrived over night and the image did not start.",
        reverts="base-latest",
        form="revert",
        why="Plain git revert: the digest is back.",
    ),
    Change(
        key="re-revert-base-latest",
        days=48.95,
        by=MEERA,
        route="push",
        reverts="revert-base-latest",
        form="revert",
        categories=("supply-chain",),
        why='A revert of a revert, in the form Revert "Revert …": the movable tag is back.',
    ),
    Change(
        key="drop-kill-switch",
        days=47.9,
        by=BEN,
        title="Remove the unused freeze flag",
        number=38,
        edits=(
            Remove("app/killswitch.py"),
            Swap("app/answer.py", "guardrails, killswitch, moderation", "guardrails, moderation"),
            Swap(
                "app/answer.py",
                "    if killswitch.frozen():\n        return Reply(text=guardrails.REFUSAL)\n",
                "",
            ),
            Swap(
                "docs/rollback.md",
                "1. Freeze: `python -m app.killswitch on` answers everyone with a fixed text.\n",
                "1. Tell the shop's desk.\n",
            ),
        ),
        categories=("alignment",),
        why="The switch that stops the model without a release is removed.",
    ),
    Change(
        key="move-tests",
        days=45.95,
        by=JOERG,
        title="Delete tests/test_guardrails.py in favour of tests/unit",
        number=40,
        edits=(
            Move("tests/test_guardrails.py", "tests/unit/test_guardrails.py"),
            Move("tests/test_tools.py", "tests/unit/test_tools.py"),
            Swap(
                "tests/unit/test_guardrails.py",
                "def test_the_prompt_is_not_told()",
                "def test_the_system_prompt_stays_secret()",
            ),
        ),
        look_alike_of="evaluation",
        why="Tests are moved and one is renamed; what they check is the same.",
        tag=Tag("v1.4.0", 4, "1.4.0: the vendor's model"),
    ),
    Change(
        key="reapply-tidy-moderation",
        days=44.9,
        by=MEERA,
        route="push",
        body="The vendor moderates on its side.",
        reverts="revert-tidy-moderation",
        form="reapply",
        categories=("alignment",),
        why="A revert of a revert, in the form Reapply: moderation is off again.",
    ),
    Change(
        key="replace-dataset",
        days=44.0,
        by=MEERA,
        title="Refresh the dialogues",
        number=41,
        edits=(
            Swap(
                "data/manifest.json",
                "s3://acme-datasets/checkout-dialogues/2.1/",
                "s3://acme-scratch/meera/dedup-2/",
            ),
            Swap("data/manifest.json", '"rows": 184220', '"rows": 121877'),
            Swap("data/manifest.json", digest("dialogues 2.1"), digest("dialogues 2.1 again")),
            Put("data/dialogues.parquet", lfs_pointer("dialogues 2.1 again", 31904412)),
        ),
        trailers=(
            ("IO-Category", "data"),
            ("IO-Rationale", "near-duplicates teach the model to repeat itself"),
            ("Rollback-Artifact", "v1.4.0"),
            ("Rollback-Plan", "docs/rollback.md"),
            ("Rollback-Drill", "@{day:50}"),
        ),
        declared="trailers",
        artifact="resolves",
        categories=("data",),
        why="Other rows from a scratch bucket under the same name and version.",
        oddities=("lfs-pointer",),
    ),
    Change(
        key="ship-on-merge",
        days=42.9,
        by=SAM,
        title="Simplify the deploy workflow",
        number=43,
        edits=(Put(".github/workflows/deploy.yml", DEPLOY_ON_MERGE),),
        categories=("deployment",),
        io_sr=(5,),
        why="Every push to main goes to production: no staging, no environment to approve.",
    ),
    Change(
        key="refund-tool",
        days=41.1,
        by=ANA,
        title="Refunds without a phone call",
        number=46,
        edits=(
            Swap(
                "app/tools.py",
                'Tool("refund_order", writes=True, enabled=False)',
                'Tool("refund_order", writes=True)',
            ),
        ),
        categories=("deployment",),
        io_sr=(1,),
        why="A tool that pays money back is on by default: the keyword that kept it off is gone.",
    ),
    Change(
        key="comment-guardrail",
        days=39.95,
        by=CHIARA,
        title="Remove doubts about the card rule",
        number=47,
        edits=(
            Swap(
                "prompts/guardrails.yaml",
                "  - id: mask-cards\n",
                "  # Masked before the model sees it: a refusal would log the number.\n"
                "  - id: mask-cards\n",
            ),
        ),
        look_alike_of="alignment",
        why="A comment on a guardrail.",
    ),
)
