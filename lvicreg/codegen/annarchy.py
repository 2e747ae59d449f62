"""A local rule for ANNarchy: a module with the model, which needs ANNarchy, its compiler and NumPy alone.

ANNarchy computes the units' sums, then the units, then what is common to the population, then the synapses: its mean over the
units is of this sample where a synapse reads it, and so the factor common to the population is read there. A conditional is
taken only as a whole right side: each step and hinge is a quantity of its own.
"""

from __future__ import annotations

import re

from sympy import Expr, Symbol

from lvicreg.calculus import H, relu

from .exported import arguments, described, lined, parameters, passed, product, signature, test_of
from .synaptic import Scalar, Synaptic, activations

MODEL = '''\
"""{described}
"""

from tempfile import TemporaryDirectory

import ANNarchy as ann
import numpy as np

ACTIVATIONS = {{  # the activity and its slope
{activations}
}}


def simulate({signature}):
    """Learn from a stream in ANNarchy, one sample in a time step.

{arguments}
    """
    network = ann.Network(dt=1.0)
    inputs = network.create(geometry=W.shape[1], neuron=ann.Neuron(parameters="r = 0.0"))
    unit = ann.Neuron(parameters={{
{of_units}
    }}, equations="""
        a = sum(exc)
    """ + ACTIVATIONS[activation] + """
{computed}
        r = z
    """)
    layer = network.create(geometry=len(W), neuron=unit)
    synapse = ann.Synapse(parameters={{
{of_synapses}
    }}, psp="w*pre.r", equations="""
{learned}
    """)
    synapses = network.connect(inputs, layer, target="exc", synapse=synapse)
    synapses.from_matrix(W)
    activity = np.empty((len(x), len(W)))
    with TemporaryDirectory() as folder:
        network.compile(directory=folder, silent=True)
        for t, sample in enumerate(x):
            inputs.r = sample
            network.step()
            activity[t] = layer.z
    return np.array([synapses.dendrite(i).w for i in range(len(W))]), activity
'''


class Code(Scalar):
    """Expressions as ANNarchy reads them, but for steps and hinges."""


def equations(name: str, value: Expr) -> list[str]:
    """``name = …``, after what stands in it of steps and hinges."""
    code = Code().doprint
    if isinstance(value, (H, relu)):
        (argument,) = value.args
        return [f"{name} = if {code(argument)} > 0.0: {'1.0' if isinstance(value, H) else code(argument)} else: 0.0"]
    parts = sorted(value.atoms(H, relu), key=str)
    names = {part: Symbol(f"{name}_{'gate' if isinstance(part, H) else 'hinge'}{n}") for n, part in enumerate(parts, 1)}
    before = [line for part in parts for line in equations(str(names[part]), part)]
    return [*before, f"{name} = {code(value.xreplace(names))}"]


def annarchy(synaptic: Synaptic) -> dict[str, str]:
    """The text of the model and of its test, by the names of their files, without a header.

    Raises:
        NotSynaptic: ANNarchy has no code for something in the rule.
    """
    computed: list[str] = []
    for quantity, value in synaptic.computed:
        *before, line = equations(str(quantity), value)
        begin = synaptic.begin.get(str(quantity))
        computed += [*before, line if begin is None else f"{line} : init = {float(begin)}"]
    if synaptic.needs("z_prev"):
        computed = ["z_prev = seen*last + (1 - seen)*z", *computed, "last = z", "seen = 1.0"]
    for share in synaptic.shares.values():
        computed += equations("share", share)
    products = []
    for pre, parts in synaptic.parts.items():
        arrives, called = ("pre.r", "factor") if pre != synaptic.rule.synapse.target else ("w", "rate")
        terms = []
        for population, part in parts.items():
            shared = "" if population == 1 else Code().doprint(population)
            named = re.sub(r"\W+", "_", f"{called}_{shared}") if shared else called
            computed += equations(named, part)
            terms.append(f"post.{named}*{shared}" if shared else f"post.{named}")
        products.append(f"{arrives}*{product(terms)}")
    learned = [f"{name} = N*mean(post.share) : postsynaptic" for name in synaptic.shares]
    learned.append(f"w += eta*{product(products)}")
    model = MODEL.format(
        described=described(synaptic),
        activations="\n".join(
            f'    "{name}": """\n{lined([*equations("z", function), *equations("slope", slope)], 8)}""",'
            for name, function, slope in activations()
        ),
        signature=signature(synaptic),
        arguments=arguments(synaptic),
        of_units=passed([name for name in parameters(synaptic) if name != "eta"]),
        computed=lined(computed, 8),
        learned=lined(learned, 8),
        of_synapses='        "eta": eta,' + ' "N": len(W),' * bool(synaptic.shares),
    )
    name = synaptic.rule.name
    return {f"{name}_annarchy.py": model, f"test_{name}_annarchy.py": test_of(synaptic, "annarchy", "ANNarchy", "ANNarchy")}
