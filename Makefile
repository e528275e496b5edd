# Garant's verbs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

.PHONY: help setup run test check

help: ## list every verb
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sort | awk -F':.*?## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(VENV)/.run: locks/bootstrap.lock locks/run.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/bootstrap.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r locks/run.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run locks/dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r locks/dev.lock
	@touch $@

setup: $(VENV)/.run ## install Garant into .venv, and nothing more

run: $(VENV)/.run ## the desk with the reference programme and sample subscribers, in a browser
	@$(BIN)/garant run

test: $(VENV)/.dev ## everything that needs no extra server
	@$(BIN)/python -m pytest -q -m "not browser and not long"
