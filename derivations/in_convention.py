"""From a convention to a loss, to its derivation and to code: the same object says what is summed and what the docstring says.

``loss_in`` writes a term of ``lvicreg.conventions`` as an indexed loss of the present view, with the half that it has where
two views are averaged, and says what its names stand for; ``rule_in`` differentiates it and describes its function to the
generator. The functions of ``lvicreg.rules`` are those of the default conventions; any other is derived in the same way.
"""

from dataclasses import replace

from sympy import Expr, Rational, log, sqrt

from derivations import covariance, covariance_one_sample, invariance, log_variance, variance
from derivations.invariance import z_prev
from derivations.notation import PARAMETERS
from derivations.variance import gamma
from lvicreg.calculus import Definitions, Descent, Sigma, relu
from lvicreg.calculus.layer import B, N, W, alpha, b, epsilon, i, mean, p, q, sigma, t, var, z
from lvicreg.codegen.rule import Rule
from lvicreg.conventions.terms import SAMPLES, UNITS, VIEWS, Covariance, Invariance, Term, Variance

SECTION_RULES = {
    rule.name: rule
    for section in (variance, log_variance, covariance, covariance_one_sample, invariance)
    for rule in section.rules
}


def loss_in(term: Term) -> tuple[Expr, Definitions]:
    """The loss of the present view, and what its names stand for. γ and ε keep their names.

    Raises:
        ValueError: ``K`` divides by a batch size that the data do not have.
    """
    definitions = SECTION_RULES[term.rule].definitions
    match term:
        case Variance():
            shortfall = relu(gamma - sigma[i]) if term.form == "hinge" else -log(var[i] + epsilon)
            loss = Sigma(shortfall, i) * _share(term) / UNITS[term.units](N)
            definitions = definitions.replace({alpha: 1 / (B - term.ddof)})
            return loss, definitions.replace({sigma[i]: sqrt(var[i]) + epsilon}) if term.place == "deviation" else definitions
        case Covariance(form="one-sample"):
            summed = Sigma(covariance_one_sample.one_sample_loss, t)
            return summed * _share(term) / (UNITS[term.units](N) * SAMPLES[term.samples](B)), definitions
        case Covariance(batch="actual"):
            loss = covariance.loss * _share(term) / UNITS[term.units](N)
            return loss, definitions.replace({alpha: 1 / (B - term.ddof)})
        case Invariance():
            summed = Sigma((z[b, i] - z_prev[b, i]) ** 2, b, i)  # z_prev is given, so it is not differentiated
            return summed * _share(term) / (UNITS[term.units](N) * SAMPLES[term.samples](B)), definitions
    raise ValueError("K divides by a batch size that a code was told, and the data do not say: choose batch='actual'")


def _share(term: Term) -> Expr:
    """The factor before the sums, with the half of a view that is averaged with another."""
    return Rational(str(term.factor * VIEWS.get(term.views, 1)))


def rule_in(term: Term) -> Rule:
    """The rule that descends ``loss_in(term)``, with the term's γ and ε as defaults and its convention in the docstring.

    The one-sample covariance differentiated through its mean needs sums for which there is no name: the generator refuses it.
    """
    loss, definitions = loss_in(term)
    like = SECTION_RULES[term.rule]
    held = definitions.primitive(mean) if getattr(term, "mean", "free") == "held" else definitions
    defaults = {name: getattr(term, name) for name in ("gamma", "epsilon") if hasattr(term, name)}
    parameters = {name: replace(PARAMETERS[name], default=float(value)) for name, value in defaults.items()}
    descent = Descent(loss, W[p, q], held)
    written = loss.xreplace({covariance.squares: covariance.squares_off})  # in the names that the code has
    return replace(
        like,
        update=Descent(written, W[p, q], held).update,
        descent=descent,
        definitions=definitions,
        convention=str(term),
        parameters={**like.parameters, **parameters},
    )
