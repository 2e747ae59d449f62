"""The engine of normal forms says no: to what does not hold, and to what was to fail and holds."""

import pytest
from sympy import Expr, IndexedBase, Symbol, sqrt

from lvicreg.calculus import D, Definitions, Delta, H, Sigma, distinct, relu
from lvicreg.calculus.layer import B, N, alpha, b, i, k, network, p, u
from lvicreg.engines import Contradiction, Equation, Symbolic

y, s = Symbol("y"), Symbol("s", positive=True)
v = IndexedBase("v")
WRONG = [
    Equation(2 * y, y),
    Equation(-y, y),
    Equation(y**2, y),
    Equation(Sigma(v[i], i), N * v[i]),
    Equation(Sigma(v[i], i) ** 2, Sigma(v[i] ** 2, i)),
    Equation(Sigma(distinct(i, k) * v[k], k), Sigma(v[k], k)),
    Equation(Sigma(Delta(i, k) * v[k], k), v[k]),
    Equation(D(Sigma(v[i] ** 2, i), v[p]), v[p]),
    Equation(Sigma(u[b, i], b), 1, network),
    Equation(alpha * (B - 1), 2, network),
    Equation(H(s * y), H(-y)),
    Equation(relu(s * y), relu(y)),
    Equation(sqrt(s**2 * y + s**2), s**2 * sqrt(y + 1)),
    Equation(1 / (y + 1), 1 / y + 1),
]
RIGHT = [
    Equation((y + 1) ** 2, y**2 + 2 * y + 1),
    Equation(Sigma(v[i], i) ** 2, Sigma(v[i] * v[k], i, k)),
    Equation(Sigma(distinct(i, k) * v[k], k), Sigma(v[k], k) - v[i]),
    Equation(D(Sigma(v[i] ** 2, i), v[p]), 2 * v[p]),
    Equation(Sigma(u[b, i], b), 0, network),
    Equation(sqrt(s**2 * y + s**2), s * sqrt(y + 1)),
    Equation(relu(s * y + s), s * relu(y + 1), Definitions({})),
]


@pytest.mark.parametrize("equation", WRONG, ids=str)
def test_what_does_not_hold_is_refused(equation: Equation) -> None:
    with pytest.raises(Contradiction, match="the normal form of the difference is not zero"):
        Symbolic((equation,)).run()
    assert Symbolic((), (equation,)).run() == "0 hold, 1 fail"


@pytest.mark.parametrize("equation", RIGHT, ids=str)
def test_what_was_to_fail_and_holds_is_refused(equation: Equation) -> None:
    with pytest.raises(Contradiction, match="was to fail, but the difference is zero"):
        Symbolic((), (equation,)).run()
    assert Symbolic((equation,)).run() == "1 hold, 0 fail"


def test_one_that_is_wrong_among_many_is_refused() -> None:
    with pytest.raises(Contradiction, match="is not zero"):
        Symbolic((*RIGHT, WRONG[0])).run()
    with pytest.raises(Contradiction, match="was to fail"):
        Symbolic((), (*WRONG, RIGHT[0])).run()


def test_definitions_are_looked_through() -> None:
    a: Expr = Symbol("a")
    assert Symbolic((Equation(a, 2 * y, Definitions({a: 2 * y})),)).run() == "1 hold, 0 fail"
    with pytest.raises(Contradiction):
        Symbolic((Equation(a, 2 * y, Definitions({a: 3 * y})),)).run()
