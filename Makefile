# The course's five verbs. Windows and plain pip: the README has the same as single commands.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STEM ?=
LAB_FLAGS ?=

.PHONY: lab test sync check bench clean

# Two stamps: a learner's `make lab` does not wait for the authors' tools.
$(VENV)/.lab: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[lab]'
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[lab,test]'
	touch $(VENV)/.lab $@

lab: $(VENV)/.lab  ## set everything up and open JupyterLab on the first notebook
	$(BIN)/llmai-edu data fetch
	$(BIN)/llmai-edu doctor || true  # it advises; what it misses may not be needed today
	$(BIN)/llmai-edu lab $(LAB_FLAGS)

test: $(VENV)/.test  ## run all tests, notebooks and exercise proofs; STEM=01_tokens runs one lesson's
	$(BIN)/llmai-edu data fetch --lessons
	$(BIN)/python -m tools.test $(STEM)

sync: $(VENV)/.test  ## rebuild notebooks and sheets from their sources
	$(BIN)/llmai-edu data fetch --lessons
	$(BIN)/python -m tools.sync $(STEM)

check: $(VENV)/.test  ## fail if anything is stale or unlinted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.check

bench: $(VENV)/.test  ## print the side-by-side table of speeds
	$(BIN)/python -m benchmarks

clean:  ## remove the virtual environment and the caches of the tools
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
