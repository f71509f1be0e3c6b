# khusham. `make help` lists the targets. Nothing but Python >= 3.11, make and PyPI is needed.
# PYTHON=/path/to/python3 chooses the interpreter, VENV=/path another environment.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
CORES ?= 2
SCENARIO ?= scenarios/khusham.yaml
RECORDING ?= out/khusham.mcap
NIGHTS ?= 200
TEST_EXTRAS := dev,sweep,report,export

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Prints the first interpreter that really starts and is new enough (version managers leave
# shims behind that do not), or says what is missing.
FIND_PYTHON = found=; \
	for p in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	  exe=$$("$$p" -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null) || continue; \
	  if [ -n "$$exe" ]; then found="$$exe"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "khusham needs Python 3.11 or newer; found: $$($(or $(PYTHON),python3) --version 2>&1 || echo none)." >&2; \
	  echo "Install one from https://www.python.org, or name it: make run PYTHON=/path/to/python3" >&2; \
	  exit 2; \
	fi

.PHONY: help run view claims screening test test-all check format bench studies pictures calibration verify mutants lowest newest clean distclean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

run: $(VENV)/.installed ## set up, run the base scenario once, print the after-action summary
	@mkdir -p $(dir $(RECORDING))
	$(BIN)/khusham run $(SCENARIO) -o $(RECORDING)

view: $(RECORDING) ## watch the recording
	$(BIN)/khusham view $(RECORDING)

claims: $(VENV)/.installed ## every claim against three scenarios of equal standing; writes docs/claims.md
	$(BIN)/khusham claims scenarios/variants/article-only.yaml scenarios/variants/article-briefing.yaml $(SCENARIO) \
	  -n $(NIGHTS) --page docs/claims.md

screening: $(VENV)/.installed ## what each disputed input moves; `khusham explain` reads it
	$(BIN)/khusham run $(SCENARIO) --uncertain -n $(NIGHTS) --dice 2 -o scenarios/khusham/screening.json

test: $(VENV)/.installed-dev ## set up, run the tests (under 5 minutes on 2 cores)
	$(PY) -m pytest -n $(CORES) -q

test-all: $(VENV)/.installed-dev ## also the slow tests
	$(PY) -m pytest -n $(CORES) -q -m "slow or not slow"

check: $(VENV)/.installed-dev ## format, lint, types, import order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(PY) -m mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.installed-dev ## write the format that `check` asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev ## CPU per replication as a ratio to a calibration loop
	$(PY) -m benchmarks

studies: $(VENV)/.installed-dev ## write docs/studies from the sweeps that lie in out/
	$(PY) -m benchmarks.studies

pictures: $(VENV)/.installed-dev ## draw docs/pictures anew (a GIF needs the extra `video`)
	$(PY) -m benchmarks.pictures

calibration: $(VENV)/.installed-dev ## the fit: makes its runs as far as they are missing, writes docs/calibration.md
	$(PY) -m benchmarks.calibration -j $(CORES)

verify: $(VENV)/.installed-dev ## every closed form against the model, at full sample size
	$(PY) -m tests.theory.report --full

readers: $(VENV)/.installed-dev ## write the table of which room reads which number anew
	$(PY) -m tests.readers

mutants: $(VENV)/.installed-dev ## planted faults: each must turn its guard red
	$(PY) -m pytest -n $(CORES) -q -m mutant

lowest: ## the tests with the lowest dependency versions that pyproject.toml allows
	@$(MAKE) --no-print-directory resolve-lowest RESOLVE="--resolution lowest-direct" \
	  TEST="-W ignore::DeprecationWarning"

newest: ## the tests with the newest versions of everything
	@$(MAKE) --no-print-directory resolve-newest RESOLVE="--resolution highest --upgrade"

.PHONY: resolve-lowest resolve-newest
resolve-lowest resolve-newest: resolve-%: .venv-%/bin/uv
	.venv-$*/bin/uv pip install -q --python .venv-$*/bin/python $(RESOLVE) -e ".[$(TEST_EXTRAS)]"
	.venv-$*/bin/python -m pytest -n $(CORES) -q $(TEST)

clean: ## forget results and caches, keep the environment
	rm -rf out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  .import_linter_cache .coverage htmlcov site
	find sim viz tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## forget the environments too
	rm -rf .venv .venv-lowest .venv-newest

# Environments. A stamp is older than pyproject.toml when there is something to install.
$(RECORDING):
	@$(MAKE) --no-print-directory run

.PRECIOUS: %/bin/python %/bin/uv
%/bin/python:
	@$(FIND_PYTHON); echo "making $* with $$found"; \
	"$$found" -m venv $* || { rm -rf $*; \
	  echo "$$found cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 2; }

%/bin/uv: %/bin/python
	$*/bin/python -m pip install -q uv
	@touch $@

$(VENV)/.installed: pyproject.toml | $(PY)
	$(PY) -m pip install -q -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(PY)
	$(PY) -m pip install -q -e ".[$(TEST_EXTRAS)]"
	@touch $@ $(VENV)/.installed
