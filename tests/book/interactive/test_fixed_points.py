"""The functions of the phase portrait, which are read as Python here, against the generated rules."""

import math
import re

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.experiments import plane_samples, run
from book.interactive.fixed_points import functions
from book.plots.flows import field
from lvicreg import rules


def called(function: str, **values: float) -> list[float]:
    """What a function in JavaScript that is one expression in numbers returns: in Python the expression reads the same."""
    arguments, expression = re.fullmatch(r"\(([\w, ]+)\) => (\[.*\])", function).groups()
    assert arguments.split(", ") == list(values)
    return eval(expression, {"Math": math}, values)


@pytest.mark.parametrize(("ratio", "decay", "epsilon"), [(0.4, 1.0, 0.0), (0.05, 4.0, 0.3), (1.0, 0.25, 2.0)])
@pytest.mark.parametrize("rule", ["log_variance", "oja"])
def test_the_page_computes_the_mean_update_of_the_generated_rules(rule, ratio, decay, epsilon):
    x, _ = plane_samples((1.0, ratio), angle=0.0)
    for w in np.random.default_rng(0).normal(size=(5, 2)):
        W, z = w[None, :], x @ w[:, None]
        if rule == "oja":
            expected = field("oja", x, W)[0]
        else:
            expected = rules.log_variance_decay(x, z, np.ones_like(z), W, decay=decay, epsilon=epsilon)[0]
        values = {"w_0": w[0], "w_1": w[1], "mu_0": 1.0, "mu_1": ratio, "decay": decay, "epsilon": epsilon}
        np.testing.assert_allclose(called(functions()[rule], **values), expected, rtol=1e-9)
        wrong = called(functions()[rule], **values | {"mu_0": 1.1})
        assert not np.allclose(wrong, expected, rtol=1e-3)


def test_the_page_has_the_fixed_points_where_the_rule_ends():
    x, _ = plane_samples((1.0, 0.4), angle=0.0)
    end = run("log_variance_decay", x, np.array([0.4, 0.9]), 2000, eta=0.05, decay=2.0, epsilon=0.1)[-1]
    values = {"w_0": 0.0, "w_1": 0.0, "mu_0": 1.0, "mu_1": 0.4, "decay": 2.0, "epsilon": 0.1}
    first, second = called(functions()["distances"], **values)
    assert np.linalg.norm(end) == pytest.approx(first, rel=1e-6)
    assert second == pytest.approx(0.5)  # √(1/2 − 0.1/0.4)
