"""What the exports of a rule share: what is said of it, how it is called, and the test beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from lvicreg.calculus.notation import text

from .averages import averaged
from .docstring import WIDTH, display, quoted, where
from .equation import as_text, presented
from .synaptic import Synaptic

TEST = '''\
"""``{name}_{module}`` learns what ``lvicreg.online`` learns, to 1e-12, for 300 samples."""

import numpy as np
import pytest

pytest.importorskip("{package}", reason="{simulator} is not installed")

from {name}_{module} import simulate

from lvicreg import online, rules

OPTIONS = {options}


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_it_is_the_rule_on_a_stream(activation):
    random = np.random.default_rng(0)
    x, W = random.normal(size=(300, 5)), random.normal(size=(4, 5)) / 2
    f = getattr(online, activation)
    stream = online.Stream(rule=rules.{name}, eta=0.01, alpha=0.05, activation=f, options=OPTIONS)
    state, z = stream.run(stream.start(W), x)
    weights, activity = simulate(x, W, eta=0.01, {alpha}activation=activation, **OPTIONS)
    difference = max(np.abs(activity - z).max(), np.abs(weights - state.W).max())
    print(f"{name}, {{activation}}: {{difference:.1e}} from lvicreg.online at most")
    assert difference < 1e-12
    assert np.abs(state.W - W).max() > 0.01  # it has learned
'''


def described(synaptic: Synaptic) -> str:
    """The rule in words and equations, with what was proven of it."""
    rule, notation = synaptic.rule, synaptic.rule.notation
    equations = display(as_text(rule)) + where(rule, presented(rule).values(), synaptic.layer)
    for name in synaptic.statistics:
        kept, taken = text(rule.definitions[name][0], notation), text(averaged(name, rule), notation)
        equations += f"\n    {kept} ← (1 - α) {kept} + α {taken}"
    remarks = {
        "Claims": ", ".join(f"``{claim}``" for claim in rule.claims),
        "Locality": rule.locality,
        "Convention": rule.convention,
        "Source": rule.source,
    }
    said = "The order of events is that of ``lvicreg.online``: the filters take a sample in before the rule reads them."
    paragraphs = [rule.summary, *[said] * bool(synaptic.statistics)]
    paragraphs += [f"{title}: {remark}" for title, remark in remarks.items() if remark]
    first, *rest = (textwrap.fill(paragraph, WIDTH, break_on_hyphens=False) for paragraph in paragraphs)
    return quoted("\n\n".join([first, equations, *rest]))


def signature(synaptic: Synaptic) -> str:
    """What ``simulate`` takes."""
    rates = ["eta", *["alpha"] * synaptic.needs("alpha")]
    defaults = [f"{name}={value!r}" for name, value in synaptic.options.items()]
    given = ", ".join(["x", "W", "*", *rates, 'activation="linear"', *defaults])
    return (
        given if len(given) < WIDTH - 16 else "\n" + lined(textwrap.wrap(given + ",", WIDTH, break_on_hyphens=False), 4) + "\n"
    )


def arguments(synaptic: Synaptic) -> str:
    """What ``simulate`` takes and returns, in words."""
    lines = ["x: (T, M); the samples.", "W: (N, M); the weights before the first of them.", "eta: learning rate η."]
    lines += ["alpha: weight of one sample in the filters."] * synaptic.needs("alpha")
    lines += ["activation: linear, tanh or relu."]
    lines += [f"{name}: {synaptic.rule.parameters[name].description}" for name in synaptic.options]
    returned = "The weights after the last sample, (N, M), and the activity at each, (T, N)."
    return lined(["Args:", *(f"    {line}" for line in lines), "", "Returns:", f"    {returned}"], 4)


def passed(names: Sequence[str]) -> str:
    """The items of a dictionary of numbers by their names, four in a line."""
    items = [f'"{name}": {name},' for name in names]
    return lined((" ".join(items[n : n + 4]) for n in range(0, len(items), 4)), 8)


def parameters(synaptic: Synaptic) -> list[str]:
    """The names of the numbers that the model takes."""
    return ["eta", *["alpha"] * synaptic.needs("alpha"), *synaptic.options]


def product(terms: Iterable[str]) -> str:
    """What a learning rate multiplies: a term, or a sum in brackets."""
    first, *rest = terms
    return f"({' + '.join([first, *rest])})" if rest else first


def test_of(synaptic: Synaptic, module: str, package: str, simulator: str) -> str:
    """The text of the test; the options have other values than their defaults, and no two the same multiple of theirs."""
    options = {name: round(value * (0.6 + 0.1 * n), 9) for n, (name, value) in enumerate(synaptic.options.items())}
    alpha = "alpha=0.05, " * synaptic.needs("alpha")
    name = synaptic.rule.name
    return TEST.format(name=name, module=module, package=package, simulator=simulator, options=options, alpha=alpha).replace(
        "'", '"'
    )


def lined(lines: Iterable[str], indent: int) -> str:
    """Lines below each other, those with text indented."""
    return textwrap.indent("\n".join(lines), " " * indent)
