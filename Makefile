# The two commands of this project. Each makes the environment first, if it is missing or old.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: week test

week: .venv/made   ## the weekly job on the latest ordinary sample, into outputs/sample: prints the page
	$(BIN)/python run_week.py --sample

test: .venv/made-test   ## all tests but the long storms
	$(BIN)/python -m pytest

.venv/made: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/made-test: .venv/made requirements-test.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-test.lock
	touch $@
