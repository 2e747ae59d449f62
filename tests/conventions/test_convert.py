"""Conversion of coefficients: exact ratios, round trips, and refusals that say why."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from lvicreg import rules
from lvicreg.conventions import PRESETS, Convention, Covariance, Invariance, NoRatio, Variance, convert, for_rules

SIZES = {"N": 6, "B": 9}
fractions = st.fractions(min_value=-100, max_value=100)
presets = st.sampled_from(sorted(PRESETS))


def converted(coefficients, source, target):
    """The coefficients that can be moved."""
    found = {}
    for name, value in coefficients.items():
        try:
            found |= convert({name: value}, source, target, **SIZES)
        except ValueError:
            continue
    return found


def test_known_ratios():
    vicreg = {"invariance": 25, "variance": 25, "covariance": 1}
    assert convert(vicreg, "vicreg-paper", "lightly", **SIZES) == {"invariance": 150, "variance": 50, "covariance": 1}
    assert convert(vicreg, "lightly", "solo-learn", **SIZES) == {"invariance": 25, "variance": Fraction(25, 2), "covariance": 1}
    assert convert({"covariance": 10}, "lpl-code", "lightly", **SIZES) == {"covariance": 1}  # 10 · 6 · ½ / (6 · 5)
    assert convert({"variance": 1}, "lpl-erratum", "lpl-published", **SIZES) == {"variance": 1}
    assert convert({"covariance": 1}, "facebookresearch", "lightly", N=6, B=9, nominal=5) == {"covariance": 4}
    assert convert({"covariance": 1}, "facebookresearch", "lightly", **SIZES) == {"covariance": 1}


@settings(deadline=None, derandomize=True)
@over(presets, presets, st.dictionaries(st.sampled_from(["invariance", "variance", "covariance"]), fractions))
def test_there_and_back_again(source, target, coefficients):
    there = converted(coefficients, source, target)
    assert convert(there, target, source, **SIZES) == {name: coefficients[name] for name in there}
    assert all(isinstance(value, Fraction) for value in there.values())


def test_a_detour_changes_nothing():
    one = dict.fromkeys(("invariance", "variance", "covariance"), 1)
    for first, middle, last in product(PRESETS, repeat=3):
        by_detour = converted(converted(one, first, middle), middle, last)
        assert by_detour.items() <= converted(one, first, last).items(), (first, middle, last)


@pytest.mark.parametrize("name", PRESETS)
def test_for_rules_names_rules_and_has_the_weights(name):
    terms = PRESETS[name].terms
    found = for_rules(dict.fromkeys(terms, 3), name, **SIZES)
    assert set(found) <= set(rules.__all__)
    assert found == {term.rule: 3 * term.weight(6, 9, 9) for term in terms.values()}


def test_a_coefficient_is_not_rounded():
    third = Fraction(1, 3)
    assert convert({"variance": third}, "lightly", "vicreg-paper", **SIZES) == {"variance": Fraction(1, 6)}
    assert convert({"variance": 0.1}, "lightly", "solo-learn", **SIZES) == {"variance": Fraction(1, 20)}
    assert convert({"variance": 0}, "lightly", "solo-learn", **SIZES) == {"variance": 0}


@pytest.mark.parametrize(
    ("source", "target", "term", "reason"),
    [
        ("lpl-published", "lpl-erratum", "covariance", "form is one-sample in the one, exact in the other"),
        ("lightly", "lpl-code", "variance", "form is hinge in the one, log in the other"),
        ("lpl-published", "martinosorb", "variance", "ε"),
        ("lpl-code", "martinosorb", "invariance", "the present view alone learns"),
        ("lpl-erratum", "lpl-code", "covariance", "the present view alone learns"),
        ("lightly", "martinosorb", "invariance", "the present view alone learns"),
    ],
)
def test_no_ratio_says_why(source, target, term, reason):
    for first, second in ((source, target), (target, source)):
        with pytest.raises(NoRatio, match=f"{term}: no factor turns {first} into {second}"):
            convert({term: 1}, first, second, **SIZES)
    with pytest.raises(NoRatio, match=reason.replace("(", r"\(")):
        convert({term: 1}, source, target, **SIZES)


def test_a_free_mean_matters_from_three_samples_on():
    held, free = (Convention(covariance=Covariance(form="one-sample", mean=mean)) for mean in ("held", "free"))
    assert convert({"covariance": 1}, held, free, N=3, B=2) == {"covariance": 1}
    assert convert({"covariance": 1}, "lpl-published", "lpl-erratum", N=3, B=2) == {"covariance": Fraction(1, 2)}
    with pytest.raises(NoRatio, match="mean is held in the one, free in the other"):
        convert({"covariance": 1}, held, free, N=3, B=3)
    with pytest.raises(NoRatio, match="the one-sample rule holds"):
        for_rules({"covariance": 1}, free, N=3, B=3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (({"variance": 1}, "vicreg", "lightly"), ValueError, "unknown convention 'vicreg'; choose from vicreg-paper, facebook"),
        (({"variance": 1}, "lightly", "x"), ValueError, "unknown convention 'x'; choose from"),
        (({"var": 1}, "lightly", "lightly"), ValueError, "unknown coefficient 'var'; choose from invariance, variance, cov"),
        (({"invariance": 1}, "lightly", Convention(variance=Variance())), ValueError, "does not state its invariance term"),
        (({"variance": 1}, None, "lightly"), TypeError, "a convention is a name or a Convention; got NoneType"),
        (({"variance": 1}, Variance(), "lightly"), TypeError, "a convention is a name or a Convention; got Variance"),
        (({"variance": "many"}, "lightly", "lightly"), ValueError, "variance must be a finite number"),
        (
            ({"variance": "1e99999999"}, "lightly", "lightly"),
            ValueError,
            "of an exponent between −400 and 400; got '1e99999999'",
        ),
        (({"variance": Decimal("1e-99999999")}, "lightly", "lightly"), ValueError, "of an exponent between −400 and 400"),
        (({"variance": None}, "lightly", "lightly"), TypeError, "variance must be a number"),
    ],
)
def test_bad_input_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        convert(*arguments, **SIZES)


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ({"N": 1, "B": 9}, ValueError, "N must be at least 2, for a covariance to exist; got 1"),
        ({"N": 6, "B": 1}, ValueError, "B must be at least 2, for a variance to exist; got 1"),
        ({"N": 6, "B": 0}, ValueError, "B must be a positive number"),
        ({"N": 6.0, "B": 9}, TypeError, "N must be a whole number"),
        ({"N": 6, "B": True}, TypeError, "B must be a whole number"),
        ({"N": 6, "B": 9, "nominal": 1}, ValueError, "nominal must be at least 2"),
    ],
)
def test_bad_sizes_are_refused(sizes, error, message):
    with pytest.raises(error, match=message):
        convert({"covariance": 1}, "facebookresearch", "solo-learn", **sizes)
    with pytest.raises(error, match=message):
        for_rules({"covariance": 1}, "facebookresearch", **sizes)


def test_sizes_that_a_term_does_not_need_are_not_asked_for():
    found = for_rules({"variance": 1, "invariance": 1}, "vicreg-paper", N=1, B=2)
    assert found == {"variance": 1, "invariance": Fraction(1, 2)}
    assert for_rules({"invariance": 1}, "lightly", N=np.int64(2), B=1) == {"invariance": Fraction(1, 2)}


def test_numbers_of_numpy_do_not_wrap():
    sizes = {"N": np.int32(8), "B": np.int16(256), "nominal": np.int64(300)}
    found = convert({"covariance": np.int32(100_000)}, "facebookresearch", "lightly", **sizes)
    assert found == {"covariance": 100_000 * Fraction(255, 299) ** 2}
    assert type(found["covariance"].numerator) is int


def test_what_is_not_there_converts_to_nothing():
    assert convert({"variance": 0}, "lightly", "lpl-code", **SIZES) == {"variance": 0}


@pytest.mark.parametrize("term", [{"variance": Variance(ddof=4)}, {"covariance": Covariance(ddof=4)}], ids=str)
def test_ddof_must_leave_samples(term):
    (name,) = term
    with pytest.raises(ValueError, match="ddof must be less than the number of samples; got 4, B = 4"):
        convert({name: 1}, Convention(**term), "lightly", N=3, B=4)
    with pytest.raises(ValueError, match="ddof must be less than the number of samples; got 4, B = 4"):
        for_rules({name: 1}, Convention(**term), N=3, B=4)


def test_a_convention_has_terms_of_its_kinds_and_one_sort_of_views():
    with pytest.raises(TypeError, match="variance must be a Variance; got Covariance"):
        Convention(variance=Covariance())
    with pytest.raises(ValueError, match="either all terms learn from the present view alone, or all from both"):
        Convention(variance=Variance(views="present"), invariance=Invariance(views="both"))


@pytest.mark.parametrize(
    ("term", "cure"),
    [
        (Variance(ddof=0), r"ddof is 0, and that of the rules 1: give them mean, var and alpha=1/\(B − 0\)"),
        (Variance(form="log", ddof=2), "ddof is 2"),
        (Variance(place="deviation", epsilon="1/4"), "write it as a threshold, gamma=3/4, epsilon=0"),
    ],
)
def test_what_the_rules_have_otherwise_is_refused_with_the_cure(term, cure):
    with pytest.raises(NoRatio, match=cure):
        for_rules({"variance": 1}, Convention(variance=term), **SIZES)


@pytest.mark.parametrize("term", [Variance(place="deviation", epsilon=0), Variance(form="log", ddof=0, epsilon=0)], ids=str)
def test_what_makes_no_difference_is_not_refused(term):
    assert for_rules({"variance": 1}, Convention(variance=term), **SIZES) == {term.rule: term.weight(6, 9, 9)}


def test_thresholds_that_make_up_for_ddof():
    """γ² (B − ddof) and ε (B − ddof) the same: one loss is a multiple of the other."""
    biased = Convention(variance=Variance(ddof=0, gamma=2, epsilon=0))
    unbiased = Convention(variance=Variance(ddof=5, gamma=3, epsilon=0))
    assert convert({"variance": 1}, biased, unbiased, N=3, B=9) == {"variance": Fraction(2, 3)}


def test_a_preset_cannot_be_changed():
    with pytest.raises(TypeError):
        PRESETS["lightly"] = PRESETS["solo-learn"]
    assert PRESETS["lightly"].terms.keys() == {"invariance", "variance", "covariance"}
    assert isinstance(PRESETS["lightly"].invariance, Invariance)
