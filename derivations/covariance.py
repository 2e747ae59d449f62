"""Covariance term.

Units should not repeat each other: the off-diagonal covariances of the activities are penalised.

    L = β Σ_i Σ_{k≠i} K_ik²,        −∂L/∂W_ij = −4 α β Σ_b Σ_{k≠i} K_ik u_k^b f'(a_i^b) x_j^b

That needs every ``K_ik``, so it is not local; ``covariance_one_sample`` has the note's local rules. In the form with the Gram
matrix of the samples the cost is of the order ``B² N`` in the place of ``B N²``.
"""

from sympy import IndexedBase, Symbol

from derivations.independent import covariance as independent
from derivations.independent import losses
from derivations.notation import rule
from lvicreg.calculus import D, Descent, Sigma, distinct, gradient
from lvicreg.calculus.layer import K, N, W, alpha, b, c, i, k, mean, network, p, q, slope, synapse, u, var, x, z
from lvicreg.claims import Claim
from lvicreg.conventions import Covariance
from lvicreg.engines import Autodiff, Equation, Fractions, Locality, Numbers

TITLE = "Covariance term"
beta = Symbol("beta", positive=True)

# --- the loss of the note, and its gradient ------------------------------------------------------------------
loss = beta * Sigma(distinct(i, k) * K[i, k] ** 2, i, k)
exact_gradient = 4 * alpha * beta * Sigma(distinct(p, k) * K[p, k] * u[b, k] * slope[b, p] * x[b, q], b, k)

# --- the Gram matrix of the samples ----------------------------------------------------------------------------------------
G = Sigma(u[b, i] * u[c, i], i)
squared_covariances = Sigma(K[i, k] ** 2, i, k)
gram_gradient = 4 * alpha * beta * Sigma((alpha * Sigma(G * u[c, p], c) - var[p] * u[b, p]) * slope[b, p] * x[b, q], b)

# --- the mean of the squares over pairs of units -----------------------------------------------------------------------------
common = Symbol("common")  # the covariance of every pair
K_diagonal, Ku = map(IndexedBase, ("K_diagonal", "Ku"))

claims = (
    Claim(
        id="covariance.minibatch",
        title="The exact covariance gradient is not local",
        statement=r"$[[4 \alpha \beta \sum_b \sum_{k \neq i} K_{ik} u_k^b f'(a_i^b) x_j^b]]$ is the exact gradient of "
        r"$[[\beta \sum_i \sum_{k \neq i} K_{ik}^2]]$; the mean's contribution cancels. So "
        "written it is not local: it needs $K_{ik}$.",
        states=(exact_gradient, loss),
        proof="$W_{ij}$ enters the covariances $K_{ik} = K_{ki}$ of unit $i$, each of which stands twice in the sum: the "
        r"derivative is $4 \beta \sum_{k \neq i} K_{ik}\, \partial K_{ik}/\partial W_{ij}$. Here $\partial K_{ik}/\partial "
        r"W_{ij} = \alpha \sum_b u_k^b (f'(a_i^b) x_j^b - \partial\bar{z}_i/\partial W_{ij})$, in which the mean's derivative "
        r"is multiplied by $\sum_b u_k^b = 0$. In this form every term contains $K_{ik}$, a number for each pair of units, "
        "which a synapse of unit $i$ does not read.",
        holds=tuple(Equation(D(loss, W[p, q]), exact_gradient, names) for names in (network, network.holding(mean))),
        evidence=(
            Autodiff(losses.covariance, exact_gradient, network),
            Locality((), ((gradient(loss, W[p, q], network), network),), W[p, q], synapse),
        ),
        assumptions=(r"$B \ge 2$",),
        source="VICReg, arXiv 2105.04906, Eq. 3 and 4",
    ),
    Claim(
        id="covariance.gram",
        title="The same loss from similarities of samples",
        statement=r"$[[\sum_i \sum_k K_{ik}^2]] = \alpha^2 \sum_b \sum_c (G^{bc})^2$ with the Gram matrix $G = u u^\top$ of "
        r"the samples; the off-diagonal loss subtracts $\sum_i v_i^2$. Its gradient is $4 \alpha \beta \sum_b (\alpha (G "
        "u)_i^b - v_i u_i^b) f'(a_i^b) x_j^b$.",
        states=(squared_covariances,),
        proof=r"$K = \alpha u^\top u$ is the matrix of all covariances, so $\sum_i \sum_k K_{ik}^2$ is the trace of $\alpha^2 "
        r"u^\top u\, u^\top u$, and the trace of $\alpha^2 u u^\top\, u u^\top = \alpha^2 G^2$ is the same number. The "
        r"diagonal that is to be left out is $K_{ii} = v_i$. In the gradient of covariance.minibatch, $\sum_{k \neq i} K_{ik} "
        r"u_k^b = \sum_k K_{ik} u_k^b - v_i u_i^b$, and $\sum_k K_{ik} u_k^b = \alpha \sum_c u_i^c \sum_k u_k^c u_k^b = "
        r"\alpha (G u)_i^b$.",
        holds=(
            Equation(squared_covariances, alpha**2 * Sigma(G**2, b, c), network),
            Equation(loss, beta * (alpha**2 * Sigma(G**2, b, c) - Sigma(var[i] ** 2, i)), network),
            Equation(D(loss, W[p, q]), gram_gradient, network),
        ),
        evidence=(Autodiff(losses.covariance, gram_gradient, network),),
        assumptions=(r"$B \ge 2$",),
        rests_on=("covariance.minibatch",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.scale",
        title="Averaging over pairs removes the population's size",
        statement=r"Where all pairs have the same covariance, $\beta = 1/(N(N - 1))$ makes the loss independent of the number "
        "of units: it is the mean of $K_{ik}^2$ over pairs. VICReg's $1/N$ does not: the loss grows like $N - 1$. Whatever "
        "the covariances, the mean over pairs of a part of the population, all parts of a given size being equally likely, "
        "is on average that of the whole.",
        proof=r"There are $N (N - 1)$ ordered pairs of different units. If all have the covariance $K$ the loss is "
        r"$\beta N (N - 1) K^2$, that is $K^2$ for $\beta = 1/(N (N - 1))$ and $(N - 1) K^2$ for $\beta = "
        "1/N$. For the parts: every pair is in as many of them as every other, so each pair has the same weight in the "
        "average over parts, and the weights add up to $1$.",
        argued=True,
        holds=(
            Equation(Sigma(distinct(i, k) * common**2, i, k) / (N * (N - 1)), common**2, sizes=({"N": 2}, {"N": 5})),
            Equation(Sigma(distinct(i, k) * common**2, i, k) / N, (N - 1) * common**2, sizes=({"N": 2}, {"N": 5})),
        ),
        fails=(Equation(Sigma(distinct(i, k) * common**2, i, k) / N, common**2, sizes=({"N": 3}, {"N": 5})),),
        evidence=(Fractions(independent.subsets_of_a_population), Numbers(independent.equally_correlated)),
        assumptions=(r"$N \ge 2$; parts of two units or more",),
        source="note, covariance term; VICReg, arXiv 2105.04906, Eq. 4",
    ),
)

rules = (
    rule(
        "covariance",
        "Exact covariance rule, contracted in the cheaper order: over samples first (N×N) or over units first (B×B).",
        Descent(loss, W[p, q], network),
        network.replace({K_diagonal[i]: K[i, i], Ku[b, i]: Sigma(K[i, k] * u[b, k], k)}),
        arguments=(x, z, slope),
        statistics=(mean, K, alpha),
        options=(beta,),
        avoidable=K,
        claims=("covariance.minibatch", "covariance.gram", "covariance.scale"),
        convention=str(Covariance(form="exact")),
        degenerate="0 where u = 0. NaN in one unit's activity reaches every unit through K.",
        source="VICReg (arXiv 2105.04906), Eq. 3 and 4; erratum of Halvagal & Zenke 2023.",
    ),
)
