# Each target sets up what it needs in .venv; all are safe to repeat.
SHELL := /bin/bash
.DEFAULT_GOAL := run
PYTHON ?= python3
BIN := .venv/bin
export OPENBLAS_NUM_THREADS ?= 1
# Compiling everything anew at each start would double what a start takes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup setup-semantic setup-dev widget run chat test check bench bench-matching walks crash crash-short soak telegram-suite fuzz load staff-group cluster account-service mutation bench-lighthouse clean lock

setup: .venv/.installed
setup-semantic: .venv/.installed-semantic
setup-dev: .venv/.installed-dev

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sparekey needs Python 3.11 or newer; this is $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/setup.txt 2> >(grep -v "is ignored" >&2)

.venv/.installed: .venv/bin/uv pyproject.toml requirements/setup.txt requirements/run.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# The second tier of the matching; `make setup` and `make run` keep it.
.venv/.installed-semantic: .venv/.installed requirements/semantic.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/semantic.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# The chat widget, into the package. Where no Node is installed, one is put into .venv.
WIDGET := bot/channels/web/assets/manifest.json
widget: $(WIDGET)

$(WIDGET): hatch_build.py widget/package-lock.json widget/build.mjs $(shell find widget/src -type f) | .venv/.installed
	@echo "Building the chat widget, which takes half a minute the first time."
	@command -v npm >/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/node.txt
	$(BIN)/python hatch_build.py

# A sample site with the chat on it; with a Telegram token that bot, too; with an account system of yours no sample.
# Where the widget cannot be built: what needs none.
run: setup
	@$(MAKE) -s --no-print-directory widget || true
	@if [ ! -f $(WIDGET) ] && [ -z "$$SPAREKEY_TELEGRAM_TOKEN" ]; then \
		echo "Without the widget, the same bot on this terminal:" >&2; exec $(BIN)/sparekey chat; \
	elif [ ! -f $(WIDGET) ] || [ -n "$$SPAREKEY_ACCOUNTS_URL" ]; then exec $(BIN)/sparekey serve; \
	else exec $(BIN)/sparekey serve --demo; fi

# The same bot on this terminal.
chat: setup
	@exec $(BIN)/sparekey chat

test: setup-dev widget
	$(BIN)/python -m pytest -n 3 --dist worksteal

# Everything but the tests: format, lint, types, layers, content.
check: setup-dev widget
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent --prefix widget check
	$(BIN)/sparekey check

bench: setup-dev
	$(BIN)/python -m bench.turns --postgresql 1 2 4
	$(BIN)/python -m bench.history
	$(BIN)/python -m bench.step
	$(BIN)/python -m bench.check

# Our matching beside its peers. They live in an environment of their own: scikit-learn never gets into ours.
bench-matching: .venv-bench/.installed build/nlpjs/.installed
	.venv-bench/bin/python -m bench.matching

.venv-bench/.installed: .venv/bin/uv requirements/bench.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r requirements/bench.txt
	@touch $@

# Without npm the bench runs all the same and says what it skips.
build/nlpjs/.installed: bench/matching/nlpjs/package.json bench/matching/nlpjs/package-lock.json
	@command -v npm >/dev/null || exit 0; \
	mkdir -p $(@D) && cp $^ $(@D) && npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

# What the chat widget costs the page that it is on.
bench-lighthouse: setup-dev widget build/lighthouse/.installed
	$(BIN)/python -m bench.lighthouse

build/lighthouse/.installed: bench/lighthouse/package.json bench/lighthouse/package-lock.json
	mkdir -p $(@D) && cp $^ $(@D) && npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

# A hundred thousand random conversations; the suite takes three hundred.
walks: setup-dev
	$(BIN)/python -m tests.walks --conversations 100000 --seed 1

# Bots killed, frozen and starved over both engines, at random moments and at each named point: 400 times in some minutes.
crash-short: setup-dev
	$(BIN)/python -m tests.crash --kills 10

# The same 10,000 times, in about an hour; then the comparison with the stock polling loops.
crash: setup-dev
	$(BIN)/python -m tests.crash --kills 240
	$(BIN)/python -m tests.crash.compare

# Every conversation test through the fake Telegram, by both libraries, polled and delivered: the same words as without it?
telegram-suite: setup-dev
	$(BIN)/python -m tests.telegram_suite

# Updates of which any field is missing, empty, huge or of another type.
fuzz: setup-dev
	$(BIN)/python -m tests.fuzz --updates 200000

# A hundred thousand updates from two thousand chats with faults, in about an hour; then one chat that floods the others.
load: setup-dev
	$(BIN)/python -m tests.load

# Thirty open cases in one staff group, by the clock.
staff-group: setup-dev
	$(BIN)/python -m tests.staff

# A PostgreSQL server and four bots at it, to play with.
cluster: setup-dev
	$(BIN)/python -m tests.postgres --processes 4

# The example of an account service, on port 8090 of this machine: docs/account-system.md.
account-service: setup-dev
	$(BIN)/python -m examples.account_service

# Mistakes planted in a copy of our own content: how many do the checks and the conversation tests notice?
mutation: setup-dev
	$(BIN)/python -m tests.mutation --count 200 --seed 1

# Pin again after a change of pyproject.toml.
lock: setup-dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra semantic pyproject.toml requirements/build.in -o requirements/semantic.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra semantic --group dev pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra semantic pyproject.toml requirements/bench.in -o requirements/bench.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/node.in -o requirements/node.txt

clean:
	rm -rf .venv .venv-bench build/nlpjs build/lighthouse .mypy_cache .ruff_cache .pytest_cache .hypothesis out
