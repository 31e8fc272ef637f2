# Tributary: `make help` lists what can be done. Needs Python 3.11 or newer and make; everything else is installed here.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := tests/clients
ARGS ?=

.PHONY: help setup setup-dev page page-check page-test demo serve test test-fast test-story check format lock dist bench docs clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | column -t -s '|'

setup: page ## Install what running needs into .venv, and build the operator's page

setup-dev: setup $(VENV)/dev.stamp $(CLIENTS)/node_modules/.stamp ## Also install what tests and checks need

page: $(VENV)/run.stamp ## Build the operator's page, unless it is current (TRIBUTARY_SKIP_PAGE=1: do without it)
	@$(BIN)/python hatch_build.py

page-check: page ## Check the operator's page: types, lint, both languages, size
	$(BIN)/python hatch_build.py run check

page-test: $(VENV)/run.stamp ## Run the page's own tests
	$(BIN)/python hatch_build.py test

demo: setup ## Run the whole loop on seeded data and stay up (ARGS=--once: exit afterwards)
	$(BIN)/tributary demo $(ARGS)

serve: setup ## Start Tributary on one machine
	$(BIN)/tributary serve $(ARGS)

test: setup-dev chromium page-test ## Run every test
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

test-story: setup-dev chromium page ## Of these only the stories: the page driven from end to end, in Chinese and English
	$(BIN)/pytest -n 2 --dist loadfile -m story tests/e2e/page $(ARGS)

test-fast: setup-dev page-test ## Run the tests that take seconds, on the embedded engines only
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow and not browser and not other_engine" $(ARGS)

check: $(VENV)/dev.stamp page-check ## Run the linters, the type checkers and the layer contracts
	$(BIN)/ruff format --check src tests bench tools hatch_build.py
	$(BIN)/ruff check src tests bench tools hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/repository.py

format: $(VENV)/dev.stamp ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix -q src tests bench || true
	$(BIN)/ruff format src tests bench tools hatch_build.py
	$(BIN)/python hatch_build.py run format

lock: ## Resolve the dependencies anew into requirements/ (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml \
		--extra server --extra demo --extra matching --group build --group test --group lint $(ARGS) -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml \
		--extra server --extra demo --extra matching --group build -c requirements/dev.txt -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group pyproject.toml:bench -c requirements/dev.txt $(ARGS) -o requirements/bench.txt

dist: page ## Build the sdist and the wheel, which carry the page, into dist/
	$(BIN)/python -m hatchling build -t sdist -t wheel

bench: $(VENV)/dev.stamp $(VENV)/splink/.stamp ## Measure the hot paths beside their limits
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/dev.stamp ## Write the generated reference pages anew
	$(BIN)/python tools/repository.py --write

clean: ## Remove everything that was installed, built or stored here
	rm -rf $(VENV) $(CLIENTS)/node_modules web/node_modules src/tributary/page var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Tributary needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "This Python has no venv module; install it (Debian: apt install python3-venv)" >&2; exit 1; }

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	TRIBUTARY_SKIP_PAGE=1 $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# What matching is measured beside, away from all else: neither may choose the other's versions.
$(VENV)/splink/.stamp: requirements/bench.txt | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/splink
	$(VENV)/splink/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

# The real client SDKs. Node and npm come from PyPI, so that nothing but Python is assumed.
$(CLIENTS)/node_modules/.stamp: $(CLIENTS)/package-lock.json $(VENV)/dev.stamp
	$(BIN)/python tests/clients/install.py
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } \
		|| { echo "The browser tests need Chromium: install it (Debian: sudo apt install chromium) or run make test-fast" >&2; exit 1; }
