# What people type: make run, make test, make lint. Everything else is made on the way.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
# One more than there are cores, as tests in a browser wait a lot.
WORKERS := $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal
CODE := newsroom articles tickers ground fixtures bench docs conftest.py manage.py

# Containers set it, and then every process of ours would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

# Biome comes as a wheel for Linux on x86-64 alone.
BIOME := $(if $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -)),$(BIN)/biome,@echo "No Biome for this machine, so not for scripts and styles:" biome)

.PHONY: help run test crash torture mutants lint format bench fixtures requirements

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/installed ## the paper on this machine, with the demo paper in it on the first run; PORT=8123 chooses the port
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py loaddata --first-run sections pairs demo
	@exec $(BIN)/python manage.py serve

test: $(VENV)/installed-dev ## all tests on SQLite; on PostgreSQL again, but of those in a browser only an article's life; ARGS="-k search" for some of them
	$(PYTEST) $(ARGS)
	NEWSROOM_TEST_POSTGRES=1 $(PYTEST) -m "not browser or both_databases" $(ARGS)

crash: $(VENV)/installed-dev ## a hundred accidents while somebody types: how many words are lost (some ten minutes)
	NEWSROOM_CRASHES=100 $(BIN)/pytest -s newsroom/tests/test_crash.py

torture: $(VENV)/installed-dev ## editors, readers and a clock on real servers while faults strike: what is lost, late, early or half (half an hour)
	nice $(BIN)/python -m bench.torture $(ARGS)

mutants: $(VENV)/installed-dev ## some two hundred rules broken on purpose, one at a time: which of them no test notices (some twenty minutes)
	nice $(BIN)/python -m bench.mutants $(ARGS)

lint: $(VENV)/installed-dev ## format, style, imports between layers and of packages, templates, scripts, types, migrations, settings for production
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest --quiet newsroom/tests/test_private_names.py newsroom/tests/test_requirements.py
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIOME) check --error-on-warnings
	$(BIN)/python -m mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	NEWSROOM_HOSTS=news.example.org NEWSROOM_EMAIL_HOST=mail.example.org NEWSROOM_EMAIL_TLS=starttls \
		NEWSROOM_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

audit: $(VENV)/installed-dev ## what is installed: licences, requirements that are idle or missing, known holes (asked of pypi.org, if it answers)
	$(BIN)/pytest --quiet newsroom/tests/test_licences.py newsroom/tests/test_requirements.py
	@if $(BIN)/python -c 'import urllib.request; urllib.request.urlopen("https://pypi.org/pypi/django/5.2/json", timeout=20)' 2>/dev/null; then \
		bin/audit var/audit requirements-dev.txt; \
	else echo "pypi.org does not answer from here, so nobody was asked about known holes."; fi

format: $(VENV)/installed-dev ## put code, templates, scripts and styles into their form
	$(BIN)/ruff check --quiet --fix --exit-zero $(CODE)
	$(BIN)/ruff format --quiet $(CODE)
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +
	$(BIOME) format --write

bench: $(VENV)/installed-dev ## how fast pages are against a constant one, and how they slow down as the archive grows; BENCH_ARTICLES=1000000
	$(BIN)/python bench/run.py

fixtures: $(VENV)/installed ## make fixtures/demo.json again from its articles, pictures and rates
	$(BIN)/python fixtures/build_demo.py

requirements: $(VENV)/made ## make requirements*.txt again from requirements*.in
	$(BIN)/python -m venv var/uv
	var/uv/bin/pip install --quiet --disable-pip-version-check uv
	var/uv/bin/uv pip compile requirements.in -o requirements.txt --generate-hashes --universal --python-version 3.11 --no-header --quiet
	var/uv/bin/uv pip compile requirements-dev.in -c requirements.txt -o requirements-dev.txt --generate-hashes --universal --python-version 3.11 --no-header --quiet

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The newsroom needs Python 3.11 or newer; \"$(PYTHON)\" is missing or older. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/installed: $(VENV)/made requirements.txt
	@echo "Installing what the paper needs into $(VENV) …"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/installed-dev: $(VENV)/made requirements-dev.txt
	@echo "Installing what its tests need into $(VENV) …"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $(VENV)/installed $@
