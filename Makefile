# Two commands do all the set-up and work on a machine with nothing but Python 3.11+:
#   make demo   the tour: record, lint, reassemble and measure, without a key or a network
#   make test   the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := STREAMKIT_NO_PLUGINS=1 $(BIN)

.PHONY: demo test lint docs bench clean

demo: $(VENV)/installed
	@$(BIN)/streamkit demo

test: $(VENV)/dev
	$(BIN)/python -m pytest -q -n auto

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(VENV)/dev
	$(BIN)/python docs/generate.py

bench: $(VENV)/dev
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv is faster where it is present; pip does the same.
$(VENV)/created: 
	@command -v uv >/dev/null 2>&1 && uv venv -q --clear --python $(PYTHON) $(VENV) || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/created pyproject.toml
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(BIN)/python -e .; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -e .; fi
	@touch $@

# Groups are read from pyproject.toml: pip knows --group from 25.1 on, so pip brings itself up to that first.
$(VENV)/dev: $(VENV)/installed
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(BIN)/python -e . --group dev; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -U "pip>=25.1" && \
	$(BIN)/python -m pip install -q --disable-pip-version-check -e . --group dev; fi
	@touch $@
