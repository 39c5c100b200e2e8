# Two commands: `make fit` runs the main job, `make test` runs all tests, both from nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := -c reference_app/requirements.txt

.PHONY: fit test lint clean

fit: $(VENV)/installed-app
	$(BIN)/bootfit fit

test: $(VENV)/installed-test lint
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report= $(PYTEST_ARGS)
	$(BIN)/coverage report

lint: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy ci/scripts/*.py
	$(BIN)/lint-imports

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'

# torch is never installed here: on the index it is a CUDA build of gigabytes.
$(VENV)/installed-app: $(BIN)/python pyproject.toml reference_app/requirements.txt
	$(PIP) install $(PINS) -e '.[app]'
	@touch $@

$(VENV)/installed-test: $(VENV)/installed-app
	$(PIP) install $(PINS) -e '.[app,report]' --group dev
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage*
