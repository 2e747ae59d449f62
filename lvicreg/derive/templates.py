"""The text of the tests that are written beside a rule, with places for what is its own; ``tests`` fills them in."""

STATISTICS = '''\


def statistics({target}, data, xp=np):
    """What the rule takes from the minibatch unless it is given."""
{taken}
    return dict({statistics})


def test_statistics_that_are_given_are_used():
    data = draw(0)
    given = statistics(data.{target}, data)
    np.testing.assert_allclose({name}(*arguments(data.{target}, data), **given{keywords}), update({name}, data), rtol=1e-10)
    for statistic in given:
        other = given | {{statistic: 1.5 * given[statistic]}}
        assert not np.allclose({name}(*arguments(data.{target}, data), **other{keywords}), update({name}, data)), statistic
'''

STREAMED = """\


def averages({target}, data, xp=np):
    \"\"\"What the filters of a stream of these samples tend to.\"\"\"
{averaged}
    return dict({averages})


def shifted(seed, samples):
    \"\"\"Random values that are not 0 on average, of so many samples.\"\"\"
    data = draw(seed, {samples}=samples)
    for name, array in vars(data).items():
        if isinstance(array, np.ndarray) and array.shape[:1] == (samples,) and np.any(array > 0):
            setattr(data, name, array + 0.5)
    return data


def test_a_stream_descends_by_the_rule_and_averages():
    \"\"\"With weights 1, 1/2, 1/3, … the filters average all samples; about a mean that is not yet known, nearly so.\"\"\"
    data, others = shifted(0, 500), [shifted(seed, 7) for seed in range(3)]
    several, per_sample, expected = arguments(data.{target}, data), {per_sample}, averages(data.{target}, data)
    few = [averages(other.{target}, other) for other in others]
    scale = {{name: max(np.max(np.abs(each[name])) for each in few) for name in expected}}
    start = stream.State(data.{target}, **{{name: value + scale[name] for name, value in expected.items()}})
    state = start
    for t in range(data.{samples}):
        one = [array[t] if each else array for array, each in zip(several, per_sample, strict=True)]
        taken = [array for array, held in zip(one, {is_target}, strict=True) if not held]
        after = stream.step(state, *taken, eta=0.5, weight=1 / (t + 1){keywords})
        np.testing.assert_allclose(after.{target}, state.{target} + 0.5 * {name}(*one, {passed}{keywords}), rtol=1e-10)
        state = after._replace({target}=state.{target})
    for average, value in expected.items():
        np.testing.assert_allclose(getattr(state, average), value, rtol=0, atol=0.1 * scale[average])
        assert not np.allclose(getattr(start, average), value, rtol=0, atol=0.1 * scale[average])


def test_the_steps_of_a_stream_have_the_direction_of_the_minibatch_s():
    \"\"\"With the weight 1 / {samples}, and the filters held at the averages of all samples.\"\"\"
    data = shifted(1, 500)
    several, per_sample, tended = arguments(data.{target}, data), {per_sample}, averages(data.{target}, data)
    state, found = stream.State(data.{target}, **tended), 0 * data.{target}
    for t in range(data.{samples}):
        one = [array[t] if each else array for array, each in zip(several, per_sample, strict=True)]
        taken = [array for array, is_target in zip(one, {is_target}, strict=True) if not is_target]
        found += stream.step(state, *taken, eta=1.0, weight=1 / data.{samples}{keywords}).{target} - data.{target}
    expected = {name}(*several, {held}{keywords})
    found, expected = found / np.linalg.norm(found), expected / np.linalg.norm(expected)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.01)
"""

ONE_SAMPLE = """\


def test_one_sample_is_a_minibatch_of_one():
    data = draw(0)
{taken}    several = arguments(data.{target}, data)
    per_sample = {per_sample}
    one = [array[0] if each else array for array, each in zip(several, per_sample, strict=True)]
    batch = [array[:1] if each else array for array, each in zip(several, per_sample, strict=True)]
    try:
        expected = {name}(*batch{given}{keywords})
    except ZeroDivisionError:
        pytest.skip("one sample has no variance: what the rule takes from the minibatch can be declared as statistics")
    np.testing.assert_allclose({name}(*one{given}{keywords}), expected, rtol=1e-10)
"""

TEMPLATE = '''\
# Generated from {file} by `lvicreg derive`: change that file and run the command again.
"""The rule `{name}` against automatic differentiation of the loss, and seeded errors in the rule.

{whose} The activation function is tanh.
"""

import ast
import copy
import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from . import rule{stream}
from .rule import {name}


POINTS = [{sizes}]


def draw(seed, **sizes):
    """Random values for all that is given, of sizes and of a scale of their own."""
    rng, data = np.random.default_rng(seed), SimpleNamespace(**POINTS[seed] | sizes)
{drawn}
    return data


{loss}


def arguments({target}, data, xp=np):
    """What the rule takes, computed from weights and inputs."""
{given}
    return {arguments}


def by_autograd(data):
    autograd = pytest.importorskip("autograd")
    try:
        return np.asarray(autograd.grad(lambda array: loss(autograd.numpy, array, data))(data.{target}))
    except (AttributeError, NotImplementedError) as missing:
        if isinstance(missing, AttributeError) and not inspect.ismodule(missing.obj):
            raise  # no function that autograd lacks, but an error in the loss
        pytest.skip(f"autograd has no derivative of this loss: {{missing}}")


def by_jax(data):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return np.asarray(jax.grad(lambda array: loss(jax.numpy, array, data))(data.{target}))


def by_torch(data):
    torch = pytest.importorskip("torch")
    tensors = SimpleNamespace(**{{n: torch.as_tensor(v) if isinstance(v, np.ndarray) else v for n, v in vars(data).items()}})
    array = tensors.{target}.clone().requires_grad_()
    loss(torch, array, tensors).backward()
    return array.grad.numpy()


def by_differences(data):
    """Central differences of fourth order, without any library."""
    found, step = np.zeros_like(data.{target}), 1e-5  # small, since losses may have kinks

    def at(place, steps):
        moved = data.{target}.copy()
        moved[place] += steps * step
        return float(loss(np, moved, data))

    for place in np.ndindex(found.shape):
        found[place] = (8 * (at(place, 1) - at(place, -1)) - at(place, 2) + at(place, -2)) / (12 * step)
    return found


def update(function, data):
    return function(*arguments(data.{target}, data){keywords})


DERIVATIVES = [(by_autograd, 1e-10), (by_jax, 1e-10), (by_torch, 1e-10), (by_differences, 1e-7)]


@pytest.mark.parametrize(("derivative", "tolerance"), DERIVATIVES)
@pytest.mark.parametrize("seed", range(len(POINTS)))
def test_the_rule_is_minus_the_derivative(derivative, tolerance, seed):
    data = draw(seed)
    expected = -derivative(data)
    assert np.any(expected), "the derivative is 0 at all values that are drawn: a hinge may be shut there"
    np.testing.assert_allclose(update({name}, data), expected, rtol=0, atol=tolerance * np.max(np.abs(expected)))


@pytest.mark.parametrize("library", ["jax.numpy", "torch", "array_api_strict"])
def test_it_is_the_same_in_every_library(library):
    pytest.importorskip(library.partition(".")[0])
    xp = __import__(library, fromlist=["asarray"])
    data = draw(0)
    given = [xp.asarray(array) for array in arguments(data.{target}, data)]
    found = np.asarray({name}(*given{keywords}))
    np.testing.assert_allclose(found, update({name}, data), rtol=1e-4, atol=1e-4)
{one_sample}

def broken():
    """The function with one operation, comparison or number changed at a time."""
    (function,) = ast.parse(inspect.getsource({name})).body
    other = {{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.USub: ast.UAdd}}

    def can_be_changed(node):
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        step = isinstance(node, ast.Compare) and type(node.ops[0]) is ast.GtE
        return number or step or type(getattr(node, "op", None)) in other

    def compiled(changed):
        names = dict(vars(rule))
        exec(compile(ast.fix_missing_locations(ast.Module([changed], [])), "broken", "exec"), names)
        return names["{name}"]

    sites = [n for n, node in enumerate(ast.walk(function)) if can_be_changed(node)]
    for site in sites:
        changed = copy.deepcopy(function)
        node = list(ast.walk(changed))[site]
        if isinstance(node, ast.Constant):
            node.value += 1
        elif isinstance(node, ast.Compare):
            told, values = ast.unparse(node), (node.left, node.comparators)
            for always in (np.inf, -np.inf):
                node.left, node.comparators = ast.Constant(always), [ast.Constant(0)]
                yield f"{{told}}, always {{always > 0}}", compiled(changed)
            node.left, node.comparators = values
            node.ops = [ast.LtE()]
        else:
            node.op = other[type(node.op)]()
        yield f"{{site}}: {{ast.unparse(node)}}", compiled(changed)


def noticed(wrong):
    """Whether an error is one at any of the points; None where it changes no number at all there."""
    same = []
    for data in map(draw, range(len(POINTS))):
        try:
            with np.errstate(all="ignore"):
                found = update(wrong, data)
        except Exception:
            return True
        expected = -by_differences(data)
        if not np.allclose(found, expected, rtol=0, atol=1e-6 * np.max(np.abs(expected)), equal_nan=False):
            return True
        same.append(np.allclose(found, update({name}, data), rtol=1e-9, atol=1e-12 * np.max(np.abs(expected))))
    return None if all(same) else False


def test_seeded_errors_are_noticed():
    """But for those that change nothing, such as 1·y for y, which must be few."""
    found = {{where: noticed(wrong) for where, wrong in broken()}}
    assert False not in found.values(), found
    same = [where for where, outcome in found.items() if outcome is None]
    assert len(same) <= len(found) / 2, f"at the values drawn these change no number: {{same}}"
    if never := [where for where in same if "always" in where]:
        pytest.skip(f"all others are noticed, but at the values drawn a hinge never switches: {{'; '.join(never)}}")
'''
