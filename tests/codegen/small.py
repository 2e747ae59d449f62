"""Rules and losses of a line or two, what their code computes, and how they are refused."""

import pytest
from sympy import Idx, IndexedBase, Symbol

from lvicreg._inputs import arrays, minibatch_size, nonnegative, several_samples
from lvicreg._precision import full_precision
from lvicreg.calculus import Definitions, Descent, Sigma, Symmetric, Synapse
from lvicreg.calculus.layer import B, W, b, i, k, p, q, t, x, z
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.layout import NotArrayCode
from lvicreg.codegen.loss import loss_source
from lvicreg.codegen.rule import LossFunction, Parameter, Rule

d = Idx("d", B)  # the activity z_dp with respect to which losses are differentiated
e, r, v, w, y, A, S, V, Ku = map(IndexedBase, ("e", "r", "v", "w", "y", "A", "S", "V", "Ku"))
K = Symmetric("K")
beta, gamma = (Symbol(name, positive=True) for name in ("beta", "gamma"))

mean = {v[i]: Sigma(z[b, i], b) / B}
squares = Sigma(z[b, i] ** 2, b, i)
covariance = {K[i, k]: Sigma(z[b, i] * z[b, k], b), Ku[b, i]: Sigma(K[i, k] * z[b, k], k)}

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


def from_loss(loss, meanings=None, arguments=(z,), target=z[d, p], more=(), **about):
    """A loss with its gradient; ``more`` are pairs of another form and its definitions."""
    forms = [Descent(form, target, Definitions(each)) for form, each in ((loss, meanings), *more)]
    taken = {name: about[name] for name in ("statistics", "options") if name in about}
    told = {"name": "small", "summary": "A small loss.", "parameters": _described(arguments, **taken)} | about
    return LossFunction(definitions=forms[0].definitions, arguments=arguments, forms=tuple(forms), **told)


def compiled(source):
    """The function whose source this is."""
    names = {"arrays": arrays, "minibatch_size": minibatch_size, "several_samples": several_samples, "Any": object}
    names |= {"nonnegative": nonnegative, "full_precision": full_precision}
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
