"""The tests that are written beside a rule: automatic differentiation of the loss, and seeded errors in the rule.

The loss is the one that was written separately, if there is one, and is then taken over word for word; else it is generated
from the expression that the rule was derived from, and the tests say so. The activation function is tanh.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr, Indexed, IndexedBase, tanh

from lvicreg.calculus import Definitions, f, f_prime, f_second
from lvicreg.calculus.definitions import Name, name_of
from lvicreg.calculus.indexed import size_of
from lvicreg.codegen.arrays import total
from lvicreg.codegen.emit import follow, statement
from lvicreg.codegen.names import axes_by_name
from lvicreg.codegen.naming import opened
from lvicreg.engines.arrays import primitives

from .answer import Answer


def tests(answer: Answer) -> str:
    """The text of ``test_rule.py``."""
    problem, rule = answer.problem, answer.rule
    arrays = {str(name_of(entry)): entry for entry in primitives(problem.loss, problem.layer) if isinstance(entry, Indexed)}
    drawn = "\n".join(f"    data.{name} = {_drawn(entry)}" for name, entry in sorted(arrays.items()))
    options = "\n".join(f"    data.{name} = {float(value)!r}" for name, value in problem.options.items())
    if problem.independent:
        loss = textwrap.dedent(inspect.getsource(problem.independent)).rstrip()
        loss = loss.replace(f"def {problem.independent.__name__}(", "def loss(", 1)
        whose = "The loss was written separately from the rule."
    else:
        loss = _generated_loss(answer)
        whose = "Not independent: the loss is generated from the expression that the rule was derived from."
    target = str(name_of(problem.target))
    return TEMPLATE.format(
        name=rule.name,
        file=problem.path.name,
        whose=whose,
        sizes=", ".join(f"{name}={size}" for name, size in answer.sizes[-1].items()),
        drawn="\n".join(part for part in (drawn, options) if part),
        loss=loss,
        target=target,
        given=_given(answer, target),
        arguments=", ".join(_passed(name, answer) for name in rule.arguments),
        keywords="".join(f", {name}=data.{name}" for name in problem.options),
    )


def _drawn(entry: Indexed) -> str:
    shape = ", ".join(f"data.{size_of(index)}" for index in entry.indices)
    values = f"rng.normal(size=({shape}{',' * (len(entry.indices) == 1)}))"
    return f"np.abs({values})" if entry.is_nonnegative else values


def _given(answer: Answer, target: str) -> str:
    """Statements that compute what the rule takes."""
    rule, layer = answer.rule, _with_tanh(answer.rule.definitions)
    names: list[Name] = []
    for name in rule.arguments:
        _follow([name], layer, names)
    lines = [_assigned(name, answer) for name in _primitive(names, rule.arguments, layer) if name != target]
    return textwrap.indent("\n".join([*lines, *(statement(name, layer) for name in names)]), "    ")


def _one_a_sample(answer: Answer) -> set[str]:
    """The arrays that have one number a sample, which the code has as columns."""
    axes = axes_by_name(answer.rule)
    return {str(name) for name, sizes in axes.items() if [*map(str, sizes)] == ["B"]}


def _assigned(name: str, answer: Answer) -> str:
    return f"{name} = data.{name}" + "[:, None]" * (name in _one_a_sample(answer))


def _passed(name: Name, answer: Answer) -> str:
    return f"{name}[:, 0]" if str(name) in _one_a_sample(answer) else str(name)


def _with_tanh(layer: Definitions) -> Definitions:
    def at_hand(value: Expr) -> Expr:
        slope = value.replace(f_second, lambda a: -2 * tanh(a) * (1 - tanh(a) ** 2)).replace(
            f_prime, lambda a: 1 - tanh(a) ** 2
        )
        return slope.replace(f, tanh)

    return Definitions({layer[name][0]: at_hand(layer[name][1]) for name in layer})


def _follow(wanted: Iterable[Name], layer: Definitions, names: list[Name]) -> None:
    """Append the names that have a meaning, each after those it builds on."""
    for name in wanted:
        if name in layer and name not in names:
            parts = sorted({name_of(part) for part in layer[name][1].atoms(Indexed)} - {None}, key=str)
            _follow(parts, layer, names)
            names.append(name)


def _primitive(names: list[Name], arguments: Iterable[Name], layer: Definitions) -> list[str]:
    """The names without a meaning on which these are built."""
    found = {name_of(part) for name in names for part in layer[name][1].atoms(Indexed)} | set(arguments)
    return sorted(str(name) for name in found if isinstance(name, IndexedBase) and name not in layer)


def _generated_loss(answer: Answer) -> str:
    """The loss, as code."""
    problem, layer = answer.problem, _with_tanh(answer.rule.definitions)
    written, layer = opened(problem.loss, layer, answer.taken)
    names: list[Name] = []
    follow(written, replace(answer.rule, arguments=()), layer, names)
    lines = [statement(name, layer) for name in names]
    needed = [written, *(layer[name][1] for name in names)]
    symbols = sorted({str(size) for expr in needed for size in expr.free_symbols if str(size) in answer.sizes[-1]})
    head = [f"{size} = data.{size}" for size in symbols]
    arrays = sorted({str(name_of(e)) for e in primitives(problem.loss, problem.layer) if isinstance(e, Indexed)})
    head += [_assigned(name, answer) for name in arrays if name != str(name_of(problem.target))]
    head += [f"{name} = data.{name}" for name in problem.options]
    body = [*head, *lines, f"return {total(written)}"]
    return f"def loss(xp, {name_of(problem.target)}, data):\n" + textwrap.indent("\n".join(body), "    ")


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

import rule
from rule import {name}


def draw(seed):
    """Random values for all that is given."""
    rng, data = np.random.default_rng(seed), SimpleNamespace({sizes})
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
    found, step = np.zeros_like(data.{target}), 1e-3

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
@pytest.mark.parametrize("seed", [0, 1])
def test_the_rule_is_minus_the_derivative(derivative, tolerance, seed):
    data = draw(seed)
    expected = -derivative(data)
    assert np.any(expected)
    np.testing.assert_allclose(update({name}, data), expected, rtol=0, atol=tolerance * np.max(np.abs(expected)))


@pytest.mark.parametrize("library", ["jax.numpy", "torch", "array_api_strict"])
def test_it_is_the_same_in_every_library(library):
    pytest.importorskip(library.partition(".")[0])
    xp = __import__(library, fromlist=["asarray"])
    data = draw(0)
    given = [xp.asarray(array) for array in arguments(data.{target}, data)]
    found = np.asarray({name}(*given{keywords}))
    np.testing.assert_allclose(found, update({name}, data), rtol=1e-4, atol=1e-4)


def broken():
    """The function with one operation of its formula changed at a time."""
    (function,) = ast.parse(inspect.getsource({name})).body
    other = {{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.USub: ast.UAdd}}
    sites = [n for n, node in enumerate(ast.walk(function)) if type(getattr(node, "op", None)) in other]
    for site in sites:
        changed = copy.deepcopy(function)
        node = list(ast.walk(changed))[site]
        node.op = other[type(node.op)]()
        names = dict(vars(rule))
        exec(compile(ast.fix_missing_locations(ast.Module([changed], [])), "broken", "exec"), names)
        yield f"{{site}}: {{ast.unparse(node)}}", names["{name}"]


def noticed(wrong):
    """Whether an error is one at any of two points; None where it changes no number at all there."""
    same = []
    for data in (draw(0), draw(1)):
        try:
            with np.errstate(all="ignore"):
                found = update(wrong, data)
        except Exception:
            return True
        expected = -by_differences(data)
        if not np.allclose(found, expected, rtol=0, atol=1e-6 * np.max(np.abs(expected)), equal_nan=False):
            return True
        same.append(np.array_equal(found, update({name}, data)))
    return None if all(same) else False


def test_seeded_errors_are_noticed():
    """But for those that change nothing, such as 1·y for y, which must be few."""
    found = {{where: noticed(wrong) for where, wrong in broken()}}
    assert False not in found.values(), found
    assert list(found.values()).count(True) >= len(found) / 2
'''
