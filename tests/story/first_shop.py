"""What the assistant reaches: model, tools, the shop, its settings; as first committed."""

from tests.story.model import Put, page

PROVIDERS = page('''
    """The model behind the assistant."""

    import httpx

    from app import settings
    from app.models import Step


    def complete(messages: list[dict[str, str]], tools: list[str]) -> Step:
        """Ask the model for the next step."""
        return ask(settings.models()["primary"], messages, tools)


    def ask(model: dict[str, str], messages: list[dict[str, str]], tools: list[str]) -> Step:
        """Send one request to one endpoint."""
        body = {"model": model["name"], "messages": messages, "tools": tools}
        reply = httpx.post(f"{model['endpoint']}/chat/completions", json=body, timeout=20)
        reply.raise_for_status()
        return Step.from_completion(reply.json())
''')

TOOLS = page('''
    """What the model may do in the shop's systems."""

    from dataclasses import dataclass

    from app import shop


    @dataclass(frozen=True)
    class Tool:
        """One thing that the model may call."""

        name: str
        writes: bool
        enabled: bool = True


    TOOLS = (
        Tool("lookup_order", writes=False),
        Tool("search_products", writes=False),
        Tool("apply_voucher", writes=True),
        Tool("refund_order", writes=True, enabled=False),
    )


    def enabled() -> list[str]:
        """Name the tools that are offered to the model."""
        return [tool.name for tool in TOOLS if tool.enabled]


    def run(call: dict[str, str], shopper: str) -> dict[str, str]:
        """Call a tool that is on offer, as the shopper who asked."""
        if call["name"] not in enabled():
            return {"role": "tool", "content": "There is no such tool."}
        return {"role": "tool", "content": shop.call(call, shopper)}
''')

BASKET = page('''
    """A shopper's basket and orders."""

    from app import shop


    def summary(shopper: str) -> str:
        """Describe the basket in one line for the model."""
        lines = shop.basket(shopper)["lines"]
        cheapest = min(line["price"] for line in lines)
        return f"{len(lines)} lines, from {cheapest:.2f} EUR"


    def orders(shopper: str) -> list[dict[str, str]]:
        """List the orders of the last two years."""
        return shop.orders(shopper)


    def _summary_by_weight(lines: list[dict[str, float]]) -> str:
        return f"{sum(line['weight'] for line in lines):.1f} kg"
''')

EXPORT = page('''
    """Orders in the formats that shoppers and accountants ask for."""

    import csv
    import io
    import json
    from collections.abc import Callable

    Rows = list[dict[str, str]]


    def as_csv(rows: Rows) -> str:
        """Write what a spreadsheet opens."""
        out = io.StringIO()
        writer = csv.DictWriter(out, fieldnames=["id", "placed", "total"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()


    def as_jsonl(rows: Rows) -> str:
        """Write one JSON object a line."""
        return "".join(json.dumps(row) + "\\n" for row in rows)


    FORMATS: dict[str, Callable[[Rows], str]] = {"csv": as_csv, "jsonl": as_jsonl}


    def render(rows: Rows, form: str) -> str:
        """Write the rows in one of the formats."""
        return FORMATS[form](rows)
''')

SETTINGS = page('''
    """Reads the files under config/, once."""

    from functools import cache
    from pathlib import Path
    from typing import Any

    import yaml


    @cache
    def agent() -> dict[str, Any]:
        """Read how far the assistant may go."""
        return yaml.safe_load(Path("config/agent.yaml").read_text())


    @cache
    def models() -> dict[str, Any]:
        """Read which models answer."""
        return yaml.safe_load(Path("config/models.yaml").read_text())


    @cache
    def moderation() -> dict[str, Any]:
        """Read what is moderated."""
        return yaml.safe_load(Path("config/moderation.yaml").read_text())
''')

SHOP = page('''
    """The shop's own systems, over HTTP."""

    from typing import Any

    import httpx

    CLIENT = httpx.Client(base_url="http://shop.internal.acme.example", timeout=5)


    def basket(shopper: str) -> dict[str, Any]:
        """Read a basket."""
        return CLIENT.get(f"/baskets/{shopper}").raise_for_status().json()


    def orders(shopper: str) -> list[dict[str, str]]:
        """Read a shopper's orders."""
        return CLIENT.get(f"/orders/{shopper}").raise_for_status().json()


    def call(request: dict[str, str], shopper: str) -> str:
        """Do what a tool asks for."""
        return CLIENT.post(f"/tools/{shopper}", json=request).raise_for_status().text
''')

STORE = page('''
    """Sessions, transcripts and the product index."""

    import json

    from redis import Redis

    redis = Redis.from_url("redis://store.internal.acme.example")


    def session(token: str) -> str | None:
        """Give the shopper of a session, if there is one."""
        found = redis.get(f"session:{token}")
        return found.decode() if found else None


    def transcripts(shopper: str) -> list[dict[str, str]]:
        """Give what a shopper asked and was told."""
        return [json.loads(line) for line in redis.lrange(f"transcript:{shopper}", 0, -1)]


    def rebuild_index() -> int:
        """Index every product again."""
        return redis.execute_command("FT.REBUILD", "products")
''')

AGENT = page("""
    # How far the assistant may go for one question.
    max_loop_steps: 8
    max_tool_calls: 12
    step_timeout_seconds: 10
    confirm_before: [apply_voucher, refund_order]
""")

MODELS_YAML = page("""
    primary:
      name: checkout-7b
      revision: 4f1c9d2a6be0
      endpoint: http://llm.internal.acme.example/v1
""")

REACH = (
    Put("app/settings.py", SETTINGS),
    Put("app/shop.py", SHOP),
    Put("app/store.py", STORE),
    Put("app/providers.py", PROVIDERS),
    Put("config/agent.yaml", AGENT),
    Put("config/models.yaml", MODELS_YAML),
    Put("app/tools.py", TOOLS),
    Put("app/basket.py", BASKET),
    Put("app/export.py", EXPORT),
)
