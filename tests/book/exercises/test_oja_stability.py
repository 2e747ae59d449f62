"""The solutions of the exercises on the page ``oja_stability``."""

import numpy as np
import pytest

from lvicreg.oja import fixed_points


def test_oja_stability_compute(says) -> None:
    first, origin = fixed_points(np.diag([2.0, 0.5]), decay=1.0, epsilon=0.8)
    assert first.norm**2 == pytest.approx(0.6)
    assert (first.stable, origin.norm, origin.stable) == (True, 0, False)
    says(
        rf"$\lVert w \rVert^2 = 1 - 0.8/2 = {first.norm**2:.1f}$, length {first.norm:.2f}",
        "The origin is a fixed point, and not stable",
    )


def test_oja_stability_break(says) -> None:
    lengths = [0.5]
    for _ in range(4):
        lengths.append(lengths[-1] + 1.0 * (1 / lengths[-1] - lengths[-1]))
    assert lengths == [0.5, 2, 0.5, 2, 0.5]
    says(r"$r \mapsto r + \eta (1/r - r) = 1/r$", "a cycle of two")


def test_oja_stability_prove(says) -> None:
    C, h = np.diag([2.0, 0.5]), 1e-6
    w = np.array([h, 1.0])
    assert (C @ w / (w @ C @ w) - w)[0] / h == pytest.approx(2 / 0.5 - 1)
    says(r"$\mu_1 h/\mu_2 - h$", r"$\mu_2 + O(h^2)$")
