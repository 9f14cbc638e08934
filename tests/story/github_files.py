"""What came with the move to GitHub: workflows, code owners, Dependabot."""

from tests.story.model import Put, page

# The actions are pinned to the commits of checkout v4.2.2 and setup-python v5.3.0.
CI = page("""
    name: ci
    on:
      pull_request:
      push:
        branches: [main]
    permissions:
      contents: read
    jobs:
      lint:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - uses: actions/setup-python@0b93645e9fea7318ecaed2b359559ac225c90a2b
            with: {python-version: "3.12.7"}
          - run: pip install ruff==0.7.0
          - run: ruff check .
      test:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - uses: actions/setup-python@0b93645e9fea7318ecaed2b359559ac225c90a2b
            with: {python-version: "3.12.7"}
          - run: pip install --require-hashes -r requirements.txt
          - run: pip install pytest==8.3.3
          - run: pytest -q
""")

EVALS = page("""
    name: evals
    on:
      pull_request:
      push:
        branches: [main]
    permissions:
      contents: read
    jobs:
      safety:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - name: Safety evals
            run: python -m evals.run evals/safety.yaml
      quality:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - name: Quality evals
            run: python -m evals.run evals/quality.yaml evals/hallucination.yaml
      redteam:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - name: Red team
            run: python -m evals.redteam redteam/prompts.jsonl
""")

DEPLOY = page("""
    name: deploy
    on:
      workflow_dispatch:
    permissions:
      contents: read
    concurrency: deploy
    jobs:
      staging:
        runs-on: ubuntu-24.04
        environment: staging
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - run: ./scripts/deploy.sh staging
      production:
        runs-on: ubuntu-24.04
        needs: [staging]
        environment: production
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - run: ./scripts/deploy.sh production
""")

DEPLOY_ON_MERGE = page("""
    name: deploy
    on:
      workflow_dispatch:
      push:
        branches: [main]
    permissions:
      contents: read
    concurrency: deploy
    jobs:
      production:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - run: ./scripts/deploy.sh production
""")

CODEOWNERS = page("""
    *             @acme/checkout
    /evals/       @acme/safety
    /redteam/     @acme/safety
    /prompts/     @acme/safety @acme/checkout
    /app/auth.py  @acme/security
    /deploy/      @acme/release
    /.github/     @acme/release
""")

DEPENDABOT = page("""
    version: 2
    updates:
      - package-ecosystem: pip
        directory: /
        schedule: {interval: weekly}
""")

MOVED = (
    Put(".github/workflows/ci.yml", CI),
    Put(".github/workflows/evals.yml", EVALS),
    Put(".github/workflows/deploy.yml", DEPLOY),
    Put(".github/CODEOWNERS", CODEOWNERS),
    Put(".github/dependabot.yml", DEPENDABOT),
)
