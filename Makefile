# Needs Python 3.11 or newer and make. Each target sets up what it lacks; the second call is quick.
PYTHON ?= python3
PORT ?= 8470
SECONDS ?= 30
TESTS ?= tests
TIMES ?= 20
SEED ?= $(shell date +%s)
BIN := .venv/bin
READY := .venv/.ready
ASSETS := dutydesk/web/static/vendor/.lock-hash

MACHINES := tests/domain/test_callout_machine.py tests/engine/test_whole_desk.py tests/engine/test_any_order.py \
            tests/engine/test_first_rings.py

.PHONY: all demo test prove check bench docs fuzz wheel clean
all: check test

$(READY): pyproject.toml setup.py tools/environment.py
	$(PYTHON) -m tools.environment

$(ASSETS): $(READY) package-lock.json tools/assets.py
	$(BIN)/python -m tools.assets && touch $@

demo: $(ASSETS)  ## the main job on show, at http://127.0.0.1:8470 (PORT=...)
	$(BIN)/dutydesk demo --port $(PORT)

test: $(ASSETS)  ## every test this machine can run (TESTS=tests/domain for some)
	$(BIN)/python -m pytest -n auto $(TESTS)

prove: $(READY)  ## the random machines for long: TIMES=20 times the stories of the tests, drawn from SEED=...
	@echo "seed $(SEED), $(TIMES) times as many stories"
	DUTYDESK_PROVE=$(TIMES) $(BIN)/python -m pytest -n auto --timeout 0 --hypothesis-seed=$(SEED) $(MACHINES)

check: $(READY)  ## style, types, layers, and the example site
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/dutydesk check

bench: $(READY)  ## measurements; each prints what it compares itself with
	set -e; for file in bench/bench_*.py; do echo "== $$file"; $(BIN)/python $$file; done

docs: $(READY)  ## write the generated parts of the reference anew
	$(BIN)/python -m tools.docs

fuzz: $(READY)  ## huge documents for every feed, then broken ones for SECONDS=30
	$(BIN)/python -m tools.fuzz --seconds $(SECONDS)

wheel: $(ASSETS)  ## the wheel, with the example site and the browser's libraries, in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## back to a fresh checkout
	rm -rf .venv build dist *.egg-info dutydesk/web/static/vendor .hypothesis .*_cache
