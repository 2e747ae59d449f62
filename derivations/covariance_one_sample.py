"""Covariance term, one sample at a time.

The note puts one sample's product ``u_i u_k`` in the place of the covariance ``K_ik``:

    L^t = β Σ_i Σ_{k≠i} u_i² u_k²,  −∂L^t/∂W_ij = −4 β u_i Σ_{k≠i} u_k² · f'(a_i) x_j          (one-sample)
                                                ≈ −4 β u_i Σ_k u_k² · f'(a_i) x_j              (third factor)

That is another rule, with a bias (``covariance.one-sample-bias``), and the approximation by a third factor is unnecessary:
``u_i Σ_{k≠i} u_k² = u_i S − u_i³`` with ``S = Σ_k u_k²`` is as local (``covariance.local-exact``).
"""

from sympy import Idx, IndexedBase, Symbol

from derivations.covariance import beta
from derivations.independent import covariance_one_sample as independent
from derivations.independent import linear as linear_losses
from derivations.independent import losses
from derivations.notation import over_minibatch, rule
from lvicreg.calculus import D, Definitions, Descent, Gaussian, IndependentUnits, Mean, Sigma, Symmetric, distinct
from lvicreg.calculus.layer import B, K, M, N, W, b, c, i, j, k, m, mean, network, p, q, slope, synapse, t, u, x, z
from lvicreg.claims import Claim, Said
from lvicreg.conventions import Covariance
from lvicreg.engines import Autodiff, Counterexample, Equation, Exact, Locality, Numbers

TITLE = "Covariance term, one sample at a time"
PRINTED = {"v": "u"}  # as random quantities

# --- the losses of the note -------------------------------------------------------------------------------
one_sample_loss = beta * Sigma(distinct(i, k) * u[t, i] ** 2 * u[t, k] ** 2, i, k)
norm_loss = beta * Sigma(u[t, i] ** 2, i) ** 2  # ‖u‖⁴, the loss of the third factor

# --- and their gradients -------------------------------------------------------------------------------------------------
one_sample_gradient = 4 * beta * u[t, p] * Sigma(distinct(p, k) * u[t, k] ** 2, k) * slope[t, p] * x[t, q]
third_factor_gradient = 4 * beta * u[t, p] * Sigma(u[t, k] ** 2, k) * slope[t, p] * x[t, q]
local_gradient = 4 * beta * (u[t, p] * Sigma(u[t, k] ** 2, k) - u[t, p] ** 3) * slope[t, p] * x[t, q]
excess = 4 * beta * u[t, p] ** 3 * slope[t, p] * x[t, q]
through_the_mean = -4 * beta / B * Sigma(slope[b, p] * x[b, q], b) * Sigma(u[c, p] * distinct(p, k) * u[c, k] ** 2, c, k)

# --- what the names stand for --------------------------------------------------------------------------------------------
mean_held = network.holding(mean)
S = IndexedBase("S")
population = network.replace({S[b]: Sigma(u[b, k] ** 2, k)})

# --- Gaussian activities, and linear units on Gaussian input ---------------------------------------------------------------
true_K, C, v = Symmetric("true_K"), Symmetric("C"), IndexedBase("v")
input_x = IndexedBase("xi")  # one input vector
activity = IndexedBase("y")
linear = Definitions({activity[i]: Sigma(W[i, j] * input_x[j], j)})
gaussian_input = Gaussian(input_x[j], C)
gaussian_units = Gaussian(v[i], true_K)
linear_loss = beta * Sigma(distinct(i, k) * activity[i] ** 2 * activity[k] ** 2, i, k)
linear_K = IndexedBase("linear_K")
population_covariance = linear.replace({linear_K[i, k]: Sigma(W[i, j] * C[j, m] * W[k, m], j, m)})
linear_exact_loss = beta * Sigma(distinct(i, k) * linear_K[i, k] ** 2, i, k)
spurious_decay = 4 * beta * Sigma(distinct(p, k) * linear_K[k, k], k) * Sigma(C[q, m] * W[p, m], m)
linear_exact_gradient = 4 * beta * Sigma(distinct(p, k) * linear_K[p, k] * C[q, m] * W[k, m], k, m)
A, r = IndexedBase("A"), Idx("r", M)
mixed = population_covariance.replace({C[j, m]: Sigma(A[j, r] * A[m, r], r)})  # inputs A ξ, ξ standard
few = ({"N": 2, "M": 2}, {"N": 3, "M": 2})

# --- independent units of equal variance ------------------------------------------------------------------------------------
variance, kurtosis = Symbol("v", positive=True), Symbol("kappa", positive=True)
independent_units = IndependentUnits(v[i], variance, kurtosis)
small = ({"N": 2}, {"N": 3})

claims = (
    Claim(
        id="covariance.one-sample",
        title="The one-sample covariance rule and its loss",
        statement=r"The one-sample product $u_i^t u_k^t$ in the place of $K_{ik}$ gives the loss $[[\beta \sum_i \sum_{k \neq "
        r"i} (u_i^t)^2 (u_k^t)^2]]$. The note's rule descends it exactly: its gradient, the mean held constant, is $[[4 \beta "
        r"u_i^t \sum_{k \neq i} (u_k^t)^2 f'(a_i^t) x_j^t]]$.",
        states=(one_sample_loss, one_sample_gradient),
        proof=r"$W_{ij}$ enters the terms $(i, k)$ and $(k, i)$, which are equal: together $2 \beta (u_i^t)^2 \sum_{k \neq i} "
        r"(u_k^t)^2$. With the mean held, $\partial u_i^t/\partial W_{ij} = f'(a_i^t) x_j^t$, and no other $u_k^t$ depends on "
        "$W_{ij}$.",
        holds=(Equation(D(one_sample_loss, W[p, q]), one_sample_gradient, mean_held),),
        evidence=(Autodiff(losses.covariance_one_sample, Sigma(one_sample_gradient, t), network),),
        assumptions=("the mean is held constant",),
        source="note, covariance term; LPL paper as published, Methods Eq. 7",
    ),
    Claim(
        id="covariance.one-sample-mean",
        title="For one-sample covariance, holding the mean matters",
        statement="Holding the mean constant is not neutral for the one-sample covariance loss: differentiating through the "
        r"minibatch's mean leaves $[[-\frac{4 \beta}{B} \sum_b f'(a_i^b) x_j^b \sum_c \sum_{k \neq i} u_i^c (u_k^c)^2]]$. "
        "(For $B = 2$ this is $0$, since then a unit's two deviations are opposite.)",
        states=(through_the_mean,),
        proof=r"Through the mean, $\partial u_i^c/\partial W_{ij} = f'(a_i^c) x_j^c - \frac{1}{B} \sum_b f'(a_i^b) x_j^b$. "
        r"The loss of sample $c$ has the derivative $4 \beta u_i^c \sum_{k \neq i} (u_k^c)^2$ with respect to $u_i^c$. The "
        r"first part of $\partial u_i^c/\partial W_{ij}$ gives the gradient of covariance.one-sample, summed over $c$; the "
        "second gives the term stated. For $B = 2$ a unit's two deviations sum to $0$, so they are opposite, and the sum over "
        "$c$ has odd powers only.",
        argued=True,
        holds=(
            Equation(
                D(Sigma(one_sample_loss, t), W[p, q]),
                Sigma(one_sample_gradient, t) + through_the_mean,
                network,
                ({"N": 2, "M": 2, "B": 3}, {"N": 3, "M": 2, "B": 4}),
            ),
        ),
        fails=(Equation(D(Sigma(one_sample_loss, t), W[p, q]), Sigma(one_sample_gradient, t), network),),
        evidence=(
            Exact((Equation(through_the_mean, 0, network, ({"N": 3, "M": 2, "B": 2},), engines=("exact",)),)),
            Autodiff(
                losses.covariance_one_sample_free_mean,
                Sigma(one_sample_gradient, t) + through_the_mean,
                network,
            ),
            Counterexample(
                "X, w = np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]]), np.eye(2)    # two linear units\n"
                "U = lambda w: X @ w.T - (X @ w.T).mean(axis=0)\n"
                "loss = lambda w: 2 * np.sum(np.prod(U(w) ** 2, axis=1))\n"
                "left = (loss(w + [[1e-6, 0], [0, 0]]) - loss(w - [[1e-6, 0], [0, 0]])) / 2e-6\n"
                "right = 4 * np.sum(U(w)[:, 0] * U(w)[:, 1] ** 2 * X[:, 0])           # the rule"
            ),
        ),
        assumptions=(r"$N \ge 2$; for the term not to vanish $B \ge 3$",),
        rests_on=("covariance.one-sample",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.one-sample-bias",
        title="Decorrelated units are still pushed down",
        statement=r"(i) For Gaussian activity with the covariance $K^*$, $\mathbb{E}[(u_i u_k)^2] = K^*_{ii} K^*_{kk} + 2 "
        "(K^*_{ik})^2$. (ii) For linear units with the weights $w_i$ on Gaussian input of covariance $C$ the expected "
        r"one-sample gradient is twice that of $\beta \sum_i \sum_{k \neq i} (K^*_{ik})^2$, plus a spurious decay $4 \beta "
        r"\sum_{k \neq i} K^*_{kk} (C w_i)_j$, so that two perfectly decorrelated units, neither silent, still push each "
        "other down. (iii) The exact loss of a minibatch of independent Gaussian samples is biased too: "
        r"$\mathbb{E}[K_{ik}^2]$ exceeds $(K^*_{ik})^2$ by $(K^*_{ii} K^*_{kk} + (K^*_{ik})^2)/(B - 1)$, which vanishes for "
        "large $B$.",
        said=Said(
            r"$4 \beta u_i \sum_{k \neq i} u_k^2 f'(a_i) x_j$ is on average the gradient of the sum of the squared "
            r"off-diagonal terms of the covariance matrix, $\beta \sum_i \sum_{k \neq i} (K^*_{ik})^2$, in which $K^*$ is the "
            "covariance in the distribution that samples are drawn from.",
            "a reading of the note, covariance term, and of Halvagal & Zenke 2023 as published, Methods Eq. 6 and 7 and "
            "Supplement Eq. 3 and 4; corrected in its erratum",
        ),
        proof="(i) For jointly Gaussian variables of mean $0$ the mean of a product of four is the sum over the three "
        r"pairings (Isserlis): $\mathbb{E}[u_i^2] \mathbb{E}[u_k^2] + 2 \mathbb{E}[u_i u_k]^2$. (ii) So the one-sample loss "
        r"is on average $\beta \sum_i \sum_{k \neq i} (K^*_{ii} K^*_{kk} + 2 (K^*_{ik})^2)$, and since it is a polynomial in "
        r"the weights, the average of its gradient is the gradient of this. For linear units $K^*_{ii} = w_i^\top C w_i$ "
        r"has the gradient $2 C w_i$, and the pairs $(i, k)$ and $(k, i)$ contribute equally: $4 \beta \sum_{k \neq i} "
        r"K^*_{kk} (C w_i)_j$. The rest is twice the gradient of $\beta \sum_i \sum_{k \neq i} (K^*_{ik})^2$, each term of "
        r"which has a factor $K^*_{ik}$, as in covariance.minibatch. (iii) By a rotation of the samples that takes the mean "
        r"out, $\sum_b u_i^b u_k^b$ is distributed as a sum of $B - 1$ independent products with the mean $K^*_{ik}$ and, by "
        r"(i), the variance $K^*_{ii} K^*_{kk} + (K^*_{ik})^2$ each. Divided by $B - 1$, that is $K_{ik}$: its mean is "
        r"$K^*_{ik}$, its variance $(K^*_{ii} K^*_{kk} + (K^*_{ik})^2)/(B - 1)$, and the mean of its square is $(K^*_{ik})^2$ "
        "plus this variance.",
        holds=(
            Equation(
                Mean(v[i] ** 2 * v[k] ** 2, gaussian_units), true_K[i, i] * true_K[k, k] + 2 * true_K[i, k] ** 2, sizes=small
            ),
            Equation(
                Mean(D(linear_loss, W[p, q]), gaussian_input),
                2 * D(linear_exact_loss, W[p, q]) + spurious_decay,
                population_covariance,
                sizes=few,
            ),
            Equation(
                Mean(K[i, k] ** 2, Gaussian(z[b, i], true_K)),
                true_K[i, k] ** 2 + (true_K[i, i] * true_K[k, k] + true_K[i, k] ** 2) / (B - 1),
                network.primitive(z),
                sizes=({"N": 2, "B": 2}, {"N": 1, "B": 3}),
            ),
        ),
        fails=(
            Equation(Mean(D(linear_loss, W[p, q]), gaussian_input), D(linear_exact_loss, W[p, q]), population_covariance, few),
            Equation(
                Mean(D(linear_loss, W[p, q]), gaussian_input), 2 * D(linear_exact_loss, W[p, q]), population_covariance, few
            ),
        ),
        evidence=(
            Autodiff(
                linear_losses.expected_one_sample, 2 * linear_exact_gradient + spurious_decay, mixed, sizes={"N": 3, "M": 2}
            ),
            Numbers(independent.expected_one_sample_gradient),
            Counterexample(
                "X = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])     # two linear units, W = identity, uncorrelated\n"
                "K_12 = np.mean(X[:, 0] * X[:, 1])                      # 0\n"
                "left = np.mean(4 * X[:, 0] * X[:, 1] ** 2 * X[:, 0])   # expected one-sample gradient for W_11\n"
                "right = 4 * K_12 * np.mean(X[:, 1] * X[:, 0])          # exact gradient"
            ),
        ),
        assumptions=(
            r"$N \ge 2$, $B \ge 2$",
            "jointly Gaussian activity of mean $0$, or linear units on zero-mean Gaussian input",
            "in (i) and (ii) $u$ is the deviation from the mean of the distribution; from the mean of a minibatch the right "
            "side of (i) is multiplied by $((B - 1)/B)^2$",
            "for the minibatch: samples independent of each other",
        ),
        rests_on=("covariance.minibatch", "covariance.one-sample"),
        source="LPL paper as published, Methods Eq. 6 and 7 and Supplement Eq. 3 and 4; corrected in its erratum",
    ),
    Claim(
        id="covariance.third-factor",
        title="The third factor descends another loss",
        statement=r"Summing over all units, $[[4 \beta u_i^t \sum_k (u_k^t)^2 f'(a_i^t) x_j^t]]$ is the exact gradient of "
        r"another loss, $\beta \lVert u \rVert^4$. It exceeds the one-sample rule by $[[4 \beta (u_i^t)^3 f'(a_i^t) x_j^t]]$: "
        r"for independent units of equal variance the factor $S = \sum_k u_k^2$ is on average too large by the fraction $1/(N "
        r"- 1)$, and $u_i^2 S$ by $\kappa/(N - 1)$, $\kappa$ the kurtosis: at $N = 32$ by $0.10$ for Gaussian and $0.19$ for "
        "Laplace activity.",
        states=(third_factor_gradient, excess),
        said=Said(
            "The sum over all other units may be replaced by one that is common to the population.",
            "note, covariance term, which calls it a useful approximation",
            "approximation",
        ),
        proof=r"$\lVert u \rVert^4 = (\sum_k u_k^2)^2$ has the derivative $2 \sum_k u_k^2 \cdot 2 u_i$ with respect to $u_i$. "
        r"It differs from $4 u_i \sum_{k \neq i} u_k^2$ of covariance.one-sample by the term $k = i$. Let now the units be "
        r"independent with the variance $v$ and $\mathbb{E}[u_i^4] = \kappa v^2$, $\kappa$ the kurtosis. The factor without "
        "its own unit is $(N - 1) v$ on average, its own share $v$: one $(N - 1)$-th. For $u_i^2$ times it the two are "
        r"$\mathbb{E}[u_i^2 \sum_{k \neq i} u_k^2] = (N - 1) v^2$ and $\mathbb{E}[u_i^4] = \kappa v^2$. With $\kappa = 3$ and "
        r"$\kappa = 6$, $\kappa/31$ is $0.10$ and $0.19$.",
        holds=(
            Equation(D(norm_loss, W[p, q]), third_factor_gradient, mean_held),
            Equation(third_factor_gradient - one_sample_gradient, excess, network),
            Equation(
                (N - 1) * Mean(v[p] ** 2, independent_units),
                Mean(Sigma(distinct(p, k) * v[k] ** 2, k), independent_units),
                sizes=small,
            ),
            Equation(
                (N - 1) * Mean(v[p] * v[p] ** 3, independent_units),
                kurtosis * Mean(v[p] * v[p] * Sigma(distinct(p, k) * v[k] ** 2, k), independent_units),
                sizes=small,
            ),
        ),
        fails=(Equation(D(one_sample_loss, W[p, q]), third_factor_gradient, mean_held),),
        evidence=(
            Autodiff(losses.fourth_power_of_norm, Sigma(third_factor_gradient, t), network),
            Numbers(independent.third_factor_error),
        ),
        assumptions=("the mean is held constant", r"for the sizes: independent units of equal variance, $N \ge 2$"),
        rests_on=("covariance.one-sample",),
        source="note, covariance term",
    ),
    Claim(
        id="covariance.local-exact",
        title="The one-sample rule needs no approximation",
        statement=r"The approximation is unnecessary: $u_i \sum_{k \neq i} u_k^2 = u_i S - u_i^3$ with $S = \sum_k u_k^2$, "
        "one factor common to the population and a cubic term of the unit's own activity. So the one-sample rule, with the "
        r"gradient $[[4 \beta (u_i^t \sum_k (u_k^t)^2 - (u_i^t)^3) f'(a_i^t) x_j^t]]$, is exactly local.",
        states=(local_gradient,),
        proof="The sum over all units contains the term $k = i$, which is $u_i^2$: subtract it. In the gradient of "
        "covariance.one-sample, $x_j^t$ is then presynaptic, $u_i^t$, $(u_i^t)^3$ and $f'(a_i^t)$ are the unit's own, and "
        "$S$ is one number that is the same for all units.",
        holds=(
            Equation(one_sample_gradient, local_gradient, network),
            Equation(D(one_sample_loss, W[p, q]), local_gradient, mean_held),
        ),
        evidence=(
            Autodiff(losses.covariance_one_sample, Sigma(local_gradient, t), network),
            Locality(((Sigma(one_sample_gradient, t), network), (Sigma(local_gradient, t), network)), (), W[p, q], synapse),
        ),
        assumptions=("for the gradient: the mean is held constant",),
        rests_on=("covariance.one-sample",),
        source="beyond the note",
    ),
)

_about = {
    "arguments": (x, z, slope),
    "statistics": (mean,),
    "options": (beta,),
    "degenerate": "0 where u = 0. NaN in one unit's activity reaches every unit through S.",
    "convention": str(Covariance(form="one-sample", mean="held")),
}
_mean_given = population.primitive(mean)

rules = (
    rule(
        "covariance_one_sample",
        "The note's one-sample covariance rule in its exactly local form. Not the gradient of the covariance loss: see "
        "covariance.one-sample-bias.",
        Descent(over_minibatch(one_sample_loss), W[p, q], _mean_given),
        population,
        claims=("covariance.one-sample", "covariance.local-exact", "covariance.one-sample-mean", "covariance.one-sample-bias"),
        source="note, covariance term; Halvagal & Zenke 2023 as published, Methods Eq. 7.",
        **_about,
    ),
    rule(
        "covariance_third_factor",
        "The note's approximation of the one-sample rule by a factor common to the population; exact for β Σ_b ‖u^b‖⁴.",
        Descent(over_minibatch(norm_loss), W[p, q], _mean_given),
        population,
        claims=("covariance.third-factor", "covariance.third-factor-rotation"),
        source="note, covariance term.",
        **(_about | {"convention": "summed over samples and over all pairs of units, i = k too; the mean is held constant."}),
    ),
)
