"""The published error: a decorrelation loss that is not one, and the rule derived from it.

Halvagal & Zenke (2023) call their decorrelation loss the sum of the squared off-diagonal terms of the covariance matrix. What
Methods Eq. 6 printed is the sum of the squares *before* the mean over samples, in place of the squares of the mean:

    printed    1/((B−1)(N²−N)) Σ_b Σ_i Σ_{k≠i} (u_i^b)² (u_k^b)²
    erratum    1/(N²−N) Σ_i Σ_{k≠i} K_ik²,          K_ik = 1/(B−1) Σ_b u_i^b u_k^b

Their code had the second; Eq. 7, and Eq. 3 and 4 of the supplement, were derived from the first. Eq. 7 *is* the gradient of
Eq. 6, so a test written from the same page passes: what was wrong stood in both. The difference is the variance of the
products over samples; the printed loss is 0 only where u_i^b u_k^b = 0 for every pair and sample (``published-error.loss``).
"""

from dataclasses import replace

from derivations.conventions import proportional, two_samples
from derivations.independent import published_error as independent
from derivations.sources import SOURCES, methods_eq_6, views
from lvicreg.calculus import D, Gaussian, Mean, Sigma, Symmetric, distinct
from lvicreg.calculus.layer import B, K, N, W, b, c, i, k, mean, p, q, slope, u, x, z
from lvicreg.claims import Claim, Said
from lvicreg.engines import Autodiff, Counterexample, Equation, Exact, Fractions, Numbers

TITLE = "The published error"

# --- the two losses, as they were printed (the paper's M units are N here) ------------------------------------------------
printed, corrected = methods_eq_6, SOURCES["lpl-erratum"].covariance

# --- and the gradients that were printed for them -------------------------------------------------------------------------
factor = 4 / ((B - 1) * (N**2 - N))
printed_gradient = factor * Sigma(u[b, p] * Sigma(distinct(p, k) * u[b, k] ** 2, k) * slope[b, p] * x[b, q], b)
corrected_gradient = factor * Sigma(slope[b, p] * x[b, q] * Sigma(distinct(p, k) * u[b, k] * K[p, k], k), b)
mean_held = views.holding(mean)

# --- what lies between them: the variance over samples of the products of a pair ------------------------------------------
product_mean = Sigma(u[c, i] * u[c, k], c) / B
variance_of_products = Sigma((u[b, i] * u[b, k] - product_mean) ** 2, b) / (B - 1)
of_a_pair = (B - 1) / B * K[i, k] ** 2 + variance_of_products

# --- Gaussian activity of covariance true_K, independent between samples ------------------------------------------------------
true_K = Symmetric("true_K")
gaussian = Gaussian(z[b, i], true_K)
activity = views.primitive(z)
variances = Sigma(distinct(i, k) * true_K[i, i] * true_K[k, k], i, k) / (N**2 - N)
squared_covariances = Sigma(distinct(i, k) * true_K[i, k] ** 2, i, k) / (N**2 - N)

claims = (
    Claim(
        id="published-error.loss",
        title="The printed loss is not the covariance loss",
        statement=r"(i) For a pair of units let $p_b = u_i^b u_k^b$, and $\bar{p}$ its mean over samples. LPL Methods Eq. 6 "
        r"as printed is the mean over pairs of $\frac{1}{B - 1} \sum_b p_b^2 = \frac{B - 1}{B} K_{ik}^2 + \frac{1}{B - 1} "
        r"\sum_b (p_b - \bar{p})^2$. (ii) The second part vanishes iff $p_b$ is the same for all $b$, and the whole loss iff "
        r"$u_i^b u_k^b = 0$ for all $b$ and $i \neq k$: in no sample do two units both differ from their means. (iii) It is "
        "$0$ for the sparse code of four samples $(1, 0)$, $(-1, 0)$, $(0, 1)$, $(0, -1)$, and $4/3$ for $(1, 1)$, $(1, -1)$, "
        "$(-1, 1)$, $(-1, -1)$, both uncorrelated. (iv) For $B = 2$ the second part is $0$, and the printed loss half of the "
        "corrected one.",
        said=Said(
            "The decorrelation loss that Methods Eq. 6 printed is “the sum of the squared off-diagonal terms of the "
            "covariance matrix between units”.",
            "Halvagal & Zenke 2023, Methods Eq. 6, in the words of erratum/erratum.md of "
            "fmi-basel/latent-predictive-learning, which corrects it",
        ),
        proof=r"(i) Since $K_{ik} = B \bar{p}/(B - 1)$, the last term of $\frac{1}{B - 1} \sum_b p_b^2 = \frac{1}{B - 1} "
        r"\sum_b (p_b - \bar{p})^2 + \frac{B}{B - 1} \bar{p}^2$ is $\frac{B - 1}{B} K_{ik}^2$. Average over pairs. (ii) A sum "
        r"of squares vanishes iff each does: the second part is one of the differences $p_b - \bar{p}$, the printed loss one "
        "of all $p_b$ themselves. (iii) In the sparse code every product is $0$. In the other the four products are $1, -1, "
        "-1, 1$: their sum is $0$, and the sum of their squares, divided by $B - 1 = 3$, is $4/3$. (iv) For $B = 2$ a unit's "
        "two deviations are opposite, so that both samples have the same product, and $(B - 1)/B$ is a half.",
        argued=True,
        holds=(
            Equation(Sigma(u[b, i] ** 2 * u[b, k] ** 2, b) / (B - 1), of_a_pair, views),
            Equation(printed, Sigma(distinct(i, k) * of_a_pair, i, k) / (N**2 - N), views),
        ),
        fails=(
            Equation(printed, corrected, views, engines=("exact",)),
            replace(proportional(printed, corrected), engines=("exact",)),
        ),
        evidence=(
            Exact((Equation(2 * printed, corrected, views, two_samples, ("exact",)),)),
            Fractions(independent.sparse_code),
            Numbers(independent.squares_before_and_after_the_mean),
            Counterexample(
                "u = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])     # two units, four samples, K_12 = 0\n"
                "left = 2 * np.sum(u[:, 0]**2 * u[:, 1]**2) / (3 * 2)   # Eq. 6 as printed: no factor makes it 0\n"
                "right = 2 * (u[:, 0] @ u[:, 1] / 3)**2 / 2             # mean square of K off the diagonal"
            ),
        ),
        assumptions=(r"$N \ge 2$; for the refutation $B \ge 3$",),
        source="Halvagal & Zenke 2023, Methods Eq. 6; erratum/erratum.md of fmi-basel/latent-predictive-learning",
    ),
    Claim(
        id="published-error.rule",
        title="The printed rule fits the printed loss",
        statement="The decorrelation term of LPL Methods Eq. 7 as printed is, up to the negative coefficient before it there, "
        r"$[[\frac{4}{(B - 1)(N^2 - N)} \sum_b u_i^b \sum_{k \neq i} (u_k^b)^2 f'(a_i^b) x_j^b]]$. That is the gradient of "
        "Eq. 6 as printed, the mean held: the error stood in the loss, and a test of Eq. 7 against Eq. 6 passes.",
        states=(printed_gradient,),
        said=Said(
            "The decorrelation term of Methods Eq. 7 is the gradient of the sum of the squared off-diagonal terms of the "
            "covariance matrix, up to a factor.",
            "a reading of Halvagal & Zenke 2023, Methods Eq. 7, Supplement Eq. 3 and 4; corrected in the erratum",
        ),
        proof=r"By covariance.one-sample with $\beta = 1/((B - 1)(N^2 - N))$, summed over samples, that is the "
        "gradient of the loss as printed, so that a comparison of the two finds nothing. That the loss as printed is not the "
        "one in words is argued at published-error.loss.",
        argued=True,
        holds=(Equation(D(printed, W[p, q]), printed_gradient, mean_held),),
        fails=(Equation(D(corrected, W[p, q]), printed_gradient, views),),
        evidence=(
            Autodiff(independent.printed, printed_gradient, views),
            Counterexample(
                "x = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])     # two linear units, W = identity\n"
                "left = 4 * np.sum(x[:, 0] * x[:, 1]**2 * x[:, 0]) / (3 * 2)                       # Eq. 7 for W_11\n"
                "right = 4 * np.sum(x[:, 1] * (x[:, 0] @ x[:, 1] / 3) * x[:, 0]) / (3 * 2)         # the gradient"
            ),
        ),
        assumptions=(r"$N \ge 2$; for the refutation $B \ge 3$", "the mean is held constant"),
        rests_on=("covariance.one-sample", "published-error.loss"),
        source="Halvagal & Zenke 2023, Methods Eq. 7, Supplement Eq. 3 and 4",
    ),
    Claim(
        id="published-error.erratum",
        title="The erratum's gradient is exact",
        statement=r"The erratum's gradient, $[[\frac{4}{(B - 1)(N^2 - N)} \sum_b f'(a_i^b) x_j^b \sum_{k \neq i} u_k^b "
        "K_{ik}]]$, is the exact gradient of its loss, the mean free or held.",
        states=(corrected_gradient,),
        proof=r"It is covariance.minibatch with $\beta = 1/(N^2 - N)$ and $\alpha = 1/(B - 1)$, so that $4 \alpha \beta = "
        r"4/((B - 1)(N^2 - N))$. The mean contributes nothing, since its derivative is multiplied by $\sum_b u_k^b = 0$; so "
        "it may be held.",
        holds=(
            Equation(D(corrected, W[p, q]), corrected_gradient, views),
            Equation(D(corrected, W[p, q]), corrected_gradient, mean_held),
        ),
        evidence=(Autodiff(independent.corrected, corrected_gradient, views),),
        assumptions=(r"$N \ge 2$, $B \ge 2$",),
        rests_on=("covariance.minibatch",),
        source="erratum/erratum.md of fmi-basel/latent-predictive-learning (the paper's M is N here)",
    ),
    Claim(
        id="published-error.bias",
        title="Only the corrected loss vanishes with large batches",
        statement=r"For Gaussian activity with the covariance $K^*$ the printed loss is on average $(B - 1)/B$ times the mean "
        r"over pairs of $K^*_{ii} K^*_{kk} + 2 (K^*_{ik})^2$, the corrected one the mean of $(K^*_{ik})^2 + (K^*_{ii} "
        r"K^*_{kk} + (K^*_{ik})^2)/(B - 1)$. So for uncorrelated units of variance $1$ the first is $1 - 1/B$, which does not "
        "vanish for large $B$, and the second $1/(B - 1)$, which does.",
        proof=r"The deviations $u^b$ from the mean of $B$ independent samples are Gaussian with the covariance $\frac{B - "
        r"1}{B} K^*$. By the first part of covariance.one-sample-bias $\mathbb{E}[(u_i^b u_k^b)^2] = (\frac{B - 1}{B})^2 "
        "(K^*_{ii} K^*_{kk} + 2 (K^*_{ik})^2)$; summed over $B$ samples and divided by $B - 1$ that is the printed loss of a "
        "pair. By its third part the corrected loss is as stated. Where $K^*_{ik} = 0$ and $K^*_{ii} = 1$ for all pairs, the "
        "means over pairs of $K^*_{ii} K^*_{kk}$ and $(K^*_{ik})^2$ are $1$ and $0$.",
        argued=True,
        holds=(
            Equation(
                Mean(printed, gaussian),
                (B - 1) / B * (variances + 2 * squared_covariances),
                activity,
                ({"N": 2, "B": 2},),
            ),
            Equation(
                Mean(corrected, gaussian),
                squared_covariances + (variances + squared_covariances) / (B - 1),
                activity,
                ({"N": 2, "B": 2},),
            ),
        ),
        evidence=(Fractions(independent.moments_enumerated), Numbers(independent.gaussian_cubature)),
        assumptions=("jointly Gaussian activity of zero mean, independent between samples", r"$N \ge 2$, $B \ge 2$"),
        rests_on=("published-error.loss", "covariance.one-sample-bias"),
        source="beyond the note",
    ),
)
