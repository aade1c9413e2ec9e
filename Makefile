# Two commands do all the set-up: `make demo` and `make test`. Each makes its own virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check -q
# Two at a time, a file each: twice as fast on two cores, and no more memory than a small machine has.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: demo test test-all test-train lint clean

demo: $(VENV)/base
	$(BIN)/adhere demo

test: $(VENV)/dev
	$(PYTEST) -m "not slow and not gpu"

test-all: $(VENV)/dev
	$(PYTEST) -m "not gpu"

test-train: $(VENV)/train
	$(PYTEST) -m "not gpu" tests

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/base: pyproject.toml | $(VENV)/bin/python
	$(PIP) install -e . -c constraints.txt
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) install -e '.[dev]' -c constraints.txt
	@touch $@ $(VENV)/base

$(VENV)/train: $(VENV)/dev
	$(PIP) install -e '.[train,mteb,server,mcp,langchain,llamaindex,haystack,qdrant,llm,page]' -c constraints.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
