"""Log-variance term.

A simpler form of the variance term asks for variance without a threshold:

    L = −½ Σ_i log σ_i²,        −∂L/∂W_ij = α (z_i − z̄_i)/σ_i² · f'(a_i) x_j     (per sample)

Without the ½ the gradient doubles; both conventions are in use, and the note's formula is lost.
"""

from sympy import Expr, IndexedBase, Rational, S, Symbol, log

from derivations import covariance, covariance_one_sample, invariance, variance
from derivations.independent import log_variance as independent
from derivations.independent import losses
from derivations.invariance import a_prev, steps, x_prev, z_prev
from derivations.notation import in_primitives, rule
from derivations.variance import S_i, gamma, mean_held
from lvicreg.calculus import D, Descent, H, Sigma, relu
from lvicreg.calculus.layer import W, a, alpha, b, epsilon, i, j, mean, network, p, q, sigma, slope, t, u, var, x, z
from lvicreg.claims import Claim
from lvicreg.conventions import Variance
from lvicreg.engines import Autodiff, Counterexample, Equation, Numbers

TITLE = "Log-variance term"
PRINTED = {"s": "s"}  # a scale, and no variance
half = Rational(1, 2)
decay = Symbol("decay", positive=True)

# --- the losses of the note -------------------------------------------------------------------------------
loss = -half * Sigma(log(var[i] + epsilon), i)
one_sample_loss = -half * Sigma(log(alpha * u[t, i] ** 2 + S_i + epsilon), i)
loss_without_half = -Sigma(log(var[i] + epsilon), i)
loss_with_decay = loss + decay / 2 * Sigma(W[i, j] ** 2, i, j)

# --- and its gradient for one sample -------------------------------------------------------------------------------------
one_sample_gradient = -alpha * u[t, p] / sigma[p] ** 2 * slope[t, p] * x[t, q]
minibatch_gradient = Sigma(one_sample_gradient, t)
decay_gradient = decay * W[p, q]

# --- scaling the input by s > 0. Every f with f(s a) = s f(a) is c₊ max(0, a) − c₋ max(0, −a) for two numbers -------------
s = Symbol("s", positive=True)
right, left = Symbol("c_right"), Symbol("c_left")
unscaled, unscaled_prev = IndexedBase("x_unscaled"), IndexedBase("x_prev_unscaled")
homogeneous = steps.replace(
    {
        x[b, j]: unscaled[b, j],
        x_prev[b, j]: unscaled_prev[b, j],
        z[b, i]: right * relu(a[b, i]) - left * relu(-a[b, i]),
        z_prev[b, i]: right * relu(a_prev[b, i]) - left * relu(-a_prev[b, i]),
        slope[b, i]: right * H(a[b, i]) + left * H(-a[b, i]),
        epsilon: S.Zero,
    }
)
scaled = homogeneous.replace({x[b, j]: s * unscaled[b, j], x_prev[b, j]: s * unscaled_prev[b, j]})
oja_update = z[t, p] * x[t, q] - z[t, p] ** 2 * W[p, q]
hinge_with_open_gate = variance.one_sample_gradient.xreplace({H(gamma - sigma[p]): S.One})


def scaled_by(factor: Expr, term: Expr, given: tuple[IndexedBase, ...] = ()) -> Equation:
    """The equation that scaling the input, but not what is given, multiplies ``term`` by ``factor``."""
    after, before = scaled.primitive(*given), homogeneous.primitive(*given)
    return Equation(in_primitives(term, after), factor * in_primitives(term, before))


def exact_gradient_of_parts(scale: Expr) -> Expr:
    """The gradient of the covariance loss for deviations from the mean and inputs that are multiplied by ``scale``."""
    parts = {u[b, i]: scale * IndexedBase("u_unscaled")[b, i], x[b, j]: scale * unscaled[b, j]}
    return network.primitive(alpha).replace(parts).primitive(slope).expand(covariance.exact_gradient)


claims = (
    Claim(
        id="log-variance.one-sample",
        title="The log-variance rule descends its one-sample loss",
        statement=r"$[[-\alpha \frac{u_i^t}{\sigma_i^2} f'(a_i^t) x_j^t]]$ is the exact gradient of $[[-\frac{1}{2} \sum_i "
        r"\log(\alpha (u_i^t)^2 + \mathrm{SG}(\alpha \sum_{b \neq t} (u_i^b)^2) + \varepsilon)]]$, the mean held constant.",
        states=(one_sample_gradient, one_sample_loss),
        proof=r"Only the $i$-th term depends on $W_{ij}$. What stands under the logarithm adds up to $v_i + \varepsilon = "
        r"\sigma_i^2$, but only $\alpha (u_i^t)^2$ in it is differentiated, with $\partial u_i^t/\partial W_{ij} = f'(a_i^t) "
        r"x_j^t$, since the mean is held. So the derivative is $-\frac{1}{2} \cdot 2 \alpha u_i^t f'(a_i^t) x_j^t/\sigma_i^2$.",
        holds=(Equation(D(one_sample_loss, W[p, q]), one_sample_gradient, mean_held),),
        evidence=(Autodiff(losses.log_variance_one_sample, one_sample_gradient, network, {"epsilon": 0.01}),),
        assumptions=(r"$\sigma_i > 0$", r"$B \ge 2$"),
        source="note, log-variance loss",
    ),
    Claim(
        id="log-variance.minibatch",
        title="One-sample log-variance gradients sum to the minibatch's",
        statement=r"Summed over a minibatch, $[[-\alpha \sum_b \frac{u_i^b}{\sigma_i^2} f'(a_i^b) x_j^b]]$ is the exact "
        r"gradient of $[[-\frac{1}{2} \sum_i \log(v_i + \varepsilon)]]$, $\sigma_i^2 = v_i + \varepsilon$; the mean's "
        r"contribution cancels. A weight decay $\frac{\lambda}{2} \sum_i \sum_j W_{ij}^2$ adds $[[\lambda W_{ij}]]$.",
        states=(minibatch_gradient, loss, decay_gradient),
        proof=r"The $i$-th term has the derivative $-\frac{1}{2 \sigma_i^2}\, \partial v_i/\partial W_{ij}$, with $\partial "
        r"v_i/\partial W_{ij} = 2 \alpha \sum_b u_i^b (f'(a_i^b) x_j^b - \partial\bar{z}_i/\partial W_{ij})$. The mean's "
        r"derivative is multiplied by $\sum_b u_i^b = 0$. The decay adds the derivative of $\frac{\lambda}{2} W_{ij}^2$.",
        holds=(
            *(Equation(D(loss, W[p, q]), minibatch_gradient, names) for names in (network, mean_held)),
            Equation(D(loss_with_decay, W[p, q]), minibatch_gradient + decay_gradient, network),
        ),
        evidence=(Autodiff(losses.log_variance, minibatch_gradient, network, {"epsilon": 0.01}),),
        assumptions=(r"$v_i + \varepsilon > 0$", r"$B \ge 2$"),
        source="note, log-variance loss",
    ),
    Claim(
        id="log-variance.no-half",
        title="Without the half the gradient doubles",
        statement=r"Without the $\frac{1}{2}$ the gradient is twice as large: that of $[[-\sum_i \log(v_i + \varepsilon)]]$ "
        r"is $2$ times that of $[[-\frac{1}{2} \sum_i \log(v_i + \varepsilon)]]$.",
        states=(loss_without_half, loss),
        proof="The loss is twice the other one, and differentiation is linear.",
        holds=(
            Equation(D(loss_without_half, W[p, q]), 2 * minibatch_gradient, network),
            Equation(D(loss_without_half, W[p, q]), 2 * D(loss, W[p, q]), network),
        ),
        evidence=(Autodiff(losses.log_variance_without_half, 2 * minibatch_gradient, network, {"epsilon": 0.01}),),
        assumptions=(r"$v_i + \varepsilon > 0$", r"$B \ge 2$"),
        source="LPL paper, Methods (no ½)",
    ),
    Claim(
        id="log-variance.vs-hinge",
        title="Log-variance is the active hinge, rescaled",
        statement=r"Where the hinge is active, the log-variance gradient is the hinge's divided by $\sigma_i$: the same "
        "direction, unit by unit.",
        proof=r"Since $-\frac{1}{2} \log(v_i + \varepsilon) = -\log \sigma_i$, its derivative is $-\frac{1}{\sigma_i}\, "
        r"\partial\sigma_i/\partial W_{ij}$. That of the hinge is $-H(\gamma - \sigma_i)\, \partial\sigma_i/\partial W_{ij}$. "
        r"Where $H(\gamma - \sigma_i) = 1$ the first is the second divided by $\sigma_i$, which is positive and the same for "
        "all weights of the unit.",
        holds=(
            Equation(D(variance.loss, W[p, q]), H(gamma - sigma[p]) * sigma[p] * D(loss, W[p, q]), network),
            Equation(D(-Sigma(sigma[i], i), W[p, q]) / sigma[p], D(loss, W[p, q]), network),
        ),
        evidence=(
            Autodiff(
                losses.hinge, H(gamma - sigma[p]) * sigma[p] * minibatch_gradient, network, {"gamma": 0.8, "epsilon": 0.01}
            ),
        ),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq \gamma$", r"$B \ge 2$"),
        rests_on=("variance.general-threshold", "log-variance.minibatch"),
        source="note, log-variance loss",
    ),
    Claim(
        id="log-variance.scale-invariance",
        title="Log-variance ignores the scale of the input",
        statement=r"For positively homogeneous $f$ and $\varepsilon = 0$, with the minibatch's own statistics, replacing "
        "$x$ by $s x$, $s > 0$, leaves the log-variance update unchanged, sample by sample, for any $N$, with decay too. "
        "It multiplies that of the hinge by $s$ where its gate stays as it is, those of invariance and Oja by $s^2$, and "
        "those of the exact and the one-sample covariance by $s^4$. Where mean and variance are given from outside and "
        "stay as they are, it changes the log-variance update too.",
        proof=r"A function with $f(s a) = s f(a)$ for all $s > 0$ is $f(a) = c_{+} \max(0, a) - c_{-} \max(0, -a)$, with "
        "$c_{+} = f(1)$ and $c_{-} = -f(-1)$; the equations are of that one. Replacing $x$ by $s x$ multiplies $a$, $z$, "
        r"$\bar{z}$, $u$ and $\sigma$ by $s$ and $K$ by $s^2$, and leaves $f'(a)$ as it is. Count the factors in each "
        r"update. Log-variance has $u x/\sigma^2$, that is $s \cdot s/s^2 = 1$, and the decay contains no input. The hinge "
        r"has $u x/\sigma$ and gets $s$; invariance, $(z - z') x$, and Oja, $z x - z^2 w$, get $s^2$; the covariances, $K u "
        r"x$ and $u_i \sum_k u_k^2\, x$, get $s^4$. Given statistics do not follow the input, so the factors no longer "
        "cancel; one example shows that the update changes.",
        argued=True,
        holds=(
            scaled_by(S.One, one_sample_gradient + decay_gradient),
            scaled_by(s, hinge_with_open_gate),
            scaled_by(s**2, invariance.one_sample_gradient),
            scaled_by(s**2, oja_update),
            scaled_by(s**4, covariance_one_sample.one_sample_gradient),
            *(scaled_by(factor, part) for factor, part in ((s, u[t, p]), (S.One, slope[t, p]))),
            Equation(exact_gradient_of_parts(s), s**4 * exact_gradient_of_parts(S.One)),
        ),
        fails=(scaled_by(S.One, one_sample_gradient, given=(mean, var)),),
        evidence=(
            Numbers(independent.relu_layer),
            Counterexample(
                "x, s = np.array([1.0, 2.0, 4.0]), 3.0         # hinge, one linear unit of weight 0.1, gate open\n"
                "update = lambda x: 0.5 * np.sum((x - x.mean()) * x) * 0.1 / np.std(0.1 * x, ddof=1)\n"
                "left, right = update(s * x), update(x)"
            ),
        ),
        assumptions=(
            "$f(s a) = s f(a)$ and $f'(s a) = f'(a)$ for $s > 0$ (linear, ReLU)",
            r"$\varepsilon = 0$",
            r"$\sigma_i > 0$",
            r"$B \ge 2$",
        ),
        source="beyond the note",
    ),
)

CONVENTION = str(Variance(form="log", factor="1/2"))
_about = {
    "arguments": (x, z, slope),
    "statistics": (mean, var, alpha),
    "options": (epsilon,),
    "degenerate": "with the minibatch's statistics, a unit of constant activity gets 0 from this term, up to the rounding "
    "of its mean, if ε > 0, and NaN or rounding errors of any size if ε = 0.",
    "convention": CONVENTION,
    "source": "note, log-variance loss; without the ½: Halvagal & Zenke 2023, Methods.",
}

rules = (
    rule(
        "log_variance",
        "Log-variance rule: push every unit's variance up, the more the smaller it is.",
        Descent(loss, W[p, q], network),
        network,
        claims=("log-variance.one-sample", "log-variance.minibatch", "log-variance.vs-hinge", "log-variance.scale-invariance"),
        **_about,
    ),
    rule(
        "log_variance_decay",
        "Log-variance with weight decay: for a linear unit on zero-mean input Oja's rule on average, after w → √λ w and "
        "up to a positive factor that depends on the state.",
        Descent(loss_with_decay, W[p, q], network),
        network,
        claims=("log-variance.minibatch", "oja.mean-field", "oja.fixed-points", "oja.decay-scale"),
        **{
            **_about,
            "arguments": (x, z, slope, W),
            "options": (decay, epsilon),
            "convention": CONVENTION + " The decay is taken once a call. With mean and var given and alpha = 1 "
            "the update of one sample is u f'(a) x/(v + ε) − λ W.",
        },
    ),
)
