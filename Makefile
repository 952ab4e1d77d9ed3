# Everything a developer or a build machine does. It needs git, make, python3 (3.11 or newer, with
# venv) and what pip is configured to use; the rest goes into .venv, by itself, on the first call.
PYTHON ?= python3
JOBS ?= auto
ARGS ?=

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 --dist loadgroup $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-all lint format types screenshots bench bench-full clean distclean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

demo: .venv/.stamp  ## release a clone of this project, and show the result with plain git
	@$(BIN)/python -m tests.demo $(ARGS)

test: .venv/.stamp  ## the quick suite
	$(PYTEST) -m 'not slow'

test-slow: .venv/.stamp  ## what the quick suite leaves out
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} $(PYTEST) -m slow || test $$? -eq 5  # 5: there is none

test-all: .venv/.stamp  ## every test, with more examples
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} $(PYTEST)

lint: .venv/.stamp  ## rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: .venv/.stamp  ## mend what ruff can mend
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

types: .venv/.stamp  ## mypy --strict
	$(BIN)/mypy

bench: .venv/.stamp  ## measure against a bare Python and against git
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: .venv/.stamp  ## pictures of the reports for docs/, by a real browser
	@$(BIN)/python -m tests.screenshots

bench-full: .venv/.stamp  ## ask a ledger of 300,000 records; takes minutes to make
	@$(BIN)/python -m tests.bench --full $(ARGS)

clean:  ## remove caches and build results
	rm -rf dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find gryt tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## and the virtual environment
	rm -rf .venv

# One installation for every target. A failed one leaves no stamp, so the next call tries again.
.venv/.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: gryt needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12")'
	@echo 'setting up .venv'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@$(BIN)/python -m compileall -q gryt  # as an installed program is, whatever the environment says
	@touch $@
