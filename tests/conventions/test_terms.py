"""Terms of a loss: what they refuse, and that weight and shape say what the losses themselves do."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from lvicreg.conventions import Covariance, Invariance, Variance


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Variance(epsilon=-1e-4), "epsilon must be 0 or a positive number such as 1e-4; got -1/10000"),
        (lambda: Variance(gamma=0), "gamma must be positive"),
        (lambda: Variance(factor=0), "factor must be positive"),
        (lambda: Variance(ddof=-1), "ddof must be 0, 1 or a larger whole number; got -1"),
        (lambda: Variance(form="square"), "form must be one of hinge, log; got 'square'"),
        (lambda: Variance(units="pairs"), "units must be one of sum, mean"),
        (lambda: Variance(form="log", place="deviation"), "in the hinge only"),
        (lambda: Variance(place="deviation", epsilon=1), "less than gamma"),
        (lambda: Variance(epsilon=float("nan")), "epsilon must be a finite number"),
        (lambda: Variance(epsilon=Decimal("Infinity")), "epsilon must be a finite number"),
        (lambda: Covariance(factor="1/0"), "factor must be a finite number"),
        (lambda: Covariance(samples="mean"), "choose samples='sum'"),
        (lambda: Covariance(form="one-sample", ddof=0), "leave ddof and batch"),
        (lambda: Covariance(form="one-sample", batch="nominal"), "leave ddof and batch"),
        (lambda: Covariance(views="both"), "views must be one of present, added, averaged"),
        (lambda: Invariance(views="added"), "views must be one of present, both"),
    ],
)
def test_bad_values_are_refused_with_the_choices(build, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        build()


@pytest.mark.parametrize(
    ("field", "value"), [("ddof", 1.0), ("ddof", True), ("epsilon", None), ("gamma", [1]), ("factor", True)]
)
def test_bad_types_are_refused(field, value):
    with pytest.raises(TypeError, match=f"{field} must be a"):
        Variance(**{field: value})


@pytest.mark.parametrize("value", [1e-4, "1e-4", Decimal("0.0001"), Fraction(1, 10_000), np.float64(1e-4), np.float32(1e-4)])
def test_numbers_are_kept_as_the_decimals_that_they_are_written_as(value):
    assert Variance(epsilon=value) == Variance()


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64, np.uint8])
def test_numbers_of_numpy_do_not_wrap(kind):
    factor = Invariance(factor=kind(100)).factor
    assert type(factor.numerator) is int
    assert factor**9 == 10**18


def test_a_weight_is_what_stands_before_the_sum():
    assert Variance(form="hinge", units="mean", views="averaged").weight(4, 9, 9) == Fraction(1, 8)
    assert Variance(form="log", factor=3, views="added").weight(4, 9, 9) == 6
    assert Covariance(units="pairs", views="averaged").weight(4, 9, 9) == Fraction(1, 24)
    assert Covariance(ddof=0).weight(4, 9, 9) == Fraction(64, 81)
    assert Covariance(batch="nominal").weight(4, 9, 5) == 4
    assert Covariance(form="one-sample", factor="1/4", units="others", samples="mean").weight(4, 9, 9) == Fraction(1, 108)
    assert Invariance(factor="1/2", units="mean", samples="mean").weight(4, 9, 9) == Fraction(1, 72)


# --- weight and shape against the losses themselves, by finite samples --------------------------------------------------------
def value(term, u):
    """The loss of one view of centred activities ``u``, by NumPy."""
    B, N = u.shape
    if isinstance(term, Variance):
        var = np.sum(u**2, axis=0) / (B - term.ddof)
        epsilon = float(term.epsilon)
        if term.form == "log":
            losses = -np.log(var + epsilon)
        else:
            std = np.sqrt(var + epsilon) if term.place == "root" else np.sqrt(var) + epsilon
            losses = np.maximum(0, float(term.gamma) - std)
        return float(term.factor) * (np.mean(losses) if term.units == "mean" else np.sum(losses))
    K = u.T @ u / (B - term.ddof)
    total = np.sum(K**2) - np.sum(np.diagonal(K) ** 2)
    return float(term.factor) * total / {"sum": 1, "mean": N, "others": N - 1, "pairs": N * (N - 1)}[term.units]


def slope(term, u, direction):
    """The derivative along a direction, by a central difference."""
    return (value(term, u + 1e-5 * direction) - value(term, u - 1e-5 * direction)) / 2e-5


HINGES = [
    Variance(units=units, ddof=ddof, gamma=gamma, epsilon=epsilon, place=place)
    for units, ddof, place in product(("sum", "mean"), (0, 1), ("root", "deviation"))
    for gamma, epsilon in ((1, "1/4"), ("3/4", 0), (2, 1), ("3/2", 0), ("5/4", "1/2"))
    if (place, gamma) != ("deviation", 2)
]
LOGS = [
    Variance(form="log", factor=factor, ddof=ddof, epsilon=epsilon)
    for factor, ddof, epsilon in product((1, "1/2"), (0, 1), (0, "1/3", "3/8"))
]
COVARIANCES = [Covariance(units=units, ddof=ddof) for units in ("sum", "mean", "others", "pairs") for ddof in (0, 1, 3)]


@pytest.mark.parametrize("terms", [HINGES, LOGS, COVARIANCES], ids=["hinge", "log", "covariance"])
def test_gradients_are_proportional_exactly_where_shapes_agree(terms):
    """Of every pair of conventions: the slopes in several directions have one ratio where the shapes are equal, and only there.

    The thresholds lie among the standard deviations, from 0.3 to 2: some gates are open and some closed.
    """
    random, B, N = np.random.default_rng(0), 9, 200
    u = random.normal(size=(B, N))
    u = (u - u.mean(axis=0)) / u.std(axis=0) * np.linspace(0.3, 2, N)
    directions = [d - d.mean(axis=0) for d in random.normal(size=(5, B, N))]
    slopes = {term: np.array([slope(term, u, d) for d in directions]) for term in terms}
    alike = 0
    for first, second in product(terms, terms):
        ratios = slopes[first] / slopes[second]
        same = first.shape(B) == second.shape(B)
        assert (np.ptp(ratios) < 1e-5 * np.abs(ratios).max()) is np.bool_(same), (first, second)
        if same:
            ratio = first.weight(N, B, B) * first.scale(B) / (second.weight(N, B, B) * second.scale(B))
            assert ratios[0] == pytest.approx(float(ratio), rel=1e-6)
            alike += first != second
    assert alike > 0


def test_two_samples_make_the_one_sample_covariance_half_of_the_exact_one():
    u = np.array([[1.0, 2.0, -3.0], [-1.0, -2.0, 3.0]])
    one_sample = sum(np.sum(np.outer(row, row) ** 2) - np.sum(row**4) for row in u)
    assert value(Covariance(), u) == 2 * one_sample
    assert Covariance().shape(2) == Covariance(form="one-sample").shape(2)
    assert Covariance().scale(2) / Covariance(form="one-sample").scale(2) == 2


def test_conventions_are_told_in_words():
    assert str(Variance()) == "summed over samples and units; ddof = 1; ε inside the root; H(0) = 0."
    assert str(Variance(form="log", factor="1/2")) == "summed over samples and units; with the ½; ddof = 1; σ² = variance + ε."
    assert str(replace(Covariance(), units="mean", views="averaged", ddof=0)) == (
        "summed over samples and over ordered pairs of units, divided by N; views averaged: half of each; ddof = 0."
    )
