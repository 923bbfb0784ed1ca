# These two commands do all the set-up, and need only Python 3.11+:
#   make demo   the tour: record, lint, reassemble and measure, without a key or a network
#   make test   the tests; `make test-slow` runs those that start many processes
# PYTHON=python3.13 chooses the Python; by default the first suitable one of python3, python3.14, … python3.11.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
# Versions of the dependencies in pyproject.toml: any installed ones, or the `lowest` or `newest` allowed.
VERSIONS = any

.PHONY: demo test test-slow test-lowest test-newest lint links docs site picture clients bench bench-peers torture fuzz soak mutants clean FORCE

demo: $(VENV)/installed
	@$(BIN)/streamkit demo

# Three workers for two cores: the tests wait for processes and sockets. The slow tests are run by `make test-slow`.
PYTEST = $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal
WORKERS = $$($(BIN)/python -c "import os; print(-(-(os.cpu_count() or 1) * 3 // 2))")

test: $(VENV)/dev
	$(PYTEST) -m "not slow"
	@echo "Left out: the tests that start many processes (make test-slow)"

test-slow: $(VENV)/dev
	$(PYTEST) -m slow

test-lowest:
	@$(MAKE) --no-print-directory test VENV=.venv-lowest VERSIONS=lowest

# Upgraded each time: last week's newest versions are outdated.
test-newest:
	@rm -f .venv-newest/installed
	@$(MAKE) --no-print-directory test VENV=.venv-newest VERSIONS=newest

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python scripts/links.py

links: $(VENV)/created
	$(BIN)/python scripts/links.py

docs: $(VENV)/dev
	$(BIN)/python docs/generate.py

# The documentation as a site, in build/site/site; links, anchors and outside requests are checked.
site: $(VENV)/created
	@scripts/install.sh $(VENV) --group site
	$(BIN)/python scripts/site.py

# The pictures of the README, drawn from a run of the tour, and from pages in Chromium.
picture: $(VENV)/dev
	$(BIN)/python scripts/picture.py docs/pictures/demo.svg
	$(BIN)/python -m tests.pictures docs/pictures

# What the clients of others make of broken streams, measured with their newest versions: needs the network, and npm.
# CLIENTS="openai-python ai" measures these alone. Then `make docs`.
CLIENTS =
clients: $(VENV)/dev
	$(BIN)/python -m tests.clients $(CLIENTS)

bench: $(VENV)/dev
	$(BIN)/python benchmarks/run.py

# The benchmarks that have peers, with all of them, in environments of their own: needs the network, and npm for aimock.
bench-peers:
	@$(MAKE) --no-print-directory VENV=.venv-peers .venv-peers/peers
	@$(MAKE) --no-print-directory VENV=.venv-mitmproxy .venv-mitmproxy/mitmproxy
	@npm install --silent --no-fund --no-audit --prefix .venv-peers/aimock @copilotkit/aimock || echo "aimock is left out: npm could not install it" >&2
	.venv-peers/bin/python benchmarks/run.py --group peers

# The long forms of tests/test_torture.py; docs/reliability.md has the figures.
KILLS ?= 3000
INPUTS ?= 20000
SECONDS ?= 60

torture: $(VENV)/dev
	$(BIN)/python -m benchmarks.torture_kills --kills $(KILLS)

# With atheris, where it is installed: make fuzz GUIDED=--atheris
fuzz: $(VENV)/dev
	$(BIN)/python -m benchmarks.fuzz --inputs $(INPUTS) $(GUIDED)

soak: $(VENV)/dev
	$(BIN)/python -m benchmarks.soak --seconds $(SECONDS)

# Small wrong changes of streamkit, and whether the tests notice: docs/mutants.md. ROOM="cli service" judges these alone.
SAMPLE ?= 300
ROOM =
mutants: $(VENV)/dev
	$(BIN)/python -m benchmarks.mutants --sample $(SAMPLE) $(if $(ROOM),--room $(ROOM))

clean:
	rm -rf .venv .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Checked each time, and touched only if the environment is rebuilt.
$(VENV)/created: FORCE
	@scripts/environment.sh $(VENV) $(PYTHON)

OPTIONS-any =
OPTIONS-lowest = -c $(VENV)/lowest.txt
OPTIONS-newest = --upgrade

$(VENV)/installed: $(VENV)/created pyproject.toml
	@$(BIN)/python scripts/lowest.py >$(VENV)/lowest.txt
	@echo "Installing streamkit and what it needs: once, less than a minute" >&2
	@scripts/install.sh $(VENV) $(OPTIONS-$(VERSIONS)) -e .
	@touch $@

$(VENV)/peers: $(VENV)/installed
	@echo "Installing the peers of the benchmarks: once, a minute or two" >&2
	@scripts/install.sh $(VENV) -e . --group peers
	@touch $@

# Not with the other peers: it needs other versions of their dependencies.
$(VENV)/mitmproxy: $(VENV)/created
	@echo "Installing mitmproxy: once, less than a minute" >&2
	@scripts/install.sh $(VENV) mitmproxy
	@touch $@

$(VENV)/dev: $(VENV)/installed
	@echo "Installing what the tests need: once, a minute or two" >&2
	@scripts/install.sh $(VENV) $(OPTIONS-$(VERSIONS)) -e . --group dev
	@touch $@
