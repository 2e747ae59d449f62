"""Total rule: the sum of the three terms.

    ΔW_ij = η [ − λ_inv (z_i^t − z_i^{t−1})
                + λ_var H(γ − σ_i) (z_i − z̄_i)/σ_i
                − λ_cov (z_i − z̄_i) Σ_{k≠i} (z_k − z̄_k)² ] f'(a_i) x_j

With loss coefficients ``c`` the rule's are ``λ_inv = 2 c_inv``, ``λ_var = α c_var`` and ``λ_cov = 4 β c_cov``.
"""

from sympy import Expr, IndexedBase, Symbol

from derivations import covariance, covariance_one_sample, invariance, log_variance, variance
from derivations.covariance import beta
from derivations.independent import losses
from derivations.independent import total as independent
from derivations.invariance import reads, steps, z_prev
from derivations.notation import over_minibatch, rule
from derivations.variance import gamma
from lvicreg.calculus import D, Descent, H, Sigma, distinct, gradient
from lvicreg.calculus.layer import W, alpha, b, epsilon, k, mean, p, q, sigma, slope, t, u, var, x, z
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Equation, Fractions, Locality, Numbers

TITLE = "Total rule"

# --- the loss of the note ----------------------------------------------------------------------------------
c_inv, c_var, c_cov = (Symbol(name, positive=True) for name in ("c_inv", "c_var", "c_cov"))
mean_held = steps.holding(mean)


def weighted(variance_loss: Expr) -> Expr:
    """The sum of the three losses over a minibatch, with either variance term."""
    one_sample = c_inv * invariance.one_sample_loss + c_cov * covariance_one_sample.one_sample_loss
    return over_minibatch(one_sample) + c_var * variance_loss


loss = weighted(variance.loss)
log_loss = weighted(log_variance.loss)

# --- the rule of the note ----------------------------------------------------------------------------------
lambda_inv, lambda_var, lambda_cov = (Symbol(name, positive=True) for name in ("lambda_inv", "lambda_var", "lambda_cov"))
in_losses = mean_held.replace({lambda_inv: 2 * c_inv, lambda_var: alpha * c_var, lambda_cov: 4 * beta * c_cov})


def update(variance_term: Expr) -> Expr:
    """The note's update for one sample, without the learning rate."""
    step = -lambda_inv * (z[t, p] - z_prev[t, p])
    products = -lambda_cov * u[t, p] * Sigma(distinct(p, k) * u[t, k] ** 2, k)
    return (step + lambda_var * variance_term + products) * slope[t, p] * x[t, q]


hinge_update = update(H(gamma - sigma[p]) * u[t, p] / sigma[p])
log_update = update(u[t, p] / sigma[p] ** 2)

# --- with two coefficients only, λ_inv = 1, and a learning rate η' = 2 c_inv η ---------------------------------------------
eta = Symbol("eta", positive=True)
two_coefficients = mean_held.replace(
    {lambda_inv: 1, lambda_var: alpha * c_var / (2 * c_inv), lambda_cov: 2 * beta * c_cov / c_inv}
)


# --- the gradient in the rule's coefficients --------------------------------------------------------------------------------
S = IndexedBase("S")
in_coefficients = {c_inv: lambda_inv / 2, c_var: lambda_var / alpha, c_cov: lambda_cov / (4 * beta)}
given = steps.primitive(z_prev).replace({S[b]: Sigma(u[b, k] ** 2, k)})


def descent(total_loss: Expr) -> Descent:
    """The descent of a total loss in terms of λ."""
    return Descent(total_loss.xreplace(in_coefficients), W[p, q], given.primitive(mean))


total, total_log = descent(loss), descent(log_loss)
with_exact_covariance = total.update - gradient(covariance.loss, W[p, q], given)


claims = (
    Claim(
        id="total.sum",
        title="The total rule descends a weighted sum",
        statement=r"The note's total rule, summed over a minibatch, is minus the exact gradient of $c_{\mathrm{inv}} "
        r"L_{\mathrm{inv}} + c_{\mathrm{var}} L_{\mathrm{var}} + c_{\mathrm{cov}} L_{\mathrm{cov}}$, for "
        r"$\lambda_{\mathrm{inv}} = 2 c_{\mathrm{inv}}$, $\lambda_{\mathrm{var}} = \alpha c_{\mathrm{var}}$, "
        r"$\lambda_{\mathrm{cov}} = 4 \beta c_{\mathrm{cov}}$. With two coefficients ($\lambda_{\mathrm{inv}} = 1$): $\eta' = "
        r"2 c_{\mathrm{inv}} \eta$, $\lambda_{\mathrm{var}} = \alpha c_{\mathrm{var}}/(2 c_{\mathrm{inv}})$, "
        r"$\lambda_{\mathrm{cov}} = 2 \beta c_{\mathrm{cov}}/c_{\mathrm{inv}}$.",
        proof=r"A gradient is linear, so the terms may be taken one by one. With the mean held, $L_{\mathrm{var}}$ has the "
        r"gradient $-\alpha \sum_b H(\gamma - \sigma_i) \frac{u_i^b}{\sigma_i} f'(a_i^b) x_j^b$, as with the mean free "
        "(variance.general-threshold); invariance.stop-gradient and covariance.one-sample give the others, with the factors "
        r"$2$ and $4 \beta$. Minus the sum of the three, each times its coefficient, is the total rule with the $\lambda$ "
        r"stated. "
        r"Taking $2 c_{\mathrm{inv}}$ out of all three, into the learning rate, leaves $\lambda_{\mathrm{inv}} = 1$ and the "
        "others divided by it.",
        holds=(
            Equation(-D(loss, W[p, q]), Sigma(hinge_update, t), in_losses),
            Equation(total.update, Sigma(hinge_update, t), given.primitive(mean)),  # what the code is generated from
            Equation(-eta * D(loss, W[p, q]), 2 * c_inv * eta * Sigma(hinge_update, t), two_coefficients),
        ),
        evidence=(Autodiff(losses.total, -Sigma(hinge_update, t), in_losses, {"gamma": 0.8, "epsilon": 0.01}),),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq \gamma$", "the mean is held constant", r"$B \ge 2$"),
        rests_on=("variance.general-threshold", "invariance.stop-gradient", "covariance.one-sample"),
        source="note, total loss",
    ),
    Claim(
        id="total.local",
        title="The total rule is local",
        statement="Every term of the total rule is (presynaptic) × (postsynaptic) × (at most one factor common to the "
        r"population, $S = \sum_k u_k^2$), the covariance term after covariance.local-exact. With the exact covariance rule "
        r"it is not, for $N \ge 2$ and $B \ge 4$: populations may have the same $u_i$ and $S$ in every sample, and different "
        r"sums $\sum_{k \neq i} K_{ik} u_k$.",
        proof="Every term of total.sum has the factors $x_j$, presynaptic, and $f'(a_i)$. The invariance term has besides "
        r"$z_i - z'_i$, the variance term $H(\gamma - \sigma_i) u_i/\sigma_i$: the unit's own. By covariance.local-exact the "
        "covariance term is $u_i S - u_i^3$, in which only $S$ is not the unit's own, and it is common to all. In the exact "
        r"rule $\sum_{k \neq i} K_{ik} u_k$ stands instead. Take four samples, $u_1 = (1, -1, 0, 0)$, and either $u_2 = (1, "
        r"-1, 1, -1)$ or $u_2 = (1, 1, -1, -1)$. In every sample $u_2^2 = 1$, so $u_1$ and $S$ are the same in both; but "
        r"$K_{12}$ is $2 \alpha$ and $0$, and so is the sum in the first sample. More units that are silent, and more samples "
        "without activity, change nothing. So no function of what the synapse reads, however written, is the exact rule. "
        "(For $B = 2$ it is local: see conventions.same-shape. For $B = 3$ there is no such example: over samples the "
        r"activities of the other units sum to $0$, so that their lengths, which $S$ and $u_i$ give, fix their products.)",
        argued=True,
        holds=(
            Equation(
                Sigma(covariance_one_sample.one_sample_gradient, t), Sigma(covariance_one_sample.local_gradient, t), steps
            ),
        ),
        evidence=(
            Locality(((total.update, given), (total_log.update, given)), ((with_exact_covariance, given),), W[p, q], reads),
            Fractions(independent.other_units_rotated),
            Numbers(independent.row_of_a_unit),
        ),
        assumptions=("as for total.sum", r"for the exact covariance $N \ge 2$ and $B \ge 4$"),
        rests_on=("total.sum", "covariance.local-exact", "conventions.same-shape"),
        source="note, total loss",
    ),
    Claim(
        id="total.log-variance",
        title="The total rule with log-variance",
        statement=r"With log-variance instead of the hinge, the total rule has $\frac{u_i^t}{\sigma_i^2}$ in the place "
        r"of $H(\gamma - \sigma_i) u_i^t/\sigma_i$, and is again minus the exact gradient, for the same coefficients.",
        proof=r"As for the hinge, term by term: by log-variance.minibatch the variance term has the gradient $-\alpha \sum_b "
        r"\frac{u_i^b}{\sigma_i^2} f'(a_i^b) x_j^b$, with the mean held or free. Invariance and covariance are those of "
        "invariance.stop-gradient and covariance.one-sample, with the same coefficients.",
        holds=(
            Equation(-D(log_loss, W[p, q]), Sigma(log_update, t), in_losses),
            Equation(total_log.update, Sigma(log_update, t), given.primitive(mean)),  # what the code is generated from
        ),
        evidence=(Autodiff(losses.total_log_variance, -Sigma(log_update, t), in_losses, {"epsilon": 0.01}),),
        assumptions=(r"$v_i + \varepsilon > 0$", "the mean is held constant", r"$B \ge 2$"),
        rests_on=("log-variance.minibatch", "invariance.stop-gradient", "covariance.one-sample"),
        source="note, total loss and log-variance loss",
    ),
)

_about = {
    "arguments": (x, z, z_prev, slope),
    "statistics": (mean, var),
    "leading": {lambda_inv: r"\invarianceterm", lambda_var: r"\varianceterm", lambda_cov: r"\covarianceterm"},
    "convention": "summed over samples; the coefficients have absorbed 2, α and 4β; the means and the previous activity are "
    "held "
    "constant; ddof = 1.",
    "degenerate": "finite for finite input if ε > 0, unless the cube of the activity, times the input, overflows. NaN in one "
    "unit's activity reaches every unit through S.",
    "source": "note, total loss.",
}
_coefficients = (lambda_inv, lambda_var, lambda_cov)

rules = (
    rule(
        "total",
        "Total rule: invariance, hinge variance and one-sample covariance together.",
        total,
        given,
        reads,
        options=(*_coefficients, gamma, epsilon),
        claims=("total.sum", "total.local"),
        **_about,
    ),
    rule(
        "total_log_variance",
        "Total rule with the log-variance term in the place of the hinge.",
        total_log,
        given,
        reads,
        options=(*_coefficients, epsilon),
        claims=("total.log-variance", "total.local"),
        **_about,
    ),
)
