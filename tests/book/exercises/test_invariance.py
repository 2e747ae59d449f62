"""The solutions of the exercises on the page ``invariance``."""

import numpy as np
import pytest

from lvicreg import losses, rules

random = np.random.default_rng(0)
x, before, w = random.normal(size=(6, 4)), random.normal(size=(6, 4)), random.normal(size=(3, 4))
ones = np.ones((6, 3))


def test_invariance_break(says) -> None:
    assert (rules.invariance(x, x @ w.T, x @ w.T, ones) == 0).all()
    assert np.abs(rules.invariance(x, x @ w.T, before @ w.T, ones)).max() > 0.1
    says("both are zero")


def test_invariance_prove(says) -> None:
    assert losses.invariance(x @ (0 * w.T), before @ (0 * w.T))[0] == 0
    assert losses.invariance(x @ w.T, before @ w.T)[0] > 0

    def sizes(scale: float) -> list[float]:
        z, z_prev = scale * x @ w.T, scale * before @ w.T
        return [
            float(np.linalg.norm(update))
            for update in (rules.invariance(x, z, z_prev, ones), rules.log_variance(x, z, ones, epsilon=0.0))
        ]

    assert np.array(sizes(1e-3)) == pytest.approx(np.array(sizes(1.0)) * [1e-3, 1e3])
    assert sizes(1e-3)[1] > sizes(1e-3)[0]
    says("it is 0 at $W = 0$", "proportional to $W$", r"grows like $1/\lVert W \rVert$")
