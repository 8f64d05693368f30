# Every target first prepares .venv from requirements-dev.lock; the second call needs no network.
# There is one environment for running and for developing, so that what is tested is what runs.

PYTHON ?=
WORKERS ?= 2
SIZE ?= small
SEED ?=
ARGS ?=

READY := .venv/ready
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test check bench shots sim lock clean

help:
	@echo "make run     start billing-tui             ARGS=\"customers list\""
	@echo "make test    the tests                     WORKERS=2 ARGS=\"-k money\""
	@echo "make check   format, lint, types, imports, layout"
	@echo "make bench   measure                       SIZE=small ARGS=\"--json FILE\""
	@echo "make shots   pictures of every screen      ARGS=\"--only customers\""
	@echo "make sim     the long simulations          SEED=1 ARGS=\"-k ids\""
	@echo "make lock    renew both lock files (uv)    ARGS=--upgrade"
	@echo "make clean   remove what make made, .venv included"
	@echo "PYTHON=python3.12 chooses the Python; otherwise it is the newest from 3.11 on."

$(READY): requirements-dev.lock pyproject.toml .ci/setup
	@PYTHON="$(PYTHON)" sh .ci/setup $(READY)

run: $(READY)
	@.venv/bin/billing-tui $(ARGS)

test: $(READY)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: $(READY)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PY) -m pytest -q tests/guards

# Compiled first, because a measured start must not include compiling.
bench: $(READY)
	@$(PY) -m compileall -q billing_tui screens storage
	PYTHONPATH=. $(PY) tests/bench/run.py --size $(SIZE) $(ARGS)

shots: $(READY)
	@PYTHONPATH=. $(PY) tests/ui/shots.py build/shots --workers $(WORKERS) $(ARGS)

sim: $(READY)
	$(PY) -m pytest tests/sim $(if $(SEED),--seed $(SEED)) $(ARGS)

COMPILE := UV_NO_CONFIG=1 uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH." >&2; exit 1; }
	$(COMPILE) --output-file requirements.lock $(ARGS)
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock $(ARGS)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find billing_tui screens storage tests -name __pycache__ -type d -prune -exec rm -rf {} +
