"""Independent units of variance 1: how hard the one-sample rule pushes them towards 0, and how hard the third factor does.

The push is the average of a unit's gradient along its own weights, where each unit has an input for itself (β = 1).
"""

from sympy import Expr

from derivations.covariance import beta
from derivations.covariance_one_sample import independent_units, one_sample_gradient, third_factor_gradient, v, variance
from lvicreg.calculus import Definitions, Mean, resolve
from lvicreg.calculus.layer import i, p, q, slope, t, u, x

from .figure import Choice, Slider, figure, function
from .one_sample import DISTRIBUTIONS

own_input = Definitions({u[t, i]: v[i], slope[t, i]: 1})


def push(gradient: Expr) -> str:
    """The push as a function of the number of units and of the kurtosis."""
    average = resolve(Mean(gradient.xreplace({x[t, q]: u[t, p]}), independent_units), own_input)
    return function(("N", "kappa"), average.subs({beta: 1, variance: 1}))


def html() -> str:
    """The figure."""
    return figure(
        "third-factor",
        "The third factor against the rule that it approximates",
        [Slider("units", "units N", 2, 64, 1, 8), Choice("kurtosis", "distribution of the activities", DISTRIBUTIONS)],
        {
            "push towards 0": "A bar for the push of each rule",
            "relative error": "The relative error of the third factor against the number of units, both on logarithmic scales",
        },
        {"one_sample": push(one_sample_gradient), "third_factor": push(third_factor_gradient)},
    )
