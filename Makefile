# make        sets everything up in .venv and solves an example sheet
# make test   sets everything up and passes the tests
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: solve test bench golden docs lint clean

solve: $(READY)
	$(BIN)/longhand solve examples/two-layer-softmax.md

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile

# The peers are measured where they can be installed; the bench says which could not.
bench: $(READY)
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m bench

# Rewrites the golden files; read the difference before committing it.
golden: $(READY)
	LONGHAND_GOLDEN=1 $(BIN)/python -m pytest tests/golden
	git --no-pager diff --stat -- tests/golden

# The documentation as a site in build/docs; the pages can be read from disk.
docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

lint: $(READY)
	$(BIN)/ruff check src tests

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis

# Installed again when the dependencies change; an environment made by hand is kept.
$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,judges,lint]'
	touch $@
