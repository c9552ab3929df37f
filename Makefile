# Every target works on a fresh clone: it makes the environment that it needs.
PYTHON ?= python3
BIN := .venv/bin
# What the browser tests need of the system, and the packages of Debian that bring it.
CHROMIUM := /usr/bin/chromium-headless-shell
FONT := /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc
PACKAGES := chromium-headless-shell fonts-wqy-zenhei
# Each process that a test starts would otherwise compile the program anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 5 --no-loadscope-reorder
# Real browsers and processes on a busy machine: what failed is tried once more, alone, as CPython
# does. Whatever passes only then is named in the end, for it is a fault to mend.
AGAIN = { [ $$? = 1 ] && echo "Once more, alone:" && $(BIN)/pytest -n 0 -v --no-header --maxfail 1 \
  --last-failed --last-failed-no-failures none && echo "Passed only when run again: mend these."; }
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(BIN)/hotline: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/dev: $(BIN)/hotline
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

setup: .venv/dev ## Make the environment with everything for development

run: $(BIN)/hotline ## Prepare the data folder, then run queue, line, web, worker and clock
	@$(BIN)/hotline prepare --demo
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/honcho start

$(CHROMIUM) $(FONT) &:
	@echo "Getting a browser and a Chinese font: $(PACKAGES)"
	@if [ "$$(id -u)" = 0 ]; then as=; else as='sudo -n'; fi; \
	  { command -v apt-get && $$as true && $$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	  $$as apt-get install -y -qq --no-install-recommends $(PACKAGES); } >/dev/null \
	  || { echo "They could not be got by themselves: apt-get install $(PACKAGES)"; exit 1; }

browser: $(CHROMIUM) $(FONT) ## Get the browser and the Chinese font that tests need

test: .venv/dev browser ## Every test at small size
	$(PYTEST) || $(AGAIN)

soak: .venv/dev browser ## The same tests at full size
	export HOTLINE_SOAK=1; $(PYTEST) || $(AGAIN)

lint: .venv/dev ## Format and lint checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

bench: .venv/dev ## Every benchmark beside its anchor [N=tickets] [CASES=labelled.csv]
	$(BIN)/python -m bench

screenshots: .venv/dev browser ## Take the picture in the README again
	$(BIN)/pytest -n 0 tests/browser/screenshots.py

.PHONY: help setup run browser test soak lint bench screenshots
