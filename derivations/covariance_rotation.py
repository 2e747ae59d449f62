"""Covariance term, the third factor: what its loss ``β ‖u‖⁴`` does to a population that is rotated.

It is the same for every rotation of a population. With the variances held it is least where units are uncorrelated; with
log-variance and decay instead, no decorrelated state of linear units with unequal variances is a minimum.
"""

from sympy import IndexedBase, Symbol, log

from derivations.covariance import beta
from derivations.covariance_one_sample import C, few, gaussian_units, small, true_K, v
from derivations.independent import covariance_one_sample as independent
from derivations.independent import linear as losses
from lvicreg.calculus import D, Definitions, Mean, Sigma, distinct
from lvicreg.calculus.layer import N, W, i, j, k, l, m, p, q
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Equation, Numbers

TITLE = "Covariance term, the third factor and rotations"
PRINTED = {"v": "u"}  # as random quantities

# --- rotations of the population: A = g − gᵀ is any antisymmetric matrix, u → u + τ A u the rotation that it generates -------
g = IndexedBase("g")
fourth = Sigma(v[i] ** 2, i) ** 2
# a linear layer with log-variance and decay on Gaussian input, KK its covariance; and all its units alike, C w = μ w
CW, KK, w = IndexedBase("CW"), IndexedBase("KK"), IndexedBase("w")
mu, decay = Symbol("mu", positive=True), Symbol("decay", positive=True)
linear_units = Definitions({CW[i, j]: Sigma(C[j, m] * W[i, m], m), KK[i, k]: Sigma(W[i, j] * CW[k, j], j)})
identical_units = Definitions({W[i, j]: w[j], CW[i, j]: mu * w[j], KK[i, k]: Sigma(w[j] * mu * w[j], j)})
norm2 = Sigma(w[j] ** 2, j)
expected_norm_loss = beta * (Sigma(KK[i, i], i) ** 2 + 2 * Sigma(KK[i, k] ** 2, i, k))
expected_loss = -Sigma(log(KK[i, i]), i) / 2 + decay / 2 * Sigma(W[i, j] ** 2, i, j) + expected_norm_loss
expected_gradient = (
    decay * W[p, q] - CW[p, q] / KK[p, p] + 4 * beta * (Sigma(KK[i, i], i) * CW[p, q] + 2 * Sigma(KK[p, k] * CW[k, q], k))
)
# two decorrelated units with variances v_1 and v_2, rotated
v_1, v_2, cosine, sine = (Symbol(name) for name in ("v_1", "v_2", "cosine", "sine"))
rotated = Sigma(D(fourth, v[l]) * Sigma((g[l, k] - g[k, l]) * v[k], k), l)

claims = (
    Claim(
        id="covariance.third-factor-rotation",
        title="What the third factor makes of rotated populations",
        statement=r"(i) $\lVert u \rVert^4$ does not change when the population is rotated. (ii) For Gaussian activity with "
        r"the covariance $K^*$, $\mathbb{E}\lVert u \rVert^4 = (\mathrm{tr}\, K^*)^2 + 2\, \mathrm{tr}\, (K^*)^2$, at fixed "
        r"unit variances a constant plus $2 \sum_i \sum_{k \neq i} (K^*_{ik})^2$, which is least where units are "
        r"uncorrelated, if they can be (linear ones only for $N \le \mathrm{rank}\, C$). (iii) With log-variance and decay "
        r"instead, no decorrelated state of linear units with unequal variances is a minimum, for any $\beta$: rotating two "
        r"of its units by $\theta$ leaves $\lVert u \rVert^4$ and the decay as they are and makes $K^*_{11} K^*_{22}$ larger "
        r"by $(K^*_{11} - K^*_{22})^2 \sin^2\theta \cos^2\theta$. (iv) Identical linear units along a principal component of "
        r"eigenvalue $\mu$, $12 \beta N \mu^2 n^2 + \lambda n = 1$ with $n = \lVert w \rVert^2$, are critical for every "
        r"$\beta$.",
        proof=r"(i) A rotation keeps $\lVert u \rVert$. The equation that was checked is the derivative along every "
        r"rotation's generator; it vanishes at every $u$, and rotations are reached from the identity, so $\lVert u \rVert^4$ "
        r"is the same at both ends. (ii) $\mathbb{E}\lVert u \rVert^4 = \sum_i \sum_k \mathbb{E}[u_i^2 u_k^2] = \sum_i \sum_k "
        r"(K^*_{ii} K^*_{kk} + 2 (K^*_{ik})^2)$ by the sum over pairings, and $\mathrm{tr}\, (K^*)^2 = \sum_i (K^*_{ii})^2 + "
        r"\sum_i \sum_{k \neq i} (K^*_{ik})^2$. (iii) Rotating linear units is rotating the rows of $W$, so it leaves $\lVert "
        r"W \rVert^2$ as it is. The variances of two uncorrelated units become $K^*_{11} \cos^2\theta + K^*_{22} "
        r"\sin^2\theta$ and $K^*_{11} \sin^2\theta + K^*_{22} \cos^2\theta$, whose product is larger by the term stated; so "
        r"$-\frac{1}{2} \log(K^*_{11} K^*_{22})$ falls, for $\theta$ as small as one likes. (iv) For identical units with $C "
        r"w = \mu w$ every $K^*_{ik}$ is $\mu n$, and the gradient for each of them is $(\lambda - 1/n) w + 4 \beta (N \mu "
        r"n\, \mu + 2 N \mu n\, \mu) w$.",
        argued=True,
        holds=(
            Equation(rotated, 0, sizes=small),
            Equation(
                Mean(fourth, gaussian_units),
                Sigma(true_K[i, i], i) ** 2
                + 2 * Sigma(true_K[i, i] ** 2, i)
                + 2 * Sigma(distinct(i, k) * true_K[i, k] ** 2, i, k),
                sizes=small,
            ),
            Equation(
                (cosine**2 * v_1 + sine**2 * v_2) * (sine**2 * v_1 + cosine**2 * v_2),
                v_1 * v_2 * (cosine**2 + sine**2) ** 2 + (v_1 - v_2) ** 2 * cosine**2 * sine**2,
            ),
            Equation(D(expected_loss, W[p, q]), expected_gradient, linear_units, few),
            Equation(expected_gradient, w[q] * (decay - 1 / norm2 + 12 * beta * N * mu**2 * norm2), identical_units, few),
        ),
        evidence=(
            Autodiff(losses.expected_third_factor, expected_gradient, linear_units),
            Numbers(independent.rotations),
        ),
        assumptions=(
            "for the mean: zero-mean Gaussian activity",
            r"for the states: linear units on zero-mean Gaussian input; for identical ones $\mu > 0$",
        ),
        rests_on=("covariance.third-factor",),
        source="beyond the note",
    ),
)
