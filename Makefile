# Two commands do everything on a fresh machine: `make run` and `make test`.
export PYTHONSAFEPATH = 1
PYTHON ?= python3
BIN = .venv/bin
# Byte code is made when a module is first used: compiling all of it would double the set-up time.
# One visit is screened at the end of the set-up, so that the first answer never waits for that, not
# even where the shell forbids Python to write byte code.
PIP = $(BIN)/pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
# The base goes in with uv, which unpacks in parallel (a quarter of pip's time); where uv can't be
# had, or can't reach the packages that pip is set up for, pip does the same.
UV = $(PIP) uv && $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt
DATA ?= $(if $(LAENNEC_DATA),$(LAENNEC_DATA),../shared/data)

.PHONY: run test check check-slow spark offline offline-check format bench readme train postgres reliability openapi golden demo browser screens clean

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/base.stamp: .venv/bin/python pyproject.toml setup.py constraints.txt
	( $(UV) -e . ) 2>/dev/null || $(PIP) -e .
	PYTHONDONTWRITEBYTECODE= $(BIN)/laennec screen examples/visits/01-raised-risk.json > /dev/null
	touch $@

.venv/dev.stamp: .venv/base.stamp
	$(PIP) -e '.[train,dev]'
	touch $@

run: .venv/base.stamp  ## install and screen the example visits, with their reasons
	$(BIN)/laennec screen examples/visits/*.json --lang fr

test: check  ## install and run the whole check

check: .venv/dev.stamp  ## format, lint, types, imports, tests, doctests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	MYPYPATH=.stubs $(BIN)/mypy -p laennec
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 -m "not slow and not spark and not offline"
	$(BIN)/python tests/hazard_count.py

check-slow: .venv/dev.stamp  ## the tiers that CI has no time for
	$(BIN)/python -m pytest -n 2 -m "not spark and not offline" --hypothesis-profile=explore

spark: .venv/dev.stamp  ## the batch engine under Spark; needs Java 17
	$(PIP) -e '.[spark]'
	$(BIN)/python -m pytest -m spark tests/spark

offline: .venv/base.stamp  ## one folder that installs without a network, into out/
	$(BIN)/python docs/tools/offline.py

offline-check: .venv/dev.stamp  ## makes that folder and installs from it with the network shut
	$(BIN)/python -m pytest tests/offline

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.stamp  ## writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

readme: .venv/base.stamp  ## writes the example and the models table of the README
	$(BIN)/python docs/tools/readme.py

train: .venv/dev.stamp  ## trains every shipped model from the development data
	$(BIN)/laennec train diabetes_textbook --data $(DATA) --out models
	$(BIN)/laennec train diabetes_follow_up --data $(DATA) --out models
	$(BIN)/laennec train diabetes_type_2 --data $(DATA) --out models
	$(BIN)/laennec train cardiovascular --data $(DATA) --out models
	$(BIN)/laennec train ecg_delineation --data $(DATA) --out models
	$(BIN)/laennec train ecg_findings --data $(DATA) --out models

postgres:  ## the PostgreSQL server on which the tests run as well; they are skipped without it
	apt-get install -y -q postgresql

reliability: .venv/dev.stamp  ## kills, fills and falsifies the service at length; writes docs/reliability.md
	PYTHONPATH=tests/support $(BIN)/python tests/support/reliability.py

browser: .venv/dev.stamp  ## the pages end to end in headless Chromium (apt-get install chromium)
	$(PIP) -e '.[browser]'
	$(BIN)/python -m pytest tests/browser

screens: .venv/dev.stamp  ## writes the pictures of docs/how-to/images
	$(PIP) -e '.[browser]'
	PYTHONPATH=tests/support $(BIN)/python tests/support/screens.py

demo: .venv/base.stamp  ## a day of made-up visits, and the physician's page on them
	$(BIN)/python examples/demo.py

openapi: .venv/base.stamp  ## writes docs/schema/openapi.json
	$(BIN)/python docs/tools/openapi.py

golden: .venv/dev.stamp  ## writes the golden requests and answers of the mock server
	$(BIN)/python -W ignore docs/tools/golden.py

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
