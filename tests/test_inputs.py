"""Bad input is refused with a message that says what was given and what was expected; degenerate values do as documented."""

import inspect
import re
from itertools import combinations

import numpy as np
import pytest

from lvicreg import rules

AXES = {"x": "BM", "z": "BN", "z_prev": "BN", "slope": "BN", "W": "NM", "mean": "N", "var": "N", "K": "NN"}
SIZES = {"B": 5, "N": 3, "M": 2}
PARAMETERS = {name: inspect.signature(getattr(rules, name)).parameters for name in rules.__all__}
REQUIRED = {name: [p.name for p in given.values() if p.default is p.empty] for name, given in PARAMETERS.items()}
STATISTICS = {name: [p.name for p in given.values() if p.default is None] for name, given in PARAMETERS.items()}
OPTIONS = {name: [p.name for p in given.values() if isinstance(p.default, float)] for name, given in PARAMETERS.items()}
WITH_STATISTICS = [name for name in rules.__all__ if STATISTICS[name]]

ARRAYS = {name: [given for given in REQUIRED[name] + STATISTICS[name] if given in AXES] for name in rules.__all__}


def pairs(arguments):
    """Parametrised by rule and, in turn, each of its arguments in question."""
    return pytest.mark.parametrize(("name", "argument"), [(name, one) for name, some in arguments.items() for one in some])


each = pytest.mark.parametrize("name", rules.__all__)
each_array = pairs(ARRAYS)
each_over_samples = pairs({name: [given for given in some if AXES[given][0] == "B"] for name, some in ARRAYS.items()})
each_required = pairs(REQUIRED)
own_and_given = pytest.mark.parametrize("statistics", [False, True], ids=["own", "given"])


def values(name, statistics=False, single=False, **sizes):
    """Positive arguments that the rule accepts."""
    rng = np.random.default_rng(0)
    sizes = SIZES | sizes
    wanted = REQUIRED[name] + (STATISTICS[name] if statistics else [])
    axes = {given: AXES[given].removeprefix("B") if single else AXES[given] for given in wanted if given in AXES}
    arrays = {given: rng.uniform(0.1, 1, [sizes[axis] for axis in names]) for given, names in axes.items()}
    return arrays | ({"alpha": 0.1} if "alpha" in wanted else {})


def refused(name, kwargs, error):
    """The message with which a rule refuses its arguments."""
    with pytest.raises(error) as caught:
        getattr(rules, name)(**kwargs)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    return message


# --- shapes --------------------------------------------------------------------------------------------------------------
def refuses_shapes(name, kwargs):
    """The message names every array with its shape and with its axes: one sample's where all arrays could be one sample's."""
    message = refused(name, kwargs, ValueError)
    arrays = {given: value for given, value in kwargs.items() if given in AXES}
    single = all(value.ndim == 1 for given, value in arrays.items() if AXES[given][0] == "B")
    for given, value in arrays.items():
        axes = ", ".join(AXES[given].removeprefix("B") if single else AXES[given])
        shape = re.escape(str(value.shape))
        assert re.search(rf"given .*\b{given} {shape}.*; expected .*\b{given} \({axes},?\)", message)


def misshapen(value):
    """The array with an axis too many, an axis missing, and each axis one longer."""
    yield value[None]
    yield value[..., None]
    yield np.asarray(value[0])
    for axis in range(value.ndim):
        yield np.concatenate([value, value.take([0], axis)], axis)


def test_good_shapes_are_accepted():
    for name in rules.__all__:
        for kwargs in (values(name), values(name, statistics=True), values(name, statistics=True, single=True)):
            assert getattr(rules, name)(**kwargs).shape == (3, 2)


@each_array
@pytest.mark.parametrize("single", [False, True], ids=["minibatch", "one sample"])
def test_wrong_shapes(name, argument, single):
    kwargs = values(name, statistics=True, single=single)
    for wrong in misshapen(kwargs[argument]):
        more_inputs = argument == "x" and wrong.shape == (*kwargs["x"].shape[:-1], 3)
        if more_inputs and "W" not in kwargs:  # nothing else says how many inputs there are
            assert getattr(rules, name)(**kwargs | {"x": wrong}).shape == (3, 3)
        else:
            refuses_shapes(name, kwargs | {argument: wrong})


@each_over_samples
def test_one_sample_and_minibatch_do_not_mix(name, argument):
    minibatch, single = values(name, statistics=True), values(name, statistics=True, single=True)
    refuses_shapes(name, minibatch | {argument: single[argument]})
    refuses_shapes(name, single | {argument: minibatch[argument]})


# --- dtypes and types ----------------------------------------------------------------------------------------------------
@each_array
@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "complex128", "object"])
def test_wrong_dtypes(name, argument, dtype):
    kwargs = values(name, statistics=True)
    message = refused(name, kwargs | {argument: kwargs[argument].astype(dtype)}, TypeError)
    assert re.search(rf"\b{argument} must .*{dtype}", message)


@each_array
@pytest.mark.parametrize("wrong", [[[1.0]], ((1.0,),), 1.0, "x", range(3)], ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_array(name, argument, wrong):
    message = refused(name, values(name, statistics=True) | {argument: wrong}, TypeError)
    assert re.search(rf"\b{argument} must be an array.*{type(wrong).__name__}", message)


@each_required
@own_and_given
def test_none_for_what_is_required(name, argument, statistics):
    message = refused(name, values(name, statistics) | {argument: None}, TypeError)
    assert re.search(rf"\b{argument} must be an array.*None", message)


@each
def test_nothing_but_none(name):
    refused(name, dict.fromkeys(REQUIRED[name]), TypeError)


@each
def test_arrays_of_two_libraries(name):
    strict = pytest.importorskip("array_api_strict")
    kwargs = values(name)
    with pytest.raises(TypeError):
        getattr(rules, name)(**kwargs | {"z": strict.asarray(kwargs["z"])})


# --- statistics ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", WITH_STATISTICS)
@pytest.mark.parametrize("size", [0, 1, None], ids=["B = 0", "B = 1", "one sample"])
def test_statistics_of_fewer_than_two_samples(name, size):
    kwargs = values(name, B=size) if size is not None else values(name, single=True)
    message = refused(name, kwargs, ValueError)
    assert all(re.search(rf"\b{statistic}\b", message) for statistic in STATISTICS[name])


@pairs({name: [some for n in range(1, len(every)) for some in combinations(every, n)] for name, every in STATISTICS.items()})
def test_some_but_not_all_statistics(name, argument):
    kwargs = values(name, statistics=True)
    missing = set(STATISTICS[name]) - set(argument)
    message = refused(name, {key: value for key, value in kwargs.items() if key not in missing}, ValueError)
    everything, named = message.split("given ")
    assert all(re.search(rf"\b{statistic}\b", everything) for statistic in STATISTICS[name])
    assert re.findall(rf"\b(?:{'|'.join(STATISTICS[name])})\b", named) == list(argument)


@each
def test_options_are_by_name_only(name):
    kinds = {PARAMETERS[name][option].kind for option in STATISTICS[name] + OPTIONS[name]}
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY}


# --- degenerate values ---------------------------------------------------------------------------------------------------
VARIANCES = ["variance", "log_variance", "log_variance_decay"]
NAN_STAYS = ["variance", "invariance", "oja"]
NAN_SPREADS = ["covariance", "covariance_one_sample", "covariance_third_factor", "total", "total_log_variance"]


def documented(name, *phrases):
    (line,) = re.findall(r"Degenerate values: (.*?)\n\n", inspect.getdoc(getattr(rules, name)), re.S)
    assert all(phrase in " ".join(line.split()) for phrase in phrases)


def constant_in_one_unit(name):
    kwargs = values(name)
    kwargs["z"][:, 1] = 0.5
    return kwargs


@pytest.mark.parametrize("name", WITH_STATISTICS)
@pytest.mark.parametrize("constant", [0.0, 0.5, 0.1, 1e-200, 1e15])
def test_constant_activity_is_finite_by_default(name, constant):
    kwargs = values(name)
    kwargs["z"][:] = constant
    assert np.isfinite(getattr(rules, name)(**kwargs)).all()


@pytest.mark.parametrize("name", VARIANCES)
def test_constant_activity_without_and_with_epsilon(name):
    documented(name, "constant activity gets 0", "if ε > 0, and NaN or rounding errors")
    kwargs = constant_in_one_unit(name)
    rule = getattr(rules, name)
    own = -kwargs["W"][1] if name == "log_variance_decay" else 0
    assert np.array_equal(rule(**kwargs)[1], own * np.ones(2))
    with np.errstate(invalid="ignore"):
        without = rule(**kwargs, epsilon=0.0)
    assert np.isnan(without).tolist() == [[False] * 2, [True] * 2, [False] * 2]


@pytest.mark.parametrize("name", NAN_SPREADS[:3])
def test_no_deviation_no_covariance_update(name):
    documented(name, "0 where u = 0")
    rule = getattr(rules, name)
    update = rule(**constant_in_one_unit(name))
    assert not update[1].any()
    assert update[[0, 2]].all()
    assert not rule(**values(name) | {"z": np.full((5, 3), 0.5)}).any()


def test_other_zeros():
    documented("invariance", "0 where the two activities agree")
    documented("oja", "0 where z = 0")
    agreeing, silent = values("invariance"), values("oja")
    agreeing["z_prev"][:, 1] = agreeing["z"][:, 1]
    silent["z"][:, 1] = 0
    for update in (rules.invariance(**agreeing), rules.oja(**silent)):
        assert update.any(axis=1).tolist() == [True, False, True]


@pytest.mark.parametrize("name", ["total", "total_log_variance"])
@pytest.mark.parametrize("dead", [[1], [0, 1, 2]])
def test_total_is_finite(name, dead):
    documented(name, "finite for finite input if ε > 0")
    for steepness, activity in ((0.0, 0.5), (0.7, 0.5), (0.0, 0.0), (0.7, 1e15)):
        kwargs = values(name)
        kwargs["slope"][:, dead], kwargs["z"][:, dead] = steepness, activity
        assert np.isfinite(getattr(rules, name)(**kwargs)).all()


def with_nan(name, statistics=False, **sizes):
    kwargs = values(name, statistics, **sizes)
    kwargs["z"][-1, 1] = np.nan
    return kwargs


@pytest.mark.parametrize("name", NAN_STAYS)
@own_and_given
@pytest.mark.parametrize("options", [{}, {"gamma": 9.0}], ids=["default", "open"])
def test_nan_stays_in_its_row(name, statistics, options):
    """It is neither lost nor does it change another row."""
    documented(name, "stays in its")
    options = {option: value for option, value in options.items() if option in OPTIONS[name]}
    update = getattr(rules, name)(**with_nan(name, statistics), **options)
    assert np.isnan(update[1]).all()
    clean = getattr(rules, name)(**values(name, statistics), **options)
    assert np.array_equal(update[[0, 2]], clean[[0, 2]])


@pytest.mark.parametrize("name", NAN_SPREADS)
@own_and_given
@pytest.mark.parametrize("size", [2, 5], ids=["B < N", "B > N"])
def test_nan_reaches_every_unit(name, statistics, size):
    documented(name, "NaN in one unit's activity reaches every unit")
    assert np.isnan(getattr(rules, name)(**with_nan(name, statistics, B=size))).all()


# --- dtypes are kept -----------------------------------------------------------------------------------------------------
@each
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_shape_of_the_update(name, dtype):
    for sizes in ({}, {"statistics": True}, {"statistics": True, "single": True}):
        kwargs = values(name, **sizes)
        kwargs |= {given: kwargs[given].astype(dtype) for given in ARRAYS[name] if given in kwargs}
        for options in ({}, dict.fromkeys(OPTIONS[name], 0.5), dict.fromkeys(OPTIONS[name], 2)):
            update = getattr(rules, name)(**kwargs, **options)
            assert update.dtype == dtype
            assert update.shape == (3, 2)
