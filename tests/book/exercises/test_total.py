"""The solutions of the exercises on the page ``total``."""

import numpy as np
import pytest

from derivations.total import in_losses
from lvicreg import rules
from lvicreg.calculus.layer import B


def test_total_break(says) -> None:
    meant = {str(name): in_losses.expand(in_losses[name][1]) for name in in_losses if str(name).startswith("lambda_")}
    depends = {name: B in value.free_symbols for name, value in meant.items()}
    assert depends == {"lambda_inv": False, "lambda_var": True, "lambda_cov": False}
    (coefficient,) = [symbol for symbol in meant["lambda_var"].free_symbols if str(symbol) == "c_var"]
    assert [meant["lambda_var"].subs({B: n, coefficient: n - 1}) for n in (64, 256)] == [1, 1]
    says(r"$c_{\mathrm{inv}} = \lambda_{\mathrm{inv}}/2$ and $c_{\mathrm{cov}} = \lambda_{\mathrm{cov}}/(4 \beta)$")
    says(*(rf"${n - 1}\, \lambda_{{\mathrm{{var}}}}$" for n in (64, 256)), r"$c_{\mathrm{var}} = \lambda_{\mathrm{var}}/\alpha")


def test_total_prove(says) -> None:
    one = np.array([1.0, -1, 0, 0])
    first, second = (np.stack([one, other], axis=1) for other in ([1, -1, 1, -1], [1, 1, -1, -1]))
    assert (first.sum(axis=0) == 0).all()
    assert (second.sum(axis=0) == 0).all()
    assert np.array_equal((first**2).sum(axis=1), (second**2).sum(axis=1))
    assert np.cov(first.T)[0, 1] == pytest.approx(2 / 3)
    assert np.cov(second.T)[0, 1] == 0
    only = np.array([1.0, 0, 0, 0])[:, None]  # where the first sample's input is the only one
    exact = [rules.covariance(only, u, np.ones((4, 2)))[0, 0] for u in (first, second)]
    assert exact == pytest.approx([-4 * (1 / 3) * (2 / 3), 0])
    local = [rules.covariance_one_sample(only, u, np.ones((4, 2)))[0, 0] for u in (first, second)]
    assert local[0] == local[1]
    says("$u_1 = (1, -1, 0, 0)$, and $u_2 = (1, -1, 1, -1)$", "$(1, 1, -1, -1)$ in the other")
    says(r"$K_{12}$ is $2 \alpha$ in the first and $0$ in the second")
