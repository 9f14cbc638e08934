"""How the assistant is installed, built, checked and rolled out, as first committed."""

from hashlib import sha256

from tests.story.model import Put, page

VERSIONS = {
    "alembic": "1.13.3",
    "fastapi": "0.115.2",
    "httpx": "0.27.0",
    "openai": "1.51.2",
    "pydantic": "2.9.2",
    "pyyaml": "6.0.2",
    "redis": "5.1.1",
    "sqlalchemy": "2.0.36",
    "uvicorn": "0.32.0",
}


def digest(text: str) -> str:
    """Make up a checksum that looks like one and is the same everywhere."""
    return sha256(text.encode()).hexdigest()


def pinned(name: str, version: str) -> str:
    """Write one requirement with its hash."""
    return f"{name}=={version} \\\n    --hash=sha256:{digest(name + version)}\n"


REQUIREMENTS = "".join(pinned(name, version) for name, version in VERSIONS.items())

DOCKERFILE = page("""
    FROM python:3.12.7-slim-bookworm
    WORKDIR /srv
    COPY requirements.txt .
    RUN pip install --no-cache-dir --require-hashes -r requirements.txt
    COPY . .
    RUN useradd --system app
    USER app
    CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8080"]
""")

GITLAB_CI = page("""
    image: python:3.12.7-slim-bookworm
    stages: [check, evals, staging, production]

    lint:
      stage: check
      script:
        - pip install ruff==0.7.0
        - ruff check .

    test:
      stage: check
      script:
        - pip install --require-hashes -r requirements.txt
        - pip install pytest==8.3.3
        - pytest -q

    safety:
      stage: evals
      script:
        - python -m evals.run evals/safety.yaml

    quality:
      stage: evals
      script:
        - python -m evals.run evals/quality.yaml evals/hallucination.yaml

    redteam:
      stage: evals
      script:
        - python -m evals.redteam redteam/prompts.jsonl

    staging:
      stage: staging
      environment: staging
      when: manual
      script:
        - ./scripts/deploy.sh staging

    production:
      stage: production
      environment: production
      needs: [staging]
      when: manual
      script:
        - ./scripts/deploy.sh production
""")

VALUES = page("""
    image:
      repository: registry.acme.example/checkout-assistant
      tag: "1.1.0"
    replicas: 3
    podDisruptionBudget:
      minAvailable: 2
    resources:
      requests: {cpu: 500m, memory: 1Gi}
      limits: {cpu: "2", memory: 2Gi}
    zones: [eu-central-1a, eu-central-1b, eu-central-1c]
    ingress:
      host: assistant.shop.acme.example
""")

ROLLOUT = page("""
    # Share of shoppers who see the assistant, by what they see.
    features:
      answer-sources:
        percent: 100
      ranked-suggestions:
        percent: 5
        stages: [5, 20, 50, 100]
        hold: 24h
""")

DEPLOY_SCRIPT = page("""
    #!/bin/sh
    set -eu
    environment=$1
    helm upgrade --install "checkout-assistant-$environment" deploy/helm \\
      --values deploy/helm/values.yaml --atomic --timeout 10m
""")

ROLLBACK_DOC = page("""
    # Rolling back

    1. Freeze: `python -m app.killswitch on` answers everyone with a fixed text.
    2. `helm rollback checkout-assistant-production` brings back the last release in four minutes.
    3. Configuration and prompts travel with the release; data does not. Ask the data team first.

    Objectives: one hour to be back, fifteen minutes of transcripts lost at most.
""")

KILLSWITCH = page('''
    """Stops the model for everyone within seconds, without a release."""

    import sys

    from app.store import redis

    KEY = "assistant:frozen"


    def frozen() -> bool:
        """Tell whether somebody has pulled the switch."""
        return redis.get(KEY) == b"on"


    if __name__ == "__main__":
        redis.set(KEY, sys.argv[1])
''')

LIMITS = page("""
    [requests]
    per_shopper_per_minute = 20
    per_instance_per_second = 60

    [answers]
    max_tokens = 800
    timeout_seconds = 20
""")

BUILD = (
    Put("requirements.txt", REQUIREMENTS),
    Put("Dockerfile", DOCKERFILE),
    Put(".gitlab-ci.yml", GITLAB_CI),
    Put("config/limits.toml", LIMITS),
)

DEPLOYMENT = (
    Put("deploy/helm/Chart.yaml", "apiVersion: v2\nname: checkout-assistant\nversion: 0.1.0\n"),
    Put("deploy/helm/values.yaml", VALUES),
    Put("deploy/rollout.yaml", ROLLOUT),
    Put("scripts/deploy.sh", DEPLOY_SCRIPT, "100755"),
    Put("docs/rollback.md", ROLLBACK_DOC),
)
