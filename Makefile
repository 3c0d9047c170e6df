# Two commands do it all on a fresh machine: `make demo` and `make test`.
# Needed: Python 3.11 or newer and Node 20 or newer (for typefaces and page scripts, taken by lockfile).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: setup demo run test check bench e2e clean

setup: $(VENV)/.ready node_modules/.ready

$(VENV)/.ready: requirements-dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: install python3 and python3-venv."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older."; exit 1; }
	@echo "Setting up Python packages in $(VENV) (about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.ready: package-lock.json src/comity/site/assets.py src/comity/site/world_map.py
	@command -v npm >/dev/null || { echo "Node with npm is missing: install nodejs and npm (Node 20 or newer)."; exit 1; }
	@echo "Setting up typefaces and page scripts ..."
	@npm ci --silent --no-audit --no-fund --ignore-scripts
	@$(PYTHON) src/comity/site/assets.py
	@touch $@

demo: setup
	@$(BIN)/comity demo $(ARGS)

run:
	@test -n "$(NODE)" || { echo "Name the node's folder: make run NODE=DIR"; exit 2; }
	@$(MAKE) --no-print-directory setup
	@$(BIN)/comity node serve $(NODE)

test: setup
	@echo "Running the tests (SQLite; COMITY_TEST_DATABASE=postgres://... runs them on PostgreSQL) ..."
	@$(BIN)/pytest -n auto --dist worksteal --ignore=tests/e2e $(ARGS)
	@test -n "$(ARGS)" || { echo "Walking the story on two real nodes in Chromium ..."; $(BIN)/pytest tests/e2e; }

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

soak-%: setup
	@$(BIN)/python -m soak $* $(ARGS)

e2e: setup
	@$(BIN)/pytest -m "browser or processes" $(ARGS)

clean:
	rm -rf $(VENV) node_modules src/comity/web/static/vendor src/comity/documents/fonts out var
