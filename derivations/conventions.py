"""Conventions: the same loss in papers and codes, and the exact ratios between them.

Every source below is a weighted sum of the note's terms over two views ``z`` and ``z'``, or over a stream. Each term is written
as it stands there; its gradient is then a weight times the note's, and the weight is what ``lvicreg.conventions`` computes:

    ∂L/∂W = c · weight(N, B) · Σ_views (the rule's gradient)

So a coefficient moves from one source to another by the ratio of two weights, where both have the same form. Where they have
not, no factor makes up for it: see ``conventions.no-ratio``. ``conventions_table`` prints them.
"""

from collections.abc import Mapping
from dataclasses import replace

from sympy import Expr, Idx, IndexedBase, Rational, S, Symbol, factor, sqrt

from derivations import covariance, covariance_one_sample, invariance, log_variance, variance
from derivations.conventions_table import table_of_papers, table_of_weights
from derivations.covariance import beta
from derivations.independent import conventions as independent
from derivations.independent import published
from derivations.invariance import slope_prev, x_prev, z_prev
from derivations.notation import LATEX, in_primitives
from derivations.sources import SOURCES, both, fourth_products, nominal, off_diagonal, products, squared_distance, views
from derivations.variance import gamma
from lvicreg.calculus import SG, D, Definitions, Sigma, distinct, relu
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.layer import (
    B,
    N,
    W,
    alpha,
    b,
    epsilon,
    i,
    k,
    mean,
    network,
    p,
    q,
    sigma,
    slope,
    t,
    var,
    x,
    z,
)
from lvicreg.calculus.notation import latex
from lvicreg.claims import Claim
from lvicreg.conventions import PRESETS, Covariance, Variance
from lvicreg.conventions.terms import Term
from lvicreg.engines import Autodiff, Counterexample, Equation, Exact, Numbers

TITLE = "Conventions"
PRINTED = {"s": "s", "v": "u"}  # a scale, and no variance; a deviation

# --- the note's gradients, one view's share of each ------------------------------------------------------------------------
gradients = {
    "variance": Sigma(variance.one_sample_gradient, t),
    "log_variance": log_variance.minibatch_gradient,
    "covariance": covariance.exact_gradient.xreplace({beta: S.One}),
    "covariance_one_sample": Sigma(covariance_one_sample.one_sample_gradient, t).xreplace({beta: S.One}),
    "invariance": Sigma(invariance.one_sample_gradient, t),
}
# with the roles of the views exchanged
exchanged = gradients["invariance"].xreplace({x: x_prev, z: z_prev, z_prev: z, slope: slope_prev})


c_inv, c_var, c_cov = (Symbol(name, positive=True) for name in ("c_inv", "c_var", "c_cov"))


def predicted(term: Term) -> Expr:
    """The gradient of a loss in the convention of ``term``: its weight times the rules' gradients."""
    gradient = gradients[term.rule]
    if isinstance(term, Covariance) and term.form == "one-sample" and term.mean == "free":
        gradient += covariance_one_sample.through_the_mean.xreplace({beta: S.One})
    shares = {"present": gradient, "both": gradient + exchanged}.get(term.views, both(gradient))
    return term.weight(N, B, nominal) * shares


def in_its_terms(term: Term) -> Mapping[Expr, Expr]:
    """What α, γ and ε stand for in those gradients; ε added to the standard deviation is a lower threshold."""
    if not isinstance(term, Variance):
        return {}
    in_root = term.epsilon if term.place == "root" else 0
    return {alpha: 1 / (B - term.ddof), gamma: Rational(str(term.scale(B))), epsilon: Rational(str(in_root))}


def _gradient_of(term: Term) -> str:
    """The claim that has the gradient of a term's loss."""
    return "invariance.stop-gradient" if term.rule == "invariance" and term.views == "present" else RESTS_ON[term.rule]


def _proof(terms: Mapping[str, Term], weights: Mapping[str, str]) -> str:
    """Term by term, with a reason for what is in the factors of this source."""
    said = [f"its {name} term is ${weights[term.rule]}$ times the loss of {_gradient_of(term)}" for name, term in terms.items()]
    reasons = [
        "Each factor is what stands before the term's sums in the source, as transcribed in sources.py, divided by what stands "
        "before them in that loss: a mean over samples or units is a sum divided by $B$ or $N$"
    ]
    if any("averaged" in str(getattr(term, "views", "")) for term in terms.values()):
        reasons.append("an average of two views is half of their sum")
    if terms["variance"].rule == "log_variance":
        reasons.append(r"the loss of log-variance.minibatch has $\frac{1}{2}$ before it")
    if any(isinstance(term, Covariance) and term.form == "exact" and term.batch == "nominal" for term in terms.values()):
        reasons.append("a covariance that is divided by another number enters with the square of the ratio")
    held = any(getattr(term, "mean", "free") == "held" for term in terms.values())
    return (
        f"A gradient is linear, so the terms may be taken one by one. For each view, {', '.join(said)}. {'; '.join(reasons)}."
        + " Where the source holds the mean of the minibatch, so does the rule, or its gradient does not depend on it." * held
    )


def preset(name: str) -> Claim:
    """The claim that a source's terms have the gradients of its preset."""
    source, convention = SOURCES[name], PRESETS[name]
    losses = {"invariance": source.invariance, "variance": source.variance, "covariance": source.covariance}
    definitions = views.replace({k: v for term in convention.terms.values() for k, v in in_its_terms(term).items()})
    weights = {term.rule: latex(factor(S(term.weight(N, B, nominal))), LATEX) for term in convention.terms.values()}
    coefficients = {"invariance": c_inv, "variance": c_var, "covariance": c_cov}
    total = sum(coefficients[name] * predicted(term) for name, term in convention.terms.items())
    rests_on = tuple(dict.fromkeys(map(_gradient_of, convention.terms.values())))
    return Claim(
        id=f"conventions.{name}",
        title=f"The loss of {name} in our rules",
        statement=f"For each view that learns, the gradient of the loss in {convention.source} is the sum of the gradients "
        "that the rules descend, each times the loss's coefficient and "
        f"{', '.join(f'${weight}$ for `{rule}`' for rule, weight in weights.items())}.",
        proof=_proof(convention.terms, weights),
        holds=tuple(
            Equation(D(losses[name], W[p, q]), predicted(term), views.replace(in_its_terms(term)), few)
            for name, term in convention.terms.items()
        ),
        evidence=(Autodiff(getattr(published, name.replace("-", "_")), total, definitions, {"B_nominal": 7.0}, wide),),
        assumptions=(
            "the loss as it is transcribed in sources.py",
            r"$\sigma_i > 0$; for a hinge $\sigma_i \neq 1$",
            r"$N \ge 2$ and $B \ge 2$",
        ),
        rests_on=rests_on,
        source=convention.source,
    )


few = ({"N": 2, "M": 1, "B": 3}, {"N": 3, "M": 2, "B": 2})
wide = {"N": 12, "M": 4, "B": 3}  # so that there are units on both sides of the threshold
RESTS_ON = {
    "variance": "variance.general-threshold",
    "log_variance": "log-variance.minibatch",
    "covariance": "covariance.minibatch",
    "covariance_one_sample": "covariance.one-sample",
    "invariance": "invariance.without-stop-gradient",
}

# --- what makes no difference but a factor: n = B − ddof, with α = 1/n whatever it is -----------------------------------
s, d = Symbol("s", positive=True), Symbol("d", positive=True)
any_ddof = network.primitive(alpha)
hinge, logarithm = variance.loss, log_variance.loss
rescaled = {gamma: s * gamma, epsilon: s**2 * epsilon, alpha: s**2 * alpha}
on_the_deviation = Sigma(relu(gamma - (sqrt(var[i]) + epsilon)), i)


def in_scaled(expr: Expr) -> Expr:
    """``expr`` with 1/n, γ² and ε multiplied by ``s²``."""
    return any_ddof.expand(expr).xreplace(rescaled)


# --- what no factor makes up for -----------------------------------------------------------------------------------------
two_samples = ({"N": 2, "M": 2, "B": 2}, {"N": 3, "M": 2, "B": 2})
v = IndexedBase("v")  # for B = 2 the deviation of one sample; the other's is its negative
of_two_samples = Sigma(distinct(i, k) * (v[i] ** 2 * v[k] ** 2 + (-v[i]) ** 2 * (-v[k]) ** 2), i, k)
open_hinge = -Sigma(sigma[i], i)  # where every gate is open
r, epsilon_2, gamma_2 = Idx("r", N), Symbol("epsilon_2", positive=True), Symbol("gamma_2", positive=True)
other_epsilon = {epsilon: epsilon_2}
by_mean, at_zero = network.replace({alpha: 1 / B}), {epsilon: S.Zero}  # ddof = 0, and ε = 0


def proportional(first: Expr, second: Expr) -> Equation:
    """That the gradients of two losses for the weights of units p and r have the same ratio."""
    first, second = D(first, W[p, q]), D(second, W[p, q])
    return Equation(first * rename(second, {p: r}), rename(first, {p: r}) * second, views, ({"N": 2, "M": 2, "B": 3},))


def primitive(expr: Expr, definitions: Definitions, values: Mapping[Expr, Expr] | None = None) -> Expr:
    """``expr`` expanded, so that it can meet another in which the same names stand for something else."""
    return in_primitives(expr, definitions, values)


held = network.holding(mean)
exact_loss = off_diagonal(alpha * products)
stopped_distance = Sigma((z[b, i] - SG(z_prev[b, i])) ** 2, b, i)

claims = (
    *map(preset, SOURCES),
    Claim(
        id="conventions.same-shape",
        title="Conventions that differ by a constant factor",
        statement=r"With $n = B - $ ddof, two hinges have proportional gradients where $\varepsilon n$ and $\gamma^2 n$ "
        r"agree, in the ratio of their $\gamma$; $\varepsilon$ added to the standard deviation is a threshold $\gamma - "
        r"\varepsilon$ without it. Log-variances have equal gradients where $\varepsilon n$ agrees. Exact covariance terms "
        "whose $K$ divide by $n$ and $n'$ have the ratio $(n'/n)^2$. For $B = 2$ and ddof $= 1$, where $u^1 = -u^2$, the "
        "exact term is twice the one-sample one.",
        proof=r"Let $n' = n/s^2$, so that the variance with $n'$ is $s^2$ times the one with $n$. If $\varepsilon' n' = "
        r"\varepsilon n$ and $\gamma'^2 n' = \gamma^2 n$, then $\varepsilon' = s^2 \varepsilon$ and $\gamma' = s \gamma$: "
        r"$\sigma_i$ and $\max(0, \gamma - \sigma_i)$ are multiplied by $s$, the ratio of the $\gamma$. The logarithm of $v_i "
        r"+ \varepsilon$ changes by the constant $\log s^2$, and its gradient not at all. With $\sqrt{v_i} + \varepsilon$ in "
        r"the hinge, $\gamma - (\sqrt{v_i} + \varepsilon) = (\gamma - \varepsilon) - \sqrt{v_i}$. A covariance divided by $n$ "
        "is $n'/n$ times the one divided by $n'$, and the loss has its square. For $B = 2$ the centred activities sum to "
        r"$0$, so $u^2 = -u^1$: with $u^1 = y$, $K_{ik} = 2 y_i y_k$, and $\sum_b (u_i^b u_k^b)^2 = 2 y_i^2 y_k^2$ is half of "
        "$K_{ik}^2$.",
        argued=True,
        holds=(
            Equation(in_scaled(hinge), s * hinge, any_ddof),
            Equation(D(in_scaled(logarithm), W[p, q]), D(logarithm, W[p, q]), any_ddof),
            Equation(in_scaled(sigma[i]) ** 2, s**2 * sigma[i] ** 2, any_ddof),
            Equation(
                D(on_the_deviation, W[p, q]),
                primitive(gradients["variance"], any_ddof, {gamma: gamma - epsilon, epsilon: S.Zero}),
                any_ddof,
            ),
            Equation(D(off_diagonal(d * products), W[p, q]), (d / alpha) ** 2 * gradients["covariance"], any_ddof),
            Equation(off_diagonal(v[i] * v[k] + (-v[i]) * (-v[k])), 2 * of_two_samples),
        ),
        evidence=(
            Exact((Equation(exact_loss, 2 * fourth_products, network, two_samples, ("exact",)),)),
            Autodiff(independent.covariance_divided, (d / alpha) ** 2 * gradients["covariance"], any_ddof),
            Numbers(independent.rescaled_hinges),
        ),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq \gamma$", "$n > 0$"),
        rests_on=("variance.general-threshold", "log-variance.minibatch", "covariance.minibatch"),
        source="beyond the note",
    ),
    Claim(
        id="conventions.mean-held",
        title="Where holding the mean changes nothing",
        statement="Holding the minibatch's mean constant changes no gradient of the hinge, the log-variance and the exact "
        "covariance term. It changes that of the one-sample covariance, by the term of covariance.one-sample-mean, in "
        r"general for $B \ge 3$.",
        proof=r"In the derivatives of $v_i$ and $K_{ik}$ that of the mean is multiplied by $\sum_b u_i^b = 0$ and $\sum_b "
        "u_k^b = 0$, so it may as well be held: variance.general-threshold, log-variance.minibatch and covariance.minibatch "
        "have the same gradients either way. For the one-sample covariance, what changes is the term of "
        "covariance.one-sample-mean; that it is $0$ for two samples is argued there.",
        argued=True,
        holds=(
            Equation(D(hinge, W[p, q]), gradients["variance"], held),
            Equation(D(logarithm, W[p, q]), gradients["log_variance"], held),
            Equation(D(exact_loss, W[p, q]), gradients["covariance"], held),
        ),
        fails=(Equation(D(primitive(fourth_products, held), W[p, q]), D(primitive(fourth_products, network), W[p, q])),),
        evidence=(
            Autodiff(independent.hinge_detached, gradients["variance"], network, {"gamma": 0.8, "epsilon": 0.01}),
            Autodiff(independent.log_variance_detached, gradients["log_variance"], network, {"epsilon": 0.01}),
            Autodiff(independent.covariance_detached, gradients["covariance"], network),
            Numbers(independent.detached_means),
        ),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq \gamma$", r"$B \ge 2$; for the change $N \ge 2$"),
        rests_on=("variance.general-threshold", "log-variance.minibatch", "covariance.minibatch", "covariance.one-sample-mean"),
        source="LPL code, models/module.py",
    ),
    Claim(
        id="conventions.no-ratio",
        title="Conventions that no constant converts",
        statement=r"Unit by unit, where the gates are open, the gradients of two hinges of different $\varepsilon$ have the "
        r"inverse ratio of their $\sigma_i$, and those of a hinge and a log-variance the ratio $\sigma_i$. So no constant "
        r"turns one gradient into the other for all data; nor does one between log-variances of different $\varepsilon$; "
        r"hinges of different ddof but the same $\gamma$ and $\varepsilon$, or of different $\gamma$; the exact and the "
        "one-sample covariance; the one-sample covariance with its mean held and free; the hinge of one view and of two; an "
        "invariance with and without a stop-gradient.",
        proof=r"Where the gate is open the hinge has the gradient $-\frac{1}{2 \sigma_i}\, \partial v_i/\partial W_{ij}$, and "
        r"log-variance $-\frac{1}{2 \sigma_i^2}\, \partial v_i/\partial W_{ij}$. The derivative of $v_i$ is the same whatever "
        r"$\varepsilon$ is, which gives the ratios stated, and $\sigma_i$ differs between units. A constant would make the "
        "ratio of the two gradients the same for every pair of units and all data; for each pair of losses two units are "
        "shown at which it is not.",
        argued=True,
        holds=(
            Equation(
                sigma[p] * D(open_hinge, W[p, q]),
                primitive(sigma[p], network, other_epsilon) * D(primitive(open_hinge, network, other_epsilon), W[p, q]),
                network,
            ),
            Equation(D(open_hinge, W[p, q]), sigma[p] * D(logarithm, W[p, q]), network),
        ),
        fails=(
            proportional(primitive(open_hinge, network), primitive(open_hinge, network, other_epsilon)),
            proportional(primitive(logarithm, network), primitive(logarithm, network, other_epsilon)),
            proportional(primitive(open_hinge, network), primitive(open_hinge, by_mean)),
            replace(proportional(primitive(hinge, network, at_zero), primitive(hinge, by_mean, at_zero)), engines=("exact",)),
            replace(proportional(hinge, primitive(hinge, network, {gamma: gamma_2})), engines=("exact",)),
            proportional(open_hinge, logarithm),
            replace(proportional(exact_loss, fourth_products), engines=("exact",)),
            replace(proportional(primitive(fourth_products, held), primitive(fourth_products, network)), engines=("exact",)),
            proportional(open_hinge, both(open_hinge)),
            proportional(squared_distance, stopped_distance),
        ),
        evidence=(
            Autodiff(independent.deviations, sigma[p] * gradients["log_variance"], network, {"epsilon": 0.01}),
            Numbers(independent.ratios_unit_by_unit),
            Counterexample(
                "slope = lambda std, epsilon: std / np.sqrt(std**2 + epsilon)   # of a hinge, in the unit's own std\n"
                "left = slope(1e-2, 1e-4) / slope(1e-2, 1e-6)                   # one unit\n"
                "right = slope(1.0, 1e-4) / slope(1.0, 1e-6)                    # another: no common factor"
            ),
        ),
        assumptions=(r"$N \ge 2$; for covariances $B \ge 3$",),
        rests_on=("conventions.same-shape", "conventions.mean-held", "covariance.one-sample-bias"),
        source="beyond the note",
    ),
)

TABLES = {"conventions": table_of_weights, "conventions_papers": table_of_papers}
