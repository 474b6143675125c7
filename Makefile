# `make run` opens the tutor, `make test` proves it. Both set up .venv by themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-all test-peers test-gpu bench faults lint picture clean FORCE
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	@$(BIN)/dltutor

# The kernels are compiled first: two processes of pytest would each compile them all.
test: $(VENV)/.installed-test
	@$(BIN)/dltutor warmup --float64
	$(BIN)/pytest -n 2 --dist worksteal

test-all: $(VENV)/.installed-test
	@$(BIN)/dltutor warmup --float64
	$(BIN)/pytest -n 2 --dist worksteal -m "not peers"

test-peers: $(VENV)/.installed-peers
	$(BIN)/pytest -m peers tests/engine tests/export

# On a GPU node: any Python with numpy, numba, numba-cuda and pytest, as in make test-gpu GPU_PYTHON=python3.
GPU_PYTHON ?= $(or $(wildcard $(BIN)/python),$(PYTHON))

test-gpu:
	DLTUTOR_TEST_GPU=1 $(GPU_PYTHON) -m pytest -c tests/engine/cuda/pytest.ini --rootdir=. tests/engine/cuda

# BENCH="--only training --no-compiled" runs a part.
bench: $(VENV)/.installed-bench
	$(BIN)/python -m tests.benchmarks --json bench.json $(BENCH)

# Every fault as often as its row says; FAULTS=--short tries each a few times.
faults: $(VENV)/.installed-test
	$(BIN)/python -m tests.faults $(FAULTS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check tutor tests
	$(BIN)/ruff format --check --quiet tutor tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dltutor check lessons/ --trace

picture: $(VENV)/.installed-test
	$(BIN)/python -m tests.picture

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamp holds the folder's name: an environment does not survive being moved, nor the loss of its Python.
HERE  := $(shell test -x $(BIN)/python && cat $(VENV)/.installed 2>/dev/null)

$(VENV)/.installed: pyproject.toml $(if $(filter-out "$(CURDIR)","$(HERE)"),FORCE)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: Python 3.11 or newer is needed, and $(or $(PYTHON),no Python) is not that"; \
	  echo "hint: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv (once; about 20 seconds) ..."
	@test "$(HERE)" = "$(CURDIR)" && $(BIN)/python -m pip --version >/dev/null 2>&1 \
	  || "$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP) -e .
	@echo "$(CURDIR)" > $@

FORCE:

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.installed-peers: $(VENV)/.installed-test
	@echo "Installing the numerical peers ..."
	@$(PIP) -e '.[test,peers]'
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-peers
	@echo "Installing one more peer for the benchmarks ..."
	@$(PIP) -e '.[test,peers,bench]'
	@touch $@
