"""Gradients with respect to the activity.

A layer inside a deeper network, or a loss at its end, needs the loss's gradient with respect to the activities ``z``, which is
then propagated on; times ``f'(a_i^b) x_j^b`` and summed over samples it is the gradient with respect to the weights:

    ∂L/∂z_i^b = −α H(γ − σ_i) u_i^b/σ_i             (hinge)
                −α u_i^b/σ_i²                        (log-variance)
                2 (z_i^b − z'_i^b)                   (invariance)
                4 α β Σ_{k≠i} K_ik u_k^b             (covariance)
                4 β u_i^b Σ_{k≠i} (u_k^b)²           (one-sample covariance, the mean held constant)

The functions of ``lvicreg.losses`` return loss and gradient together. Covariance has two forms. With the covariances ``K_off``
between units its rounding errors are relative to ``σ_i σ_k``, as those of any covariance. With the Gram matrix of the samples,
smaller where ``B < N``, it is a difference: the errors are relative to ``Σ_ik K_ik²``, the diagonal included, and a single unit
of far larger variance than the others takes all digits. So the second form is of the population in two parts: the units of
largest variance, more than the rank of ``K``, by their covariances; and the rest, whose squares are then no larger than a few
times the loss (Welch's bound), by their Gram matrix.
"""

from fractions import Fraction
from typing import Any

from sympy import Expr, IndexedBase

from derivations import covariance, covariance_one_sample, invariance, log_variance, variance
from derivations.covariance import beta, between_units, between_units_loss, by_loud, by_rest, d, of_loudest
from derivations.independent import losses
from derivations.invariance import z_prev
from derivations.notation import LATEX, PARAMETERS, TEXT
from derivations.variance import gamma
from lvicreg.calculus import D, Definitions, Descent, H, Sigma, distinct
from lvicreg.calculus.layer import K, W, alpha, b, epsilon, i, k, mean, network, p, q, sigma, slope, t, u, x, z
from lvicreg.claims import Claim
from lvicreg.codegen.rule import LossFunction, Parts
from lvicreg.conventions import Covariance, Invariance, Variance
from lvicreg.engines import Autodiff, Equation

TITLE = "Gradients with respect to the activity"

# --- the gradients -------------------------------------------------------------------------------------------------------
hinge_gradient = -alpha * H(gamma - sigma[p]) * u[d, p] / sigma[p]
log_gradient = -alpha * u[d, p] / sigma[p] ** 2
invariance_gradient = 2 * (z[d, p] - z_prev[d, p])
covariance_gradient = 4 * alpha * beta * Sigma(distinct(p, k) * K[p, k] * u[d, k], k)
one_sample_gradient = 4 * beta * u[d, p] * Sigma(distinct(p, k) * u[d, k] ** 2, k)

# --- what the names stand for --------------------------------------------------------------------------------------------
layer = network.primitive(z)  # whatever the activity comes from
mean_held = network.holding(mean)

# --- the losses as the code has them ---------------------------------------------------------------------------------------
S = IndexedBase("S")
population = mean_held.primitive(z).replace({S[b]: Sigma(u[b, k] ** 2, k)})

hinge = Descent(variance.loss, z[d, p], layer)
logarithm = Descent(log_variance.loss, z[d, p], layer)
step = Descent(Sigma((z[b, i] - z_prev[b, i]) ** 2, b, i), z[d, p], layer)
by_units = Descent(between_units_loss, z[d, p], between_units.primitive(z))
one_sample = Descent(beta * Sigma(u[b, i] ** 2 * (S[b] - u[b, i] ** 2), b, i), z[d, p], population)


def weights(gradient: Expr) -> Expr:
    """By the chain rule, the gradient with respect to a weight."""
    return Sigma(gradient * slope[d, p] * x[d, q], d)


def equations(loss: Expr, gradient: Expr, *forms: Descent, held: Definitions = network) -> tuple[Equation, ...]:
    """The gradient with respect to the activity and the weights, and the forms that the code is generated from."""
    by_definition = held.primitive(z)
    found = [Equation(D(loss, z[d, p]), gradient, by_definition), Equation(D(loss, W[p, q]), weights(gradient), held)]
    for form in forms:
        sides = (form.loss, loss), (-form.update, gradient)  # of which some are the same expression
        found += [Equation(left, right, form.definitions) for left, right in sides if left != right]
    return tuple(found)


claims = (
    Claim(
        id="activity.variance",
        title="The hinge's gradient at the activities",
        statement=r"$[[-\alpha H(\gamma - \sigma_i) \frac{u_i^b}{\sigma_i}]]$ is the exact gradient of $[[\sum_i \max(0, "
        r"\gamma - \sigma_i)]]$ with respect to $z_i^b$, the mean and the variance free; times $f'(a_i^b) x_j^b$ and summed "
        "over samples it is the one with respect to $W_{ij}$.",
        states=(hinge_gradient, variance.loss),
        proof=r"With $\partial u_i^c/\partial z_i^b$ equal to $1 - 1/B$ for $c = b$ and $-1/B$ otherwise, $\partial "
        r"v_i/\partial z_i^b = 2 \alpha (u_i^b - \frac{1}{B} \sum_c u_i^c) = 2 \alpha u_i^b$, since the deviations sum to "
        r"$0$. So $\partial\sigma_i/\partial z_i^b = \alpha u_i^b/\sigma_i$, and the hinge multiplies it by $-H(\gamma - "
        r"\sigma_i)$. The chain rule with $\partial z_i^b/\partial W_{ij} = f'(a_i^b) x_j^b$ gives the gradient for the "
        "weight.",
        holds=equations(variance.loss, hinge_gradient, hinge),
        evidence=(Autodiff(losses.hinge, weights(hinge_gradient), network, {"gamma": 0.8, "epsilon": 0.01}),),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq \gamma$", r"$B \ge 2$"),
        source="VICReg, arXiv 2105.04906, Eq. 1 and 2",
    ),
    Claim(
        id="activity.log-variance",
        title="Log-variance's gradient at the activities",
        statement=r"$[[-\alpha \frac{u_i^b}{\sigma_i^2}]]$ is the exact gradient of $[[-\frac{1}{2} \sum_i \log(v_i + "
        r"\varepsilon)]]$, $\sigma_i^2 = v_i + \varepsilon$, with respect to $z_i^b$, the mean and the variance free; times "
        "$f'(a_i^b) x_j^b$ and summed over samples it is the one with respect to $W_{ij}$.",
        states=(log_gradient, log_variance.loss),
        proof=r"$-\frac{1}{2} \log(v_i + \varepsilon)$ has the derivative $-\frac{1}{2 \sigma_i^2}\, \partial v_i/\partial "
        r"z_i^b$, and $\partial v_i/\partial z_i^b = 2 \alpha (u_i^b - \frac{1}{B} \sum_c u_i^c) = 2 \alpha u_i^b$, since the "
        r"deviations sum to $0$. The chain rule with $\partial z_i^b/\partial W_{ij} = f'(a_i^b) x_j^b$ gives the gradient "
        "for the weight.",
        holds=equations(log_variance.loss, log_gradient, logarithm),
        evidence=(Autodiff(losses.log_variance, weights(log_gradient), network, {"epsilon": 0.01}),),
        assumptions=(r"$v_i + \varepsilon > 0$", r"$B \ge 2$"),
        source="note, log-variance loss",
    ),
    Claim(
        id="activity.invariance",
        title="The invariance gradient at the activities",
        statement=r"$[[2 (z_i^b - z'^b_i)]]$ is the exact gradient of $[[\sum_b \sum_i (z_i^b - z'^b_i)^2]]$ with respect to "
        "$z_i^b$, and minus the one with respect to $z'^b_i$.",
        states=(invariance_gradient, step.loss),
        proof="Only the term of this unit and sample contains $z_i^b$ or $z'^b_i$: a square, whose derivatives are $2 (z_i^b "
        "- z'^b_i)$ and minus that.",
        holds=(
            *equations(invariance.loss, invariance_gradient, step, held=invariance.steps),
            Equation(D(step.loss, z_prev[d, p]), -invariance_gradient, layer),
        ),
        evidence=(Autodiff(losses.invariance_of_a_batch, weights(invariance_gradient), invariance.steps),),
        source="VICReg, arXiv 2105.04906, Eq. 5; note, invariance term",
    ),
    Claim(
        id="activity.covariance",
        title="The covariance gradient at the activities",
        statement=r"$[[4 \alpha \beta \sum_{k \neq i} K_{ik} u_k^b]]$ is the exact gradient of $[[\beta \sum_i \sum_{k \neq "
        r"i} K_{ik}^2]]$ with respect to $z_i^b$, the mean free; times $f'(a_i^b) x_j^b$ and summed over samples it is the one "
        "with respect to $W_{ij}$.",
        states=(covariance_gradient, covariance.loss),
        proof=r"$\partial K_{ik}/\partial z_i^b = \alpha (u_k^b - \frac{1}{B} \sum_c u_k^c) = \alpha u_k^b$ for $k \neq i$, "
        r"and $K_{ik} = K_{ki}$ stands twice in the sum: $2 \beta \cdot 2 \sum_{k \neq i} K_{ik}\, \alpha u_k^b$. The chain "
        "rule gives the gradient for the weight.",
        holds=equations(covariance.loss, covariance_gradient, by_units),
        evidence=(Autodiff(losses.covariance, weights(covariance_gradient), network),),
        assumptions=(r"$B \ge 2$",),
        source="VICReg, arXiv 2105.04906, Eq. 3 and 4",
    ),
    Claim(
        id="activity.one-sample",
        title="The one-sample covariance gradient at the activities",
        statement=r"$[[4 \beta u_i^b \sum_{k \neq i} (u_k^b)^2]]$ is the exact gradient of $\beta \sum_b \sum_i \sum_{k \neq "
        "i} (u_i^b)^2 (u_k^b)^2$ with respect to $z_i^b$, the mean held constant.",
        states=(one_sample_gradient,),
        proof=r"With the mean held, $\partial u_i^b/\partial z_i^b = 1$, and no other deviation depends on $z_i^b$. It enters "
        r"the terms $(i, k)$ and $(k, i)$ of sample $b$, together $2 \beta (u_i^b)^2 \sum_{k \neq i} (u_k^b)^2$. With the sum "
        r"over all units, $\sum_{k \neq i} u_k^2 = S - u_i^2$ (covariance.local-exact).",
        holds=equations(Sigma(covariance_one_sample.one_sample_loss, t), one_sample_gradient, one_sample, held=mean_held),
        evidence=(Autodiff(losses.covariance_one_sample, weights(one_sample_gradient), network),),
        assumptions=("the mean is held constant", r"$B \ge 2$"),
        rests_on=("covariance.local-exact",),
        source="note, covariance term; LPL paper as published, Methods Eq. 6",
    ),
)


def function(name: str, summary: str, form: Descent, **about: Any) -> LossFunction:
    """A function of ``lvicreg.losses``, in the note's notation."""
    written: dict[str, Any] = {"parameters": PARAMETERS, "notation": TEXT, "latex": LATEX}
    return LossFunction(name=name, summary=summary, definitions=form.definitions, form=form, **written, **about)


loss_functions = (  # of lvicreg.losses; no function here learns by itself
    function(
        "variance",
        "Hinge variance loss: how much the units' standard deviations fall short of γ.",
        hinge,
        arguments=(z,),
        options=(gamma, epsilon),
        claims=("activity.variance",),
        convention=str(Variance()),
        degenerate="a unit of constant activity contributes γ − √ε and, if ε > 0, gets the gradient 0, up to the rounding of "
        "its mean.",
        source="VICReg (arXiv 2105.04906), Eq. 1 and 2.",
    ),
    function(
        "log_variance",
        "Log-variance loss: minus half the logarithm of the units' variances.",
        logarithm,
        arguments=(z,),
        options=(epsilon,),
        claims=("activity.log-variance",),
        convention=str(Variance(form="log", factor=Fraction(1, 2))),
        degenerate="a unit of constant activity contributes −½ log ε and, if ε > 0, gets the gradient 0, up to the rounding of "
        "its mean; if ε = 0, infinity and NaN.",
        source="note, log-variance loss.",
    ),
    function(
        "invariance",
        "Invariance loss: the squared distance of two activities. "
        "The gradient with respect to the second is minus the first's.",
        step,
        arguments=(z, z_prev),
        claims=("activity.invariance",),
        convention=str(Invariance(views="both")),
        source="VICReg (arXiv 2105.04906), Eq. 5; note, invariance term.",
    ),
    function(
        "covariance",
        "Exact covariance loss: by the covariances of units (N×N), or of most units by the Gram matrix of samples (B×B).",
        by_units,
        parts=Parts(by_loud, by_rest, beta, of_loudest),
        arguments=(z,),
        options=(beta,),
        claims=("activity.covariance", "covariance.parts", "covariance.digits", "covariance.scale"),
        convention=str(Covariance()),
        degenerate="0 where u = 0, and never negative. NaN in one unit's activity reaches every unit. Rounding errors are "
        "those of covariances: a gradient is exact to the last digits relative to Σ_{k≠i} σ_i σ_k ‖u_k‖, so that of a unit "
        "uncorrelated with all far louder ones has fewer.",
        source="VICReg (arXiv 2105.04906), Eq. 3 and 4.",
    ),
    function(
        "covariance_one_sample",
        "One-sample covariance loss: products of two units' activities in the place of their covariances.",
        one_sample,
        arguments=(z,),
        options=(beta,),
        claims=("activity.one-sample",),
        convention=str(Covariance(form="one-sample", mean="held")),
        source="note, covariance term; Halvagal & Zenke 2023 as published, Methods Eq. 6.",
    ),
)
