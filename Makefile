# FedFleet. `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
export PATH := $(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# spark is the reference deployment, standalone the quick one.
PROFILE ?= spark

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# --- Environment --------------------------------------------------------------------------------------------------------------------

.PHONY: bootstrap
bootstrap: ## Install the Debian packages that are missing (root)
	@.ci/bootstrap lab/packages.txt

.PHONY: venv
venv: $(VENV)/.complete ## Make .venv with everything pinned in requirements.lock

$(VENV)/.complete: requirements.lock pyproject.toml lab/pyproject.toml
	@echo "Making .venv from requirements.lock (about two minutes)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable . --editable lab
	@site=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	mkdir -p "$$site/ansible_collections/fedfleet"; \
	ln -sfn "$(CURDIR)" "$$site/ansible_collections/fedfleet/federation"
	@touch $@

.PHONY: lock
lock: ## Resolve requirements.lock again (needs .venv)
	$(BIN)/pip-compile --quiet --upgrade --all-extras --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	  --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file requirements.lock pyproject.toml

# --- Demo ---------------------------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: bootstrap venv ## A federation on this machine, proven, and a model trained (PROFILE=spark|standalone)
	@.ci/demo "$(PROFILE)"

# --- Checks and tests ---------------------------------------------------------------------------------------------------------------

.PHONY: lint
lint: venv ## Style, types, dependency rules; no tests
	@.ci/lint

.PHONY: check
check: lint ## The quick part of the tests: lint, unit and contract tests
	@$(BIN)/pytest --numprocesses auto --dist loadfile tests/unit tests/contract

.PHONY: test
test: bootstrap check ## What every change passes: check, and all tests but the nightly ones, against a lab made for them and removed after
	@$(BIN)/pytest -m "not nightly" tests/package tests/vsphere tests/browser tests/lab

.PHONY: nightly
nightly: bootstrap check ## Everything: all tests on both profiles, molecule, benches, sanity, documentation (STEPS="vsphere bench" for some of it)
	@.ci/nightly $(STEPS)

.PHONY: sanity
sanity: venv ## ansible-test sanity on what the collection's archive holds
	@.ci/sanity

.PHONY: molecule
molecule: bootstrap venv ## Run the molecule scenarios, each on a lab of its own (SCENARIO=NAME for one of them)
	@$(BIN)/molecule test $(if $(SCENARIO),--scenario-name $(SCENARIO),--all)

.PHONY: matrix
matrix: venv ## Install and try it with every Python that is here, and the newest ansible-core
	@.ci/matrix

.PHONY: bench
bench: bootstrap venv ## Measure it, against a lab made for that, and write docs/explanation/performance.md
	@$(BIN)/pytest tests/bench || missed=$$?; PYTHONPATH=tests $(BIN)/python -m bench; exit $${missed:-0}

# --- Documentation ------------------------------------------------------------------------------------------------------------------

.PHONY: docs
docs: venv ## Write docs/reference anew from argument specs and module documentation
	@PYTHONPATH=docs $(BIN)/python -m generator

.PHONY: docsite
docsite: venv ## Hold the collection's documentation against antsibull-docs and have it make pages below build/docsite
	@.ci/docsite

.PHONY: clean
clean: ## Take the lab down and remove what was made in this checkout; the artefact cache stays
	@if [ -x $(BIN)/fedfleet ]; then $(BIN)/fedfleet lab down; fi
	rm -rf $(VENV) .ansible .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist inventories/*/artifacts extensions/molecule/*/inventory/artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
