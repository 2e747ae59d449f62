"""Many units with log-variance, decay and the exact covariance term: principal components themselves, one a unit.

Under hard decorrelation, ``K_ik = 0`` for ``i ≠ k``, one substitutes ``q_i = C^{1/2} w_i``, takes the best length of each
``q_i``, and is left with the diagonal of a symmetric matrix, which its spectrum majorises: the proof is beside the claim.

With the penalty ``β Σ_{i≠k} K_ik²`` instead, the Hessian at these points says how large ``β`` must be. The weights are
written in the eigenvectors of ``C``: ``W_ik`` along the ``N`` leading ones, with eigenvalues ``μ_k``, and ``V_ij`` along the
``Q`` others, with eigenvalues ``ν_j``.
"""

import numpy as np
from sympy import Expr, Idx, IndexedBase, Symbol, log, sqrt, symbols

from derivations.independent import linear as losses
from derivations.independent import oja_many_units as independent
from derivations.log_variance import decay
from lvicreg.calculus import At, D, Definitions, Delta, Sigma, Symmetric, distinct
from lvicreg.calculus.layer import N, i, j, k, l
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Equation, Numbers, Solver

TITLE = "Oja's rule with many units"

# --- hard decorrelation: q_i = C^{1/2} w_i ----------------------------------------------------------------------------------
spectrum = IndexedBase("mu", positive=True)
w, q = IndexedBase("w"), IndexedBase("q")
on_the_range = Definitions({w[i, j]: q[i, j] / sqrt(spectrum[j])})
inputs = ({"N": 2, "M": 2}, {"N": 2, "M": 3})
length, kappa = Symbol("length", positive=True), Symbol("kappa", positive=True)  # ‖q_i‖ and q̂ᵀ C⁻¹ q̂
one_unit = -log(length**2) / 2 + decay / 2 * length**2 * kappa
slope_in_length = decay * length * kappa - 1 / length
best_length = 1 / sqrt(decay * kappa)

# --- the diagonal of U diag(a) Uᵀ, for N = 2 a rotation by θ ----------------------------------------------------------------
cosine2, sine2, least, next_least = symbols("cosine2 sine2 least next_least")  # cos²θ, sin²θ, eigenvalues
mixed = (cosine2 * least + sine2 * next_least) * (sine2 * least + cosine2 * next_least)

# --- the soft penalty, in the coordinates of the eigenvectors ---------------------------------------------------------------
Q = Symbol("Q", integer=True, nonnegative=True)
e, o = (Idx(name, Q) for name in "eo")
p, r, s, u = (Idx(name, N) for name in "prsu")
W, V = IndexedBase("W"), IndexedBase("V")
mu, nu = IndexedBase("mu", positive=True), IndexedBase("nu", nonnegative=True)
K, slope_W, slope_V = Symmetric("K"), IndexedBase("slope_W"), IndexedBase("slope_V")
beta = Symbol("beta")
units = Definitions(
    {
        K[i, k]: Sigma(mu[l] * W[i, l] * W[k, l], l) + Sigma(nu[e] * V[i, e] * V[k, e], e),
        slope_W[p, r]: (decay - mu[r] / K[p, p]) * W[p, r] + 4 * beta * mu[r] * Sigma(distinct(p, k) * K[p, k] * W[k, r], k),
        slope_V[p, e]: (decay - nu[e] / K[p, p]) * V[p, e] + 4 * beta * nu[e] * Sigma(distinct(p, k) * K[p, k] * V[k, e], k),
    }
)
norm2 = Sigma(W[i, k] ** 2, k) + Sigma(V[i, e] ** 2, e)
loss = Sigma(-log(K[i, i]) / 2 + decay / 2 * norm2, i) + beta * Sigma(distinct(i, k) * K[i, k] ** 2, i, k)
unit_sizes = ({"N": 2, "Q": 1}, {"N": 3, "Q": 2})


def at_components(expr: Expr) -> Expr:
    """The value where the k-th unit's weights are the k-th principal component, divided by √λ."""
    return At(At(expr, W[i, k], Delta(i, k) / sqrt(decay)), V[i, e], 0)


# --- the Hessian: blocks for each pair of units, with g = 4β/λ --------------------------------------------------------------
stiffness = 4 * beta / decay
curvature = decay * (1 - mu[r] / mu[p]) + 2 * decay * Delta(p, r) + stiffness * mu[r] ** 2 * distinct(p, r)
hessian = Delta(p, s) * Delta(r, u) * curvature + stiffness * mu[p] * mu[r] * distinct(p, s) * Delta(p, u) * Delta(r, s)
components = {"W": np.eye(3) / 0.7**0.5, "V": np.zeros((3, 2)), "nu": np.ones(2), "decay": 0.7}  # where it is compared
first, second = symbols("first second", positive=True)  # μ_i > μ_k
own = decay * (1 - second / first) + stiffness * second**2
other = decay * (1 - first / second) + stiffness * first**2
determinant = own * other - (stiffness * first * second) ** 2

# --- identical units: all along the h-th component, ‖w‖² = size; the criticality condition fixes β --------------------------
h, size = Idx("h", N), Symbol("size", positive=True)
beta_there = (1 / size - decay) / (4 * (N - 1) * mu[h] ** 2 * size)
total_covariance = 4 * beta * (N - 1) * mu[h] ** 2 * size


def alone(r: Idx) -> Expr:
    """The Hessian's entry of a unit with itself, along the r-th component."""
    return decay - mu[r] / (mu[h] * size) + Delta(r, h) * (2 / size + total_covariance)


def together(r: Idx) -> Expr:
    """Its entry of two units."""
    return 4 * beta * mu[h] * mu[r] * size * (1 + Delta(r, h))


alone_beyond, together_beyond = decay - nu[e] / (mu[h] * size), 4 * beta * mu[h] * nu[e] * size
ratio = Symbol("ratio", positive=True)  # μ_2/μ_1
reach = decay**2 * (1 - ratio) * (N - 1 + ratio) / (4 * N**2 * ratio**2 * first**2)
limit_size = N * ratio / ((N - 1 + ratio) * decay)  # of identical units, where β has reached that


def at_identical(expr: Expr) -> Expr:
    """The value where every unit's weights are the h-th component, ‖w‖² = size."""
    return At(At(expr, W[i, k], Delta(k, h) * sqrt(size)), V[i, e], 0)


claims = (
    Claim(
        id="oja.many-units",
        title="At the minimum, one principal component a unit",
        statement=r"$N \le \mathrm{rank}\, C$ linear units with log-variance and decay, decorrelated, $K^*_{ik} = w_i^\top C "
        r"w_k = 0$ for $i \neq k$: the loss is least exactly where their weights are the $N$ leading eigenvectors of $C$, one "
        r"a unit in any order, each of norm $1/\sqrt{\lambda}$ (for repeated leading eigenvalues, any orthonormal basis of "
        "their eigenspace).",
        proof=r"(i) With $q_i = C^{1/2} w_i$, $K^*_{ik} = q_i \cdot q_k$; and for given $q_i$ the shortest $w_i$ lies in the "
        r"range of $C$, with $\lVert w_i \rVert^2 = q_i^\top C^{-1} q_i$ there. For a direction $\hat{q}_i$ the loss "
        r"$-\frac{1}{2} \log \lVert q_i \rVert^2 + \frac{\lambda}{2} \lVert q_i \rVert^2 \hat{q}_i^\top C^{-1} \hat{q}_i$ is "
        r"strictly convex in the length. The best length, $\lambda q_i^\top C^{-1} q_i = 1$, leaves $\frac{1}{2} \sum_i "
        r"\log(\hat{q}_i^\top C^{-1} \hat{q}_i)$, up to a constant, to be minimised over orthonormal frames. (ii) The numbers "
        r"$\hat{q}_i^\top C^{-1} \hat{q}_i$ are the diagonal of a symmetric matrix. They are majorised by its spectrum "
        "(Schur), and the logarithm is strictly concave, so the sum is at least that of the spectrum's logarithms, with "
        r"equality only for a diagonal matrix. (iii) By Cauchy's interlacing the spectrum is at least $1/\mu_1, \dots, "
        r"1/\mu_N$, with equality only where the frame spans the leading eigenvectors. Both at once: each $\hat{q}_i$ is one "
        r"of them, and $\lVert w_i \rVert^2 = q_i^\top C^{-1} q_i = 1/\lambda$.",
        argued=True,
        holds=(
            Equation(Sigma(spectrum[j] * w[i, j] * w[k, j], j), Sigma(q[i, j] * q[k, j], j), on_the_range, inputs),
            Equation(Sigma(w[i, j] ** 2, j), Sigma(q[i, j] ** 2 / spectrum[j], j), on_the_range, inputs),
            Equation(At(slope_in_length, length, best_length), 0),
            Equation(D(one_unit, length), slope_in_length),
            Equation(D(slope_in_length, length), 1 / length**2 + decay * kappa),
            Equation(At(decay * length**2 * kappa, length, best_length), 1),
            Equation(At(mixed, sine2, 1 - cosine2), least * next_least + cosine2 * (1 - cosine2) * (least - next_least) ** 2),
        ),
        evidence=(
            Autodiff(losses.loss_of_a_length, 1 / length**2 + decay * kappa, Definitions(), target="length", order=2),
            Numbers(independent.frames_by_autodiff),
            Solver(independent.frames_by_solver),
        ),
        assumptions=(
            r"$N \le \mathrm{rank}\, C$, $\mu_N > \mu_{N+1}$",
            r"$\lambda > 0$",
            "the majorisation of a diagonal by its spectrum, and Cauchy's interlacing, as in Horn & Johnson, Section 4.3",
        ),
        rests_on=("oja.fixed-points", "oja.rotation"),
        source="beyond the note",
    ),
    Claim(
        id="oja.many-units-threshold",
        title="How much decorrelation makes the components stable",
        statement=r"Take the penalty $\beta \sum_i \sum_{k \neq i} (K^*_{ik})^2$ instead of hard decorrelation, and $N$ "
        "linear units with log-variance and decay, one along each of the $N$ leading eigenvectors of $C$ with norm "
        r"$1/\sqrt{\lambda}$. (i) They are critical for every $\beta$. (ii) The Hessian there is positive definite iff $\beta "
        r"> \lambda^2/(4 \mu_{N-1} \mu_N)$, and has a negative eigenvalue below that. (iii) It has the entry $2 \lambda$ for "
        r"each unit's own component, $\lambda (1 - \nu_j/\mu_i) > 0$ towards the components beyond the $N$-th, with the "
        r"eigenvalues $\nu_j$, and a $2 \times 2$ block for every pair with the determinant $(\mu_i - \mu_k)^2 (4 \beta - "
        r"\lambda^2/(\mu_i \mu_k))$. (iv) This is local: nothing is said here of global minima.",
        proof="Exchanging units or changing their signs changes neither the loss nor, but for order and signs, its "
        "derivatives, so let the $k$-th unit have the $k$-th component. (i) In the eigenvectors of $C$ the gradient for "
        r"$W_{ir}$ is $(\lambda - \mu_r/K^*_{ii}) W_{ir} + 4 \beta \mu_r \sum_{k \neq i} K^*_{ik} W_{kr}$. There $K^*_{ik} = "
        r"0$ and $K^*_{ii} = \mu_i/\lambda$, so it is $0$. (ii) Differentiated once more and taken there, it gives the "
        "entries of (iii). The Hessian is block diagonal: the entries of two units meet only in the pair $(W_{ik}, W_{ki})$, "
        r"in a block with $\lambda (1 - \mu_k/\mu_i) + \frac{4 \beta}{\lambda} \mu_k^2$ and $\lambda (1 - \mu_i/\mu_k) + "
        r"\frac{4 \beta}{\lambda} \mu_i^2$ on its diagonal and $\frac{4 \beta}{\lambda} \mu_i \mu_k$ beside it, which has the "
        r"determinant stated. For $\beta > 0$ and $\mu_i > \mu_k$ the first entry is positive. A block with a positive entry "
        "is positive definite iff its determinant is positive, and one with a negative determinant has a negative eigenvalue. "
        r"The pair with the least product $\mu_i \mu_k$ asks for most. (iii) The rest is positive: $2 \lambda$, and $\lambda "
        r"(1 - \nu_j/\mu_i)$ with $\nu_j \le \mu_{N+1} < \mu_i$.",
        argued=True,
        holds=(
            Equation(D(loss, W[p, r]), slope_W[p, r], units, unit_sizes),
            Equation(D(loss, V[p, o]), slope_V[p, o], units, unit_sizes),
            Equation(at_components(slope_W[p, r]), 0, units, unit_sizes),
            Equation(at_components(slope_V[p, o]), 0, units, unit_sizes),
            Equation(at_components(D(slope_W[p, r], W[s, u])), hessian, units, unit_sizes),
            Equation(at_components(D(slope_W[p, r], V[s, o])), 0, units, unit_sizes),
            Equation(
                at_components(D(slope_V[p, e], V[s, o])),
                Delta(p, s) * Delta(e, o) * decay * (1 - nu[e] / mu[p]),
                units,
                unit_sizes,
            ),
            Equation(determinant, (first - second) ** 2 * (4 * beta - decay**2 / (first * second))),
        ),
        evidence=(
            Autodiff(losses.penalised, slope_W[p, r], units, sizes=unit_sizes[1], axes=(p, r)),
            Autodiff(losses.penalised_beyond, slope_V[p, o], units, sizes=unit_sizes[1], target="V", axes=(p, o)),
            Autodiff(losses.penalised, hessian, units, components, unit_sizes[1], axes=(p, r, s, u), order=2),
            Numbers(independent.threshold_by_autodiff),
            Solver(independent.threshold_by_solver),
        ),
        assumptions=(r"$\mu_1 > \dots > \mu_N > \mu_{N+1} \ge 0$ (no $\mu_{N+1}$ if $N = M$), $N \ge 2$", r"$\lambda > 0$"),
        rests_on=("covariance.minibatch", "oja.stability"),
        source="beyond the note",
    ),
    Claim(
        id="oja.many-units-identical",
        title="Identical units can be stable too",
        statement=r"Take the penalty $\beta \sum_i \sum_{k \neq i} (K^*_{ik})^2$, and $N$ linear units with log-variance and "
        r"decay that are identical up to their signs, along $v_1$, with $4 \beta (N - 1) \mu_1^2 n^2 + \lambda n = 1$, $n = "
        r"\lVert w \rVert^2$. (i) They are critical too. (ii) The Hessian there is positive definite iff $\beta < \lambda^2 "
        r"(\mu_1 - \mu_2)((N - 1) \mu_1 + \mu_2)/(4 N^2 \mu_1^2 \mu_2^2)$, and has a negative eigenvalue above that. (iii) "
        r"For $N = 2$ this limit is $(1 - \rho^2)/(4 \rho)$ times the threshold $\lambda^2/(4 \mu_1 \mu_2)$, $\rho = "
        r"\mu_2/\mu_1$: more than the threshold where $\rho < \sqrt{5} - 2$, so that descent can end at two identical units "
        r"though the components are stable. (iv) For $N \ge 3$ it is always below the threshold $\lambda^2/(4 \mu_{N-1} "
        r"\mu_N)$; of smaller groups of identical units nothing is said.",
        proof="The sign of a unit's weights changes neither the loss nor, but for signs, its derivatives, so let all be "
        r"equal. (i) Then every $K^*_{ik}$ is $\mu_1 n$, and the gradient for each unit is $(\lambda - 1/n + 4 \beta (N - 1) "
        r"\mu_1^2 n) w$. (ii) In a direction $v_j$ the Hessian has one number $a$ on the diagonal of the units and one number "
        "$b$ beside it: its eigenvalues are $a + (N - 1) b$, for all units together, and $a - b$, for differences between "
        r"them. Along $v_1$ they are $4/n - 2 \lambda$ and $(2 (N - 2)/n + 2 \lambda)/(N - 1)$, both positive since $\lambda "
        r"n < 1$. Along $v_j$ they are $\lambda (1 - \mu_j/\mu_1) > 0$, and $\lambda - \mu_j/(\mu_1 n) - 4 \beta \mu_1 \mu_j "
        r"n$. With $4 \beta \mu_1^2 n = (1/n - \lambda)/(N - 1)$ the latter is $\lambda - \frac{\mu_j}{\mu_1} (1/n + (1/n - "
        r"\lambda)/(N - 1))$, which falls as $\mu_j$ grows or $n$ falls, and $n$ falls as $\beta$ grows. For $j = 2$ it is "
        r"$0$ at $n = N \rho/(\lambda (N - 1 + \rho))$, $\rho = \mu_2/\mu_1$, which belongs to the $\beta$ stated. (iii) The "
        r"limit is $\frac{\lambda^2}{4 \mu_2^2} (1 - \rho)(N - 1 + \rho)/N^2$. For $N = 2$ it is $\frac{\lambda^2}{4 \mu_1 "
        r"\mu_2} (1 - \rho^2)/(4 \rho)$, and $1 - \rho^2 > 4 \rho$ iff $\rho < \sqrt{5} - 2$. (iv) For $N \ge 3$ the last "
        r"factors are below $1$, since $(1 - \rho)(N - 1 + \rho) \le N - 1$, and the threshold $\lambda^2/(4 \mu_{N-1} "
        r"\mu_N)$ is at least $\lambda^2/(4 \mu_2^2)$.",
        argued=True,
        holds=(
            Equation(
                at_identical(slope_W[p, r]), Delta(r, h) * sqrt(size) * (decay - 1 / size + total_covariance), units, unit_sizes
            ),
            Equation(At(decay - 1 / size + total_covariance, beta, beta_there), 0, sizes=unit_sizes),
            Equation(at_identical(slope_V[p, o]), 0, units, unit_sizes),
            Equation(
                at_identical(D(slope_W[p, r], W[s, u])),
                Delta(r, u) * (Delta(p, s) * alone(r) + distinct(p, s) * together(r)),
                units,
                unit_sizes,
            ),
            Equation(at_identical(D(slope_W[p, r], V[s, o])), 0, units, unit_sizes),
            Equation(
                at_identical(D(slope_V[p, e], V[s, o])),
                Delta(e, o) * (Delta(p, s) * alone_beyond + distinct(p, s) * together_beyond),
                units,
                unit_sizes,
            ),
            Equation(At(alone(h) + (N - 1) * together(h), beta, beta_there), 4 / size - 2 * decay, sizes=unit_sizes),
            Equation(
                At(alone(h) - together(h), beta, beta_there), (2 * (N - 2) / size + 2 * decay) / (N - 1), sizes=unit_sizes
            ),
            Equation(
                At(alone_beyond + (N - 1) * together_beyond, beta, beta_there), decay * (1 - nu[e] / mu[h]), sizes=unit_sizes
            ),
            Equation(At(4 * reach * (N - 1) * first**2 * size**2 + decay * size, size, limit_size), 1, sizes=unit_sizes),
            Equation(At(decay - ratio / size - 4 * reach * first**2 * ratio * size, size, limit_size), 0, sizes=unit_sizes),
        ),
        evidence=(
            Autodiff(
                losses.penalised_near_identical,
                Delta(r, u) * (Delta(p, s) * alone(r) + distinct(p, s) * together(r)),
                units,
                {"shift": np.zeros((3, 3)), "nu": np.ones(2)},
                unit_sizes[1],
                "shift",
                (h, p, r, s, u),
                order=2,
            ),
            Numbers(independent.identical_by_autodiff),
            Solver(independent.identical_by_solver),
        ),
        assumptions=(
            r"$\mu_1 > \mu_2 > 0$, $N \ge 2$, $M \ge 2$; for the comparison with the threshold $\mu_N > 0$",
            r"$\lambda > 0$",
            r"$\beta > 0$",
        ),
        rests_on=("covariance.minibatch", "oja.stability"),
        source="beyond the note",
    ),
)
