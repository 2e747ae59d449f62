"""Rules and losses of a line or two, what their code computes, and how they are refused."""

import pytest
from sympy import Idx, IndexedBase, Symbol

from lvicreg._inputs import arrays, minibatch_size, nonnegative, several_samples
from lvicreg._parts import loudest, together
from lvicreg._precision import full_precision, summed
from lvicreg.calculus import Definitions, Descent, Sigma, Symmetric, Synapse, axis
from lvicreg.calculus.layer import B, W, b, c, i, k, p, q, t, x, z
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.layout import NotArrayCode
from lvicreg.codegen.loss import loss_source
from lvicreg.codegen.rule import Avoidable, Division, LossFunction, Parameter, Parts, Rule

d = Idx("d", B)  # the activity z_dp with respect to which losses are differentiated
e, r, v, w, y, A, S, V, Ku = map(IndexedBase, ("e", "r", "v", "w", "y", "A", "S", "V", "Ku"))
K, G, G_loud, G_rest = map(Symmetric, ("K", "G", "G_loud", "G_rest"))
beta, gamma = (Symbol(name, positive=True) for name in ("beta", "gamma"))

mean = {v[i]: Sigma(z[b, i], b) / B}
squares = Sigma(z[b, i] ** 2, b, i)
covariance = {K[i, k]: Sigma(z[b, i] * z[b, k], b), Ku[b, i]: Sigma(K[i, k] * z[b, k], k)}

# the same products, and the sum of their squares, of a population in two parts
n, m, o = Idx("n", axis("N_loud", "unit")), Idx("m", axis("N_rest", "unit")), Idx("o", axis("N_loud", "unit"))
z_loud, z_rest, y_loud, y_rest = map(IndexedBase, ("z_loud", "z_rest", "y_loud", "y_rest"))
in_parts = Definitions(
    {
        G_loud[b, c]: Sigma(z_loud[b, n] * z_loud[c, n], n),
        G_rest[b, c]: Sigma(z_rest[b, m] * z_rest[c, m], m),
        G[b, c]: G_loud[b, c] + G_rest[b, c],
        y_loud[b, n]: Sigma(G[b, c] * z_loud[c, n], c),
        y_rest[b, m]: Sigma(G[b, c] * z_rest[c, m], c),
    }
)
size_of_unit = {w[i]: Sigma(z[b, i] ** 2, b)}


division = Division(divided=z, columns=(z_loud, z_rest), var=w[i], count=5 * B / 4, least=2 * B, definitions=in_parts)
avoidable = Avoidable(statistic=K, product=Ku[b, i], loud=y_loud[b, n], rest=y_rest[b, m], division=division)
parts = Parts(*(Descent(beta * Sigma(G[b, c] ** 2, b, c), at, in_parts) for at in (z_loud[d, o], z_rest[d, m])), beta, division)


UPDATE, LOSS, GRADIENT = "small: the update: ", "small: the loss: ", "small: the gradient: "


def of(pattern):
    """Where a refusal says that it stands, in the definition of ``pattern``."""
    return f"small: the definition of {pattern}: "


def _described(arguments, statistics=(), options=()):
    return {str(name): Parameter("given.", 0.5 if name in options else None) for name in (*arguments, *statistics, *options)}


def from_update(update, meanings=None, arguments=(x, z), **about):
    """A rule, by its update."""
    taken = {name: about[name] for name in ("statistics", "options") if name in about}
    sample, target = about.pop("sample", t), about.setdefault("target", W[p, q])
    weight = target if len(set(target.indices)) == 2 else W[p, q]
    told = {"name": "small", "summary": "A small rule.", "synapse": Synapse(weight, sample)} | about
    told.setdefault("parameters", _described(arguments, **taken))
    return Rule(update=update, definitions=Definitions(meanings), arguments=arguments, **told)


def from_post(post, meanings=None, arguments=(x, z), **about):
    """The rule ``Σ_t post · x_tq``."""
    return from_update(Sigma(post * x[t, q], t), meanings, arguments, **about)


def from_loss(loss, meanings=None, arguments=(z,), target=z[d, p], **about):
    """A loss with its gradient."""
    form = Descent(loss, target, Definitions(meanings))
    taken = {name: about[name] for name in ("statistics", "options") if name in about}
    told = {"name": "small", "summary": "A small loss.", "parameters": _described(arguments, **taken)} | about
    return LossFunction(definitions=form.definitions, arguments=arguments, form=form, **told)


def compiled(source):
    """The function whose source this is."""
    names = {"arrays": arrays, "minibatch_size": minibatch_size, "several_samples": several_samples, "Any": object}
    names |= {
        "nonnegative": nonnegative,
        "full_precision": full_precision,
        "summed": summed,
        "loudest": loudest,
        "together": together,
    }
    exec(source, names)
    return names["small"]


def source(function):
    """The code of a rule or a loss."""
    return loss_source(function) if isinstance(function, LossFunction) else function_source(function)


def refusal(function):
    """The error with which a function is refused."""
    with pytest.raises(NotArrayCode) as caught:
        source(function)
    return caught.value


def assert_refused(function, what, advice):
    message = str(refusal(function))
    assert what in message
    assert advice in message
