"""Old names of arguments."""

import inspect

import numpy as np
import pytest

from lvicreg import rules

z = np.tanh(np.random.default_rng(0).normal(size=(5, 3)))


def test_an_old_name_is_taken_for_the_new_one_with_a_warning() -> None:
    with pytest.warns(DeprecationWarning, match=r"log_variance: df is now called slope; the old name will go in") as caught:
        found = rules.log_variance(z, z, df=1 - z**2)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(found, rules.log_variance(z, z, slope=1 - z**2))


def test_both_names_are_one_too_many() -> None:
    with pytest.raises(TypeError, match="log_variance: df is the old name of slope: give slope only"):
        rules.log_variance(z, z, slope=z, df=z)


def test_a_function_presents_itself_by_the_new_name() -> None:
    assert "slope" in inspect.signature(rules.total).parameters
    assert "df" not in inspect.signature(rules.total).parameters
    assert (rules.total.__name__, rules.total.__module__) == ("total", "lvicreg.rules.total")
