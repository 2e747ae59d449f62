"""A local rule for Brian2: a module with the model, which needs Brian2 and NumPy alone.

In each time step Brian2 runs what is in one slot by ``order``, and a summed variable one before the group that it is for. So
``a`` is summed at -1 and the units follow at 0; the population's factor is summed at 1, since its group has ``order=2``, and
what reads it follows. With the default order it would be the factor of the sample before, and nothing would be said.
"""

from __future__ import annotations

from typing import ClassVar

from sympy import Indexed

from lvicreg.calculus import H, relu

from .exported import arguments, described, lined, parameters, passed, product, signature, test_of
from .synaptic import Scalar, Synaptic, activations

MODEL = '''\
"""{described}
"""

import brian2 as b2
import numpy as np

ACTIVATIONS = {{  # the activity and its slope
{activations}
}}


def simulate({signature}):
    """Learn from a stream in Brian2, one sample in a time step.

{arguments}
    """
    b2.prefs.codegen.target = "numpy"  # no compiler is needed
    (T, M), N, dt = x.shape, len(W), b2.defaultclock.dt
    parameters = {{
{parameters}
    }}

    inputs = b2.NeuronGroup(M, "x : 1", namespace={{"samples": b2.TimedArray(x, dt=dt)}})
    inputs.run_regularly("x = samples(t, i)", when="start")

    layer = b2.NeuronGroup(N, """
{variables}
    """, namespace=parameters)
    layer.run_regularly(ACTIVATIONS[activation] + """
{computed}
    """, when="groups", order=0)
{population}\
    synapses = b2.Synapses(inputs, layer, """
        W : 1
        a_post = W*x_pre : 1 (summed)
    """, namespace=parameters)
    synapses.connect()
    synapses.W[:] = W[synapses.j[:], synapses.i[:]]  # Brian2 counts inputs by i and units by j
    synapses.run_regularly("W += eta*{products}", when="groups", order=3)

    activity = b2.StateMonitor(layer, "z", record=True, when="end")
    b2.Network(inputs, layer, synapses, activity{groups}).run(T*dt, namespace={{}})
    weights = np.empty((N, M))
    weights[synapses.j[:], synapses.i[:]] = synapses.W[:]
    return weights, activity.z[:].T
'''
POPULATION = '''
    pool = b2.NeuronGroup(1, "{name} : 1", order=2)  # summed after the units; by default it would be that of the sample before
    told = b2.Synapses(layer, pool, "{name}_post = {share} : 1 (summed)", namespace=parameters)
    told.connect()
    layer.{name} = b2.linked_var(pool, "{name}")
    layer.run_regularly("""
{factors}
    """, when="groups", order=2)

'''


class Code(Scalar):
    """Expressions as Brian2 reads them."""

    functions: ClassVar = {**Scalar.functions, H: "int({0} > 0)", relu: "clip({0}, 0, inf)"}


class OfPresynaptic(Code):
    """The same of the unit that sends."""

    def _print_Indexed(self, entry: Indexed) -> str:
        return f"{super()._print_Indexed(entry)}_pre"


def brian2(synaptic: Synaptic) -> dict[str, str]:
    """The text of the model and of its test, by the names of their files, without a header.

    Raises:
        NotSynaptic: Brian2 has no code for something in the rule.
    """
    code, shares = Code().doprint, synaptic.shares
    names = ["a", "z", "slope", *(str(name) for name, _ in synaptic.computed)]
    computed = [f"{name} = {code(value)}" for name, value in synaptic.computed]
    if synaptic.needs("z_prev"):
        names += ["z_prev", "last", "seen"]
        computed = [
            "z_prev = seen*last + (1 - seen)*z  # the first sample has no predecessor",
            *computed,
            "last = z",
            "seen = 1",
        ]
    called = {"x": "factor", "W": "rate"}
    factors = [f"{called[pre]} = {code(value)}" for pre, value in synaptic.factors.items()]
    names += [called[pre] for pre in synaptic.factors]
    products = {"x": "x_pre*factor_post", "W": "W*rate_post"}
    variables = [f"{name} : 1" for name in names] + [f"{name} : 1 (linked)" for name in shares]
    population = ""
    for name, share in shares.items():
        told = OfPresynaptic().doprint(share)
        population = POPULATION.format(name=name, share=told, factors=lined(factors, 8))
    if not shares:
        computed += factors
    begin = [f"    layer.{name} = {value}\n" for name, value in synaptic.begin.items()]
    model = MODEL.format(
        described=described(synaptic),
        activations="\n".join(
            f'    "{name}": "z = {code(function)}; slope = {code(slope)}",' for name, function, slope in activations()
        ),
        signature=signature(synaptic),
        arguments=arguments(synaptic),
        parameters=passed(parameters(synaptic)),
        variables=lined(variables, 8),
        computed=lined(computed, 8),
        population="".join(begin) + population,
        products=product(products[pre] for pre in synaptic.factors),
        groups=", pool, told" * bool(shares),
    )
    name = synaptic.rule.name
    return {f"{name}_brian2.py": model, f"test_{name}_brian2.py": test_of(synaptic, "brian2", "brian2", "Brian2")}
