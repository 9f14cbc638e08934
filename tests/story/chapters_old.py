"""More than ninety days back: the assistant is written, on GitLab."""

from textwrap import indent

from tests.story import first_app, first_delivery, first_gates, first_model, first_shop, migrations
from tests.story.model import Change, Put, Side, Swap, Tag, page
from tests.story.people import ANA, BEN, CHIARA, DENIZ, JOERG, MEERA, SAM

TWO_PROVIDERS = page("""
    try:
        return ask(settings.models()["primary"], messages, tools)
    except httpx.HTTPError:
        return ask(settings.models()["fallback"], messages, tools)
""")

CHANGES = (
    Change(
        key="first-commit",
        days=210.2,
        by=ANA,
        title="Answer a question at the checkout",
        route="push",
        edits=(*first_app.SKELETON, *first_shop.REACH, *first_delivery.BUILD),
        why="The first commit: there was nothing before it to lose.",
    ),
    Change(
        key="add-evals",
        days=201.9,
        by=BEN,
        title="Evals with thresholds, and a red-team set",
        route="gitlab",
        number=3,
        branch="evals",
        sides=(
            Side(BEN, "Add eval suites and their runner", 52, first_gates.EVALS),
            Side(CHIARA, "Add the red-team prompts", 20, first_gates.RED_TEAM),
        ),
        look_alike_of="evaluation",
        why="Gates are added, none is weakened.",
    ),
    Change(
        key="add-guardrails",
        days=187.1,
        by=CHIARA,
        title="System prompt, guardrails and moderation",
        route="gitlab",
        number=5,
        branch="guardrails",
        sides=(
            Side(CHIARA, "Guardrails and moderation", 40, first_model.PROMPTS),
            Side(CHIARA, "Use them in the loop", 31, first_model.GUARDED),
            Side(DENIZ, "Test the guardrails", 9, first_gates.TESTS),
        ),
        look_alike_of="alignment",
        why="Guards are added where there were none.",
    ),
    Change(
        key="first-tables",
        days=173.1,
        by=DENIZ,
        title="Tables for orders, conversations and feedback",
        route="push",
        edits=(
            Put("migrations/versions/0001_orders.py", migrations.ORDERS),
            Put("warehouse/0001_feedback.sql", migrations.WAREHOUSE_FEEDBACK),
        ),
        look_alike_of="data",
        why="New tables only, and the migration has a way down.",
        tag=Tag("v1.0.0", 6, "1.0.0: the assistant answers in one shop"),
    ),
    Change(
        key="add-training",
        days=158.9,
        by=MEERA,
        title="Training configuration and the dataset's manifest",
        route="gitlab",
        number=8,
        branch="training",
        sides=(
            Side(MEERA, "Fine-tuning, mixture and reward", 75, first_model.TRAINING),
            Side(MEERA, "Manifest of the dialogues, retention", 30, first_model.DATA),
        ),
        look_alike_of="data",
        why="A dataset with lineage, licence and checksum is declared.",
    ),
    Change(
        key="staged-rollout",
        days=150.1,
        by=SAM,
        title="Deploy with Helm, in stages, with a way to stop",
        route="gitlab",
        number=15,
        branch="rollout",
        sides=(
            Side(SAM, "Helm chart, stages, how to roll back", 44, first_delivery.DEPLOYMENT),
            Side(
                BEN,
                "A switch that stops the model",
                18,
                (
                    Put("app/killswitch.py", first_delivery.KILLSWITCH),
                    Swap(
                        "app/answer.py",
                        "from app import basket, guardrails, moderation,",
                        "from app import basket, guardrails, killswitch, moderation,",
                    ),
                    Swap(
                        "app/answer.py",
                        "    if not moderation.passes",
                        "    if killswitch.frozen():\n"
                        "        return Reply(text=guardrails.REFUSAL)\n"
                        "    if not moderation.passes",
                    ),
                ),
            ),
        ),
        look_alike_of="deployment",
        why="Stages and a kill switch are added.",
        tag=Tag("v1.1.0", 3, "1.1.0: staged rollout"),
    ),
    Change(
        key="locale-answers",
        days=139.9,
        by=JOERG,
        title="Answer in the shopper's language",
        route="push",
        edits=(
            Swap(
                "app/answer.py",
                "guardrails.opening(question.text, basket.summary(shopper))",
                "guardrails.opening(question.text, basket.summary(shopper), question.locale)",
            ),
            Swap(
                "app/guardrails.py",
                "def opening(text: str, basket: str)",
                'def opening(text: str, basket: str, locale: str = "en")',
            ),
            Swap(
                "app/guardrails.py",
                'system = f"{system_prompt()}\\nBasket: {basket}"',
                'system = f"{system_prompt()}\\nBasket: {basket}\\nAnswer in: {locale}"',
            ),
        ),
        why="An ordinary feature that can be reverted.",
        confidence="medium",
    ),
    Change(
        key="drop-legacy-sessions",
        days=128.8,
        by=DENIZ,
        title="Clean up after the old chat",
        route="gitlab",
        number=21,
        branch="old-chat",
        sides=(
            Side(
                DENIZ,
                "Drop the table of the old chat",
                26,
                (Put("migrations/versions/0002_old_chat.py", migrations.DROP_LEGACY_SESSIONS),),
            ),
        ),
        categories=("data",),
        why="A table is truncated and dropped; the downgrade makes an empty one.",
    ),
    Change(
        key="fix-readme",
        days=121.2,
        by=ANA,
        title="Fix the port in the README",
        route="push",
        edits=(Swap("README.md", "http://localhost:8080", "http://localhost:8080/docs"),),
        why="One word of documentation.",
    ),
    Change(
        key="add-fallback",
        days=112.85,
        by=BEN,
        title="A second provider when the first one fails",
        route="gitlab",
        number=24,
        branch="second-provider",
        sides=(
            Side(
                BEN,
                "Ask the second provider after an error",
                33,
                (
                    Swap(
                        "app/providers.py",
                        '    return ask(settings.models()["primary"], messages, tools)\n',
                        indent(TWO_PROVIDERS, "    "),
                    ),
                    Swap(
                        "config/models.yaml",
                        "  endpoint: http://llm.internal.acme.example/v1\n",
                        "  endpoint: http://llm.internal.acme.example/v1\n"
                        "fallback:\n"
                        "  name: checkout-7b\n"
                        "  revision: 4f1c9d2a6be0\n"
                        "  endpoint: http://llm.second-site.acme.example/v1\n",
                    ),
                ),
            ),
        ),
        look_alike_of="optionality",
        why="A second route is added.",
    ),
    Change(
        key="rate-limit-up",
        days=104.05,
        by=SAM,
        title="Sale week: do not turn shoppers away",
        route="push",
        edits=(
            Swap(
                "config/limits.toml",
                "per_shopper_per_minute = 20\nper_instance_per_second = 60",
                "per_shopper_per_minute = 2000\nper_instance_per_second = 6000",
            ),
        ),
        categories=("deployment",),
        io_sr=(1,),
        why="Both rate limits are raised a hundredfold and stay so.",
    ),
    Change(
        key="nightly-evals",
        days=96.1,
        by=CHIARA,
        title="Keep the scores of the evals",
        route="gitlab",
        number=27,
        branch="eval-scores",
        sides=(
            Side(
                CHIARA,
                "Write the scores beside the suites",
                15,
                (
                    Swap(
                        "evals/run.py",
                        '    return all(measure(check) >= check["threshold"] for check in '
                        'suite["checks"])\n',
                        '    scores = {check["name"]: measure(check) for check in '
                        'suite["checks"]}\n'
                        '    path.with_suffix(".scores.json").write_text(json.dumps(scores))\n'
                        '    return all(scores[check["name"]] >= check["threshold"] for check in '
                        'suite["checks"])\n',
                    ),
                    Swap("evals/run.py", "import logging\n", "import json\nimport logging\n"),
                ),
            ),
        ),
        look_alike_of="evaluation",
        why="The same checks against the same thresholds; the scores are kept as well.",
        tag=Tag("v1.2.0", 20, "1.2.0: a second provider, scores kept"),
    ),
)
