"""Two views of a few scenes, and one linear neuron: what the invariance term leads to without the variance term, and with it.

The first input is what a scene is, and nearly the same in both views; the second is noise. Both views learn. The invariance
term is averaged over scenes, and of each view's hinge γ = 1, ε = 1e-4.
"""

from collections.abc import Sequence

from sympy import Expr, Rational, S, Symbol, sqrt

from derivations import invariance, variance
from derivations.invariance import slope_prev, steps, x_prev, z_prev
from derivations.variance import gamma
from lvicreg.calculus import Sigma
from lvicreg.calculus.explicit import written_out
from lvicreg.calculus.layer import B, W, b, epsilon, i, j, p, q, slope, t, var, x, z

from .figure import Slider, figure, function

View = Sequence[tuple[int, int]]
FIRST: View = ((-15, 9), (-9, -11), (-3, 4), (3, 12), (9, -6), (15, -8))  # inputs of each scene, in tenths
SECOND: View = ((-12, -7), (-13, 3), (1, -12), (0, -4), (13, 10), (11, 10))
START, RATE, STEPS = (0.5, 1.0), 0.1, 150
neuron = steps.replace(
    {z[b, i]: Sigma(W[i, j] * x[b, j], j), z_prev[b, i]: Sigma(W[i, j] * x_prev[b, j], j), slope[b, i]: 1, slope_prev[b, i]: 1}
)
coefficient = Symbol("coefficient")
update = -Sigma(invariance.one_sample_gradient, t) / B - coefficient * Sigma(variance.one_sample_gradient, t)


def seen(expr: Expr, one: View, other: View, **at: int) -> Expr:
    """An expression in the weights where ``one`` is the present view."""
    inputs = {
        Symbol(f"{name}_{n}_{m}"): Rational(value, 10)
        for name, view in (("x", one), ("x_prev", other))
        for n, scene in enumerate(view)
        for m, value in enumerate(scene)
    }
    indices = {"b": b, "q": q}
    place = {p: 0, i: 0} | {indices[name]: value for name, value in at.items()}
    known = inputs | {gamma: S.One, epsilon: Rational(1, 10_000)}
    return written_out(expr, {"N": 1, "M": 2, "B": len(one)}, place, neuron).xreplace(known).expand()


def html() -> str:
    """The figure."""
    weights = ("W_0_0", "W_0_1")
    views = (FIRST, SECOND), (SECOND, FIRST)
    functions = {
        "update": function((*weights, "coefficient"), [sum(seen(update, *view, q=m) for view in views) for m in (0, 1)]),
        "deviation": function(weights, seen(sqrt(var[i]), *views[0])),
        "first": function(weights, [seen(z[b, i], *views[0], b=n) for n in range(len(FIRST))]),
        "second": function(weights, [seen(z[b, i], *views[1], b=n) for n in range(len(FIRST))]),
        "start": str(list(START)),
        "rate": str(RATE),
        "steps": str(STEPS),
    }
    return figure(
        "collapse",
        "Collapse, and what prevents it",
        [
            Slider("coefficient", "coefficient of the variance term", 0, 0.5, 0.01, 0),
            Slider("step", "step", 0, STEPS, 1, 0, plays=True),
        ],
        {
            "each scene, in both views": "Activity in the second view against that in the first, and the diagonal",
            "while it learns": "Standard deviation of the activity, and distance of the two views, against the step",
        },
        functions,
    )
