# Every target sets up .venv by itself: a bare machine with Python 3.11 or newer is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
SETUP := pyproject.toml constraints.txt
# Two processes suit two cores; JOBS=0 runs the tests in one process.
JOBS ?= 2
# Tests compile many programs that run once: XLA builds them in half the time without its optimisations. `make slow`
# trains with them.
BRIEF := --xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1
# Two processes with a thread for every core each wait for one another by spinning. XLA's pool reads NPROC.
ALONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NPROC=1

.PHONY: demo test slow golden browser lint house docs bench clean

demo: $(VENV)/.demo
	$(BIN)/oversmith compare

# Types as users meet them (tests/typing) are a matter of `make lint`.
test: $(VENV)/.dev
	$(ALONE) XLA_FLAGS="$(BRIEF) $$XLA_FLAGS" $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -rs --ignore=tests/typing

slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow

# Stored rows and results anew (all, or ONLY="gan results"); the commit says why.
golden: $(VENV)/.dev
	$(ALONE) XLA_FLAGS="$(BRIEF) $$XLA_FLAGS" $(BIN)/python tests/golden/renew.py $(ONLY)

# What the tests marked "browser" need; `make test` uses what is there and says what it skipped.
browser:
	@if command -v chromium >/dev/null; then chromium --version; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; \
	else echo "make browser: no Chromium found; install it, on Debian: sudo apt-get install chromium" >&2; exit 1; fi

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/typing
	$(BIN)/lint-imports --no-cache

# Size and structure against their guide figures.
house: $(VENV)/.dev
	$(BIN)/python benchmarks/house.py

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

bench: $(VENV)/.bench
	status=0; for part in engine resample methods series spectra images; do $(BIN)/python benchmarks/$$part.py || status=1; done; exit $$status

clean:
	rm -rf $(VENV) site build dist

$(VENV)/.base: $(SETUP)
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Oversmith needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.demo: $(VENV)/.base
	$(PIP) --editable '.[boost]'
	touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) --editable '.[boost,tune,test,lint]'
	touch $@

$(VENV)/.docs: $(VENV)/.base
	$(PIP) --editable '.[docs]'
	touch $@

# PyTorch is the yardstick of benchmarks/engine.py and is used nowhere else.
$(VENV)/.bench: $(VENV)/.base
	$(PIP) --editable '.[boost]' torch==2.13.0
	touch $@
