"""Another SymPy may write the rules in other words, but they mean the same: to rounding, the committed rules.

What is derived with the SymPy at hand is compared with ``lvicreg.rules`` on random layers. Byte for byte the sources are
promised for one SymPy only, which pyproject.toml pins. With any other one the claims are checked here, by the two engines that
read SymPy's expressions: ``python -m derivations`` would take the version in the generated header for drift.
"""

import re
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import sympy

from derivations import NOTE
from lvicreg import rules
from lvicreg.codegen.files import drift
from lvicreg.project.outputs import rule_files
from tests.rules.rule_data import RULES, SIZES, call, layer, options

PINNED = f'"sympy=={sympy.__version__}"' in (NOTE.root / "pyproject.toml").read_text(encoding="utf-8")
LAMBDAS = {"lambda_inv": 0.7, "lambda_var": 1.3, "lambda_cov": 0.6}
OPTIONS = LAMBDAS | {"beta": 0.4, "decay": 0.7, "gamma": 1.2, "epsilon": 0.5}  # no default; the gate is open and closed
CLAIMS = NOTE.claims


@cache
def derived() -> dict[Path, str]:
    return rule_files(NOTE, NOTE.sections)


def functions(sources) -> dict:
    """The rules that the sources define, by name."""
    names: dict = {}
    for source in sources:
        exec(source, names)
    return {rule.__name__: names[rule.__name__] for rule in RULES}


def different(sources) -> set[str]:
    """The rules that differ from the committed ones, with the minibatch's statistics or with given ones."""
    found, names = functions(sources), set()
    for rule, (seed, size), given in product(RULES, enumerate(SIZES), (False, True)):
        data, numbers = layer(*size, seed), {name: OPTIONS[name] for name in options(rule)}
        expected, update = (call(function, data, given, **numbers) for function in (rule, found[rule.__name__]))
        if not np.allclose(update, expected, rtol=0, atol=1e-12 * np.max(np.abs(expected))):
            names.add(rule.__name__)
    return names


def test_the_rules_derived_here_are_the_committed_ones() -> None:
    assert different(derived().values()) == set()


STANDARDISED = {"variance", "log_variance", "log_variance_decay", "total", "total_log_variance"}


@pytest.mark.parametrize(
    ("code", "wrong", "noticed"),
    [
        (r"return xp.matmul", "return (1 + 1e-9) * xp.matmul", set(rules.__all__)),
        (r"1 / \(B - 1\)", "1 / B", STANDARDISED | {"covariance"}),
        (r"sigma >= gamma", "sigma <= gamma", {"variance", "total"}),
        (r"epsilon \+ var\)", "var)", STANDARDISED),
        (r"decay \* W", "W", {"log_variance_decay"}),
        (r"beta \*", "", {"covariance", "covariance_one_sample", "covariance_third_factor"}),
        (r"lambda_\w+ \*", "", {"total", "total_log_variance"}),
    ],
)
def test_a_seeded_error_is_noticed(code: str, wrong: str, noticed: set[str]) -> None:
    assert different(re.sub(code, wrong, source) for source in derived().values()) == noticed


@pytest.mark.skipif(not PINNED, reason=f"byte identity is not promised for SymPy {sympy.__version__}")
def test_with_the_pinned_sympy_the_sources_are_the_same_bytes() -> None:
    assert drift(derived(), NOTE.root) == ""


@pytest.mark.skipif(PINNED, reason="checked by python -m derivations")
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_holds_by_the_checks_that_read_its_expressions(claim) -> None:
    checks = [check for check in claim.checks if check.kind in ("symbolic", "exact")]
    assert {check.kind for check in checks} == {"symbolic", "exact"}
    for check in checks:
        check.run()
