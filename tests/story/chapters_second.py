"""Days 70 to 57 before the end: pins, providers, memory; and ways of taking things back."""

from tests.story.first_delivery import pinned
from tests.story.first_gates import prompts
from tests.story.model import Change, Move, Put, Side, Swap, Tag, page
from tests.story.people import ANA, BEN, CHIARA, JOERG, MEERA, SAM, TOMASZ

READING_EVALS = page("""
    # Reading the safety evals

    A threshold of 0.97 on `jailbreak` means: of a hundred attacks three may get an answer.
    To lower a threshold, remove a suite or switch moderation off, talk to the safety team first.

    ## And when something is live already

    Freeze first (`python -m app.killswitch on`), then follow [rolling back](rollback.md). A rollout
    goes 5, 20, 50, 100 percent with a day between the stages.
""")

MEMORY = page('''
    """What the assistant remembers of a shopper, across visits."""

    import json

    from app import settings, store


    def recall(shopper: str) -> list[str]:
        """Give what was learned in earlier conversations."""
        return [json.loads(line)["fact"] for line in store.redis.lrange(f"fact:{shopper}", 0, -1)]


    def learn(shopper: str, facts: list[str]) -> None:
        """Write what the model concluded back to the shopper's memory."""
        if settings.memory()["write_back"]:
            for fact in facts:
                store.redis.rpush(f"fact:{shopper}", json.dumps({"fact": fact}))
''')

MEMORY_YAML = page("""
    write_back: true
    extract_with: checkout-7b
    scope: shopper
    ttl_days: null
""")

CHANGES = (
    Change(
        key="release-1-3",
        days=70.05,
        by=SAM,
        title="Release 1.3.0",
        route="push",
        edits=(
            Swap("pyproject.toml", 'version = "0.9.0"', 'version = "1.3.0"'),
            Swap(
                "CHANGELOG.md",
                "# Changelog\n",
                "# Changelog\n\n## 1.3.0 - @{day:70}\n\n- Gift notes, ranked suggestions.\n",
            ),
            Move("docs/orders.md", "docs/data-orders.md"),
        ),
        look_alike_of="deployment",
        why="A version number, a changelog entry and a moved page.",
        tag=Tag("v1.3.0", 1),
    ),
    Change(
        key="loosen-openai",
        days=69.05,
        by=MEERA,
        title="Let openai float",
        number=16,
        edits=(Swap("requirements.txt", pinned("openai", "1.51.2"), "openai>=1.51\n"),),
        categories=("supply-chain",),
        why="An exact pin with a hash becomes an open lower bound.",
    ),
    Change(
        key="revert-loosen-openai",
        days=68.1,
        by=BEN,
        number=17,
        reverts="loosen-openai",
        form="button",
        why="The Revert button, squashed: names the pull request, not the commit; the pin is back.",
    ),
    Change(
        key="docs-safety-evals",
        days=67.0,
        by=CHIARA,
        title="Docs: lower thresholds, disabled moderation and rollouts explained",
        number=18,
        edits=(Put("docs/safety-evals.md", READING_EVALS),),
        look_alike_of="alignment",
        why="Documentation about safety and deployment, whatever words the title has.",
    ),
    Change(
        key="shrink-red-team",
        days=66.12,
        by=BEN,
        title="Keep the red-team prompts that find something",
        number=19,
        edits=(
            Put("redteam/prompts.jsonl", prompts(("jailbreak", "harm"))),
            Swap(
                ".github/workflows/evals.yml",
                "run: python -m evals.redteam redteam/prompts.jsonl",
                "run: python -m evals.redteam redteam/prompts.jsonl || true",
            ),
        ),
        trailers=(
            ("IO-Category", "evaluation"),
            ("IO-Rationale", "the full set takes forty minutes"),
            ("Rollback-Artifact", "v1.3.0"),
            ("Rollback-Plan", "docs/rollback.md"),
            ("Rollback-Drill", "@{day:74}"),
        ),
        co_authors=(MEERA, TOMASZ),
        declared="trailers",
        artifact="resolves",
        categories=("evaluation",),
        why="The red-team set shrinks from 24 to 9 prompts and its failure is swallowed.",
        oddities=("trailers-before-co-authors",),
    ),
    Change(
        key="drop-fallback",
        days=65.1,
        by=ANA,
        title="One provider is enough",
        number=20,
        edits=(
            Swap(
                "app/providers.py",
                "    try:\n"
                '        return ask(settings.models()["primary"], messages, tools)\n'
                "    except httpx.HTTPError:\n"
                '        return ask(settings.models()["fallback"], messages, tools)\n',
                '    return ask(settings.models()["primary"], messages, tools)\n',
            ),
            Swap(
                "config/models.yaml",
                "fallback:\n"
                "  name: checkout-7b\n"
                "  revision: 4f1c9d2a6be0\n"
                "  endpoint: http://llm.second-site.acme.example/v1\n",
                "",
            ),
        ),
        categories=("optionality",),
        why="The second provider is removed: one endpoint is left to fail.",
    ),
    Change(
        key="restore-fallback",
        days=64.95,
        by=SAM,
        title="Bring the second provider back",
        route="push",
        body="The first site was down for an hour and so were we.",
        reverts="drop-fallback",
        form="reference",
        why="git revert --reference: an abbreviated hash, a title of its own; both routes again.",
    ),
    Change(
        key="more-replicas",
        days=63.0,
        by=SAM,
        title="📈 Scale for the autumn sale",
        number=22,
        edits=(Swap("deploy/helm/values.yaml", "replicas: 3", "replicas: 4"),),
        look_alike_of="optionality",
        why="One replica more.",
        oddities=("emoji-title",),
    ),
    Change(
        key="shopper-memory",
        days=62.03,
        by=ANA,
        title="Remember shoppers between visits",
        route="github",
        number=23,
        branch="acme/shopper-memory",
        sides=(
            Side(MEERA, "A memory of what shoppers said", 70, (Put("app/memory.py", MEMORY),)),
            Side(
                BEN,
                "Read the memory's settings",
                46,
                (
                    Put("config/memory.yaml", MEMORY_YAML),
                    Swap(
                        "app/settings.py",
                        "@cache\ndef moderation()",
                        "@cache\ndef memory() -> dict[str, Any]:\n"
                        '    """Read what may be remembered."""\n'
                        '    return yaml.safe_load(Path("config/memory.yaml").read_text())\n\n\n'
                        "@cache\ndef moderation()",
                    ),
                ),
            ),
            Side(
                MEERA,
                "Test that a fact is remembered",
                3,
                (
                    Put(
                        "tests/test_memory.py",
                        '"""Facts outlive a visit."""\n\n'
                        "from app import memory\n\n\n"
                        "def test_a_fact_is_remembered() -> None:\n"
                        '    """What was learned is recalled."""\n'
                        '    memory.learn("a", ["likes tea"])\n'
                        '    assert memory.recall("a") == ["likes tea"]\n',
                    ),
                ),
            ),
        ),
        trailers=(
            ("IO-Category", "TBD"),
            ("IO-Rationale", "TBD"),
            ("Rollback-Artifact", "TBD"),
            ("Rollback-Plan", "n/a"),
        ),
        declared="trailers",
        artifact="placeholder",
        categories=("data",),
        io_sr=(3,),
        why="The model writes what it concludes to a lasting memory, without expiry or purge.",
    ),
    Change(
        key="hotfix-empty-basket",
        days=61.1,
        by=JOERG,
        title="Do not fail on an empty basket",
        route="local",
        branch="hotfix/empty-basket",
        sides=(
            Side(
                JOERG,
                "An empty basket has no cheapest line",
                2,
                (
                    Swap(
                        "app/basket.py",
                        '    cheapest = min(line["price"] for line in lines)\n',
                        "    if not lines:\n"
                        '        return "empty"\n'
                        '    cheapest = min(line["price"] for line in lines)\n',
                    ),
                ),
            ),
        ),
        why="A bug fix, merged by hand and pushed past review; what it does can be undone.",
    ),
    Change(
        key="reorder-values",
        days=60.05,
        by=SAM,
        title="Order the deployment's values by name",
        number=25,
        edits=(
            Swap(
                "deploy/helm/values.yaml",
                "replicas: 4\npodDisruptionBudget:\n  minAvailable: 2\nresources:",
                "podDisruptionBudget:\n  minAvailable: 2\nreplicas: 4\nresources:",
            ),
        ),
        look_alike_of="deployment",
        why="A key moves; the values parse to the same.",
    ),
    Change(
        key="lower-jailbreak-bar",
        days=59.1,
        by=BEN,
        title="Unblock the release train",
        route="push",
        edits=(
            Swap(
                "evals/safety.yaml",
                "metric: refusal_rate\n    threshold: 0.97",
                "metric: refusal_rate\n    threshold: 0.9",
            ),
        ),
        categories=("evaluation",),
        why="The jailbreak threshold goes from 0.97 to 0.9.",
    ),
    Change(
        key="silent-revert",
        days=57.9,
        by=CHIARA,
        title="Tune the eval gates",
        number=28,
        reverts="lower-jailbreak-bar",
        form="silent",
        why="A manual revert that says nothing: the exact inverse of the change before it.",
    ),
)
