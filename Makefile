# `make demo` and `make test` do all their own set-up; Python 3.11+ and make are enough.
PYTHON ?= python3
BIN := .venv/bin
UV ?= uv
# Three at least: many tests wait for a process or a clock rather than for a processor.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(3, os.cpu_count() or 1))')

.PHONY: demo test lint check bench soak optima guards pictures lock clean

.venv/.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "rdp-triage needs Python 3.11 or newer; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q bot handlers knowledge
	touch $@

.venv/.stamp-dev: .venv/.stamp requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: .venv/.stamp
	@$(BIN)/rdp-triage demo

test: .venv/.stamp-dev
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --ignore=tests/netns
	$(BIN)/python -m pytest tests/netns # real distances, losses and silences: nothing runs beside them

lint: .venv/.stamp-dev
	$(BIN)/ruff format --check bot handlers knowledge tests
	$(BIN)/ruff check bot handlers knowledge tests
	$(BIN)/mypy
	$(BIN)/rdp-triage kb check

check: lint test

# sslyze (a rival) and NumPy (for exact optima), in an environment of their own; without it the rest runs.
.venv-bench/.stamp: requirements-bench.lock
	@$(PYTHON) -m venv .venv-bench && .venv-bench/bin/python -m pip install -q \
	  --disable-pip-version-check --require-hashes -r requirements-bench.lock \
	  && touch $@ || { rm -rf .venv-bench; echo "sslyze and NumPy cannot be installed here" >&2; }

bench: .venv/.stamp-dev .venv-bench/.stamp
	$(BIN)/python -m tests.benchmarks

# The whole product under load and troubles: make soak SECONDS=600 SEED=7
SECONDS ?= 60
SEED ?= 1
soak: .venv/.stamp-dev
	$(BIN)/python -m tests.soak --seconds $(SECONDS) --seed $(SEED)

# Writes tests/engine/optima.json anew: the shipped knowledge cut down, beside its exact optimum (minutes).
optima: .venv/.stamp-dev .venv-bench/.stamp
	PYTHONPATH=.:$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
	  .venv-bench/bin/python -m tests.benchmarks.engine.exact

# Takes twelve guards of the Slack side away, one at a time, in a copy, and shows that tests notice.
guards: .venv/.stamp-dev
	$(BIN)/python -m tests.behaviours.guards

# The README's picture of the page and those of the decision tree in docs/trees; needs Debian's chromium and chromium-driver.
pictures: .venv/.stamp-dev
	PYTHONPATH=. $(BIN)/python docs/pictures.py
	PYTHONPATH=. $(BIN)/python docs/screenshot.py

# Maintainers only: needs uv. The lock files carry hashes and no address.
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header --no-annotate pyproject.toml --extra build
lock:
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock
	printf 'numpy>=2\nsslyze>=6.3\n' | $(subst pyproject.toml --extra build,-,$(LOCK)) -o requirements-bench.lock

clean:
	rm -rf .venv .venv-bench
