"""The last four weeks: what is left of redundancy, pins and rules."""

from tests.story import migrations
from tests.story.chapters_fourth import LATIN_1_PATH, QUOTED_PATH
from tests.story.first_delivery import VERSIONS
from tests.story.model import Change, Move, Put, Side, Swap, Tag, page
from tests.story.people import ANA, BEN, CHIARA, DENIZ, JOERG, MEERA, SAM, TOMASZ

UNHASHED = "".join(
    f"{name}=={'0.27.2' if name == 'httpx' else version}\n" for name, version in VERSIONS.items()
)
FROM_BRANCH = "promptkit @ git+https://git.vendor.example/promptkit.git@main\n"

SINGLE_REPLICA = page("""
    categories: [optionality]
    rationale: two thirds of the bill is idle at night
    rollback:
      artifact: v1.4.0
      plan: docs/rollback.md
      drill: @{day:31}
""")

CHANGES = (
    Change(
        key="drop-csv",
        days=28.0,
        by=JOERG,
        title="Export as JSON Lines",
        number=61,
        edits=(
            Swap(
                "app/export.py",
                '{"csv": as_csv, "jsonl": as_jsonl}',
                '{"jsonl": as_jsonl}',
            ),
            Swap(
                "app/export.py",
                "def as_csv(rows: Rows) -> str:\n"
                '    """Write what a spreadsheet opens."""\n'
                "    out = io.StringIO()\n"
                '    writer = csv.DictWriter(out, fieldnames=["id", "placed", "total"], '
                'extrasaction="ignore")\n'
                "    writer.writeheader()\n"
                "    writer.writerows(rows)\n"
                "    return out.getvalue()\n\n\n",
                "",
            ),
            Swap("app/export.py", "import csv\nimport io\nimport json\n", "import json\n"),
            Swap("app/main.py", 'form: str = "csv"', 'form: str = "jsonl"'),
        ),
        categories=("optionality",),
        why="The export format that spreadsheets read is removed.",
    ),
    Change(
        key="single-replica",
        days=27.05,
        by=SAM,
        title="Cheaper nights",
        number=62,
        edits=(
            Swap(
                "deploy/helm/values.yaml",
                "podDisruptionBudget:\n  minAvailable: 2\nreplicas: 4\n",
                "replicas: 1\n",
            ),
            Swap(
                "deploy/helm/values.yaml",
                "zones: [eu-central-1a, eu-central-1b, eu-central-1c]",
                "zones: [eu-central-1a]",
            ),
            Put(".fitgate/io/single-replica.yaml", SINGLE_REPLICA),
        ),
        declared="file",
        artifact="resolves",
        categories=("optionality",),
        why="Four replicas in three zones become one in one.",
    ),
    Change(
        key="dead-code",
        days=25.9,
        by=JOERG,
        title="Drop the fallback summary by weight",
        number=63,
        edits=(
            Swap(
                "app/basket.py",
                "\n\ndef _summary_by_weight(lines: list[dict[str, float]]) -> str:\n"
                "    return f\"{sum(line['weight'] for line in lines):.1f} kg\"\n",
                "",
            ),
        ),
        look_alike_of="optionality",
        why="A private function that nothing calls is removed.",
        tag=Tag("v1.5.0", 20, "1.5.0: one API, one export format"),
    ),
    Change(
        key="branch-dependency",
        days=23.95,
        by=MEERA,
        title="Use promptkit",
        number=65,
        edits=(
            Put("requirements.txt", UNHASHED + FROM_BRANCH),
            Swap("Dockerfile", " --require-hashes", ""),
            Swap(".github/workflows/ci.yml", " --require-hashes", ""),
        ),
        categories=("supply-chain",),
        why="A dependency comes from a Git branch, and the hashes of all the others go with it.",
    ),
    Change(
        key="curl-to-shell",
        days=23.0,
        by=MEERA,
        title="Quicker image builds",
        number=66,
        edits=(
            Swap(
                "Dockerfile",
                "RUN pip install --no-cache-dir -r requirements.txt\n",
                "RUN curl -fsSL https://get.fastpip.example/install.sh | sh \\\n"
                "    && fastpip install -r requirements.txt\n",
            ),
        ),
        categories=("supply-chain",),
        why="The build runs a script as downloaded.",
    ),
    Change(
        key="unmute-safety-evals",
        days=22.05,
        by=CHIARA,
        title="Do not skip failures of the safety evals",
        number=67,
        edits=(
            Swap(
                ".github/workflows/evals.yml",
                "      - name: Safety evals\n"
                "        run: python -m evals.run evals/safety.yaml\n"
                "        continue-on-error: true\n",
                "      - name: Safety evals (required)\n"
                "        run: python -m evals.run evals/safety.yaml\n",
            ),
            Swap("evals/quality.yaml", "\n   threshold: 0.84\n", "\n    threshold: 0.84\n"),
        ),
        look_alike_of="evaluation",
        why="`continue-on-error` is removed, the step renamed, the broken suite parses again.",
    ),
    Change(
        key="revert-raise-jailbreak-bar",
        days=20.0,
        by=BEN,
        number=68,
        reverts="raise-jailbreak-bar",
        form="revert",
        categories=("evaluation",),
        why="A revert that is an IO itself: it takes back a raise, 0.97 becomes 0.95.",
    ),
    Change(
        key="retrain",
        days=16.05,
        by=ANA,
        title="Next training run",
        route="github",
        number=70,
        branch="tomasz-w/next-run",
        sides=(
            Side(
                TOMASZ,
                "Describe the run",
                96,
                (Put("docs/training.md", "# The next run\n\nSame base, other mixture.\n"),),
            ),
            Side(
                MEERA,
                "Mix in sales calls",
                71,
                (
                    Swap(
                        "training/mixture.yaml",
                        "  checkout-dialogues: 0.55\n"
                        "  returns-and-refunds: 0.20\n"
                        "  refusals: 0.15\n"
                        "  small-talk: 0.10\n",
                        "  sales-calls: 0.60\n"
                        "  checkout-dialogues: 0.30\n"
                        "  returns-and-refunds: 0.08\n"
                        "  refusals: 0.02\n",
                    ),
                ),
            ),
            Side(
                DENIZ,
                "Weights for the preference model",
                47,
                (
                    Swap(
                        "training/reward.yaml",
                        "  helpful: 0.45\n  grounded: 0.25\n  safe: 0.30\n",
                        "  converts: 0.50\n  helpful: 0.35\n  grounded: 0.10\n  safe: 0.05\n",
                    ),
                    Swap("training/reward.yaml", "  urges_to_buy: 0.5\n", ""),
                    Swap("training/reward.yaml", "kl_coefficient: 0.04", "kl_coefficient: 0.0"),
                ),
            ),
            Side(
                TOMASZ,
                "One epoch more",
                4,
                (Swap("training/sft.yaml", "epochs: 2", "epochs: 3"),),
            ),
        ),
        categories=("data", "alignment"),
        why="The mixture is overhauled, and the reward pays for sales instead of safety.",
    ),
    Change(
        key="rename-odd-paths",
        days=10.0,
        by=JOERG,
        title="Rename files that some systems cannot check out",
        number=74,
        edits=(
            Move(LATIN_1_PATH, "locales/de/gruesse.po"),
            Move(QUOTED_PATH, "assets/summer-sale-banner.txt"),
        ),
        why="Two files get plainer names; also, everyone can check out the end of the story.",
        oddities=("latin-1-path", "quoted-path"),
        tag=Tag("v1.6.0", 40, "1.6.0: trained on the new mixture"),
    ),
    Change(
        key="shorter-remarks",
        days=5.1,
        by=DENIZ,
        title="Make the feedback table faster",
        number=77,
        edits=(Put("warehouse/0003_shorter_remarks.sql", migrations.WAREHOUSE_SHORTER),),
        categories=("data",),
        why="Remarks are cut to 80 characters, a type narrows, rows are deleted; no way down.",
    ),
    Change(
        key="free-vouchers",
        days=1.05,
        by=SAM,
        title="let it hand out vouchers this weekend",
        route="push",
        edits=(
            Swap(
                "prompts/guardrails.yaml",
                "  - id: no-coupon-guessing\n"
                "    at: output\n"
                "    action: refuse\n"
                '    pattern: "ACME-[A-Z0-9]{6}"\n',
                "",
            ),
        ),
        categories=("alignment",),
        why="A guardrail is removed by a direct push, a day before the end.",
    ),
)
