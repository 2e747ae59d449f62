"""The phase portrait of both flows with sliders for λ, ε and the spectrum: orbits, the field, and fixed points of log-variance.

The fields are written out for two inputs in the coordinates of the principal components (μ_1 = 1).
"""

from sympy import Expr, solve

from derivations.oja import F, O, j, k
from derivations.oja_stability import decay, decay_there, radius, regularised_eigenbasis
from lvicreg.calculus.explicit import written_out

from .figure import Slider, figure, function

SIZES = {"M": 2}
ARGUMENTS = ("w_0", "w_1", "mu_0", "mu_1", "decay", "epsilon")


def functions() -> dict[str, str]:
    """Both fields, and the distance of the fixed points from the origin."""
    (distance,) = (root for root in solve(decay - decay_there, radius) if not root.could_extract_minus_sign())
    fields: dict[str, Expr] = {"log_variance": F, "oja": O}
    written = {
        name: [written_out(field[j], SIZES, {j: n}, regularised_eigenbasis) for n in (0, 1)] for name, field in fields.items()
    }
    written["distances"] = [written_out(distance, SIZES, {k: n}) for n in (0, 1)]
    return {name: function(ARGUMENTS, pair) for name, pair in written.items()}


def html() -> str:
    """The figure."""
    return figure(
        "fixed-points",
        "Phase portrait of log-variance with decay and of Oja's rule",
        [
            Slider("decay", "λ, weight decay", 0.25, 4, 0.05, 1),
            Slider("epsilon", "ε, added to the variance", 0, 2, 0.05, 0),
            Slider("ratio", "second eigenvalue, the first is 1", 0.05, 1, 0.05, 0.4),
        ],
        {"the plane of two weights": "Orbits of both flows from twelve directions, and the fixed points of log-variance"},
        functions(),
    )
