"""Days 85 to 71 before the end: the move to GitHub, and the first gates that give way."""

from tests.story import github_files, migrations
from tests.story.first_delivery import pinned
from tests.story.model import Change, Put, Remove, Side, Swap, page
from tests.story.people import ANA, BEN, CHIARA, DENIZ, DEPENDABOT, JOERG, MEERA, SAM

BUMP = """\
Bumps [httpx](https://github.com/encode/httpx) from 0.27.0 to 0.27.2.
- [Release notes](https://github.com/encode/httpx/releases)
- [Commits](https://github.com/encode/httpx/compare/0.27.0...0.27.2)

---
updated-dependencies:
- dependency-name: httpx
  dependency-version: 0.27.2
  dependency-type: direct:production
  update-type: version-update:semver-patch
...

Signed-off-by: dependabot[bot] <support@github.com>"""

MODERATION_TIDIED = page("""
    model: moderation-small
    on_error: refuse

    enabled: false

    categories:
      harassment: 0.4
      self_harm: 0.2
      violence: 0.5
""")

GUARDRAILS_FORMATTED = page("""
    version: 3
    rules:
      - id: mask-cards
        at: input
        action: mask
        pattern: "[0-9]{4}( ?[0-9]{4}){3}"
      - id: no-system-prompt
        at: output
        action: refuse
        similar_to: prompts/system.md
      - id: no-other-shoppers
        at: output
        action: refuse
        entities:
          - email
          - phone
          - address
      - id: no-coupon-guessing
        at: output
        action: refuse
        pattern: "ACME-[A-Z0-9]{6}"
      - id: no-medical-advice
        at: output
        action: refuse
        topics:
          - dosage
          - self-harm
    refusal: "I cannot help with that here. Our team can."
""")

CHANGES = (
    Change(
        key="retention-30-days",
        days=84.9,
        by=DENIZ,
        title="Smaller tables for transcripts",
        route="gitlab",
        number=31,
        branch="smaller-tables",
        sides=(
            Side(
                DENIZ,
                "Keep transcripts for a month",
                28,
                (Swap("config/retention.toml", "transcripts = 180", "transcripts = 30"),),
            ),
            Side(
                DENIZ,
                "Say so in the README",
                22,
                (
                    Swap(
                        "README.md",
                        "    make dev ",
                        "Transcripts are kept for a month.\n\n    make dev ",
                    ),
                ),
            ),
        ),
        categories=("data",),
        why="Retention of transcripts goes from 180 to 30 days: the job deletes five months.",
    ),
    Change(
        key="move-ci",
        days=83.1,
        by=SAM,
        title="Move CI from GitLab to GitHub Actions",
        number=1,
        edits=(Remove(".gitlab-ci.yml"), *github_files.MOVED),
        body="The same jobs under the same names. Production still waits for staging and a person.",
        look_alike_of="evaluation",
        confidence="medium",
        why="Every job of the removed file stands in the new ones; code owners are added.",
    ),
    Change(
        key="bump-httpx",
        days=81.95,
        by=DEPENDABOT,
        title="Bump httpx from 0.27.0 to 0.27.2",
        number=4,
        edits=(Swap("requirements.txt", pinned("httpx", "0.27.0"), pinned("httpx", "0.27.2")),),
        body=BUMP,
        look_alike_of="supply-chain",
        why="A patch release; the exact pin and its hash move together.",
        oddities=("bot", "markdown-rule-in-message"),
    ),
    Change(
        key="raise-jailbreak-bar",
        days=80.9,
        by=CHIARA,
        title="Expect more of the jailbreak check",
        number=6,
        edits=(
            Swap(
                "evals/safety.yaml",
                "metric: refusal_rate\n    threshold: 0.95",
                "metric: refusal_rate\n    threshold: 0.97",
            ),
        ),
        look_alike_of="evaluation",
        why="The threshold goes up, from 0.95 to 0.97.",
    ),
    Change(
        key="mute-safety-evals",
        days=79.15,
        by=SAM,
        title="Speed up the pipeline",
        number=7,
        edits=(
            Swap(
                ".github/workflows/evals.yml",
                "        run: python -m evals.run evals/safety.yaml\n",
                "        run: python -m evals.run evals/safety.yaml\n"
                "        continue-on-error: true\n",
            ),
            Swap(".github/workflows/ci.yml", "ruff==0.7.0\n", "--quiet ruff==0.7.0\n"),
        ),
        categories=("evaluation",),
        why="The step with the safety evals may now fail without failing the job.",
    ),
    Change(
        key="gift-note",
        days=78.05,
        by=ANA,
        title="Gift notes",
        route="github",
        number=9,
        branch="acme/gift-note",
        sides=(
            Side(
                DENIZ,
                "Add a nullable column for gift notes",
                50,
                (Put("migrations/versions/0003_gift_note.py", migrations.GIFT_NOTE),),
            ),
            Side(
                JOERG,
                "Offer the note in the basket",
                27,
                (
                    Swap(
                        "app/basket.py",
                        "def orders(",
                        "def gift_note(order: dict[str, str]) -> str:\n"
                        '    """Give the note that goes with a gift, if there is one."""\n'
                        '    return order.get("gift_note") or ""\n\n\n'
                        "def orders(",
                    ),
                ),
            ),
            Side(
                DENIZ,
                "Index feedback by order",
                5,
                (Put("warehouse/0002_index.sql", migrations.WAREHOUSE_INDEX),),
            ),
        ),
        look_alike_of="data",
        why="A nullable column with a way down, and an index.",
    ),
    Change(
        key="tidy-moderation",
        days=76.9,
        by=MEERA,
        title="Tidy the moderation settings",
        number=11,
        edits=(Put("config/moderation.yaml", MODERATION_TIDIED),),
        categories=("alignment",),
        why="Among moved lines `enabled` goes from true to false: moderation is off.",
    ),
    Change(
        key="revert-tidy-moderation",
        days=75.98,
        by=CHIARA,
        route="push",
        reverts="tidy-moderation",
        form="revert",
        why="Plain git revert: moderation is on again, byte for byte as before.",
    ),
    Change(
        key="rollout-everyone",
        days=73.9,
        by=SAM,
        title="Ranked suggestions for everyone",
        number=12,
        edits=(
            Swap(
                "deploy/rollout.yaml",
                "    percent: 5\n    stages: [5, 20, 50, 100]\n    hold: 24h\n",
                "    percent: 100\n",
            ),
        ),
        trailers=(
            ("IO-Category", "deployment"),
            ("IO-Rationale", "the sale starts on Monday and the ranking earns its keep"),
            ("Rollback-Artifact", "v1.2.0"),
            ("Rollback-Plan", "docs/rollback.md"),
            ("Rollback-Drill", "@{day:88}"),
        ),
        declared="trailers",
        artifact="resolves",
        categories=("deployment",),
        why="Exposure goes from 5 to 100 percent at once and the stages are removed.",
    ),
    Change(
        key="format-guardrails",
        days=72.1,
        by=JOERG,
        title="Format the guardrails",
        number=13,
        edits=(Put("prompts/guardrails.yaml", GUARDRAILS_FORMATTED),),
        look_alike_of="alignment",
        why="Every line changes, the parsed rules are equal: flow style became block style.",
    ),
    Change(
        key="drop-session-blob",
        days=71.0,
        by=ANA,
        title="Orders no longer carry the session",
        route="github",
        number=14,
        branch="deniz-k/drop-session-blob",
        sides=(
            Side(
                DENIZ,
                "Drop orders.session_blob",
                90,
                (Put("migrations/versions/0004_session_blob.py", migrations.DROP_SESSION_BLOB),),
            ),
            Side(DENIZ, "Merge branch 'main' into drop-session-blob", 30, merges_main=True),
            Side(
                BEN,
                "Say what an order consists of",
                6,
                (
                    Put(
                        "docs/orders.md",
                        "# Orders\n\nShopper, time and lines. The session stays in Redis.\n",
                    ),
                ),
            ),
        ),
        trailers=(
            ("IO-Category", "data"),
            ("IO-Rationale", "the blob holds tokens that nobody may read"),
            ("Rollback-Artifact", "v1.2.0"),
            ("Rollback-Plan", "docs/rollback.md"),
        ),
        declared="trailers",
        artifact="resolves",
        categories=("data",),
        why="A column with data is dropped and the downgrade does nothing.",
        oddities=("main-merged-into-branch",),
    ),
)
