"""One linear neuron with one weight on four samples: its activities, and the loss of both variance terms against the weight."""

from sympy import Expr, Symbol, sqrt

from derivations import log_variance, variance
from derivations.variance import gamma
from lvicreg.calculus import Sigma
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.layer import W, b, i, j, network, p, q, slope, t, var, x, z

from .figure import Slider, figure, function

SAMPLES = (1, 1, 1, 5)
neuron = network.replace({z[b, i]: Sigma(W[i, j] * x[b, j], j), slope[b, i]: 1})


def at_weight(*exprs: Expr) -> list[Expr]:
    """Each expression as one in the weight and ε, for these samples and γ = 1."""
    known = {Symbol(f"x_{n}_0"): value for n, value in enumerate(SAMPLES)} | {gamma: 1}
    return [written_out(expr, {"N": 1, "M": 1, "B": len(SAMPLES)}, {p: 0, q: 0, i: 0}, neuron).subs(known) for expr in exprs]


def html() -> str:
    """The figure."""
    shown = {
        "deviation": [sqrt(var[i])],
        "hinge": [variance.loss, -Sigma(variance.one_sample_gradient, t)],
        "log_variance": [log_variance.loss, -log_variance.minibatch_gradient],
    }
    return figure(
        "one-neuron",
        "One neuron, four samples",
        [Slider("w", "weight w", -0.8, 0.8, 0.01, 0.25), Slider("epsilon", "ε, added to the variance", 0, 0.5, 0.01, 0)],
        {
            "activities": "The four activities on a line, with a bar of one standard deviation to either side of their mean",
            "hinge loss": "The hinge loss against the weight, its tangent, and the update as an arrow",
            "log-variance loss": "The log-variance loss against the weight, its tangent, and the update as an arrow",
        },
        {name: function(("W_0_0", "epsilon"), at_weight(*exprs)) for name, exprs in shown.items()}
        | {"samples": str(list(SAMPLES))},
    )
