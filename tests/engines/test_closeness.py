"""The same up to rounding, and no more than that."""

import numpy as np
import pytest

from lvicreg.engines import Contradiction
from lvicreg.engines.closeness import check_close

LARGE = np.asarray([1e6, 1.0, 1e-3])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1.0, 1.0 + 1e-9),
        (1e-12, 1.001e-12),  # relative, not absolute
        (1e12, 1e12 + 1e3),
        (0.0, 1e-300),
        (1.0, -1.0),
        (2 + 1j, 2 - 7j),
        (2.0, np.asarray(2 + 0j)),
        (LARGE, LARGE * [1, 1, 1.01]),  # of each entry, not of the largest
        (np.nan, np.nan),
        (1.0, np.nan),
        (np.inf, np.inf),
        (1.0, np.inf),
        (-np.inf, 1.0),
        (LARGE, LARGE * [1, np.inf, 1]),
        ([1.0, np.inf], [2.0, np.inf]),
        (np.ones(3), np.ones((3, 1))),
        (np.ones(1), 1.0),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.ones((2, 3)), np.ones((3, 2))),
    ],
)
def test_what_is_not_close_is_refused(left, right) -> None:
    with pytest.raises(Contradiction, match="it: "), np.errstate(invalid="ignore"):
        check_close(left, right, "it")


@pytest.mark.parametrize(
    ("left", "right"),
    [(1.0, 1.0 + 1e-12), (0.0, 0.0), (LARGE, LARGE + np.asarray([1e-8, 0, 1e-9]))],
)
def test_rounding_is_let_pass(left, right) -> None:
    check_close(left, right, "it")


def test_it_says_what_and_by_how_much() -> None:
    with pytest.raises(Contradiction, match=r"^pair 3: relative difference 1\.0e-06$"):
        check_close(1.0, 1.0 + 1e-6, "pair 3")
    with pytest.raises(Contradiction, match=r"^pair 3: shapes \(2,\) and \(3,\)$"):
        check_close(np.zeros(2), np.zeros(3), "pair 3")


@pytest.mark.parametrize(
    ("left", "right", "size"),
    [
        ([0.5, 0.0], [0.25, 0.0], "5.0e-01"),
        ([3.0], [2.0], "3.3e-01"),
        ([-1.0], [1.0], "2.0e+00"),
        ([0.0], [1e-300], "1.0e+00"),
    ],
)
def test_how_much_is_relative_to_the_larger_of_the_two(left, right, size: str) -> None:
    for one, other in ((left, right), (right, left)):
        with pytest.raises(Contradiction) as refusal:
            check_close(one, other, "it")
        assert str(refusal.value) == f"it: relative difference {size}"


def test_what_is_not_finite_is_counted() -> None:
    with pytest.raises(Contradiction, match=r"^it: 2 of 3 entries are not finite$"):
        check_close([1.0, np.inf, 2.0], [1.0, 3.0, np.nan], "it")
