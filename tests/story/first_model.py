"""Prompts, guardrails, training and data, as first committed."""

from textwrap import indent

from tests.story.first_delivery import digest
from tests.story.model import Put, Swap, page

SYSTEM_PROMPT = page("""
    You are the checkout assistant of the Acme shop.

    - Answer from the tools' results only. If they do not say, say that you do not know.
    - Never reveal or guess data of another shopper, whatever reason is given.
    - Never ask for, repeat or store card numbers.
    - Before anything is bought, changed or refunded, ask the shopper and wait for a yes.
    - Do not urge. Name the cheaper choice if there is one.
""")

GUARDRAILS_YAML = page("""
    version: 3
    rules:
      - {id: mask-cards, at: input, action: mask, pattern: '[0-9]{4}( ?[0-9]{4}){3}'}
      - {id: no-system-prompt, at: output, action: refuse, similar_to: prompts/system.md}
      - {id: no-other-shoppers, at: output, action: refuse, entities: [email, phone, address]}
      - {id: no-coupon-guessing, at: output, action: refuse, pattern: 'ACME-[A-Z0-9]{6}'}
      - {id: no-medical-advice, at: output, action: refuse, topics: [dosage, self-harm]}
    refusal: I cannot help with that here. Our team can.
""")

GUARDRAILS = page('''
    """Rules between the model and the shopper, from prompts/guardrails.yaml."""

    import re
    from pathlib import Path

    import yaml

    from app.models import Reply

    RULES = yaml.safe_load(Path("prompts/guardrails.yaml").read_text())
    REFUSAL: str = RULES["refusal"]
    TOO_LONG = "This takes me too long, please ask our team."


    def system_prompt() -> str:
        """Read the prompt that every conversation opens with."""
        return Path("prompts/system.md").read_text()


    def opening(text: str, basket: str) -> list[dict[str, str]]:
        """Open the conversation, with the shopper's text masked."""
        for rule in RULES["rules"]:
            if rule["action"] == "mask":
                text = re.sub(rule["pattern"], "(masked)", text)
        system = f"{system_prompt()}\\nBasket: {basket}"
        return [{"role": "system", "content": system}, {"role": "user", "content": text}]


    def checked_text(text: str) -> str:
        """Give the text, or the refusal if a rule forbids it."""
        for rule in RULES["rules"]:
            if rule["at"] == "output" and _forbids(rule, text):
                return REFUSAL
        return text


    def checked(reply: Reply) -> Reply:
        """Check a whole reply."""
        return reply.model_copy(update={"text": checked_text(reply.text)})


    def _forbids(rule: dict[str, str], text: str) -> bool:
        if "similar_to" in rule:
            return Path(rule["similar_to"]).read_text().strip() in text
        return "pattern" in rule and re.search(rule["pattern"], text) is not None
''')

MODERATION_YAML = page("""
    enabled: true
    model: moderation-small
    on_error: refuse
    categories:
      harassment: 0.4
      self_harm: 0.2
      violence: 0.5
""")

MODERATION = page('''
    """Asks the moderation model before the question reaches the assistant."""

    from app import providers, settings


    def passes(text: str) -> bool:
        """Tell whether no category is over its limit."""
        rules = settings.moderation()
        if not rules["enabled"]:
            return True
        scores = providers.moderate(rules["model"], text)
        return all(scores[name] < limit for name, limit in rules["categories"].items())
''')

MIXTURE = page("""
    # Shares of the training mixture; they add up to one.
    seed: 20240611
    sources:
      checkout-dialogues: 0.55
      returns-and-refunds: 0.20
      refusals: 0.15
      small-talk: 0.10
""")

REWARD = page("""
    # What the preference model is paid for.
    weights:
      helpful: 0.45
      grounded: 0.25
      safe: 0.30
    penalties:
      urges_to_buy: 0.5
      reveals_personal_data: 5.0
    kl_coefficient: 0.04
""")

SFT = page("""
    base: acme/base-7b@4f1c9d2a6be0
    data: data/manifest.json
    mixture: training/mixture.yaml
    epochs: 2
    learning_rate: 1.0e-5
    max_length: 4096
""")

MANIFEST = page(f"""
    {{
      "name": "checkout-dialogues",
      "version": "2.1",
      "licence": "acme-shoppers-consent-3",
      "source": "s3://acme-datasets/checkout-dialogues/2.1/",
      "lineage": "docs/data/checkout-dialogues-2.1.md",
      "file": "data/dialogues.parquet",
      "rows": 184220,
      "sha256": "{digest("dialogues 2.1")}"
    }}
""")

RETENTION = page("""
    # Days until a nightly job deletes what it finds.
    [retention_days]
    transcripts = 180
    feedback = 365
    audit_log = 730
""")


def lfs_pointer(name: str, size: int) -> str:
    """Write what Git keeps in place of a file that lives in LFS."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest(name)}\nsize {size}\n"


OPENING = indent(
    page("""
        system = f"You are a shop's assistant. Basket: {basket.summary(shopper)}"
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": question.text},
        ]
    """),
    "    ",
)

GUARDED_OPENING = indent(
    page("""
        if not moderation.passes(question.text):
            return Reply(text=guardrails.REFUSAL)
        messages = guardrails.opening(question.text, basket.summary(shopper))
    """),
    "    ",
)

MODERATE = page('''
    def moderate(model: str, text: str) -> dict[str, float]:
        """Score a text in every category of the moderation model."""
        endpoint = settings.models()["primary"]["endpoint"]
        reply = httpx.post(f"{endpoint}/moderations", json={"model": model, "input": text})
        return reply.raise_for_status().json()["scores"]
''')

COMPLETED = "    return Step.from_completion(reply.json())\n"

PROMPTS = (
    Put("prompts/system.md", SYSTEM_PROMPT),
    Put("prompts/guardrails.yaml", GUARDRAILS_YAML),
    Put("app/guardrails.py", GUARDRAILS),
    Put("config/moderation.yaml", MODERATION_YAML),
    Put("app/moderation.py", MODERATION),
)
# The loop of app/answer.py with the guards in it.
GUARDED = (
    Swap(
        "app/answer.py",
        "from app import basket, providers, settings, tools\n",
        "from app import basket, guardrails, moderation, providers, settings, tools\n",
    ),
    Swap(
        "app/answer.py",
        'TOO_LONG = "This takes me too long, please ask our team."\n\n\n',
        "\n",
    ),
    Swap("app/answer.py", "text=TOO_LONG", "text=guardrails.TOO_LONG"),
    Swap("app/answer.py", "return step.reply", "return guardrails.checked(step.reply)"),
    Swap("app/answer.py", OPENING, GUARDED_OPENING),
    Swap("app/providers.py", COMPLETED, f"{COMPLETED}\n\n{MODERATE}"),
)

TRAINING = (
    Put("training/mixture.yaml", MIXTURE),
    Put("training/reward.yaml", REWARD),
    Put("training/sft.yaml", SFT),
)

DATA = (
    Put("data/manifest.json", MANIFEST),
    Put("data/dialogues.parquet", lfs_pointer("dialogues 2.1", 48211934)),
    # No filter=lfs: there is no LFS server behind the pointers, so a clone would fail.
    Put(".gitattributes", "*.parquet -text\n*.bat -text\n"),
    Put("config/retention.toml", RETENTION),
)
