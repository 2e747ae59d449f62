"""The tests that are written beside a rule: automatic differentiation of the loss, and seeded errors in the rule.

The loss is the one that was written separately, if there is one, and is then taken over word for word; else it is generated
from the expression that the rule was derived from, and the tests say so. The activation function is tanh.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from sympy import Expr, Indexed, IndexedBase, S, Symbol, tanh

from lvicreg.calculus import Definitions, f, f_prime, f_second
from lvicreg.calculus.axes import is_sample, size_of
from lvicreg.calculus.definitions import Name, name_of
from lvicreg.calculus.functions import StopGradient
from lvicreg.calculus.indexed import Symmetric, free_indices
from lvicreg.codegen.arrays import total
from lvicreg.codegen.averages import NoStream
from lvicreg.codegen.emit import dependencies, statement
from lvicreg.codegen.layout import NotArrayCode
from lvicreg.codegen.names import axes_by_name
from lvicreg.codegen.naming import opened, with_named_sums
from lvicreg.engines.evaluation.broadcasting import primitives

from .answer import Answer
from .stream import Streamed, streamed
from .templates import ONE_SAMPLE, STATISTICS, STREAMED, TEMPLATE


def tests(answer: Answer) -> str:
    """The text of ``test_rule.py``."""
    problem, rule = answer.problem, answer.rule
    # the weights and what arrives stay as they are, or the activity would be flat
    usual = {str(name_of(entry)) for entry in (problem.target, *problem.synapse.pre)}
    arrays = {str(name_of(entry)): entry for entry in primitives(problem.loss, problem.layer) if isinstance(entry, Indexed)}
    drawn = "\n".join(f"    data.{name} = {_drawn(entry, scaled=name not in usual)}" for name, entry in sorted(arrays.items()))
    options = "\n".join(f"    data.{name} = {float(value)!r}" for name, value in problem.options.items())
    if problem.independent:
        loss = textwrap.dedent(inspect.getsource(problem.independent)).rstrip()
        loss = loss.replace(f"def {problem.independent.__name__}(", "def loss(", 1)
        whose = "The loss was written separately from the rule."
    else:
        loss = _generated_loss(answer)
        whose = "Not independent: the loss is generated from the expression that the rule was derived from."
    target, stream = str(name_of(problem.target)), streamed(answer)
    return TEMPLATE.format(
        name=rule.name,
        file=problem.path.name,
        whose=whose,
        sizes=", ".join(f"dict({_listed(sizes)}, scale={scale})" for sizes, scale in _points(answer)),
        drawn="\n".join(part for part in (drawn, options) if part),
        loss=loss,
        target=target,
        given=_given(answer, rule.arguments),
        stream=", stream" * isinstance(stream, Streamed),
        one_sample=_one_sample(answer, stream),
        arguments=", ".join(_passed(name, answer) for name in rule.arguments) + "," * (len(rule.arguments) == 1),
        keywords="".join(f", {name}=data.{name}" for name in problem.options),
    )


def _points(answer: Answer) -> list[tuple[Mapping[str, int], int]]:
    """Sizes, and a scale of what is neither weights nor arrives at them; with many samples, hinges are shut and open."""
    *few, usual = answer.sizes
    many = {**usual, answer.rule.samples: 40}
    return [*((sizes, 1) for sizes in (usual, *few, many)), (many, 3)]


def _listed(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name}={size}" for name, size in sizes.items())


def _drawn(entry: Indexed, scaled: bool) -> str:
    shape = ", ".join(f"data.{size_of(index)}" for index in entry.indices)
    values = f"{'data.scale * ' * scaled}rng.normal(size=({shape}{',' * (len(entry.indices) == 1)}))"
    if isinstance(entry.base, Symmetric):
        return f"(lambda array: array + array.T)({values})"
    return f"np.abs({values})" if entry.is_nonnegative else f"-np.abs({values})" if entry.is_nonpositive else values


def _given(answer: Answer, wanted: Sequence[Name]) -> str:
    """Statements that compute what the rule takes."""
    layer, target = _with_tanh(answer.rule.definitions), str(name_of(answer.problem.target))
    names = dependencies((layer[name][0] for name in wanted if name in layer), layer)
    lines = _numbers([layer[name][1] for name in names], answer)
    lines += [_assigned(name, answer) for name in _primitive(names, wanted, layer) if name != target]
    return textwrap.indent("\n".join([*lines, *(statement(name, layer) for name in names)]), "    ")


def _one_sample(answer: Answer, stream: Streamed | NoStream) -> str:
    """The tests that one sample is a minibatch of one, and that statistics are used where they are given."""
    rule, axes = answer.rule, axes_by_name(answer.rule)
    about = {
        "name": rule.name,
        "target": name_of(answer.problem.target),
        "per_sample": tuple([*map(str, axes[name])][:1] == [rule.samples] for name in rule.arguments),
        "keywords": "".join(f", {name}=data.{name}" for name in answer.problem.options),
    }
    if not rule.statistics:
        return ONE_SAMPLE.format(given="", taken="", **about)
    statistics = ", ".join(f"{name}={name}" for name in rule.statistics)
    parts = [
        STATISTICS.format(taken=_given(answer, rule.statistics), statistics=statistics, **about),
        ONE_SAMPLE.format(given=", **given", taken=f"    given = statistics(data.{about['target']}, data)\n", **about),
    ]
    if isinstance(stream, Streamed):
        passed = [f"{name}=state.{name}" for name in rule.statistics if name in stream.filters]
        passed += [f"{name}={stream.weight_of(name, '(1 / (t + 1))')}" for name in stream.weights]
        held = [f"{name}=tended[{str(name)!r}]" for name in rule.statistics if name in stream.filters]
        held += [f"{name}={stream.weights[name]} / (data.{rule.samples} - 1)" for name in stream.weights]
        parts.append(
            STREAMED.format(
                samples=rule.samples,
                averaged=_given(answer, [*stream.filters]),
                averages=", ".join(f"{name}={name}" for name in stream.filters),
                is_target=tuple(str(name) == str(about["target"]) for name in rule.arguments),
                passed=", ".join(passed),
                held=", ".join(held),
                **about,
            )
        )
    return "".join(parts)


def _one_a_sample(answer: Answer) -> set[str]:
    """The arrays that have one number a sample, which the code has as columns."""
    axes = axes_by_name(answer.rule)
    return {str(name) for name, sizes in axes.items() if [*map(str, sizes)] == [answer.rule.samples]}


def _assigned(name: str, answer: Answer) -> str:
    return f"{name} = data.{name}" + "[:, None]" * (name in _one_a_sample(answer))


def _passed(name: Name, answer: Answer) -> str:
    return f"{name}[:, 0]" if str(name) in _one_a_sample(answer) else str(name)


def _with_tanh(layer: Definitions) -> Definitions:
    return Definitions({layer[name][0]: _with_tanh_in(layer[name][1]) for name in layer})


def _with_tanh_in(value: Expr) -> Expr:
    curved = value.replace(f_second, lambda a: -2 * tanh(a) * (1 - tanh(a) ** 2))
    return curved.replace(f_prime, lambda a: 1 - tanh(a) ** 2).replace(f, tanh)


def _primitive(names: list[Name], arguments: Iterable[Name], layer: Definitions) -> list[str]:
    """The names without a meaning on which these are built."""
    found = {name_of(part) for name in names for part in layer[name][1].atoms(Indexed)} | set(arguments)
    return sorted(str(name) for name in found if isinstance(name, IndexedBase) and name not in layer)


def _numbers(expressions: Sequence[Expr], answer: Answer) -> list[str]:
    """Assignments of the sizes and the options that expressions need."""
    known = {*answer.sizes[-1], *map(str, answer.problem.options)}
    names = sorted({str(symbol) for expr in expressions for symbol in expr.free_symbols} & known)
    return [f"{name} = data.{name}" for name in names]


def _generated_loss(answer: Answer) -> str:
    """The loss, as code; what is held constant is computed from the weights that are not differentiated."""
    problem, target = answer.problem, name_of(answer.problem.target)
    held: dict[Expr, Expr] = {}
    layer = Definitions({layer[name][0]: _held(layer[name][1], held) for layer in [problem.layer] for name in layer})
    loss = _held(problem.loss, held)
    if not held:
        return f"def loss(xp, {target}, data):\n{_computed(loss, layer, answer)}"
    names = ", ".join(str(name_of(name)) for name in held.values())
    values = problem.layer.replace({name: value.args[0] for value, name in held.items()})
    constants = f"def held(xp, {target}, data):\n{_computed(None, values, answer, list(held.values()))}"
    taken = f"    {names} = held(xp, data.{target}, data)\n"
    return f"{constants}\n\n\ndef loss(xp, {target}, data):\n{taken}{_computed(loss, layer, answer, known=held.values())}"


def _held(expr: Expr, held: dict[Expr, Expr]) -> Expr:
    """An expression with a name for each stop-gradient, which is noted."""
    for node in sorted(_outermost(expr), key=str):
        if node not in held:
            indices = tuple(sorted(free_indices(node), key=lambda index: (not is_sample(index), str(index))))
            name = f"held_{len(held) + 1}"
            held[node] = IndexedBase(name)[indices] if indices else Symbol(name)
    return expr.xreplace(held)


def _outermost(expr: Expr) -> set[Expr]:
    if isinstance(expr, StopGradient):
        return {expr}
    return set().union(*map(_outermost, expr.args)) if expr.args else set()


def _computed(
    loss: Expr | None, layer: Definitions, answer: Answer, wanted: Sequence[Expr] = (), known: Iterable[Expr] = ()
) -> str:
    """Statements that compute the loss, or quantities of the layer, from what is drawn."""
    try:
        layer = with_named_sums(_with_tanh(layer), answer.taken)
        written, layer = (S.Zero, layer) if loss is None else opened(_with_tanh_in(loss), layer, answer.taken)
        names = dependencies([written, *wanted], layer)
        lines = [statement(name, layer) for name in names]
        returned = ", ".join(str(name_of(name)) for name in wanted) or total(written)
    except NotArrayCode as reason:
        told = f"{reason}. Or write the loss once more in NumPy: def independent(np, W, data): return …"
        raise NotArrayCode(f"{answer.problem.path.name}: for the tests of the rule, {told}") from None
    values = [written, *(layer[name][1] for name in names)]
    found = {name_of(part) for value in values for part in value.atoms(Indexed)} - set(layer) - set(map(name_of, known))
    arrays = sorted(str(name) for name in found if name != name_of(answer.problem.target))
    body = [*_numbers(values, answer), *(_assigned(name, answer) for name in arrays), *lines, f"return {returned}"]
    return textwrap.indent("\n".join(body), "    ")
