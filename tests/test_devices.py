"""The rules on eight simulated devices: the result of one device, from arrays split along samples, units and both.

What they communicate is read from the compiled programs, and must be what the page *Many devices* states. JAX must know
before it starts that there are eight devices: so one process of its own does all cases.
"""

import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.online import Stream, tanh
from tests.rules.rule_data import RULES, arguments, assert_close, layer, statistics

pytest.importorskip("jax")
from book.devices import LAYOUTS, Collective, Sizes, agrees, alike, stated
from book.machine import LARGE, Machine, apart, products

LAYOUT = pytest.mark.parametrize("layout", LAYOUTS)
SIZES = [Sizes(48, 16, 40), Sizes(64, 24, 8), Sizes(16, 48, 40), Sizes(24, 64, 8)]  # N < 2 B twice, N ≥ 2 B twice
BIG = [Sizes(512, 256, 384), Sizes(256, 512, 384)]  # compiled, but not run
STREAM = layer(30, 16, 5)
STREAMED = [rules.invariance, rules.log_variance_decay, rules.total_log_variance, rules.covariance]

PROCESS = """
import pickle, sys
from functools import partial
import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec as P
jax.config.update("jax_enable_x64", True)
from book import devices
from lvicreg import rules
from lvicreg.online import Stream, tanh

assert len(jax.devices()) == 8
put = lambda over, value, axes: jax.device_put(value, NamedSharding(over, axes))

def rule_on(name, layout, sizes, given, values):
    over = devices.mesh(*devices.LAYOUTS[layout])
    program = devices.compiled(getattr(rules, name), sizes, over, given, np.float64)
    found = program(**{name: put(over, value, devices.split(name)) for name, value in values.items() if name in devices.AXES})
    return np.asarray(found), found.sharding.shard_shape(found.shape), devices.collectives(program)

def stream_on(name, W, x):
    over = devices.mesh(*devices.LAYOUTS["units"])
    learns = Stream(rule=getattr(rules, name), eta=0.01, alpha=0.1, activation=tanh)
    state = learns.start(put(over, W, P("units")))
    after, activity = learns.run(state, put(over, x, P()))
    step = jax.jit(learns.step).lower(after, put(over, x[0], P())).compile()
    return np.asarray(after.W), np.asarray(activity), after.W.sharding.shard_shape(W.shape), devices.collectives(step)

def by_hand(values):
    over = devices.mesh(*devices.LAYOUTS["units"])
    program = jax.jit(partial(devices.covariance_gathered, over)).lower(**values).compile()
    return np.asarray(program(**values)), devices.collectives(program)

def operations(name, layout, sizes):
    return devices.compiled(getattr(rules, name), sizes, devices.mesh(*devices.LAYOUTS[layout])).cost_analysis()["flops"]

cases = pickle.load(sys.stdin.buffer)
found = {case: globals()[case[0]](*case[1:], *values) for case, values in cases.items()}
found["table"] = devices.communicated()
pickle.dump(found, sys.stdout.buffer)
"""


def options(rule, given):
    """The weight of a sample, which is a number in the program."""
    return {"alpha": 0.1} if given and "alpha" in inspect.signature(rule).parameters else {}


# the rule, the sizes, and whether its statistics are given: both orders of contraction, twice for the rule that has them
CALLS = [(rule, sizes, False) for rule in RULES for sizes in SIZES[:: 1 if rule is rules.covariance else 2]]
CALLS += [(rule, SIZES[0], True) for rule in RULES if statistics(rule)] + [(rules.covariance, SIZES[2], True)]
EACH_CALL = pytest.mark.parametrize(("rule", "sizes", "given"), CALLS)
PRODUCTS = [(name, layout, sizes) for name in ("oja", "covariance") for layout in LAYOUTS for sizes in BIG]


def cases():
    """What the process is asked for: a function's name and its arguments, and the arrays."""
    for rule, sizes, given in CALLS:
        values = arguments(rule, layer(*sizes), given)
        for layout in LAYOUTS:
            yield ("rule_on", rule.__name__, layout, sizes, given), (values,)
    for rule in STREAMED:
        yield ("stream_on", rule.__name__), (STREAM.W, STREAM.x)
    yield ("by_hand",), (arguments(rules.covariance, layer(*SIZES[0])),)
    for name, layout, sizes in PRODUCTS:
        yield ("operations", name, layout, sizes), ()


@pytest.fixture(scope="module")
def found():
    """Every case, on eight simulated devices."""
    process = subprocess.run(
        [sys.executable, "-c", PROCESS],
        input=pickle.dumps(dict(cases())),
        capture_output=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"},
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr.decode()
    return pickle.loads(process.stdout)


@EACH_CALL
@LAYOUT
def test_eight_devices_give_the_result_of_one(found, rule, layout, sizes, given):
    update, shape, _ = found["rule_on", rule.__name__, layout, sizes, given]
    assert_close(update, rule(**arguments(rule, layer(*sizes), given) | options(rule, given)), rtol=1e-12)
    assert shape == (sizes.N // LAYOUTS[layout][1], sizes.M)  # the update is split as the weights are


@EACH_CALL
@LAYOUT
def test_the_programs_communicate_what_is_stated(found, rule, layout, sizes, given):
    s, u = LAYOUTS[layout]
    expected = stated(rule, sizes.few, s, u, given)
    assert agrees(found["rule_on", rule.__name__, layout, sizes, given][2], expected, sizes, s, u)


@pytest.mark.parametrize(("name", "layout", "sizes"), PRODUCTS)
def test_each_device_has_its_share_of_the_products(found, name, layout, sizes):
    """XLA counts other arithmetic too, which is little at these sizes."""
    rule, (s, u) = getattr(rules, name), LAYOUTS[layout]
    share = products(rule, sizes) / (s * u) + apart(rule, sizes) / s
    assert 0 <= found["operations", name, layout, sizes] / share - 1 <= 0.05


def test_the_table_of_the_page_agrees_with_itself(found):
    assert found["table"].count("<td>yes</td>") == len(LAYOUTS) * len(alike())
    assert sorted(rule.__name__ for group, few in alike() if not few for rule in group) == sorted(rules.__all__)


def test_covariance_written_by_hand_gathers_once(found):
    """Where XLA gathers u and sums K u over devices besides."""
    update, collectives = found["by_hand",]
    B, N, _ = SIZES[0]
    assert_close(update, rules.covariance(**arguments(rules.covariance, layer(*SIZES[0]))))
    assert collectives == [Collective("all-gather", 8, B * N)]
    assert sum(each.elements for each in found["rule_on", "covariance", "units", SIZES[0], False][2]) == 2 * B * N


@pytest.mark.parametrize("rule", STREAMED)
def test_a_stream_with_units_split(found, rule):
    """As on one device; for each sample a local rule communicates nothing, and the total rule one number."""
    W, activity, shape, collectives = found["stream_on", rule.__name__]
    learns = Stream(rule=rule, eta=0.01, alpha=0.1, activation=tanh)
    state, expected = learns.run(learns.start(STREAM.W), STREAM.x)
    assert_close(W, state.W)
    assert_close(activity, expected)
    assert not np.allclose(W, STREAM.W, rtol=1e-3)
    assert shape == (STREAM.W.shape[0] // 8, STREAM.W.shape[1])
    if rule is not rules.covariance:
        shared = [sent for sent in stated(rule, False, 1, 8, given=True) if sent.what == "S"]
        assert collectives == [Collective("all-reduce", 8, 1)] * len(shared)


# --- the model -------------------------------------------------------------------------------------------------------------


def test_a_collective_takes_the_time_of_its_messages():
    """A ring of four by counting: three steps each of a fourth of the data, twice if the sums go round as well."""
    machine = Machine(latency=1.0, bandwidth=2.0, width=4)
    step = 1.0 + 100 / 4 * 4 / 2.0
    assert machine.collective("all-gather", 100, 4) == pytest.approx(3 * step)
    assert machine.collective("all-reduce", 100, 4) == pytest.approx(6 * step)
    assert machine.collective("collective-permute", 100, 4) == pytest.approx(1.0 + 100 * 4 / 2.0)
    assert machine.collective("all-reduce", 100, 1) == 0
    # doubling: as much data in two steps, of a fourth and of a half
    halving = Machine(latency=1.0, bandwidth=2.0, width=4, ring=False)
    assert halving.collective("all-gather", 100, 4) == pytest.approx(2 * 1.0 + (25 + 50) * 4 / 2.0)


def test_a_step_waits_for_each_of_its_collectives():
    """On a mesh of both covariance has one of every sort; with latency alone each counts as its messages."""
    sizes, (s, u) = SIZES[2], (4, 2)
    messages = {"all-reduce": 2, "all-gather": 1}
    groups = {"s": s, "u": u, "su": s * u}
    every = stated(rules.covariance, sizes.few, s, u)
    assert {each.kind for each in every} == {"all-reduce", "all-gather", "collective-permute"}
    expected = sum(messages[each.kind] * (groups[each.over] - 1) if each.kind in messages else 1 for each in every)
    assert Machine(latency=1.0, bandwidth=1e30).communicating(rules.covariance, sizes, s, u) == pytest.approx(expected)


def test_what_the_model_says_of_a_thousand_devices():
    """A local rule with units split never waits; with samples split it does, from few devices on; total is in between."""
    never, machine = None, Machine()
    assert machine.dominated_from("units", rules.log_variance, LARGE[0]) is never
    assert machine.dominated_from("samples", rules.log_variance, LARGE[0]) == 5
    assert machine.dominated_from("units", rules.total, LARGE[0]) == 34
    assert Machine(ring=False).dominated_from("units", rules.total, LARGE[0]) == 134
    limit = machine.dominated_from("units", rules.total, LARGE[0])
    waits = [
        machine.communicating(rules.total, LARGE[0], 1, p) > machine.computing(rules.total, LARGE[0], 1, p)
        for p in (limit - 1, limit)
    ]
    assert waits == [False, True]
    s, u = machine.best(rules.covariance, LARGE[0], 1000)
    assert s * u == 1000
    assert min(s, u) > 1
    free = Machine(latency=0.0, bandwidth=1e30)
    assert free.dominated_from("samples", rules.covariance, LARGE[0]) is never
