# Garant's verbs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PYTEST := $(BIN)/python -m pytest -q
INSTALL := $(UV) pip install --quiet --require-hashes --python

.PHONY: help setup run test test-long test-browser test-servers check lint types imports core bench bench-mail locks screenshots

help: ## list every verb
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sort | awk -F':.*?## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.run: locks/bootstrap.lock locks/run.lock pyproject.toml
	@echo "Installing Garant into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/bootstrap.lock
	@$(INSTALL) $(BIN)/python -r locks/run.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run locks/dev.lock
	@echo "Installing what tests and checks need ..."
	@$(INSTALL) $(BIN)/python -r locks/dev.lock
	@touch $@

setup: $(VENV)/.run ## install Garant into .venv, and nothing more

run: $(VENV)/.run ## the desk with the reference programme and sample subscribers, in a browser
	@exec $(BIN)/garant run

test: $(VENV)/.dev ## everything that needs no extra server
	@$(PYTEST) -n 2 -m "not browser and not long and not servers"

test-browser: $(VENV)/.dev ## the journeys in headless Chromium
	@$(PYTEST) -n 2 -m "browser and not long" tests/e2e

test-servers: $(VENV)/.dev ## what needs Debian's mail servers (postfix, dovecot), as root
	@$(PYTEST) -m "servers and not long" tests/rooms

test-long: $(VENV)/.dev ## the long suites: mutation of the law, long fuzz and storms
	@$(PYTEST) -m long
	@$(BIN)/python tests/mutation.py

check: lint types imports core ## lint, types, import floors, and the law without Django

lint: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.dev
	@$(BIN)/mypy

imports: $(VENV)/.dev
	@$(BIN)/lint-imports | grep -v "[╔╚╗║╝═]"

# The law must be importable and right where nothing else is installed.
$(VENV)-core/.ok: $(VENV)/.dev
	@test -x $(VENV)-core/bin/python || $(PYTHON) -m venv --without-pip $(VENV)-core
	@$(UV) pip install --quiet --python $(VENV)-core/bin/python -r locks/core.lock --require-hashes
	@touch $@

core: $(VENV)-core/.ok
	@cd tests && PYTHONPATH=../src ../$(VENV)-core/bin/python -m pytest -q -c core/pytest.ini core property

$(VENV)/.bench: $(VENV)/.dev locks/bench.lock
	@$(INSTALL) $(BIN)/python -r locks/bench.lock
	@touch $@

bench: $(VENV)/.bench ## measure, side by side with peers and a floor in one run
	@$(BIN)/python -m bench

bench-mail: $(VENV)/.bench ## measure mail: outcomes over the data, mails a second, trimming, bombs
	@$(BIN)/python -m bench mail mail-text

locks: ## write the hashed lock files anew from pyproject.toml
	@bash locks/lock.sh $(UV)

screenshots: $(VENV)/.dev ## take the pictures of docs/start from the desk that runs
	@$(BIN)/python docs/start/screenshots.py
