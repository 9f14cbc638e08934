"""The assistant's own code as first committed."""

from tests.story.model import Put, page

README = page("""
    # checkout-assistant

    Answers shoppers' questions at the checkout: delivery, vouchers, returns, what is in the basket.
    A language model writes the answer; tools read the shop's own systems; guardrails and a
    moderation step stand between the model and the shopper.

        make dev      # serve on http://localhost:8080
        make test     # unit tests
        make evals    # the gates that a release has to pass
""")

CHANGELOG = page("""
    # Changelog

    ## 0.9.0 - @{day:210}

    - First version that answers a question.
""")

MAKEFILE = page("""
    .PHONY: dev test evals
    dev:
    \tuvicorn app.main:app --reload --port 8080
    test:
    \tpytest -q
    evals:
    \tpython -m evals.run evals/*.yaml
""")

PYPROJECT = page("""
    [project]
    name = "checkout-assistant"
    version = "0.9.0"
    requires-python = ">=3.12"

    [tool.pytest.ini_options]
    testpaths = ["tests"]

    [tool.ruff]
    line-length = 100
""")

MAIN = page('''
    """HTTP surface of the checkout assistant."""

    from fastapi import Depends, FastAPI

    from app import admin, auth, basket, export
    from app.answer import answer
    from app.models import Question, Reply

    app = FastAPI(title="checkout-assistant")
    app.include_router(admin.router)


    @app.post("/v1/chat")
    def chat_v1(question: Question, shopper: str = Depends(auth.shopper)) -> dict[str, str]:
        """Keep the flat reply that the old storefront and the mobile app read."""
        return {"text": answer(question, shopper).text}


    @app.post("/v2/chat")
    def chat_v2(question: Question, shopper: str = Depends(auth.shopper)) -> Reply:
        """Answer with text, sources and basket actions."""
        return answer(question, shopper)


    @app.get("/v2/export")
    def export_orders(form: str = "csv", shopper: str = Depends(auth.shopper)) -> str:
        """Hand shoppers their own orders."""
        return export.render(basket.orders(shopper), form)
''')

ANSWER = page('''
    """One question to one answer: the loop between model and tools."""

    from app import basket, providers, settings, tools
    from app.models import Question, Reply

    TOO_LONG = "This takes me too long, please ask our team."


    def answer(question: Question, shopper: str) -> Reply:
        """Let the model call tools until it answers or runs out of steps."""
        system = f"You are a shop's assistant. Basket: {basket.summary(shopper)}"
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": question.text},
        ]
        for _ in range(settings.agent()["max_loop_steps"]):
            step = providers.complete(messages, tools.enabled())
            if step.call is None:
                return step.reply
            messages.append(tools.run(step.call, shopper))
        return Reply(text=TOO_LONG)
''')

MODELS = page('''
    """What goes in and out of the HTTP surface."""

    from pydantic import BaseModel, Field


    class Question(BaseModel):
        """A shopper's question."""

        text: str = Field(max_length=4000)
        locale: str = "en"


    class Reply(BaseModel):
        """The assistant's answer."""

        text: str
        sources: list[str] = []


    class Step(BaseModel):
        """One turn of the model: a tool to call, or the answer."""

        call: dict[str, str] | None = None
        reply: Reply = Reply(text="")

        @classmethod
        def from_completion(cls, completion: dict[str, list[dict[str, dict[str, str]]]]) -> "Step":
            """Read the first choice of a completion."""
            return cls.model_validate(completion["choices"][0]["message"])
''')

AUTH = page('''
    """Who is asking."""

    from fastapi import Depends, Header, HTTPException

    from app import store


    def shopper(authorization: str = Header()) -> str:
        """Give the shopper of a valid session."""
        found = store.session(authorization.removeprefix("Bearer "))
        if found is None:
            raise HTTPException(401, "sign in first")
        return found


    def staff(who: str = Depends(shopper)) -> str:
        """Let only the shop's own people through."""
        if not who.endswith("@acme.example"):
            raise HTTPException(403, "staff only")
        return who
''')

ADMIN = page('''
    """Routes for the shop's own people: transcripts and the product index."""

    from fastapi import APIRouter, Depends

    from app import auth, store

    router = APIRouter(prefix="/admin", dependencies=[Depends(auth.staff)])


    @router.get("/transcripts/{shopper}")
    def read_transcripts(shopper: str) -> list[dict[str, str]]:
        """Show what a shopper asked and was told."""
        return store.transcripts(shopper)


    @router.post("/reindex")
    def reindex() -> dict[str, int]:
        """Build the product index again."""
        return {"products": store.rebuild_index()}
''')

SKELETON = (
    Put("README.md", README),
    Put("CHANGELOG.md", CHANGELOG),
    Put("Makefile", MAKEFILE),
    Put("pyproject.toml", PYPROJECT),
    Put(".gitignore", "__pycache__/\n.venv/\n*.egg-info/\n"),
    Put("app/__init__.py", '"""The checkout assistant."""\n'),
    Put("app/main.py", MAIN),
    Put("app/answer.py", ANSWER),
    Put("app/models.py", MODELS),
    Put("app/auth.py", AUTH),
    Put("app/admin.py", ADMIN),
)
