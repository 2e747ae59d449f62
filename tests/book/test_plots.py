"""What the figures on Oja's rule show."""

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
from pathlib import Path

import matplotlib.pyplot as plt

from book.experiments import distances, orbit, plane_samples
from book.plots import batches, flows, terms
from book.plots.flows import ANGLE, SPECTRUM, STARTS, TITLES, along_an_orbit, flow, lyapunov
from book.plots.stability import LONG, SHORT, norm_claimed, norm_reached, step_claimed, step_measured
from lvicreg import losses

BOOK = Path(__file__).parents[2] / "book"
TERMS = ("variance", "log_variance", "invariance", "covariance")
DRAWN = [flows.portraits, flows.speeds, terms.activity, batches.batches, *(getattr(terms, name) for name in TERMS)]


@pytest.fixture(scope="module")
def plane():
    """Samples, the eigenvectors of their covariance, and the covariance."""
    x, V = plane_samples(SPECTRUM, ANGLE)
    return x, V, x.T @ x / (len(x) - 1)


@pytest.mark.parametrize("rule", TITLES)
def test_the_flows_follow_the_common_orbit_and_go_down(plane, rule):
    x, V, C = plane
    starts = np.array(STARTS) @ V.T
    path = flow(rule, x, starts, time=8.0, steps=800)
    assert (np.diff(lyapunov(C, path), axis=0) <= 1e-12).all()
    for n, start in enumerate(starts):
        assert distances(path[::40, n], orbit(C, start, time=20.0)).max() <= 1e-3


def test_the_ratio_of_the_speeds_is_the_variance():
    for followed in along_an_orbit().values():
        moving = followed["arc"] < followed["arc"][-1] - 1e-3
        ratio = followed["speeds"]["oja"][moving] / followed["speeds"]["log_variance_decay"][moving]
        np.testing.assert_allclose(ratio, followed["variance"][moving], rtol=1e-6)


@pytest.mark.parametrize(("k", "epsilon"), [(0, 0.0), (0, 0.8), (0, 2.1), (1, 0.0), (1, 0.3)])
def test_the_rule_ends_at_the_norm_that_is_claimed(plane, k, epsilon):
    x, V, _ = plane
    start, steps = (np.array([0.4, 0.9]), LONG) if k == 0 else (0.8 * V[:, 1], SHORT)
    reached = norm_reached(x, start, steps, decay=1.0, epsilon=epsilon)
    assert reached == pytest.approx(norm_claimed(x, k, 1.0, epsilon), abs=1e-3)


def test_there_is_no_norm_where_there_is_no_fixed_point(plane):
    assert np.isnan(norm_claimed(plane[0], 1, 1.0, 0.7))  # μ_2 = 0.6
    assert norm_claimed(plane[0], 0, 1.0, 1.9) == 0  # μ_1 = 1.8: the origin


@pytest.mark.parametrize("rule", ["oja", "log_variance_decay"])
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_the_largest_step_measured_is_the_claimed(plane, rule, scale):
    x = scale * plane[0]
    assert step_measured(rule, x) == pytest.approx(step_claimed(rule, x), rel=0.005)


@pytest.mark.parametrize(("decay", "epsilon", "limit"), [(0.5, 0.0, 2.0), (1.0, 0.8, 1.8), (1.0, 1.4, 3.0)])
def test_the_largest_step_grows_with_epsilon_until_the_other_direction_binds(plane, decay, epsilon, limit):
    assert step_claimed("log_variance_decay", plane[0], decay, epsilon) == pytest.approx(limit)
    assert step_measured("log_variance_decay", plane[0], decay, epsilon) == pytest.approx(limit, rel=0.005)


@pytest.mark.parametrize("draw", DRAWN)
def test_a_figure_is_narrow_and_its_letters_large_enough_for_a_phone(draw):
    figure = draw()
    try:
        figure.canvas.draw()
        assert figure.get_size_inches()[0] <= 8
        texts = [text for text in figure.findobj(plt.Text) if text.get_text().strip()]
        assert min(text.get_fontsize() for text in texts) >= 10
        drawn = figure.get_tightbbox()
        assert drawn.min.min() >= 0
        assert (drawn.max <= figure.get_size_inches()).all()
    finally:
        plt.close(figure)


def test_the_terms_are_charged_as_captions_say():
    words = {page: " ".join((BOOK / f"{page}.md").read_text(encoding="utf-8").split()) for page in TERMS}
    first, second, third = map(terms.hinge, terms.DEVIATIONS)
    assert f"what each is charged for $\\gamma = {terms.TARGET:g}$: {first:.1f}, {second:.1f} and nothing" in words["variance"]
    assert third == 0
    sigma = np.array(terms.DEVIATIONS)
    pull = [(terms.logarithm(s - 1e-6) - terms.logarithm(s + 1e-6)) / 2e-6 for s in sigma]
    np.testing.assert_allclose(pull, 1 / sigma, rtol=1e-6)
    assert "the logarithm by $1/\\sigma$" in words["log_variance"]
    assert sorted(terms.SMOOTH) == sorted(terms.JUMPING)
    slow, fast = (losses.invariance(z[1:], z[:-1])[0] for z in map(column, (terms.SMOOTH, terms.JUMPING)))
    assert f"{slow:.2f} where they change slowly, {fast:.2f} where they jump" in words["invariance"]
    charged = [f"{2 * K**2:g}" for K in terms.COVARIANCES]
    assert f"they are charged $2 K_{{12}}^2$: {charged[0]}, {charged[1]} and {charged[2]}" in words["covariance"]


def test_the_arrows_point_where_the_caption_says():
    z, z_prev, pulls = terms.pulled()
    u, K = z - z.mean(axis=0), np.cov(z.T)
    assert (pulls["variance"] * u >= 0).all()
    np.testing.assert_allclose(z + terms.REACH["invariance"] * pulls["invariance"], z_prev)
    assert K[0, 1] > 0.1
    assert (pulls["covariance"] * u[:, ::-1] <= 0).all()
    assert all(np.abs(z + terms.REACH[term] * pull).max() < 1.7 for term, pull in pulls.items())


def test_small_batches_have_the_mean_field_for_gaussian_input_and_not_for_the_other():
    words = " ".join((BOOK / "oja_batch.md").read_text(encoding="utf-8").split())
    assert f"{batches.DRAWS:,} batches".replace(",", " ") in words
    assert f"the mean field (dashed) is {batches.FIELD:g}" in words
    for B in (4, 8):
        mean, error = batches.mean_update("Gaussian", B, draws=20_000)
        assert abs(mean - batches.FIELD) < 4 * error < 0.02
    mean, error = batches.mean_update("uniform, and its cube", 4, draws=20_000)
    assert mean == pytest.approx(0.95 * batches.FIELD, abs=4 * error)
    assert batches.FIELD - mean > 8 * error
    assert "at four samples its mean is 5 % too small" in words


def column(values):
    return np.array(values)[:, None]
