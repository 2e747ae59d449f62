"""What is no equation is refused when it is made."""

import pytest
from sympy import Abs, Expr, IndexedBase, S, Symbol, exp, sqrt

from lvicreg.calculus import SG, At, D, Definitions, H, Mean, Sigma, Symmetric, relu, sigmoid, softplus
from lvicreg.calculus.functions import Exponential
from lvicreg.calculus.layer import N, i, k
from lvicreg.calculus.layer import l as j
from lvicreg.engines import Equation

y, x = Symbol("y"), Symbol("x", real=True)
positive, negative = Symbol("positive", positive=True), Symbol("negative", negative=True)
C, G, u, v, w = Symmetric("C"), Symmetric("G"), IndexedBase("u"), IndexedBase("v"), IndexedBase("w")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"right": y}, "between identical expressions checks nothing: y"),
        ({"engines": ()}, r"decided by both engines.* or by the exact one alone, at its sizes; got \(\)"),
        ({"engines": ("symbolic", "autodiff")}, "decided by both engines"),
        ({"engines": ("symbolic",)}, "decided by both engines"),
        ({"right": 0.1 * y}, "0.1.* is rounded, and an equation is exact"),
        ({"definitions": Definitions({y: 2.5})}, "2.5.* is rounded"),
        ({"definitions": Definitions({C[i, k]: v[i] * w[k]})}, "C was declared Symmetric, and what it stands for is not"),
        ({"definitions": Definitions({C[i, k]: v[i] * v[k], G[i, k]: v[i]})}, "G was declared Symmetric"),
        ({"definitions": Definitions({positive: S(-1)})}, "positive was declared with a sign, .* is not shown to have it"),
        ({"definitions": Definitions({negative: x**2 + 1})}, "negative was declared with a sign"),
        ({"left": At(y, positive, -3)}, "positive was declared with a sign"),
        ({"right": 2 * At(y, positive, x)}, "positive was declared with a sign"),
        ({"left": D(Symbol("x_") ** 2, y), "right": 0}, r"D\(x_\*\*2, y\) is 0, since what is differentiated has no y in it"),
        ({"right": D(Sigma(v[i], i), w[k]), "left": 0}, "is 0, since what is differentiated has no w in it"),
        ({"left": D(x, y) * D(x, Symbol("z")), "right": 0}, r"^D\(x, y\) is 0, since what is differentiated has no y in it"),
        ({"definitions": Definitions({positive: S(-1), negative: x**2})}, "^positive was declared with a sign"),
        ({"left": x + w[i], "right": Symbol("x") + IndexedBase("w", real=True)[i]}, "^two quantities are written w, under"),
        ({"definitions": Definitions({C[i, k]: v[i] - v[k]})}, "C was declared Symmetric"),
        ({"definitions": Definitions({C[i, k]: v[i] * w[k], G[i, k]: v[i]})}, "^C was declared Symmetric"),
        ({"right": Symbol("y", real=True)}, "two quantities are written y, under different assumptions"),
        ({"left": w[i], "right": IndexedBase("w", positive=True)[i]}, "two quantities are written w, under different"),
        ({"definitions": Definitions({x: Symbol("y", real=True)})}, "two quantities are written y, under different"),
        ({"sizes": ()}, "at least one choice of sizes"),
        ({"left": Mean(y, y), "engines": ("exact",)}, "by some moments only"),
        ({"right": Mean(y, y), "engines": ("exact",)}, "by some moments only"),
        ({"definitions": Definitions({y: Mean(x, x)}), "engines": ("exact",)}, "by some moments only"),
    ],
)
def test_what_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Equation(**({"left": y, "right": 2 * y} | changes))


def test_numbers_become_expressions() -> None:
    equation = Equation(y, 1)
    assert (equation.left, equation.right) == (y, S.One)
    assert equation.engines == ("symbolic", "exact")


def test_it_is_evaluated_where_units_are_more_and_where_samples_are() -> None:
    sizes = Equation(y, 2 * y).sizes
    assert {each["N"] > each["B"] for each in sizes} == {each["N"] < each["B"] for each in sizes} == {True, False}
    assert all(size >= 2 for each in sizes for size in each.values())


def test_an_index_and_an_array_are_no_other_quantities_of_their_name() -> None:
    Equation(v[i] + w[i] * Symbol("v"), 0, Definitions({positive: Sigma(w[i] ** 2, i)}))


@pytest.mark.parametrize(
    "meaning", [x - 50, x + 50, x**3, -(x**2), x**2 - 1, 1 / x, Sigma(v[i], i), x * negative, x**2 * x, N - 2, positive - 1]
)
def test_a_sign_that_is_not_shown_is_refused(meaning: Expr) -> None:
    """SymPy takes positive factors out when a node is made, so both engines would read the same error."""
    for sign in ("positive", "nonnegative"):
        declared = Symbol("s", **{sign: True})
        with pytest.raises(ValueError, match="s was declared with a sign"):
            Equation(y, 2 * y, Definitions({declared: meaning}))
        opposite = Symbol("s", **{{"positive": "negative", "nonnegative": "nonpositive"}[sign]: True})
        with pytest.raises(ValueError, match="s was declared with a sign"):
            Equation(y, 2 * y, Definitions({opposite: -meaning}))


@pytest.mark.parametrize(
    "meaning",
    [
        *(x**2, sqrt(x), x**-2, 3 * x**2, x**2 + y**4, negative**3 * negative, relu(x), x**2 * H(y)),
        *(1 / positive, 1 / (1 + x**2), N - 1, 1 / (N + positive - 1)),
        *(exp(x), sigmoid(x), softplus(x), Abs(x), Exponential(x) * x**2),
        *(Sigma(v[i] ** 2, i) / N, sqrt(Sigma(v[i] ** 2, i) + positive)),
    ],
)
def test_a_sign_that_is_shown_by_squares_roots_and_sizes_may_be_declared(meaning: Expr) -> None:
    for sign in (1, -1):
        declared = Symbol("s", **{"nonnegative" if sign == 1 else "nonpositive": True})
        Equation(x, 2 * x, Definitions({declared: sign * meaning}))


def test_a_derivative_that_is_0_is_no_misprint_where_its_target_occurs_or_another_does() -> None:
    Equation(D(SG(y) * x, y), 0)
    Equation(D(Sigma(v[i], i), w[k]), 0, Definitions({v[i]: SG(w[i])}))
    Equation(D(x, y) + D(y, y) - 1, 0)
    Equation(D(x, y), x)


def test_the_exact_engine_alone_may_decide() -> None:
    assert Equation(y, 2 * y, engines=("exact",)).engines == ("exact",)


def test_a_symmetric_name_may_stand_for_what_is_symmetric_through_other_names() -> None:
    by_names = Definitions({C[i, k]: Sigma(u[i, j] * u[k, j], j) + v[i] * v[k], u[i, j]: w[i] * w[j]})
    assert Equation(C[i, k], 2 * C[i, k], by_names).definitions is by_names
    with pytest.raises(ValueError, match="C was declared Symmetric"):
        Equation(C[i, k], 2 * C[i, k], by_names.replace({C[i, k]: Sigma(u[i, j] * v[j] * v[k], j)}))
