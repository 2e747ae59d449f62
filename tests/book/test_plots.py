"""What the figures on Oja's rule show, and the formulas that the interactive one computes with."""

import math
import re

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
import matplotlib.pyplot as plt

from book.experiments import distances, orbit, plane_samples, run
from book.plots import covariance, flows
from book.plots.flows import ANGLE, SPECTRUM, STARTS, TITLES, along_an_orbit, field, flow, lyapunov
from book.plots.stability import LONG, SHORT, norm_claimed, norm_reached, step_claimed, step_measured
from lvicreg import rules


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


@pytest.mark.parametrize("draw", [flows.portraits, flows.speeds, covariance.bias])
def test_a_figure_is_narrow_and_its_letters_large_enough_for_a_phone(draw):
    figure = draw()
    try:
        figure.canvas.draw()
        assert figure.get_size_inches()[0] <= 8
        texts = [text for text in figure.findobj(plt.Text) if text.get_text().strip()]
        assert min(text.get_fontsize() for text in texts) >= 10
    finally:
        plt.close(figure)


# The interactive figure


def called(formula: str, **values: float) -> list[float]:
    """What a JavaScript function that is one expression in numbers returns: in Python the expression reads the same."""
    arguments, expression = re.fullmatch(r"\(\(([\w, ]+)\) => (\[.*\])\)", formula).groups()
    assert arguments.split(", ") == list(values)
    return eval(expression, {"Math": math}, values)


@pytest.fixture(scope="module")
def formulas():
    pytest.importorskip("bokeh")
    from book.plots.explore import formulas

    return formulas()


@pytest.mark.parametrize(("ratio", "decay", "epsilon"), [(0.4, 1.0, 0.0), (0.05, 4.0, 0.3), (1.0, 0.25, 2.0)])
@pytest.mark.parametrize("rule", ["log_variance", "oja"])
def test_the_page_computes_the_mean_update_of_the_generated_rules(formulas, rule, ratio, decay, epsilon):
    x, _ = plane_samples((1.0, ratio), angle=0.0)
    for w in np.random.default_rng(0).normal(size=(5, 2)):
        W, z = w[None, :], x @ w[:, None]
        if rule == "oja":
            expected = field("oja", x, W)[0]
        else:
            expected = rules.log_variance_decay(x, z, np.ones_like(z), W, decay=decay, epsilon=epsilon)[0]
        values = {"w_0": w[0], "w_1": w[1], "mu_0": 1.0, "mu_1": ratio, "decay": decay, "epsilon": epsilon}
        np.testing.assert_allclose(called(formulas[rule], **values), expected, rtol=1e-9)
        wrong = called(formulas[rule], **values | {"mu_0": 1.1})
        assert not np.allclose(wrong, expected, rtol=1e-3)


def test_the_page_has_the_fixed_points_where_the_rule_ends(formulas):
    x, _ = plane_samples((1.0, 0.4), angle=0.0)
    end = run("log_variance_decay", x, np.array([0.4, 0.9]), 2000, eta=0.05, decay=2.0, epsilon=0.1)[-1]
    values = {"w_0": 0.0, "w_1": 0.0, "mu_0": 1.0, "mu_1": 0.4, "decay": 2.0, "epsilon": 0.1}
    first, second = called(formulas["distances"], **values)
    assert np.linalg.norm(end) == pytest.approx(first, rel=1e-6)
    assert second == pytest.approx(0.5)  # √(1/2 − 0.1/0.4)


def test_the_page_needs_no_network():
    pytest.importorskip("bokeh")
    from book.plots.explore import explore

    html = explore()
    assert not re.search(r"<(?:script|link)[^>]*(?:src|href)=", html)
    for name in ("lambda", "epsilon", "ratio", "fixed_points", "fixed_points_text", "log_variance", "oja"):
        assert f'"name":"{name}"' in html
