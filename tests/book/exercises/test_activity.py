"""The solutions of the exercises on the page ``activity``."""

import numpy as np
import pytest

from lvicreg import losses

random = np.random.default_rng(0)
z, z_prev, constants = random.normal(size=(6, 4)), random.normal(size=(6, 4)), random.normal(size=4)
OF_DEVIATIONS = (losses.variance, losses.log_variance, losses.covariance)
ALL = (*OF_DEVIATIONS, losses.covariance_one_sample)


def test_activity_break(says) -> None:
    for loss in ALL:
        for before, after in zip(loss(z), loss(z + constants), strict=True):
            np.testing.assert_allclose(after, before, atol=1e-12)
    of_both, of_one = losses.invariance(z + constants, z_prev + constants), losses.invariance(z + constants, z_prev)
    assert of_both[0] == pytest.approx(losses.invariance(z, z_prev)[0])
    assert of_one[0] != pytest.approx(losses.invariance(z, z_prev)[0])
    says(
        "None: variance, log-variance and both covariances see $u$ only, which stays, and $z - z'$ stays too",
        "If only one view gets them, the invariance term and its gradient change",
    )


def test_activity_prove(says) -> None:
    for loss in OF_DEVIATIONS:
        _, gradient = loss(z)
        np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-12)
        assert np.abs(gradient).max() > 0.01
    assert np.abs(losses.invariance(z, z_prev)[1].sum(axis=0)).max() > 0.1
    says(r"$\sum_b u_i^b = 0$ for the variance", r"$\sum_{k \neq i} K_{ik} \sum_b u_k^b = 0$ for the covariance")
