# `make run` opens the tutor, `make test` proves it. Both set up .venv by themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: run test test-all test-peers bench lint picture clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	@$(BIN)/dltutor

test: $(VENV)/.installed-test
	$(BIN)/pytest

test-all: $(VENV)/.installed-test
	$(BIN)/pytest -m "not peers"

test-peers: $(VENV)/.installed-peers
	$(BIN)/pytest -m peers tests/engine

bench: $(VENV)/.installed-peers
	$(BIN)/python -m tests.benchmarks

lint: $(VENV)/.installed-test
	$(BIN)/ruff check tutor tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dltutor check lessons/

picture: $(VENV)/.installed-test
	$(BIN)/python -m tests.picture

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.installed: pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: Python 3.11 or newer is needed, and $(PYTHON) is older"; \
	  echo "hint: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv (once; about 20 seconds) ..."
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.installed-peers: $(VENV)/.installed-test
	@echo "Installing the numerical peers ..."
	@$(PIP) -e '.[test,peers]'
	@touch $@
