"""The toy experiment: with invariance a unit finds the clusters at every noise, without only where it is small."""

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("optax")
from book.toy import RULES, experiment, selectivity

SIGMA_Y = np.array([0.01, 0.5, 0.9, 1.1, 10.0, 100.0])


@pytest.fixture(scope="module")
def found():
    return {rule: experiment(rule, SIGMA_Y, seeds=3) for rule in RULES}


@pytest.mark.parametrize("rule", ["Oja", "log-variance"])
def test_variance_alone_follows_the_largest_variance(found, rule):
    assert found[rule][:, SIGMA_Y < 1].min() >= 0.95  # 0.99: the rest is noise along x
    assert found[rule][:, SIGMA_Y > 1].max() <= 0.05


def test_with_invariance_the_clusters_are_found_at_every_noise(found):
    assert found["log-variance and invariance"].min() >= 0.95


def test_selectivity_is_the_share_of_variance_that_the_clusters_explain():
    random, W, sigma_y = np.random.default_rng(0), np.array([[0.7, -0.4]]), 1.5
    cluster = random.choice([-1.0, 1.0], size=200_000)
    x = np.stack([cluster, np.zeros_like(cluster)], axis=1) + random.normal(size=(len(cluster), 2)) * (0.1, sigma_y)
    z = (x @ W.T)[:, 0]
    explained = np.var([z[cluster == sign].mean() for sign in (-1, 1)])
    assert selectivity(W, np.asarray(sigma_y)) == pytest.approx(explained / z.var(), rel=0.01)
