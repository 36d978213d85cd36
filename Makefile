# The commands of this project. Each makes the environment first, if it is missing or old.
PYTHON ?= python3
BIN = .venv/bin
LOCKED = --quiet --require-hashes --no-deps -r
PIP = $(BIN)/python -m pip install
# uv takes a fifth of pip's time; pip does it where uv is not to be had, or may not reach what pip does.
INSTALL = sh -c '$(BIN)/uv pip install --python $(BIN)/python $(LOCKED) $$0 2>/dev/null || (echo "uv could not install it, so pip does"; $(PIP) --no-compile $(LOCKED) $$0)'
# What pip would do by one processor.
COMPILE = $(BIN)/python -m compileall -qq -j 0 -x /tests?/ .venv/lib
# What JupyterLab writes into a notebook's metadata and nobody meant.
LANGUAGE = version codemirror_mode file_extension mimetype nbconvert_exporter pygments_lexer
WRITTEN = $(LANGUAGE:%=metadata.language_info.%)

.PHONY: week lab test lint coverage bench

week: .venv/made   ## the weekly job on the latest ordinary sample, into outputs/sample: prints the page
	$(BIN)/python run_week.py --sample

lab: .venv/made-lab .venv/made-lint   ## JupyterLab on the notebook; outputs stay out of git, and git shows cells
	git config filter.nbstripout.clean '$(BIN)/nbstripout --keep-id --extra-keys "$(WRITTEN)"'
	git config filter.nbstripout.smudge cat
	git config diff.jupyternotebook.command '$(BIN)/git-nbdiffdriver diff'
	git config merge.jupyternotebook.driver '$(BIN)/git-nbmergedriver merge %O %A %B %L %P'
	$(BIN)/jupyter lab notebooks/weekly_report.ipynb

test: .venv/made-test   ## all tests but the slow ones
	$(BIN)/python -m pytest

lint: .venv/made-lint   ## the linter, the formatter and the type checker; they change nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	! git grep -nE '^(<{7}|>{7}) '

coverage: .venv/made-test .venv/made-lint   ## all tests but the slow ones, then the lines that none of them runs
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: .venv/made-test   ## our times as ratios to the plain ways, into benchmarks/RESULTS.md; half an hour
	$(BIN)/python benchmarks/run.py

.venv/made: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	-$(PIP) --only-binary :all: $(LOCKED) requirements-install.lock
	$(INSTALL) requirements.lock
	$(PIP) --quiet --no-deps --no-build-isolation -e .
	-$(COMPILE)
	touch $@

.venv/made-test .venv/made-lint .venv/made-lab: .venv/made-%: .venv/made requirements-%.lock
	$(INSTALL) requirements-$*.lock
	-$(COMPILE)
	touch $@
