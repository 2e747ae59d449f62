"""Log-variance with weight decay is on average Oja's rule, up to a positive factor of its state.

A single linear output ``y = w·x`` on zero-mean input with covariance ``C``, and ``σ² = wᵀ C w`` its long-term variance:

    log-variance and decay:   Δw = η (y x/σ² − λ w),     on average   F(w) = C w/σ² − λ w
    Oja:                      Δw = η (y x − y² w),       on average   O(w) = C w − σ² w

Every ``⇔`` is taken apart into equations, which hold for every number of inputs, and is put together again by a solver at
two and three inputs.
"""

from sympy import Expr, Idx, IndexedBase, S, Symbol, log, sqrt

from derivations.formal import theorems
from derivations.independent import linear as losses
from derivations.independent import oja as independent
from derivations.independent import oja_polynomials as polynomials
from derivations.log_variance import decay
from derivations.notation import rule
from lvicreg.calculus import SG, D, Definitions, Mean, SecondMoments, Sigma, Symmetric
from lvicreg.calculus.layer import M, W, alpha, b, epsilon, i, j, m, mean, network, p, q, slope, t, u, var, x, z
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Equation, Numbers, Polynomials, Solver

TITLE = "Oja's rule"

# --- a linear unit and its mean fields -------------------------------------------------------------------------------------
w, Cw, F, O, xi = map(IndexedBase, ("w", "Cw", "F", "O", "xi"))  # xi: the input vector
C = Symmetric("C")
y, s = Symbol("y"), Symbol("s")  # activity, and its variance σ²
unit = Definitions(
    {
        y: Sigma(w[j] * xi[j], j),
        Cw[j]: Sigma(C[j, m] * w[m], m),
        s: Sigma(w[j] * Cw[j], j),
        F[j]: Cw[j] / s - decay * w[j],
        O[j]: Cw[j] - s * w[j],
    }
)
LAYERS = {"unit": unit}
norm2 = Sigma(w[j] ** 2, j)
oja_update = y * xi[q] - y**2 * w[q]  # Oja 1982, Eq. 3
input_law = SecondMoments((xi[j], xi[j], C))
lyapunov = -log(s) / 2 + decay / 2 * norm2
unit_decay = unit.replace({decay: S.One})
inputs = ({"M": 2}, {"M": 3})

# --- hypotheses: w an eigenvector, w in the kernel, C a Gram matrix, w scaled ------------------------------------------------
mu = Symbol("mu", positive=True)
eigenvector = unit.replace({Cw[j]: mu * w[j]})
kernel = unit.replace({Cw[j]: S.Zero})
direction, A = IndexedBase("direction"), IndexedBase("A")
gram = unit.replace({Cw[j]: Sigma(A[i, j] * Sigma(A[i, m] * w[m], m), i)})
rescaled = unit.replace({w[j]: direction[j] / sqrt(decay)})
unscaled = unit_decay.replace({w[j]: direction[j]})
factor = Symbol("c", positive=True)  # 1 with the ½, 2 without, α where it is kept
weighted_F = factor * Cw[q] / s - decay * w[q]

# --- in the coordinates of the eigenvectors of C, C w has the entries μ_j w_j -------------------------------------------------
k, l, r = (Idx(name, M) for name in "klr")  # inputs, or the eigenvectors of C
spectrum = IndexedBase("mu", nonnegative=True)
eigenbasis = unit.replace({Cw[j]: spectrum[j] * w[j]})

# --- a reflection across the plane orthogonal to h, of vectors and of C -------------------------------------------------------
h, Ch = IndexedBase("h"), IndexedBase("Ch")
h2, hCh = Sigma(h[j] ** 2, j), Sigma(h[j] * Ch[j], j)
reflected_w, reflected_C = IndexedBase("reflected_w"), IndexedBase("reflected_C")
reflection = unit.replace(
    {
        Ch[j]: Sigma(C[j, m] * h[m], m),
        reflected_w[j]: w[j] - 2 * h[j] * Sigma(h[m] * w[m], m) / h2,
        reflected_C[j, k]: C[j, k] - 2 * (h[j] * Ch[k] + Ch[j] * h[k]) / h2 + 4 * h[j] * h[k] * hCh / h2**2,
    }
)
reflected_Cw = Sigma(reflected_C[q, m] * reflected_w[m], m)

# --- the rules of the note for one linear unit, from the losses ---------------------------------------------------------------
linear = network.primitive(var).replace(
    {z[b, i]: Sigma(W[i, j] * x[b, j], j), slope[b, i]: 1, mean[i]: 0, alpha: 1, epsilon: 0}
)
sample_loss = Sigma(-log(u[t, i] ** 2 + SG(var[i] - u[t, i] ** 2)) / 2 + decay / 2 * Sigma(W[i, j] ** 2, j), i)

kept_loss = Sigma(
    -log(alpha * u[t, i] ** 2 + SG(var[i] - alpha * u[t, i] ** 2)) / 2 + decay / 2 * Sigma(W[i, j] ** 2, j), i
)  # with the α of the log-variance rule kept in the update


def along(quantity: Expr, field: IndexedBase) -> Expr:
    """The rate at which a function of ``w`` changes along the flow of a field: Σ_l ∂quantity/∂w_l · field_l."""
    return Sigma(D(quantity, w[l]) * field[l], l)


claims = (
    Claim(
        id="oja.mean-field",
        title="The mean fields of log-variance and Oja",
        statement=r"For a linear unit on zero-mean input the one-sample log-variance rule with decay, its $\alpha$ left out, "
        r"is $y x/\sigma^2 - \lambda w$. Its average is $F(w) = C w/\sigma^2 - \lambda w = -\nabla L$ with $L(w) = "
        r"-\frac{1}{2} \log(w^\top C w) + \frac{\lambda}{2} \lVert w \rVert^2$; the average of Oja's rule is $O(w) = C w - "
        r"\sigma^2 w$.",
        proof=r"As in log-variance.one-sample, with $\alpha = 1$, $f' = 1$, the mean $0$, so that $u = y$, and the rest of the "
        r"long-term variance, $\mathrm{SG}(\sigma^2 - y^2)$, for what other samples contribute: minus the gradient is $y "
        r"x/\sigma^2$; "
        r"the decay $\frac{\lambda}{2} \lVert w \rVert^2$ subtracts $\lambda w$. Since $y = w^\top x$, "
        r"$\mathbb{E}[y x] = \mathbb{E}[x x^\top] w = C w$ and $\mathbb{E}[y^2] = w^\top C w = \sigma^2$, while $w$ and "
        r"$\sigma^2$ do not change from sample to sample. So $y x/\sigma^2 - \lambda w$ is on average $F(w)$, and Oja's $y x "
        r"- y^2 w$ is $O(w)$. The gradient of $w^\top C w$ is $2 C w$; hence $-\nabla L = C w/(w^\top C w) - \lambda w = "
        "F(w)$.",
        holds=(
            Equation(-D(sample_loss, W[p, q]), u[t, p] * x[t, q] / var[p] - decay * W[p, q], linear),
            Equation(Mean(y * xi[q] / s - decay * w[q], input_law), F[q], unit, inputs),
            Equation(Mean(oja_update, input_law), O[q], unit, inputs),
            Equation(-D(lyapunov, w[q]), F[q], unit, inputs),
        ),
        evidence=(
            Autodiff(losses.log_variance, -F[q], unit, target="w"),
            Autodiff(losses.one_sample_log_variance, -(u[t, p] * x[t, q] / var[p] - decay * W[p, q]), linear),
            Numbers(independent.fields_by_autodiff),
            Polynomials(polynomials.mean_field),
            theorems("lyapunov.gradient", part=r"$F$, as the formula gives it, is $-\nabla L$"),
        ),
        assumptions=(r"$f(a) = a$, $\varepsilon = 0$", r"$\mathbb{E}[x] = 0$", r"$\sigma^2 > 0$ is the long-term variance"),
        rests_on=("log-variance.one-sample",),
        source="note, log-variance loss; Oja 1982, Eq. 3 and 4",
    ),
    Claim(
        id="oja.rotation",
        title="Both fields rotate with the coordinates",
        statement="$F$ and $O$ rotate with the coordinates: for orthogonal $V$, replacing $w$ by $V w$ and $C$ by $V C "
        r"V^\top$ replaces $C w$ by $V C w$ and leaves $\sigma^2$ and $\lVert w \rVert^2$ as they are. So $C$ may be taken "
        "diagonal.",
        proof=r"From $V^\top V = 1$ it follows that $(V C V^\top)(V w) = V C w$, that $(V w)^\top V C w = w^\top C w$ and "
        r"that $\lVert V w \rVert = \lVert w \rVert$; and $F$ and $O$ are made of $w$, $C w$ and $\sigma^2$. The equations "
        r"that were checked are for a reflection, $V = 1 - 2 h h^\top/\lVert h \rVert^2$; every orthogonal matrix is a "
        "product of reflections (Cartan and Dieudonné). A symmetric $C$ is diagonal in some orthonormal basis, so $V$ may be "
        "chosen to make it so.",
        argued=True,
        holds=(
            Equation(reflected_Cw, Cw[q] - 2 * h[q] * Sigma(h[m] * Cw[m], m) / h2, reflection, inputs),
            Equation(Sigma(reflected_w[q] * reflected_Cw, q), s, reflection, inputs),
            Equation(Sigma(reflected_w[q] ** 2, q), norm2, reflection, inputs),
        ),
        evidence=(Numbers(independent.rotation_by_autodiff),),
        rests_on=("oja.mean-field",),
        source="beyond the note",
    ),
    Claim(
        id="oja.proportional",
        title="Oja's mean field is log-variance's times the variance",
        statement=r"For $\lambda = 1$, $O(w) = \sigma^2 F(w)$ where $\sigma^2 > 0$: the two average updates are equal up to a "
        "positive factor that depends on $w$.",
        proof=r"$\sigma^2 F(w) = \sigma^2 (C w/\sigma^2 - w) = C w - \sigma^2 w = O(w)$, and $\sigma^2 = w^\top C w$ depends "
        "on $w$.",
        holds=(Equation(O[q], s * F[q], unit_decay, inputs),),
        fails=(Equation(O[q], s * F[q], unit, inputs), Equation(O[q], F[q], unit_decay, inputs)),
        evidence=(
            Numbers(independent.proportional_by_autodiff),
            Polynomials(polynomials.orbits),
            theorems("proportional.proportional", part=r"the two fields as the formulas give them; not that they are averages"),
        ),
        assumptions=(r"$\sigma^2 > 0$", r"$\lambda = 1$"),
        rests_on=("oja.mean-field",),
        source="note, log-variance loss",
    ),
    Claim(
        id="oja.fixed-points",
        title="Both rules have the same fixed points",
        statement=r"For $\lambda = 1$ and $\sigma^2 > 0$, $F$ and $O$ vanish at the same points: $\pm v$ for every unit "
        "eigenvector $v$ of $C$ with a positive eigenvalue (for a repeated eigenvalue, the unit sphere of its eigenspace).",
        proof=r"Where $F$ vanishes, $C w = \sigma^2 w$ and $w^\top F = 1 - \lVert w \rVert^2 = 0$: $w$ is a unit eigenvector "
        r"with the eigenvalue $\sigma^2 > 0$. Conversely, at a unit eigenvector $v$ with the eigenvalue $\mu > 0$ the "
        r"variance is $\sigma^2 = \mu$, and $F(v) = \mu v/\mu - v = 0$. By oja.proportional $O = \sigma^2 F$ vanishes where "
        "$F$ does, and only there. Every unit vector of an eigenspace is a unit eigenvector, which is the case of a repeated "
        "eigenvalue.",
        argued=True,
        holds=(
            Equation(Sigma(w[j] * F[j], j), 1 - norm2, unit_decay, inputs),
            Equation(Sigma(w[j] * O[j], j), s * (1 - norm2), unit_decay, inputs),
            Equation(Cw[q], s * (F[q] + w[q]), unit_decay, inputs),
            Equation(F[q], w[q] * (1 - norm2) / norm2, eigenvector.replace({decay: S.One}), inputs),
            Equation(O[q], mu * w[q] * (1 - norm2), eigenvector, inputs),
        ),
        evidence=(
            Numbers(independent.fixed_points_by_autodiff),
            Polynomials(polynomials.fixed_points),
            Solver(independent.fixed_points_by_solver),
            theorems("fixed_points.same_zeros", "fixed_points.fixed_points", "fixed_points.oja_fixed_points"),
        ),
        assumptions=(r"$\sigma^2 > 0$", r"$\lambda = 1$"),
        rests_on=("oja.mean-field", "oja.proportional"),
        source="note, log-variance loss",
    ),
    Claim(
        id="oja.decay-scale",
        title="Decay sets the length of the fixed points",
        statement=r"For $\lambda > 0$ the fixed points are Oja's divided by $\sqrt{\lambda}$: $F_\lambda(w/\sqrt{\lambda}) = "
        r"\sqrt{\lambda} F_1(w)$. A term $c C w/\sigma^2$ has $\lVert w \rVert^2 = c/\lambda$ there. So the fixed points are "
        r"exactly Oja's iff $\lambda = 1$ with the $\frac{1}{2}$, iff $\lambda = 2$ without it, and iff $\lambda = \alpha$ "
        r"where $\alpha$ is kept in the update and the decay is taken once a sample.",
        proof=r"At $w/\sqrt{\lambda}$ the variance is $\sigma^2/\lambda$, so $F_\lambda(w/\sqrt{\lambda}) = \sqrt{\lambda} C "
        r"w/\sigma^2 - \sqrt{\lambda} w = \sqrt{\lambda} F_1(w)$: one vanishes where the other does. Let now the first term "
        r"have a factor $c > 0$. $C \neq 0$ has an eigenvector with a positive eigenvalue, so the field $c C w/\sigma^2 - "
        r"\lambda w$ vanishes somewhere, and where it does, its product with $w$, $c - \lambda \lVert w \rVert^2$, is $0$. "
        r"Oja's rule has $\lVert w \rVert = 1$ there (oja.fixed-points), so the points can agree only for $\lambda = c$; and "
        r"then the field is $c F_1$. The factor $c$ is $1$ with the $\frac{1}{2}$, $2$ without it (log-variance.no-half), and "
        r"$\alpha$ where that is kept.",
        argued=True,
        holds=(
            Equation(-D(kept_loss, W[p, q]), alpha * u[t, p] * x[t, q] / var[p] - decay * W[p, q], linear.primitive(alpha)),
            Equation(rescaled.expand(F[q]), sqrt(decay) * unscaled.expand(F[q]), sizes=inputs),
            Equation(Sigma(w[q] * weighted_F, q), factor - decay * norm2, unit, inputs),
            Equation(weighted_F, w[q] * (factor / norm2 - decay), eigenvector, inputs),
            Equation(-D(-factor * log(s) / 2 + decay / 2 * norm2, w[q]), weighted_F, unit, inputs),
        ),
        fails=(Equation(Sigma(w[q] * weighted_F, q), 1 - norm2, unit, inputs),),
        evidence=(
            Autodiff(losses.scaled_log_variance, -weighted_F, unit, target="w"),
            Autodiff(
                losses.one_sample_log_variance, -(alpha * u[t, p] * x[t, q] / var[p] - decay * W[p, q]), linear.primitive(alpha)
            ),
            Numbers(independent.decay_by_autodiff),
            Solver(independent.decay_by_solver),
            theorems(
                "fixed_points.fixed_points",
                "fixed_points.decay_scale",
                part=r"$F_\lambda(w/\sqrt{\lambda}) = \sqrt{\lambda} F_1(w)$, and the fixed points of $F$ for every $\lambda$",
            ),
        ),
        assumptions=(r"$C \neq 0$", r"$\sigma^2 > 0$", r"$\lambda > 0$"),
        rests_on=("oja.fixed-points", "log-variance.no-half"),
        source="note, log-variance loss; its condition is lost",
    ),
    Claim(
        id="oja.domain",
        title="Only Oja's rule is defined at zero variance",
        statement="Every $w$ with $C w = 0$, $w = 0$ included, is a fixed point of Oja's rule; the log-variance rule is "
        r"undefined exactly there: for $C = A^\top A$, $\sigma^2 = \lVert A w \rVert^2$ vanishes only where $A w = 0$, and "
        r"then $C w = A^\top (A w) = 0$.",
        proof=r"Where $C w = 0$, $\sigma^2 = w^\top C w = 0$, and $O = C w - \sigma^2 w = 0$. A positive semidefinite matrix "
        r"is $A^\top A$ for some $A$, so $\sigma^2 = \lVert A w \rVert^2$. A sum of squares vanishes iff each does: $\sigma^2 "
        r"= 0$ means $A w = 0$, and then $C w = A^\top (A w) = 0$.",
        argued=True,
        holds=(
            Equation(O[q], 0, kernel, inputs),
            Equation(s, 0, kernel, inputs),
            Equation(s, Sigma(Sigma(A[i, m] * w[m], m) ** 2, i), gram, ({"M": 2, "N": 3}, {"M": 3, "N": 2})),
        ),
        fails=(Equation(O[q], 0, unit, inputs),),
        evidence=(
            Numbers(independent.kernel_by_autodiff),
            Solver(independent.domain_by_solver),
            theorems(
                "domain.kernel_is_fixed",
                "domain.undefined_on_kernel",
                part=r"$O = 0$ where $C w = 0$, and $\sigma^2 = 0$ exactly there; not by way of $C = A^\top A$",
            ),
        ),
        assumptions=("$C$ positive semidefinite, as a covariance is",),
        rests_on=("oja.mean-field",),
        source="beyond the note",
    ),
)

rules = (
    rule(
        "oja",
        "Oja's rule, for each unit by itself: every unit tends to the first principal component, with one sign or the other.",
        Sigma(z[t, p] * x[t, q] - z[t, p] ** 2 * W[p, q], t),
        network,
        arguments=(x, z, W),
        claims=("oja.mean-field", "oja.proportional", "oja.fixed-points"),
        convention="summed over samples, the decay z² W too; zero-mean input; z = W x.",
        degenerate="0 where z = 0. NaN in a unit's activity stays in its row.",
        source="Oja 1982, J. Math. Biol. 15, 267, Eq. 3.",
    ),
)
