"""Log-variance with weight decay, and Oja's rule, with a batch's own variance in the place of ``σ²``.

The average of a ratio need not be the ratio of the averages; for Gaussian input it is. A batch's averaging factor cancels where
numerator and denominator have the same.
"""

from sympy import IndexedBase, Symbol

from derivations.independent import linear as losses
from derivations.independent import oja as independent
from derivations.log_variance import decay
from derivations.oja import Cw, input_law, inputs, norm2, s, unit, w, xi, y
from lvicreg.calculus import D, Definitions, Gaussian, Mean, Sigma, Symmetric
from lvicreg.calculus.layer import B, b, j, q, x
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Counterexample, Equation, Numbers

TITLE = "Oja's rule, a batch at a time"

# --- batches: y_b = w·x_b given, x_b = (C w/s) y_b + r_b with the residual r_b independent of y_b -----------------------------
Y, residual, X, R = IndexedBase("Y"), IndexedBase("residual"), IndexedBase("X"), Symmetric("R")
centred = IndexedBase("U")
regression = unit.replace({X[b, j]: Cw[j] / s * Y[b] + residual[b, j], centred[b]: Y[b] - Sigma(Y[b], b) / B})
batch_ratio = Sigma(centred[b] * X[b, q], b) / Sigma(centred[b] ** 2, b)

# --- normalisation of a batch, y_b = w·x_b --------------------------------------------------------------------------------
averaging = Symbol("averaging", positive=True)  # any α, in both places
batch_s, mixed_s = Symbol("batch_s"), Symbol("mixed_s")
squares = Sigma(Y[b] ** 2, b)
batch = Definitions({Y[b]: Sigma(w[j] * x[b, j], j), batch_s: averaging * squares, mixed_s: squares / (B - 1)})
batch_F = averaging * Sigma(Y[b] * x[b, q], b) / batch_s - decay * w[q]
mixed_F = Sigma(Y[b] * x[b, q], b) / B / mixed_s - decay * w[q]
batches = ({"M": 2, "B": 3}, {"M": 3, "B": 2})

claims = (
    Claim(
        id="oja.mean-field-batch",
        title="Gaussian batches leave the average unchanged",
        statement=r"With the batch's own variance in the place of $\sigma^2$, the average is still $C w/(w^\top C w)$ for "
        r"independent Gaussian samples and $B \ge 3$, because the residual of $x$ after regression on $y$ is independent of "
        "$y$. For other inputs it is biased in general.",
        proof=r"Let $y_b = w^\top x_b$ and $r_b = x_b - (C w/\sigma^2) y_b$. Then $\mathbb{E}[r_b y_b] = C w - C w = 0$, and "
        "$r_b$ is independent of the other samples. A residual that is uncorrelated with all $y_c$ is independent of them "
        "where all are jointly Gaussian; so its mean may be taken with the $y_c$ given, and it is $0$. With $u_b = y_b - "
        r"\bar{y}$ the batch's update is $\sum_b u_b x_b/\sum_b u_b^2 = (C w/\sigma^2) \sum_b u_b y_b/\sum_b u_b^2 + \sum_b "
        r"u_b r_b/\sum_b u_b^2$. The first quotient of sums is $1$, since $\sum_b u_b \bar{y} = 0$, and the last term is $0$ "
        r"on average. Its mean exists: given the $y_c$ it is Gaussian with a standard deviation proportional to $(\sum_b "
        r"u_b^2)^{-1/2}$, of which the mean is finite for $B - 1 \ge 2$ degrees of freedom. That other inputs are biased is "
        "shown by one of them.",
        argued=True,
        holds=(
            Equation(Mean((xi[q] - Cw[q] / s * y) * y, input_law), 0, unit, inputs),
            Equation(
                Mean(batch_ratio, Gaussian(residual[b, j], R)), Cw[q] / s, regression, ({"M": 1, "B": 3}, {"M": 2, "B": 2})
            ),
        ),
        evidence=(
            Numbers(independent.residual_by_autodiff),
            Counterexample(
                "y = np.random.default_rng(0).uniform(-1, 1, (100000, 3))   # batches of three; x = (y, y³), w = (1, 0)\n"
                "u = y - y.mean(axis=1, keepdims=True)\n"
                "left = np.mean(np.sum(u * y**3, axis=1) / np.sum(u**2, axis=1))\n"
                "right = 3 / 5                                              # E[y⁴]/E[y²]"
            ),
        ),
        assumptions=(
            "Gaussian input of mean $0$, samples independent of each other and of the same covariance",
            r"$B \ge 3$, so that the mean exists",
            r"$\sigma^2 > 0$",
        ),
        rests_on=("oja.mean-field",),
        source="beyond the note",
    ),
    Claim(
        id="oja.minibatch-normalisation",
        title="Mixed normalisations change the length of fixed points",
        statement=r"In one batch's field, $\alpha \sum_b y_b x_b/\sigma^2 - \lambda w$ with $\sigma^2 = \alpha \sum_b y_b^2$ "
        r"does not depend on $\alpha$. Mixing conventions does not cancel: the batch mean of $y_b x_b$ with a $\sigma^2$ of "
        r"ddof $= 1$ has its fixed points at $\lVert w \rVert^2 = (B - 1)/(B \lambda)$.",
        proof=r"Numerator and denominator have the same factor $\alpha$, which cancels. For the rest, multiply by $w$: since "
        r"$w^\top x_b = y_b$, $w^\top \sum_b y_b x_b = \sum_b y_b^2$. So the mixed field $\frac{1}{B} \sum_b y_b x_b/\sigma^2 "
        r"- \lambda w$ with $\sigma^2 = \frac{1}{B - 1} \sum_b y_b^2$ has the product $(B - 1)/B - \lambda \lVert w \rVert^2$ "
        "with $w$, which is $0$ where the field is.",
        argued=True,
        holds=(
            Equation(batch_F, Sigma(Y[b] * x[b, q], b) / squares - decay * w[q], batch, batches),
            Equation(D(batch_F, averaging), 0, batch, batches),
            Equation(Sigma(w[q] * batch_F, q), 1 - decay * norm2, batch, batches),
            Equation(Sigma(w[q] * mixed_F, q), (B - 1) / B - decay * norm2, batch, batches),
        ),
        fails=(Equation(mixed_F, batch_F, batch, batches),),
        evidence=(
            Autodiff(losses.log_variance_of_a_batch, -batch_F, batch, {"averaging": 0.3}, target="w"),
            Numbers(independent.normalisation_by_autodiff),
        ),
        assumptions=(r"$\sum_b y_b^2 > 0$", r"$\varepsilon = 0$", "zero-mean batch"),
        rests_on=("log-variance.minibatch",),
        source="beyond the note",
    ),
)
