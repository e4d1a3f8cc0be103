.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
PAGE_SOURCES := $(shell find web server/catalogue -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help setup run test check bench

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: .venv/.ready server/pages/.ready ## install everything into this folder, build the pages

run: setup ## start the whole system with demo people; the first time with one finished case
	@$(PYTHON) -m server up & supervisor=$$!; trap 'kill -TERM $$supervisor 2>/dev/null; wait $$supervisor' INT TERM; \
	$(PYTHON) -m server simulate --if-empty --review >/dev/null || echo 'cvx: no demo case was made' >&2; \
	wait $$supervisor

test: setup ## the whole suite, one real browser test included
	@.ci/setup browser
	@.ci/setup network
	@.ci/test

check: setup ## lint, types of the pages, locks
	$(PYTHON) -m ruff check .
	cd web && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent check

bench: setup ## every benchmark there is, in its quick form
	@for name in $$($(PYTHON) -m bench --list); do $(PYTHON) -m bench $$name --quick --json; done

.venv/.ready: requirements-dev.lock pyproject.toml .ci/setup
	@.ci/setup python
	@touch $@

server/pages/.ready: .venv/.ready $(PAGE_SOURCES)
	@.ci/setup pages
	@touch $@
