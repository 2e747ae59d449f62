"""Covariance term.

Units should not repeat each other: the off-diagonal covariances of the activities are penalised.

    L = β Σ_i Σ_{k≠i} K_ik²,        −∂L/∂W_ij = −4 α β Σ_b Σ_{k≠i} K_ik u_k^b f'(a_i^b) x_j^b              (exact)

That needs every ``K_ik``. The note puts one sample's product ``u_i u_k`` in the place of ``K_ik``:

    L^t = β Σ_i Σ_{k≠i} u_i² u_k²,  −∂L^t/∂W_ij = −4 β u_i Σ_{k≠i} u_k² · f'(a_i) x_j                     (one-sample)
                                                ≈ −4 β u_i Σ_k u_k² · f'(a_i) x_j                         (third factor)

The one-sample rule is a different rule with a bias (``covariance.one-sample-bias``), and the approximation by a third factor
is unnecessary: ``u_i Σ_{k≠i} u_k² = u_i S − u_i³`` with ``S = Σ_k u_k²`` is as local (``covariance.local-exact``).
"""

from fractions import Fraction
from itertools import combinations, permutations

from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.laguerre import laggauss
from sympy import IndexedBase, Symbol

from derivations import losses
from derivations.notation import rule
from lvicreg.calculus import (
    SG,
    D,
    Definitions,
    Gaussian,
    IndependentUnits,
    Mean,
    Sigma,
    Symmetric,
    gradient,
    others,
)
from lvicreg.calculus.layer import (
    B,
    K,
    N,
    W,
    alpha,
    b,
    c,
    df,
    i,
    j,
    k,
    l,
    m,
    mean,
    network,
    p,
    q,
    t,
    u,
    var,
    x,
    z,
)  # fmt: skip
from lvicreg.claims import (
    Autodiff,
    Claim,
    Counterexample,
    Equation,
    Fractions,
    Locality,
    Numbers,
)

TITLE = "Covariance term"
beta = Symbol("beta", positive=True)

# --- the losses, as they stand in the note -------------------------------------------------------------------------------
loss = beta * Sigma(others(i, k) * K[i, k] ** 2, i, k)
one_sample_loss = beta * Sigma(others(i, k) * u[t, i] ** 2 * u[t, k] ** 2, i, k)
norm_loss = beta * Sigma(u[t, i] ** 2, i) ** 2  # ‖u‖⁴, the loss of the third factor

# --- and their gradients -------------------------------------------------------------------------------------------------
exact_gradient = 4 * alpha * beta * Sigma(others(p, k) * K[p, k] * u[b, k] * df[b, p] * x[b, q], b, k)
one_sample_gradient = 4 * beta * u[t, p] * Sigma(others(p, k) * u[t, k] ** 2, k) * df[t, p] * x[t, q]
third_factor_gradient = 4 * beta * u[t, p] * Sigma(u[t, k] ** 2, k) * df[t, p] * x[t, q]
local_gradient = 4 * beta * (u[t, p] * Sigma(u[t, k] ** 2, k) - u[t, p] ** 3) * df[t, p] * x[t, q]

# --- what the names stand for --------------------------------------------------------------------------------------------
mean_held = network.but({u[b, i]: z[b, i] - SG(mean[i])})
S, Ku, K_diagonal = map(IndexedBase, ("S", "Ku", "K_diagonal"))
population = network.but({S[b]: Sigma(u[b, k] ** 2, k)})

# --- the Gram matrix of the samples ----------------------------------------------------------------------------------------
G = Sigma(u[b, i] * u[c, i], i)
squared_covariances = Sigma(K[i, k] ** 2, i, k)
gram_gradient = (
    4 * alpha * beta * Sigma((alpha * Sigma(G * u[c, p], c) - var[p] * u[b, p]) * df[b, p] * x[b, q], b)
)

# --- Gaussian activities, and linear units on Gaussian input ---------------------------------------------------------------
true_K, C, v = Symmetric("true_K"), Symmetric("C"), IndexedBase("v")
input_x = IndexedBase("xi")  # one input vector
activity = IndexedBase("y")
linear = Definitions({activity[i]: Sigma(W[i, j] * input_x[j], j)})
gaussian_input = Gaussian(input_x[j], C)
gaussian_units = Gaussian(v[i], true_K)
linear_loss = beta * Sigma(others(i, k) * activity[i] ** 2 * activity[k] ** 2, i, k)
linear_K = IndexedBase("linear_K")
population_covariance = linear.but({linear_K[i, k]: Sigma(W[i, j] * C[j, m] * W[k, m], j, m)})
linear_exact_loss = beta * Sigma(others(i, k) * linear_K[i, k] ** 2, i, k)
spurious_decay = 4 * beta * Sigma(others(p, k) * linear_K[k, k], k) * Sigma(C[q, m] * W[p, m], m)
few = ({"N": 2, "M": 2}, {"N": 3, "M": 2})

# --- independent units of equal variance ------------------------------------------------------------------------------------
variance, kurtosis = Symbol("v", positive=True), Symbol("kappa", positive=True)
independent = IndependentUnits(v[i], variance, kurtosis)
small = ({"N": 2}, {"N": 3})

# --- rotations of the population: A = g − gᵀ is any antisymmetric matrix, u → u + τ A u the rotation that it generates -------
g = IndexedBase("g")
fourth = Sigma(v[i] ** 2, i) ** 2
rotated = Sigma(D(fourth, v[l]) * Sigma((g[l, k] - g[k, l]) * v[k], k), l)


def expected_one_sample_gradient(jax, rng):
    """The mean of JAX's one-sample gradient over a cubature that is exact for Gaussian moments up to the fifth."""
    np = jax.numpy
    weights, mixing = np.asarray(rng.normal(size=(3, 2))), np.asarray(rng.normal(size=(2, 2)))
    nodes, chances = np.asarray([-(3**0.5), 0.0, 3**0.5]), np.asarray([1, 4, 1]) / 6
    grid = np.stack([axis.ravel() for axis in np.meshgrid(nodes, nodes)], axis=1) @ mixing.T
    chance = np.outer(chances, chances).ravel()
    covariance = mixing @ mixing.T

    def one_sample(weights):
        squares = (grid @ weights.T) ** 2
        return np.sum(chance * (np.sum(squares, axis=1) ** 2 - np.sum(squares**2, axis=1)))

    def exact(weights):
        K = weights @ covariance @ weights.T
        return np.sum(K**2) - np.sum(np.diagonal(K) ** 2)

    sigma2 = np.diagonal(weights @ covariance @ weights.T)
    decay = 4 * (np.sum(sigma2) - sigma2)[:, None] * (weights @ covariance)
    yield jax.grad(one_sample)(weights), 2 * jax.grad(exact)(weights) + decay


def third_factor_error(jax, rng):
    """Relative size of the term left in, for 32 units: the kurtoses of the Gaussian and of Laplace's distribution by quadrature."""
    np = jax.numpy
    hermite, weights = hermegauss(8)
    laguerre, chances = laggauss(8)
    for nodes, masses, kurtosis in ((hermite, weights, 3), (laguerre, chances, 6)):
        second, fourth = (np.sum(masses * nodes**power) / np.sum(masses) for power in (2, 4))
        left_in = jax.grad(lambda a, fourth=fourth: a**4 / 4 * fourth)(1.0)
        kept = jax.grad(lambda a, second=second: 31 * a**2 / 2 * second**2)(1.0)
        yield left_in / kept, np.asarray(kurtosis / 31)


def rotations(jax, rng):
    """‖u‖⁴ under a random rotation; its mean over Gaussian units; identical units as a critical point."""
    np = jax.numpy
    rotation, _ = np.linalg.qr(np.asarray(rng.normal(size=(4, 4))))
    u = np.asarray(rng.normal(size=(6, 4)))

    def fourth(u):
        return np.sum(np.sum(u**2, axis=1) ** 2)

    yield fourth(u @ rotation), fourth(u)
    yield jax.grad(fourth)(u @ rotation), jax.grad(fourth)(u) @ rotation

    covariance, decay, beta, units = np.diag(np.asarray([2.0, 1.0, 0.5])), 0.7, 0.1, 3

    def expected(weights):
        K = weights @ covariance @ weights.T
        norm = np.trace(K) ** 2 + 2 * np.sum(K**2)
        return -np.sum(np.log(np.diagonal(K))) / 2 + decay / 2 * np.sum(weights**2) + beta * norm

    # identical units w along the first eigenvector: 1/s = λ/μ + 12 β N s for the variance s = μ‖w‖²
    rate = decay / 2.0
    s = (-rate + (rate**2 + 48 * beta * units) ** 0.5) / (24 * beta * units)
    identical = np.zeros((units, 3)).at[:, 0].set((s / 2.0) ** 0.5)
    yield 1 + jax.grad(expected)(identical), np.ones((units, 3))


def subsets_of_a_population():
    """With β = 1/(N(N−1)) the loss of a random part of a population is on average that of the whole."""
    K = [[Fraction((3 * r * s + r + s) % 7 + 1, 2) for s in range(5)] for r in range(5)]

    def scaled_loss(units):
        return sum(K[r][s] ** 2 for r, s in permutations(units, 2)) / (len(units) * (len(units) - 1))

    for size in (2, 3, 4):
        parts = list(combinations(range(5), size))
        yield sum(map(scaled_loss, parts)) / len(parts), scaled_loss(range(5))


def equally_correlated(jax, rng):
    """The scaled loss of N units, all pairs with covariance ½, and its slope in that covariance, for three N."""
    np = jax.numpy
    for units in (2, 5, 16):

        def scaled_loss(shared, units=units):
            K = np.eye(units) + shared * (1 - np.eye(units))
            return (np.sum(K**2) - np.sum(np.diagonal(K) ** 2)) / (units * (units - 1))

        yield scaled_loss(0.5), 0.25
        yield jax.grad(scaled_loss)(0.5), 1.0


common = Symbol("common")  # the covariance of every pair
claims = (
    Claim(
        id="covariance.minibatch",
        statement="4 α β Σ_b Σ_{k≠i} K_ik u_k^b f'(a_i^b) x_j^b is the exact gradient of β Σ_i Σ_{k≠i} K_ik²; the mean's "
        "contribution cancels. It is not local: it needs K_ik.",
        holds=(Equation(D(loss, W[p, q]), exact_gradient, network),),
        evidence=(
            Autodiff(losses.covariance, exact_gradient, network),
            Locality((), ((gradient(loss, W[p, q], network), network),), W[p, q], b),
        ),
        assumptions=("B ≥ 2",),
        source="VICReg, arXiv 2105.04906, Eq. 3 and 4",
    ),
    Claim(
        id="covariance.one-sample",
        statement="The one-sample product u_i u_k in the place of K_ik gives the loss β Σ_i Σ_{k≠i} u_i² u_k², and the note's rule, "
        "4 β u_i Σ_{k≠i} u_k² · f'(a_i) x_j, is its exact gradient.",
        holds=(Equation(D(one_sample_loss, W[p, q]), one_sample_gradient, mean_held),),
        evidence=(Autodiff(losses.covariance_one_sample, Sigma(one_sample_gradient, t), network),),
        assumptions=("the mean is held constant",),
        source="note, covariance term; LPL paper as published, Methods Eq. 7",
    ),
    Claim(
        id="covariance.one-sample-mean",
        statement="Unlike for every other term, holding the mean constant is not neutral for the one-sample covariance loss: "
        "differentiating through the minibatch's mean leaves −(4β/B) Σ_b f'(a_i^b) x_j^b · Σ_b u_i^b Σ_{k≠i} (u_k^b)².",
        holds=(
            Equation(
                D(Sigma(one_sample_loss, t), W[p, q]),
                Sigma(one_sample_gradient, t)
                - 4 * beta / B * Sigma(df[b, p] * x[b, q], b) * Sigma(u[c, p] * others(p, k) * u[c, k] ** 2, c, k),
                network,
            ),
        ),
        fails=(Equation(D(Sigma(one_sample_loss, t), W[p, q]), Sigma(one_sample_gradient, t), network),),
        evidence=(
            Autodiff(
                losses.covariance_one_sample_free_mean,
                Sigma(one_sample_gradient, t)
                - 4 * beta / B * Sigma(df[b, p] * x[b, q], b) * Sigma(u[c, p] * others(p, k) * u[c, k] ** 2, c, k),
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
        rests_on=("covariance.one-sample",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.one-sample-bias",
        kind="refutation",
        statement="The one-sample rule is not the gradient of β Σ_i Σ_{k≠i} K_ik², not even on average. For Gaussian activity "
        "E[(u_i u_k)²] = σ_i² σ_k² + 2 K_ik²; for linear units on Gaussian input the expected one-sample gradient is twice the "
        "exact one plus a spurious decay 4β (Σ_{k≠i} σ_k²) C w_i, so that perfectly decorrelated units are still pushed down. "
        "(The exact minibatch loss is biased too, by (σ_i² σ_k² + K_ik²)/(B − 1), which vanishes with B.)",
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
                network.given(z),
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
            Numbers(expected_one_sample_gradient),
            Counterexample(
                "X = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])     # two linear units, W = identity, uncorrelated\n"
                "K_12 = np.mean(X[:, 0] * X[:, 1])                      # 0\n"
                "left = np.mean(4 * X[:, 0] * X[:, 1] ** 2 * X[:, 0])   # expected one-sample gradient for W_11\n"
                "right = 4 * K_12 * np.mean(X[:, 1] * X[:, 0])          # exact gradient"
            ),
        ),
        assumptions=("sizes: Gaussian activity, or linear units on zero-mean Gaussian input",),
        rests_on=("covariance.minibatch", "covariance.one-sample"),
        source="LPL paper as published, Methods Eq. 6 and 7 and Supplement Eq. 3 and 4; corrected in its erratum",
    ),
    Claim(
        id="covariance.third-factor",
        kind="approximation",
        statement="Summing over all units, 4 β u_i Σ_k u_k² · f'(a_i) x_j, is the exact gradient of another loss, β ‖u‖⁴, and an "
        "approximation of the one-sample rule. For independent units of equal variance the factor is too large by 1/(N − 1) on "
        "average, the update along u_i by kurtosis/(N − 1): at N = 32 by 0.10 for Gaussian and 0.19 for Laplace activity.",
        holds=(
            Equation(D(norm_loss, W[p, q]), third_factor_gradient, mean_held),
            Equation(
                third_factor_gradient - one_sample_gradient, 4 * beta * u[t, p] ** 3 * df[t, p] * x[t, q], network
            ),
            Equation((N - 1) * Mean(v[p] ** 2, independent), Mean(Sigma(others(p, k) * v[k] ** 2, k), independent), sizes=small),
            Equation(
                (N - 1) * Mean(v[p] * v[p] ** 3, independent),
                kurtosis * Mean(v[p] * v[p] * Sigma(others(p, k) * v[k] ** 2, k), independent),
                sizes=small,
            ),
        ),
        fails=(Equation(D(one_sample_loss, W[p, q]), third_factor_gradient, mean_held),),
        evidence=(
            Autodiff(losses.fourth_power_of_norm, Sigma(third_factor_gradient, t), network),
            Numbers(third_factor_error),
        ),
        assumptions=("the mean is held constant", "sizes: independent units of equal variance, N ≥ 2"),
        rests_on=("covariance.one-sample",),
        source="note, covariance term",
    ),
    Claim(
        id="covariance.local-exact",
        statement="The approximation is unnecessary: u_i Σ_{k≠i} u_k² = u_i S − u_i³ with S = Σ_k u_k², one factor common to the "
        "population and a cubic term of the unit's own activity. The one-sample rule is exactly local.",
        holds=(
            Equation(one_sample_gradient, local_gradient, network),
            Equation(D(one_sample_loss, W[p, q]), local_gradient, mean_held),
        ),
        evidence=(
            Autodiff(losses.covariance_one_sample, Sigma(local_gradient, t), network),
            Locality(((Sigma(one_sample_gradient, t), network), (Sigma(local_gradient, t), network)), (), W[p, q], b),
        ),
        rests_on=("covariance.one-sample",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.third-factor-rotation",
        statement="‖u‖⁴ does not change when the population is rotated. For Gaussian activity E‖u‖⁴ = (tr K)² + 2 tr K², at fixed "
        "unit variances a constant plus 2 Σ_{i≠k} K_ik²: there it decorrelates fully. With log-variance and decay instead, "
        "identical units along a principal component are a critical point for every β: it need not decorrelate.",
        holds=(
            Equation(rotated, 0, sizes=small),
            Equation(
                Mean(fourth, gaussian_units),
                Sigma(true_K[i, i], i) ** 2 + 2 * Sigma(true_K[i, i] ** 2, i) + 2 * Sigma(others(i, k) * true_K[i, k] ** 2, i, k),
                sizes=small,
            ),
        ),
        evidence=(Numbers(rotations),),
        assumptions=("for the mean: zero-mean Gaussian activity",),
        rests_on=("covariance.third-factor",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.gram",
        statement="Σ_{i,k} K_ik² = α² ‖u uᵀ‖² with the B×B Gram matrix u uᵀ; the off-diagonal loss subtracts Σ_i K_ii². Its gradient is "
        "4 α β Σ_b (α (u uᵀ u)_bi − K_ii u_i^b) f'(a_i^b) x_j^b, at a cost of min(B, N)·B·N.",
        holds=(
            Equation(squared_covariances, alpha**2 * Sigma(G**2, b, c), network),
            Equation(loss, beta * (alpha**2 * Sigma(G**2, b, c) - Sigma(var[i] ** 2, i)), network),
            Equation(D(loss, W[p, q]), gram_gradient, network),
        ),
        evidence=(Autodiff(losses.covariance, gram_gradient, network),),
        assumptions=("B ≥ 2",),
        rests_on=("covariance.minibatch",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.scale",
        statement="β = 1/(N(N − 1)) keeps the loss invariant to the number of units: it is the mean of K_ik² over pairs. VICReg's 1/N "
        "is not: for equally correlated pairs it grows like N − 1.",
        holds=(
            Equation(Sigma(others(i, k) * common**2, i, k) / (N * (N - 1)), common**2, sizes=({"N": 2}, {"N": 5})),
            Equation(Sigma(others(i, k) * common**2, i, k) / N, (N - 1) * common**2, sizes=({"N": 2}, {"N": 5})),
        ),
        fails=(Equation(Sigma(others(i, k) * common**2, i, k) / N, common**2, sizes=({"N": 3}, {"N": 5})),),
        evidence=(Fractions(subsets_of_a_population), Numbers(equally_correlated)),
        assumptions=("N ≥ 2",),
        source="note, covariance term; VICReg, arXiv 2105.04906, Eq. 4",
    ),
)

_about = {
    "arguments": (x, z, df),
    "statistics": (mean,),
    "options": (beta,),
    "degenerate": "0 where u = 0. NaN in one unit's activity reaches every unit through S.",
    "convention": "summed over samples and over ordered pairs of units; the mean is held constant.",
}
_one_sample = population.given(mean)

rules = (
    rule(
        "covariance",
        "Exact covariance rule, contracted in the cheaper order: over samples first (N×N) or over units first (B×B).",
        -gradient(loss, W[p, q], network),
        network.but({K_diagonal[i]: K[i, i], Ku[b, i]: Sigma(K[i, k] * u[b, k], k)}),
        avoidable=K,
        claims=("covariance.minibatch", "covariance.gram", "covariance.scale"),
        source="VICReg (arXiv 2105.04906), Eq. 3 and 4; erratum of Halvagal & Zenke 2023.",
        **{
            **_about,
            "statistics": (mean, K, alpha),
            "degenerate": "0 where u = 0. NaN in one unit's activity reaches every unit through K.",
            "convention": "summed over ordered pairs of units; ddof = 1.",
        },
    ),
    rule(
        "covariance_one_sample",
        "The note's one-sample covariance rule in its exactly local form. Not the gradient of the covariance loss: see "
        "covariance.one-sample-bias.",
        -gradient(Sigma(one_sample_loss, t), W[p, q], _one_sample),
        population,
        claims=("covariance.one-sample", "covariance.local-exact", "covariance.one-sample-mean", "covariance.one-sample-bias"),
        source="note, covariance term; Halvagal & Zenke 2023 as published, Methods Eq. 7.",
        **_about,
    ),
    rule(
        "covariance_third_factor",
        "The note's approximation of the one-sample rule by a factor common to the population; exact for β Σ_b ‖u^b‖⁴.",
        -gradient(Sigma(norm_loss, t), W[p, q], _one_sample),
        population,
        claims=("covariance.third-factor", "covariance.third-factor-rotation"),
        source="note, covariance term.",
        **_about,
    ),
)
