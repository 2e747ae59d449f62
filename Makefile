# The project's commands by name, each written once: `make test`. What ARGS says is added: `make check ARGS=--changed`.
# Three of them are the README's, word for word; they make .venv, in which the others run.

python = .venv/bin/python
python3 = python3.13# of the newest versions
install = .venv/bin/pip install -q -e
readme = $(shell grep -m 1 'pip install.*$(1)' README.md) $(ARGS)
unclaimed = -k "not claim"# every claim takes minutes; `make oldest unclaimed=` checks them too
versions = -m pytest tests/rules tests/codegen/test_versions.py $(unclaimed) $(ARGS)

.PHONY: develop derive check proofs mutation test published oldest newest brian2 annarchy benchmark book pdf browser figures lint ci

develop:
	python3 -m venv .venv && $(install) '.[lint]' && .venv/bin/pre-commit install

derive:
	$(call readme,python -m derivations)

check:
	$(python) -m derivations --check $(ARGS)

proofs:
	$(python) -m derivations.formal $(ARGS)

mutation:
	$(install) '.[mutation]' && $(python) -m derivations.mutation $(ARGS)

test:
	$(call readme,python -m pytest)

# PyTorch, the CPU build, whose thousands of modules are compiled when they are imported, if they are; and packages whose VICReg
# losses the rules are compared with: of the last two one file each is used, and their dependencies are many
published:
	.venv/bin/pip install -q --no-compile torch==2.13.0
	.venv/bin/pip install -q pytorch-metric-learning==2.9.0
	.venv/bin/pip install -q --no-deps lightly==1.6.0 solo-learn==1.0.2

oldest:
	python3.11 -m venv --clear .venv-oldest && .venv-oldest/bin/pip install -q --no-compile -r tests/oldest.txt && .venv-oldest/bin/python $(versions)

newest:
	$(python3) -m venv --clear .venv-newest && .venv-newest/bin/pip install -q --no-compile -e '.[test]' && .venv-newest/bin/python $(versions)

# each simulator in an environment of its own, where the tests find it: Brian2 2.9.0 needs an older NumPy
brian2:
	python3 -m venv --clear .venv-brian2 && .venv-brian2/bin/pip install -q --no-compile 'brian2==2.9.0' 'numpy<2.4' array-api-compat pytest

annarchy:
	python3 -m venv --clear .venv-annarchy && .venv-annarchy/bin/pip install -q --no-compile 'ANNarchy==5.0.4' nanobind array-api-compat pytest

benchmark:
	$(python) -m pytest tests/benchmarks -n0 --benchmark-enable $(ARGS)

book:
	$(call readme,jupyter-book build)

pdf:
	$(install) '.[pdf]' && $(python) -m book.pdf

browser:
	$(install) '.[browser]' && $(python) -m pytest tests/book $(ARGS)

figures:
	$(install) '.[book]' && $(python) -m book.plots $(ARGS)

lint:
	$(install) '.[lint]'
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

ci:
	.ci/run
