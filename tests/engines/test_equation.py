"""What is no equation is refused when it is made."""

import pytest
from sympy import S, Symbol

from lvicreg.calculus import Mean
from lvicreg.engines import Equation

y = Symbol("y")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"right": y}, "between identical expressions checks nothing: y"),
        ({"engines": ()}, "one or both of symbolic, exact; got none"),
        ({"engines": ("symbolic", "autodiff")}, "one or both of symbolic, exact"),
        ({"sizes": ()}, "at least one choice of sizes"),
        ({"left": Mean(y, y), "engines": ("exact",)}, "by some moments only"),
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


@pytest.mark.parametrize("engines", [("symbolic",), ("exact",), ("exact", "symbolic")])
def test_one_engine_may_decide(engines: tuple[str, ...]) -> None:
    assert Equation(y, 2 * y, engines=engines).engines == engines
