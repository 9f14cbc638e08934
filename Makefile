# One command for each thing a person does here; `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
SINCE ?= 90d
REPO ?=

BIN := .venv/bin
STORY := build/story
DEMO := build/demo
WHEEL := build/wheel

# Many images set PYTHONDONTWRITEBYTECODE, and then every run would compile the package anew.
COMPILE := $(BIN)/python -m compileall -q fitgate

##@ Start

.PHONY: help
help: ## List what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-zA-Z.][a-zA-Z._-]*:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: .venv
.venv: .venv/installed ## Make the virtual environment from the lock

# The environment is made afresh, so that nothing stays in it that the lock no longer names.
.venv/locked: requirements/dev.lock
	@command -v $(PYTHON) >/dev/null || { \
		echo "make: $(PYTHON) was not found. Install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: $(PYTHON) is $$($(PYTHON) -V 2>&1). FITGate needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: $(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(COMPILE)
	@touch $@

.PHONY: demo
demo: .venv ## See it work: a made-up team, then this repository (REPO=path for yours, SINCE=90d)
	@$(COMPILE)
ifeq ($(REPO),)
	$(BIN)/python -m tests.story --out $(STORY)
	$(BIN)/fitgate scan $(STORY) --since $(SINCE) --out $(DEMO)
	$(BIN)/fitgate scan . --since $(SINCE) --out $(DEMO)/this-repository
	@echo; echo "The story's report: $(DEMO)/   this repository's: $(DEMO)/this-repository/"
else
	$(BIN)/fitgate scan "$(REPO)" --since $(SINCE) --out $(DEMO)
	@echo; echo "The report on $(REPO): $(DEMO)/"
endif

##@ Change

.PHONY: test
test: .venv ## Run the tests
	@$(COMPILE)
	$(BIN)/python -m pytest -n 2

# Commands run as new processes here: coverage follows those, and no forks.
.PHONY: coverage
coverage: .venv ## Run the tests with branch coverage, which takes half as long again
	@$(COMPILE)
	FITGATE_TESTS_START_ANEW=1 $(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

.PHONY: soak
soak: .venv ## Kill workers at every step, not at some; takes a quarter of an hour
	$(BIN)/python -m pytest -n 2 --soak tests/serving/test_crashes.py

.PHONY: lint
lint: .venv ## Check style, format, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: workflows
workflows: .venv ## Check the workflows: their shape, their pins, their permissions
	$(BIN)/zizmor --offline --quiet --persona=pedantic .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml drill/action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

.PHONY: check
check: lint workflows test ## Everything that must hold before a change lands

.PHONY: wheel
wheel: .venv ## Build the wheel of the last commit and test that, where the source is not
	rm -rf $(WHEEL)
	git clone --quiet . $(WHEEL)
	$(BIN)/python -m build --wheel --no-isolation --outdir $(WHEEL)/dist $(WHEEL)
	rm -rf $(WHEEL)/fitgate
	$(PYTHON) -m venv $(WHEEL)/.venv
	$(WHEEL)/.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.lock
	$(WHEEL)/.venv/bin/python -m pip install --quiet --no-deps $(WHEEL)/dist/*.whl
	cd $(WHEEL) && .venv/bin/python -m pytest -n 2

.PHONY: bless
bless: .venv ## Rewrite the golden files from what the code says now; read the diff
	$(BIN)/python -m pytest -n 2 --bless

.PHONY: schemas
schemas: .venv ## Write the published JSON Schemas again
	$(BIN)/fitgate schema --out schemas

.PHONY: bench
bench: .venv ## Measure speed beside other tools on a repository (REPO=path, PROBOT=dir with node_modules)
	@test -n "$(REPO)" || { echo "make: bench needs a repository to measure on: make bench REPO=path" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/bench.lock
	$(BIN)/python -m benchmarks "$(REPO)"
ifneq ($(PROBOT),)
	$(BIN)/python -m benchmarks.accepting --probot "$(PROBOT)"
endif

PROBOT ?=
CLONES ?=
LABELS ?=

.PHONY: golden
golden: .venv ## Score what is shipped on labelled changes (CLONES=dir with owner/name, LABELS=file)
	@test -n "$(CLONES)" || { echo "make: golden needs the clones that the labels speak of, each at owner/name: make golden CLONES=dir" >&2; exit 1; }
	$(BIN)/python -m benchmarks.golden "$(CLONES)" $(if $(LABELS),--labels "$(LABELS)")

.PHONY: lock
lock: ## Resolve the dependencies anew into requirements/
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade uv
	build/lock/bin/uv pip compile $(RESOLVE) --group dev pyproject.toml --output-file requirements/dev.lock
	build/lock/bin/uv pip compile $(RESOLVE) --constraint requirements/dev.lock pyproject.toml --output-file requirements/drill.lock
	printf '%s\n' $(ACTION) | build/lock/bin/uv pip compile $(RESOLVE) --constraint requirements/dev.lock - --output-file requirements/action.lock
	echo uv | build/lock/bin/uv pip compile $(RESOLVE) - --output-file requirements/uv.lock
	build/lock/bin/uv pip compile $(RESOLVE) --group bench --constraint requirements/dev.lock pyproject.toml --output-file requirements/bench.lock
	build/lock/bin/uv pip compile $(RESOLVE) --extra postgres --extra service --constraint requirements/dev.lock pyproject.toml --output-file requirements/service.lock

# What the Action loads: no command line, no database, no template.
ACTION = google-re2 packaging pydantic PyGithub PyYAML rfc8785

# The cool-down gives the world a week to notice a poisoned release before it reaches us.
RESOLVE = --quiet --upgrade --universal --python-version 3.11 --exclude-newer "7 days" \
	--generate-hashes --no-annotate --no-header

.PHONY: clean
clean: ## Remove what was made; .venv stays
	rm -rf build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
