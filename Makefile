# Two commands matter: `make lab` to learn, `make test` before you send a change. `make` alone lists the rest.

ARGS =
LESSON =
PART =
FOLDER =
REPO =
LEARNERS = 30
# Where `make class` lets others in: an address of this computer.
ADDRESS =
PORT = 8000
# A folder of wheels, from `make bundle`: nothing is then fetched.
WHEELS =
# Test files at a time. A browser test waits for a film most of its time, so two fit even on one core.
AT_A_TIME = 2
PYTEST = .venv/bin/python -m pytest -n $(AT_A_TIME) --dist loadfile --durations=20
LESSONS := $(sort $(shell ls notebooks/[0-9]*.ipynb 2>/dev/null | grep -v '\.mine-'))

.DEFAULT_GOAL := help
.PHONY: help lab fresh install test lint stripped unit notebooks browser bench soak answers grade images site screens format badge hub class workshop bundle image lock install-test
.NOTPARALLEL:

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

lab: install  ## open JupyterLab; LESSON=02 for another, WHEELS=folder without a network, ARGS="--no-browser --port 9000" for Jupyter
	@.venv/bin/python tools/lab.py "$(LESSON)" $(ARGS)

fresh:  ## put your copy of a lesson aside and bring the original back: LESSON=01
	@python=$$(tools/find-python) && "$$python" tools/fresh.py "$(LESSON)"

install:  ## make .venv, with what the lessons need
	@python=$$(tools/find-python) && "$$python" tools/install.py requirements.txt "$(WHEELS)"

# Every stage runs, even after one that failed.
test: install-test  ## run all that CI runs
	@$(MAKE) --no-print-directory --keep-going lint stripped unit notebooks browser \
	    || { echo "== Something failed: each line with *** names a stage"; false; }
	@echo "== Everything passed"

install-test:
	@python=$$(tools/find-python) && "$$python" tools/install.py requirements-test.txt

lint: install-test  ## check the code's style, in the notebooks too
	@echo "== Style"
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .

stripped: install-test  ## check that no notebook is stored with its outputs
	@echo "== Notebooks without outputs"
	@test -n "$(LESSONS)" || { echo "There is no notebooks/[0-9]*.ipynb"; false; }
	.venv/bin/python -m nbstripout --verify --keep-id $(LESSONS)

unit: install-test  ## run the tests that need no browser
	@echo "== Tests"
	$(PYTEST) tests --ignore=tests/browser --ignore=tests/benchmarks

notebooks: install-test  ## run every lesson from top to bottom
	@echo "== Lessons, from top to bottom"
	@rm -rf build/records
	ZMQLAB_RECORDS=$(CURDIR)/build/records ZMQLAB_PROGRESS=off ZMQLAB_LONG_WAIT=0.5 .venv/bin/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=30 $(LESSONS)
	@echo "== What the lessons show is what happened in them"
	ZMQLAB_RECORDS=$(CURDIR)/build/records .venv/bin/python -m pytest -q tests/unit/test_one_truth.py tests/unit/test_ground_truth.py

browser: install-test  ## run the lessons in a real JupyterLab, in Chromium
	@echo "== Lessons, in a browser"
	$(PYTEST) tests/browser

bench: install-test  ## measure, and print tables; ARGS=keep writes them to tests/benchmarks/RESULTS.md
	@PYTHONPATH=.:notebooks:tools .venv/bin/python -m tests.benchmarks $(ARGS)

soak: install-test  ## run a part's tests many times on a busy machine: PART=record, SEED=7, ARGS="--rounds 3"
	@test -n "$(PART)" || { echo "Which part? make soak PART=record"; false; }
	@.venv/bin/python tools/soak.py "$(PART)" $(if $(SEED),--seed $(SEED)) $(ARGS)

answers: install-test  ## try answers of which the verdicts are known, and print a table: FOLDER=…, ARGS="--times 3"
	@test -n "$(FOLDER)" || { echo "Which folder? make answers FOLDER=path/to/answers"; false; }
	@PYTHONPATH=notebooks:tools .venv/bin/python tools/answers.py "$(FOLDER)" $(ARGS)

grade: install  ## check the exercises in many learners' notebooks, into grades.csv and grades.json: FOLDER=…
	@test -n "$(FOLDER)" || { echo "Which folder? make grade FOLDER=path/to/notebooks"; false; }
	@PYTHONPATH=notebooks:tools .venv/bin/python tools/grade.py "$(FOLDER)" $(ARGS)

images: install-test  ## draw images/*.svg from their recordings (ARGS=record: from new runs)
	@PYTHONPATH=.:notebooks .venv/bin/python tools/pictures.py $(ARGS)

site: install-test  ## write the lessons as a site with no kernel, where their films play: build/site/index.html
	@.venv/bin/python -m tools.site

screens: install-test  ## take images/screens/*.png, pictures of the stage in a real JupyterLab
	@KEEP_SCREENS=1 .venv/bin/python -m pytest -q tests/browser/test_screens.py

format: install-test  ## put code and notebooks into the common style
	.venv/bin/python -m ruff check --fix .
	.venv/bin/python -m ruff format .
	.venv/bin/python -m nbstripout --keep-id $(LESSONS)

badge:  ## write the links to Binder, Codespaces and hubs: REPO=owner/name
	@python=$$(tools/find-python) && "$$python" tools/badge.py "$(REPO)"

# JupyterHub and its proxy live apart from .venv: only a class needs them.
hub:  ## install JupyterHub, for `make class` and `make workshop`: do it where there is a network
	@test -x build/hub/bin/jupyterhub || { python=$$(tools/find-python) && "$$python" -m venv --clear build/hub \
	    && build/hub/bin/python -m pip install --quiet --require-hashes -r requirements.txt \
	    && build/hub/bin/python -m pip install --quiet jupyterhub==6.1.1; }
	@test -x build/proxy/node_modules/.bin/configurable-http-proxy \
	    || npm install --silent --prefix build/proxy configurable-http-proxy@5.3.0

class: hub  ## serve the course to a room, from this computer: ADDRESS=192.168.1.20, LEARNERS=30, PORT=8000
	@PYTHONPATH=tools build/hub/bin/python tools/classroom.py --address "$(ADDRESS)" --port $(PORT) --learners $(LEARNERS) $(ARGS)

workshop: hub  ## hold a class on a real JupyterHub: LEARNERS=30, ARGS=--keep writes its table to docs/teaching.md
	@PYTHONPATH=.:tools build/hub/bin/python tools/workshop.py --learners $(LEARNERS) $(ARGS)

bundle: install  ## write the course and all that it installs into build/bundle, for a stick
	@.venv/bin/python tools/bundle.py

image:  ## prove, as far as it goes without Docker, what Binder builds from the last commit
	@python=$$(tools/find-python) && "$$python" tools/image.py

# Its uv lives apart from .venv: a broken lock must not keep you from making a new one.
lock:  ## renew requirements*.txt and what Binder builds from, after a change in environment.yml
	@test -x build/uv/bin/uv || { python=$$(tools/find-python) && "$$python" -m venv build/uv \
	    && build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@build/uv/bin/python tools/lock.py
