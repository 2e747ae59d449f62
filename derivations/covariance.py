"""Covariance term.

Units should not repeat each other: the off-diagonal covariances of the activities are penalised.

    L = β Σ_i Σ_{k≠i} K_ik²,        −∂L/∂W_ij = −4 α β Σ_b Σ_{k≠i} K_ik u_k^b f'(a_i^b) x_j^b

That needs every ``K_ik``, so it is not local; ``covariance_one_sample`` has the note's local rules. In the form with the Gram
matrix of the samples the cost is of the order ``B² N`` in the place of ``B N²``, but it is a difference: one unit far louder
than the others takes all digits. So the population is divided: the units of largest variance, more than the rank of ``K``, are
taken by their covariances, and the rest, whose squares are then no larger than a few times the loss, by their Gram matrix.
"""

from dataclasses import replace

from sympy import Idx, IndexedBase, Symbol

from derivations.independent import covariance as independent
from derivations.independent import losses
from derivations.notation import rule
from lvicreg.calculus import D, Definitions, Descent, Sigma, Symmetric, axis, distinct, gradient
from lvicreg.calculus.layer import B, K, N, W, alpha, b, c, i, k, mean, network, p, q, slope, synapse, u, var, x, z
from lvicreg.claims import Claim
from lvicreg.codegen.rule import Avoidable, Division
from lvicreg.conventions import Covariance
from lvicreg.engines import Autodiff, Equation, Fractions, Locality, Numbers, Solver

TITLE = "Covariance term"
beta = Symbol("beta", positive=True)

# --- the loss of the note, and its gradient ------------------------------------------------------------------
squares = Sigma(distinct(i, k) * K[i, k] ** 2, i, k)
loss = beta * squares
exact_gradient = 4 * alpha * beta * Sigma(distinct(p, k) * K[p, k] * u[b, k] * slope[b, p] * x[b, q], b, k)

# --- the Gram matrix of the samples ----------------------------------------------------------------------------------------
gram = Sigma(u[b, i] * u[c, i], i)
squared_covariances = Sigma(K[i, k] ** 2, i, k)
gram_gradient = 4 * alpha * beta * Sigma((alpha * Sigma(gram * u[c, p], c) - var[p] * u[b, p]) * slope[b, p] * x[b, q], b)

# --- products with the covariances between units: in one piece, and in two parts of the population ---------------------------
K_off, K_off_u = Symmetric("K_off"), IndexedBase("K_off_u")
between_units = network.replace({K_off[i, k]: distinct(i, k) * K[i, k], K_off_u[b, i]: Sigma(K_off[i, k] * u[b, k], k)})
squares_off = Sigma(K_off[i, k] ** 2, i, k)
between_units_loss = beta * squares_off

N_loud, N_rest = axis("N_loud", "unit"), axis("N_rest", "unit")
h, l, p_loud = (Idx(name, N_loud) for name in "hlp")
r, s, p_rest = (Idx(name, N_rest) for name in "rsp")
z_loud, mean_loud, u_loud, Ku_loud, Gu_loud = map(IndexedBase, ("z_loud", "mean_loud", "u_loud", "Ku_loud", "Gu_loud"))
z_rest, mean_rest, u_rest, Gu_rest = map(IndexedBase, ("z_rest", "mean_rest", "u_rest", "Gu_rest"))
K_loud, K_loud_off, G_loud, G_rest, G = map(Symmetric, ("K_loud", "K_loud_off", "G_loud", "G_rest", "G"))
var_rest = IndexedBase("var_rest", positive=True)
two_parts = Definitions(
    {
        mean_loud[l]: Sigma(z_loud[b, l], b) / B,
        mean_rest[r]: Sigma(z_rest[b, r], b) / B,
        u_loud[b, l]: z_loud[b, l] - mean_loud[l],
        u_rest[b, r]: z_rest[b, r] - mean_rest[r],
        alpha: 1 / (B - 1),
        K_loud[h, l]: alpha * Sigma(u_loud[b, h] * u_loud[b, l], b),
        K_loud_off[h, l]: distinct(h, l) * K_loud[h, l],
        Ku_loud[b, l]: Sigma(K_loud_off[h, l] * u_loud[b, h], h),
        var_rest[r]: alpha * Sigma(u_rest[b, r] ** 2, b),
        G_loud[b, c]: Sigma(u_loud[b, l] * u_loud[c, l], l),
        G_rest[b, c]: Sigma(u_rest[b, r] * u_rest[c, r], r),
        G[b, c]: G_loud[b, c] + G_rest[b, c],
        Gu_loud[b, l]: Sigma(G_rest[b, c] * u_loud[c, l], c),
        Gu_rest[b, r]: Sigma(G[b, c] * u_rest[c, r], c),
    }
)
of_loudest = Division(divided=u, columns=(u_loud, u_rest), var=var[i], count=5 * B / 4, least=2 * B, definitions=two_parts)
avoidable = Avoidable(
    statistic=K,
    product=K_off_u[b, i],
    loud=Ku_loud[b, l] + alpha * Gu_loud[b, l],
    rest=alpha * Gu_rest[b, r] - u_rest[b, r] * var_rest[r],
    division=of_loudest,
)

K_rest = alpha * Sigma(u_rest[b, r] * u_rest[b, s], b)
K_between = alpha * Sigma(u_loud[b, l] * u_rest[b, r], b)
loud_pairs = Sigma(K_loud_off[h, l] ** 2, h, l)
rest_pairs = Sigma(distinct(r, s) * K_rest**2, r, s)
pairs_between = 2 * Sigma(K_between**2, l, r)
all_pairs = loud_pairs + rest_pairs + pairs_between
in_parts = beta * (
    Sigma(K_loud_off[h, l] ** 2, h, l)
    + alpha**2 * Sigma(G_rest[b, c] * (2 * G[b, c] - G_rest[b, c]), b, c)
    - Sigma(var_rest[r] ** 2, r)
)
d = Idx("d", B)  # the activity z_dp with respect to which losses are differentiated
by_loud = Descent(in_parts, z_loud[d, p_loud], two_parts)
by_rest = Descent(in_parts, z_rest[d, p_rest], two_parts)
divided = (
    Sigma(distinct(h, l) * K_loud[h, l] ** 2, h, l)
    + alpha**2 * Sigma(G_rest[b, c] * (2 * G[b, c] - G_rest[b, c]), b, c)
    - Sigma(var_rest[r] ** 2, r)
)
of_others = Sigma(distinct(p_loud, l) * K_loud[p_loud, l] * u_loud[d, l], l)
loud_gradient = 4 * alpha * beta * (alpha * Sigma(G_rest[d, c] * u_loud[c, p_loud], c) + of_others)
rest_gradient = 4 * alpha * beta * (alpha * Sigma(G[d, c] * u_rest[c, p_rest], c) - var_rest[p_rest] * u_rest[d, p_rest])

n = Idx("n", axis("R", "unit"))  # the eigenvalues of a matrix of rank R
m = Idx("m", axis("R", "unit"))
eigenvalue = IndexedBase("eigenvalue", nonnegative=True)
part_sizes = {"N_loud": 3, "N_rest": 2, "B": 3}, {"N_loud": 2, "N_rest": 4, "B": 2}

# --- the mean of the squares over pairs of units -----------------------------------------------------------------------------
common = Symbol("common")  # the covariance of every pair

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
        holds=(
            *(Equation(D(loss, W[p, q]), exact_gradient, names) for names in (network, network.holding(mean))),
            Equation(D(between_units_loss, W[p, q]), exact_gradient, between_units),
        ),
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
            Equation(squared_covariances, alpha**2 * Sigma(gram**2, b, c), network),
            Equation(loss, beta * (alpha**2 * Sigma(gram**2, b, c) - Sigma(var[i] ** 2, i)), network),
            Equation(D(loss, W[p, q]), gram_gradient, network),
        ),
        evidence=(Autodiff(losses.covariance, gram_gradient, network),),
        assumptions=(r"$B \ge 2$",),
        rests_on=("covariance.minibatch",),
        source="beyond the note",
    ),
    Claim(
        id="covariance.parts",
        title="The covariance of a population in two parts",
        statement=r"Divide the units into two parts, $\hat{u}$ and $\tilde{u}$. The loss over all ordered pairs of units is "
        r"$\beta$ times $[[\sum_h \sum_{l \neq h} \hat{K}_{hl}^2 + \alpha^2 \sum_b \sum_c \tilde{G}^{bc} (2 G^{bc} - "
        r"\tilde{G}^{bc}) - \sum_r \tilde{v}_r^2]]$, $G = \hat{G} + \tilde{G}$ the Gram matrices $\hat{u} \hat{u}^\top + "
        r"\tilde{u} \tilde{u}^\top$. Its gradients are $[[4 \alpha \beta (\alpha \sum_c \tilde{G}^{bc} \hat{u}_i^c + \sum_{l "
        r"\neq i} \hat{K}_{il} \hat{u}_l^b)]]$ in the first part and $[[4 \alpha \beta (\alpha \sum_c G^{bc} \tilde{u}_i^c - "
        r"\tilde{v}_i \tilde{u}_i^b)]]$ in the second.",
        states=(divided, loud_gradient, rest_gradient),
        proof=r"The ordered pairs are those within the first part, those within the second, and twice those between. By "
        r"covariance.gram the second part's squares are $\alpha^2 \sum_b \sum_c (\tilde{G}^{bc})^2 - \sum_r \tilde{v}_r^2$. "
        r"Between the parts, $\sum_l \sum_r K_{lr}^2 = \alpha^2 \sum_b \sum_c \sum_l \hat{u}_l^b \hat{u}_l^c \sum_r "
        r"\tilde{u}_r^b \tilde{u}_r^c = \alpha^2 \sum_b \sum_c \hat{G}^{bc} \tilde{G}^{bc}$. Together $\tilde{G} (\tilde{G} + "
        r"2 \hat{G}) = \tilde{G} (2 G - \tilde{G})$. The gradient of all pairs is $4 \alpha \beta \sum_{k \neq i} K_{ik} "
        r"u_k^b$; the sum over the units of one part is a product with its Gram matrix, or "
        "with its covariances.",
        holds=(
            Equation(divided, all_pairs, two_parts, sizes=part_sizes),
            Equation(in_parts, beta * all_pairs, two_parts, sizes=part_sizes),
            Equation(D(beta * (loud_pairs + pairs_between), z_loud[d, p_loud]), loud_gradient, two_parts, sizes=part_sizes),
            Equation(D(beta * (rest_pairs + pairs_between), z_rest[d, p_rest]), rest_gradient, two_parts, sizes=part_sizes),
            Equation(-by_loud.update, loud_gradient, two_parts, sizes=part_sizes),
            Equation(-by_rest.update, rest_gradient, two_parts, sizes=part_sizes),
        ),
        evidence=(
            Autodiff(losses.covariance_of_parts, loud_gradient, two_parts, sizes=part_sizes[0], target="z_loud"),
            Autodiff(losses.covariance_of_parts, rest_gradient, two_parts, sizes=part_sizes[0], target="z_rest"),
        ),
        assumptions=(r"$B \ge 2$",),
        rests_on=("covariance.minibatch", "covariance.gram"),
        source="beyond the note",
    ),
    Claim(
        id="covariance.digits",
        title="Without the loudest units, no digits are lost",
        statement=r"Of units whose covariance matrix $K$ has a rank of at most $R$ take the $m > R$ of largest variance apart. "
        r"The squared covariances of the rest, variances included, add up to at most $\max(2, \frac{4 R^2}{m (m - R)})$ times "
        r"the sum of $K_{ik}^2$ over all pairs $i \neq k$ of all units. For $m = \lfloor \frac{5}{4} B \rfloor$, $R = B - 1$ "
        r"that is at most $12.8$ times, whatever the activity: so few digits are lost where the rest's variances are "
        "subtracted from its squares.",
        proof=r"(i) A matrix with eigenvalues $\chi_1, \dots, \chi_R \ge 0$ and otherwise $0$ has $(\sum_n \chi_n)^2 \le R "
        r"\sum_n \chi_n^2$: its trace squared is at most $R$ times the sum of its squared entries. (ii) Let $\tau > 0$ be the "
        r"least variance among the $m$; if it is $0$, so is the rest. Their correlations $\rho_{hl}$ are a matrix of trace "
        r"$m$, so $\sum_{h \neq l} \rho_{hl}^2 \ge m^2/R - m$ (Welch's bound), and with $K_{hl}^2 \ge \tau^2 \rho_{hl}^2$ "
        r"their loss is $F \ge \tau^2 m (m - R)/R$. (iii) In the rest $v_r \le \tau$. Let $S = \sum_r v_r$, $D = \sum_r "
        r"v_r^2 \le \tau S$ and $E$ the sum of $K_{rs}^2$, $r \neq s$. If $D \le E$, then $D + E \le 2 E$. Else $S^2 \le R (D "
        r"+ E) < 2 R D \le 2 R \tau S$ by (i), so that $S < 2 R \tau$ and $D + E < 2 D \le 2 \tau S < 4 R \tau^2 \le \frac{4 "
        r"R^2}{m (m - R)} F$. (iv) Centred activities of $B$ samples have a rank of at most $B - 1$, and with $m \ge "
        r"\frac{5}{4} B - \frac{3}{4}$ the quotient is at most $\frac{64}{5}$.",
        argued=True,
        holds=(
            Equation(
                Sigma(1, n) * Sigma(eigenvalue[n] ** 2, n) - Sigma(eigenvalue[n], n) ** 2,
                Sigma((eigenvalue[n] - eigenvalue[m]) ** 2, n, m) / 2,
                sizes=({"R": 2}, {"R": 4}),
            ),
        ),
        evidence=(
            Numbers(independent.frames_by_autodiff),
            Fractions(independent.tight_frames),
            Solver(independent.digits_by_solver),
        ),
        assumptions=(r"$m > R$",),
        rests_on=("covariance.parts",),
        source="beyond the note; (ii) is Welch, IEEE Trans. Inf. Theory 20, 397 (1974)",
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

covariance_rule = replace(
    rule(
        "covariance",
        "Exact covariance rule: by the covariances of units (N×N), or of most units by the Gram matrix of samples (B×B).",
        Descent(between_units_loss, W[p, q], between_units),
        between_units,
        arguments=(x, z, slope),
        statistics=(mean, K, alpha),
        options=(beta,),
        avoidable=avoidable,
        claims=("covariance.minibatch", "covariance.parts", "covariance.scale"),
        convention=str(Covariance(form="exact")),
        degenerate="0 where u = 0. NaN in one unit's activity reaches every unit through K.",
        source="VICReg (arXiv 2105.04906), Eq. 3 and 4; erratum of Halvagal & Zenke 2023.",
    ),
    descent=Descent(loss, W[p, q], network),  # the same loss; what it is not local for is K
)
rules = (covariance_rule,)
