# All of this needs only make and Python 3.11 or newer, with venv and pip.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --no-input --disable-pip-version-check
FOR_JUPYTER := $(wildcard scheduler/labextension/*.py scheduler/labextension/*.json scheduler/labextension/*.txt scheduler/labextension/static/remoteEntry.js scheduler/kernels/kernelspec/*)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help report test check lab lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

report: .venv/core.stamp ## write the report of the last month (ARGS="--period 2026-Q3" asks for another)
	@$(BIN)/analytics report $(ARGS)
	@echo "The report is in the folder reports: open reports/index.html."

test: .venv/all.stamp ## run all the tests (ARGS="tests/test_scope.py -k week" runs some)
	@$(BIN)/python -m pytest -n 2 --dist loadscope $(ARGS)

check: .venv/all.stamp ## format, lint, types and the floors of the house
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lab: .venv/lab.stamp ## open the notebooks in JupyterLab
	@$(BIN)/analytics lab $(ARGS)

lock: .venv/core.stamp ## look up the newest versions that fit pyproject.toml
	@$(PIP) install uv
	@$(COMPILE) --upgrade --group build --all-extras pyproject.toml --output-file locks/all.txt
	@$(COMPILE) --upgrade --group build --constraint locks/all.txt pyproject.toml --output-file locks/core.txt

clean: ## remove what make made: .venv, .analytics, reports, caches (never a database of yours)
	@rm -rf .venv .analytics .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist \
	    scheduler/labextension/drawing.js scheduler/labextension/static/vega.js
	@find analytics_lib scheduler tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +
	@if [ -d reports ]; then find reports -mindepth 1 ! -path reports/README.md -delete; fi

.venv/made.stamp:
	@$(PYTHON) -c '' 2>/dev/null || { \
	    echo "There is no '$(PYTHON)' here: install Python 3.11 or newer, or name it with 'make PYTHON=...'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer and name it with 'make PYTHON=python3.11 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "This Python has no venv: install it first (on Debian and Ubuntu 'apt install python3-venv')." >&2; exit 1; }
	@echo "Making the environment .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/core.stamp: .venv/made.stamp locks/core.txt pyproject.toml $(FOR_JUPYTER)
	@echo "Installing what a report needs (once, about a minute) ..."
	@$(PIP) install --no-deps --requirement locks/core.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/lab.stamp: .venv/core.stamp locks/all.txt
	@echo "Installing JupyterLab (once) ..."
	@$(PIP) install --no-build-isolation --constraint locks/all.txt --editable '.[lab]'
	@touch $@

.venv/all.stamp: .venv/made.stamp locks/all.txt pyproject.toml $(FOR_JUPYTER)
	@echo "Installing everything for the tests (once, about two minutes) ..."
	@$(PIP) install --no-deps --requirement locks/all.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch .venv/core.stamp .venv/lab.stamp $@
