# Everything starts here: `make demo` shows the whole loop, `make test` checks it. Each sets up what is missing.
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.PHONY: demo test test-slow lint bench clean help

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --no-input -q
# The newest of these that is Python 3.11 or later; `make PYTHON=/path/to/python3 demo` overrules it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
SKILLBOOK := printer
STORE := sqlite:///journeyman.db

help:
	@echo 'make demo   train on simulated printers, show what was learned, verify the log and rebuild the skillbook'
	@echo 'make test   lint, types, import contracts, tests'
	@echo 'make test-slow  the same with the tests that take minutes: hundreds of kills and power cuts'
	@echo 'make lint   the same without the tests'
	@echo 'make bench  our work beside a peer'"'"'s, in the same rounds'
	@echo 'make clean  remove the environment and caches; logs stay'

demo: $(VENV)/.installed
	@$(RUN) -m ops.demo
	@printf '\n== Practise, learn, compare: journeyman train ==\n'
	@$(RUN) -m ops train --store $(STORE)
	@printf '\n== Is the log untouched? journeyman log verify ==\n'
	@$(RUN) -m ops log verify --store $(STORE)
	@printf '\n== Rebuild the skillbook from the log: journeyman replay --skillbook $(SKILLBOOK) --verify ==\n'
	@$(RUN) -m ops replay --skillbook $(SKILLBOOK) --verify --store $(STORE)
	@printf '\nThe log is journeyman.db in this folder. Yours to explore:\n'
	@printf '  %s\n' \
		'$(VENV)/bin/journeyman try --difficulty easy --seed 7 --skillbook $(SKILLBOOK)      watch one repair with these skills' \
		'$(VENV)/bin/journeyman skills list                                             what was learned' \
		'$(VENV)/bin/journeyman report --html report.html                               the run on one page' \
		'$(VENV)/bin/journeyman --help                                                  everything else'

test: lint
	@printf '\n== Tests (make test-slow runs those that take minutes) ==\n'
	@$(RUN) -m pytest -m 'not slow and not nodes'

test-slow: $(VENV)/.developed
	@printf '\n== The tests that take minutes ==\n'
	@$(RUN) -m pytest -m slow
	@printf '\n== Nodes that die ==\n'
	@$(RUN) -m pytest -m nodes

lint: $(VENV)/.developed
	@printf '\n== Lint, types, import contracts ==\n'
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'

bench: $(VENV)/.installed
	@$(RUN) -m ops bench log
	@$(RUN) -m ops bench fleet

# A stamp is written only when its step has ended well, so that an interrupted one is done again.
$(VENV)/.made:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or later is needed; none was found. Install it, or say make PYTHON=/path/to/python3'; exit 2; }
	@echo 'Making an environment in $(VENV) …'
	@'$(PYTHON)' -m venv $(VENV) || { '$(PYTHON)' -m venv --clear --without-pip $(VENV) \
		&& '$(PYTHON)' -m pip --python $(RUN) install -q pip; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo 'Installing (the first time takes a few minutes) …'
	@$(PIP) install -c constraints.txt -e '.[pictures]'
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@$(PIP) install -c constraints.txt --no-deps printrun pyserial || \
		echo 'printrun is not to be had for this Python; tests that print with it are skipped'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
