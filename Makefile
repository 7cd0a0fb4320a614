# Thin on purpose: every target is one command that works without make (see README, "Windows").
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help environment run test test-grading test-real lab notebooks bench lock clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -e 's/:.*## /\t/' | expand -t 14

environment:  ## create or update .venv from requirements.lock
	@$(PYTHON) bootstrap.py

run: environment  ## run every notebook on its embedded data; results and pages go to build/
	@$(VENV_PYTHON) -m helpers run $(ARGS)

test: environment  ## lint, unit tests, checks of the notebooks, nbval and papermill on each
	@$(VENV_PYTHON) -m helpers check $(ARGS)

test-real: environment  ## full-size training on real MNIST and PneumoniaMNIST ($$COURSE_DATA_DIR)
	@$(VENV_PYTHON) -m helpers check --only real

test-grading: environment  ## release, grading and its box, on hostile submissions, too
	@$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check --no-build-isolation \
	  --editable ".[grading]"
	@$(VENV_PYTHON) -m helpers check --only grading

lab: environment  ## open the notebooks in JupyterLab, on a working copy in work/
	@$(VENV_PYTHON) -m helpers lab $(ARGS)

notebooks: environment  ## run the committed notebooks anew and store their outputs
	@$(VENV_PYTHON) -m helpers notebooks $(ARGS)

bench: environment  ## measure speed, memory, coverage (PyTorch as a clock: pip install -e .[bench])
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

lock:  ## resolve requirements.lock anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv"; exit 1; }
	@{ sed -n '/^#/p' requirements.lock; uv pip compile pyproject.toml --extra test --universal \
	  --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --quiet; } > requirements.lock.new && mv requirements.lock.new requirements.lock

clean:  ## delete what the other targets made, but not work/, nor grades
	rm -rf .venv
	if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name assignments -exec rm -rf {} +; fi
