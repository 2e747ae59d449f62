"""Two balls on one track: the flows of Oja's rule and of log-variance with decay (λ = 1) from one start, in closed form.

Both are followed by Oja's own time s, at which the balls stand at one place; the clock of the other flow then shows t(s). The
coordinates are those of the eigenvectors of the input's covariance.
"""

from collections.abc import Mapping

from sympy import Expr, Idx, Symbol, exp, log, solve

from derivations.oja import eigenbasis, j, q, s
from derivations.oja_flow import decay, from_start, growth, start, w
from lvicreg.calculus import Sigma
from lvicreg.calculus.explicit import written_out

from .figure import Slider, figure, function

SIZES = {"M": 2}
time, shrunk = Symbol("time"), Symbol("shrunk")
ARGUMENTS = ("time", "start_0", "start_1", "mu_0", "mu_1")


def in_time(expr: Expr, at: Mapping[Idx, int] | None = None) -> Expr:
    """An expression in g at Oja's time, for two inputs: the entries of g grow exponentially."""
    grown = {Symbol(f"g_{n}"): exp(Symbol(f"mu_{n}") * time) * Symbol(f"start_{n}") for n in (0, 1)}
    return written_out(expr, SIZES, at).subs(grown)


def html() -> str:
    """The figure."""
    place = [in_time(from_start.expand(w[q]), {q: n}) for n in (0, 1)]
    # both sides change at the same rate and agree at the beginning: claim oja.closed-form
    (square,) = solve(growth - Sigma(start[j] ** 2, j) - (1 / shrunk - 1) / decay, shrunk)  # T²
    return figure(
        "two-flows",
        "Two balls on one track, at two speeds",
        [
            Slider("time", "time", 0, 6, 0.02, 0, plays=True),
            Slider("length", "length of the weights at the start", 0.05, 2, 0.05, 1.8),
            Slider("ratio", "second eigenvalue, the first is 1", 0.05, 0.95, 0.05, 0.3),
        ],
        {
            "the track": "The orbit in the plane of the two weights, with a ball for each rule on it",
            "when they arrive": "The share of the track that each ball has behind it, against time",
        },
        {
            "place": function(ARGUMENTS, place),
            "clock": function(ARGUMENTS, -log(in_time(square).subs(decay, 1)) / 2),
            "variance": function(("w_0", "w_1", "mu_0", "mu_1"), written_out(s, SIZES, {}, eigenbasis)),
        },
    )
