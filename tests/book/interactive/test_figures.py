"""What each figure says after a move, against the generated rules and losses; and that nothing breaks it."""

import re
from itertools import product

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.experiments import plane_samples, run
from book.interactive import FIGURES
from book.interactive.collapse import FIRST, RATE, SECOND, START, STEPS
from book.interactive.one_neuron import SAMPLES
from book.interactive.one_sample import DISTRIBUTIONS
from book.plots.flows import flow
from lvicreg import losses, rules

DRAWN = [name for name in FIGURES if name != "converter"]
# equally likely values of mean 0 and variance 1, by their kurtosis
VALUES = {1: [-1, 1], 3: [-np.sqrt(3), 0, 0, 0, 0, np.sqrt(3)], 6: [-np.sqrt(6), *[0] * 10, np.sqrt(6)]}


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d+", text)]


@pytest.mark.parametrize(("w", "epsilon"), [(0.3, 0.0), (-0.7, 0.0), (0.1, 0.3), (0.0, 0.2), (-0.8, 0.5)])
def test_one_neuron_has_the_losses_and_updates_of_the_rules(figure, w, epsilon):
    x = np.array(SAMPLES, dtype=float)[:, None]
    z, slope = w * x, np.ones((4, 1))
    expected = [w, *z[:, 0], z.std(ddof=1)]
    for name in ("variance", "log_variance"):
        update = getattr(rules, name)(x, z, slope, epsilon=epsilon)[0, 0]
        expected += [getattr(losses, name)(z, epsilon=epsilon)[0], update]
    one_neuron = figure("one-neuron")
    said = numbers(one_neuron.says(w=w, epsilon=epsilon))
    np.testing.assert_allclose(said[:5], expected[:5], atol=0.006)  # two digits
    np.testing.assert_allclose(said[5:], expected[5:], atol=6e-4)
    assert one_neuron.problems == []


def test_one_neuron_says_where_nothing_is_defined(figure):
    one_neuron = figure("one-neuron")
    assert "Hinge: loss 1.000, update not defined. Log-variance: loss not defined, update not defined." in one_neuron.says(w=0)
    assert one_neuron.problems == []


def learned(coefficient: float, steps: int) -> tuple[float, float]:
    """The standard deviation of the first view's activity, and the distance of the views, after steps of the rules."""
    views, W, slope = (np.array(FIRST) / 10, np.array(SECOND) / 10), np.array([START]), np.ones((len(FIRST), 1))
    for _ in range(steps):
        z = [x @ W.T for x in views]
        W = W + RATE * sum(
            rules.invariance(views[n], z[n], z[1 - n], slope) / len(slope) + coefficient * rules.variance(views[n], z[n], slope)
            for n in (0, 1)
        )
    first, second = (x @ W.T for x in views)
    return float(first.std(ddof=1)), float(np.sqrt(np.mean((first - second) ** 2)))


@pytest.mark.parametrize(
    ("coefficient", "step", "verdict"),
    [
        (0, 0, "do not agree yet"),
        (0, 40, "is falling"),
        (0, STEPS, "has collapsed"),
        (0.2, 12, "is rising"),
        (0.5, STEPS, "stays as it is"),
        (0.05, STEPS, "differ little"),
    ],
)
def test_a_neuron_collapses_as_the_rules_make_it(figure, coefficient, step, verdict):
    collapse = figure("collapse")
    said = collapse.says(coefficient=coefficient, step=step)
    np.testing.assert_allclose(numbers(said), [coefficient, *learned(coefficient, step)], atol=6e-4)
    assert verdict in said
    assert collapse.problems == []


@pytest.mark.parametrize(("time", "length", "ratio"), [(0, 1.8, 0.3), (1, 1.8, 0.3), (2, 0.1, 0.8), (6, 0.5, 0.05)])
def test_the_balls_are_where_the_flows_of_the_rules_are(figure, time, length, ratio):
    x, _ = plane_samples((1.0, ratio), angle=0.0)
    start = length * np.array([[np.cos(np.deg2rad(75)), np.sin(np.deg2rad(75))]])
    paths = [flow(rule, x, start, max(time, 1e-9), 2000)[-1, 0] for rule in ("log_variance_decay", "oja")]
    variance = paths[0] @ np.diag([1, ratio]) @ paths[0]
    two_flows = figure("two-flows")
    said = numbers(two_flows.says(time=time, length=length, ratio=ratio))
    np.testing.assert_allclose(said, [time, *paths[0], *paths[1], variance, variance], atol=0.0015)
    assert two_flows.problems == []


def test_a_figure_plays_to_its_end_and_can_be_stopped(figure):
    two_flows = figure("two-flows")
    button = two_flows.page.get_by_role("button")
    two_flows.says(time=5.5)
    button.click()
    assert button.inner_text() == "Pause"
    two_flows.page.wait_for_function("() => document.querySelector('[name=time]').value == 6")
    assert button.inner_text() == "Play"
    assert "At time 6.00" in two_flows.says()
    button.click()  # from the beginning
    two_flows.page.wait_for_function("() => document.querySelector('[name=time]').value < 4")
    button.click()
    assert button.inner_text() == "Play"
    assert two_flows.problems == []


@pytest.mark.parametrize(("rho", "kurtosis"), [(0, 3), (0.5, 3), (1, 3), (0.3, 6), (0.8, 1)])
def test_one_sample_charges_for_what_the_loss_charges(figure, rho, kurtosis):
    sources = np.array(list(product(VALUES[kurtosis], repeat=2)))
    z = sources @ np.array([[1, rho], [0, np.sqrt(1 - rho**2)]])
    square = losses.covariance_one_sample(z)[0] / len(z) / 2  # both orders of the pair are summed
    one_sample = figure("one-sample")
    said = numbers(one_sample.says(rho=rho, kurtosis=kurtosis))
    np.testing.assert_allclose(said[:3], [rho, np.mean(z[:, 0] * z[:, 1]) ** 2, square], atol=6e-4)
    assert one_sample.problems == []


@pytest.mark.parametrize(("units", "kurtosis"), [(2, 3), (3, 3), (4, 3), (3, 6), (5, 1)])
def test_the_third_factor_pushes_as_the_rule_does(figure, units, kurtosis):
    x = np.array(list(product(VALUES[kurtosis], repeat=units)), dtype=float)
    pushes = [
        -rule(x, x, np.ones_like(x))[0, 0] / len(x) for rule in (rules.covariance_one_sample, rules.covariance_third_factor)
    ]
    third_factor = figure("third-factor")
    said = third_factor.says(units=units, kurtosis=kurtosis)
    np.testing.assert_allclose(numbers(said)[:2], pushes, atol=0.06)
    percent = float(re.search(r"([\d.]+) % too much", said)[1])
    assert percent == pytest.approx(100 * (pushes[1] / pushes[0] - 1), abs=0.5)
    assert f"= {kurtosis}/{units - 1}." in said
    assert third_factor.problems == []


def test_the_kurtoses_are_those_of_the_distributions():
    from scipy.stats import laplace, norm, uniform

    excess = {"Gaussian": norm, "Laplace": laplace, "uniform": uniform}
    assert {name: DISTRIBUTIONS[name] for name in excess} == {
        name: pytest.approx(3 + float(law.stats(moments="k"))) for name, law in excess.items()
    }
    assert DISTRIBUTIONS["two values"] == np.mean(np.array(VALUES[1]) ** 4)


def test_the_sliders_move_the_fixed_points(figure):
    fixed_points = figure("fixed-points")

    def moved(**values):
        return fixed_points.says(**values).partition(": ")[2]

    assert moved() == "along v₁ at distance 1.000, stable; along v₂ at distance 1.000, not stable."
    assert moved(decay=4) == "along v₁ at distance 0.500, stable; along v₂ at distance 0.500, not stable."  # 1/√λ
    inside = moved(epsilon=0.2)  # √(1/4 − 0.2); μ_2 = 0.4 is less than λε
    assert inside == "along v₁ at distance 0.224, stable; no fixed point along v₂; the origin, not stable."
    assert moved(epsilon=0.3) == "no fixed point along v₁; no fixed point along v₂; the origin, stable."
    assert "along v₂ at distance 1.000" in moved(decay=1, epsilon=0, ratio=0.9)
    x, _ = plane_samples((1.0, 0.4), angle=0.0)
    end = run("log_variance_decay", x, np.array([0.4, 0.9]), 2000, eta=0.05, decay=2.0, epsilon=0.1)[-1]
    assert f"along v₁ at distance {np.linalg.norm(end):.3f}" in moved(decay=2, epsilon=0.1, ratio=0.4)
    assert fixed_points.problems == []


CUT = """() => [...document.querySelectorAll("svg text")].filter(text => text.textContent.trim())
    .filter(text => { const box = text.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth })
    .map(text => text.textContent)"""


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_breaks_a_figure_and_nothing_of_it_is_cut_on_a_phone(figure, name):
    drawn = figure(name, width=390)
    controls = drawn.page.eval_on_selector_all(f"#{name} input", "inputs => inputs.map(input => input.name)")
    for value in ("many", "1e9", "-1e9", "", "0.123456"):
        said = drawn.says(**dict.fromkeys(controls, value))
        assert not re.search("NaN|undefined|Infinity", said), (value, said)
    assert drawn.page.locator(f"#{name} svg").count() >= drawn.page.locator(f"#{name} [role=img]").count()
    assert not re.search("NaN|undefined", drawn.page.inner_html(f"#{name} .interactive-panels"))
    assert drawn.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert drawn.page.evaluate(CUT) == []
    place = "panels => panels.map(panel => panel.getBoundingClientRect().left)"
    assert len(set(drawn.page.eval_on_selector_all(f"#{name} [role=img]", place))) == 1  # one below the other
    assert drawn.problems == []


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_no_serious_barrier(figure, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(figure(name).page, context={"include": [["main"]]}).response["violations"]
    serious = [barrier for barrier in found if barrier["impact"] in ("serious", "critical")]
    assert [f"{barrier['id']}: {barrier['nodes'][0]['html'][:120]}" for barrier in serious] == []
