"""The two flows ``dw/dt = F(w)`` and ``dw/dt = O(w)``: the same orbits, solved in closed form, with one Lyapunov function.

Let ``g(s)`` solve ``dg/ds = C g`` from ``g(0) = w_0``, so that ``g = e^{Cs} w_0``. Both flows are ``g`` times a number:

    Oja:                     w = g/√(1 + ‖g‖² − ‖w_0‖²),    and s is the time itself
    log-variance and decay:  w = T g,  T = e^{−λt},         and s is found from  ‖g(s)‖² = ‖w_0‖² + (e^{2λt} − 1)/λ

Nothing here needs ``e`` to be evaluated: an exponential is known by its differential equation, ``dT/dt = −λT``. ``w`` is
differentiated along a flow by the chain rule.
"""

from sympy import Expr, IndexedBase, S, Symbol, sqrt

from derivations.formal import theorems
from derivations.independent import linear as losses
from derivations.independent import oja_flow as independent
from derivations.independent import oja_polynomials as polynomials
from derivations.log_variance import decay
from derivations.oja import (
    C,
    Cw,
    F,
    O,
    along,
    eigenbasis,
    inputs,
    k,
    l,
    lyapunov,
    mu,
    norm2,
    r,
    s,
    spectrum,
    unit,
    unit_decay,
    w,
)
from lvicreg.calculus import At, D, Delta, Sigma
from lvicreg.calculus.layer import j, m, q
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Equation, Numbers, Polynomials, Solver

TITLE = "The flows of Oja's rule and of log-variance with decay"
PRINTED = {"v": r"\tilde{w}"}

# --- Oja's field is a gradient where this vanishes, as it does for a multiple of the identity ---------------------------------
isotropic = unit.replace({Cw[j]: mu * w[j]})
curl = Cw[r] * w[q] - w[r] * Cw[q]

# --- closed forms: g = e^{Cs} w_0 and T = e^{−λt} ---------------------------------------------------------------------------
g, Cg, start = map(IndexedBase, ("g", "Cg", "start"))
T, rest = (
    Symbol("T", positive=True),
    Symbol("rest", positive=True),
)  # rest: 1 − ‖w_0‖², positive only for the exact engine's roots
growth = Sigma(g[j] ** 2, j)
image = {Cg[j]: Sigma(C[j, m] * g[m], m)}
log_flow = unit.replace({w[j]: T * g[j], **image})
oja_flow = unit.replace({w[j]: g[j] / sqrt(rest + growth), **image})
from_start = oja_flow.replace({w[j]: g[j] / sqrt(1 - Sigma(start[j] ** 2, j) + growth)})


def in_time(quantity: Expr) -> Expr:
    """The rate along the log-variance flow, where ``ds/dt = 1/σ²``."""
    return Sigma(D(quantity, g[l]) * Cg[l] / s, l) - decay * T * D(quantity, T)


# --- the law of the norm, with e^{−2λt} as a number that shrinks at the rate 2λ ---------------------------------------------
shrink, n0 = Symbol("shrink", positive=True), Symbol("n0", positive=True)
v = IndexedBase("v")
in_root_decay = unit.replace({w[j]: sqrt(decay) * v[j]})  # Oja's field at √λ v
at_v = unit.replace({w[j]: v[j]})
now = {"time": 0.0}
gap = spectrum[k] - spectrum[m]
norm_solution = 1 / decay + (n0 - 1 / decay) * shrink


claims = (
    Claim(
        id="oja.norm-law",
        title="The norm obeys a law without data",
        statement=r"Along the log-variance flow $d\lVert w \rVert^2/dt = 2 - 2 \lambda \lVert w \rVert^2$, so that $\lVert w "
        r"\rVert^2 = 1/\lambda + (\lVert w_0 \rVert^2 - 1/\lambda) e^{-2 \lambda t}$, whatever the data. Along Oja's, "
        r"$d\lVert w \rVert^2/dt = 2 \sigma^2 (1 - \lVert w \rVert^2)$.",
        proof=r"$d\lVert w \rVert^2/dt = 2 w^\top\, dw/dt$. For log-variance $w^\top F = w^\top C w/\sigma^2 - \lambda \lVert "
        r"w \rVert^2 = 1 - \lambda \lVert w \rVert^2$; for Oja $w^\top O = \sigma^2 - \sigma^2 \lVert w \rVert^2$. The first "
        r"is a linear differential equation for $n = \lVert w \rVert^2$, which has one solution from each start. That it is "
        r"$n = 1/\lambda + (n_0 - 1/\lambda) e^{-2 \lambda t}$ is seen by inserting it: $dn/dt = -2 \lambda (n - 1/\lambda) = "
        r"2 - 2 \lambda n$, and $n = n_0$ at $t = 0$.",
        argued=True,
        holds=(
            Equation(along(norm2, F), 2 - 2 * decay * norm2, unit, inputs),
            Equation(along(norm2, O), 2 * s * (1 - norm2), unit, inputs),
            Equation(D(norm_solution, shrink) * (-2 * decay * shrink), 2 - 2 * decay * norm_solution),
            Equation(At(norm_solution, shrink, 1), n0),
        ),
        fails=(Equation(along(norm2, O), 2 - 2 * norm2, unit, inputs),),
        evidence=(
            Autodiff(losses.norm_along_log_variance, 2 - 2 * decay * norm2, unit, now, target="time"),
            Autodiff(losses.norm_along_oja, 2 * s * (1 - norm2), unit, now, target="time"),
            Numbers(independent.norm_by_autodiff),
            Polynomials(polynomials.norm_law),
            theorems("flows.norm_law", part=r"the rate of $\lVert w \rVert^2$ along the log-variance flow"),
        ),
        assumptions=(r"$\sigma^2 > 0$", r"$\lambda > 0$"),
        rests_on=("oja.mean-field",),
        source="beyond the note",
    ),
    Claim(
        id="oja.closed-form",
        title="Both flows in closed form",
        statement=r"With $g(s) = e^{C s} w_0$, the log-variance flow is $w(t) = e^{-\lambda t} g(s)$ where $\lVert g(s) "
        r"\rVert^2 = \lVert w_0 \rVert^2 + (e^{2 \lambda t} - 1)/\lambda$, and Oja's is $w(t) = g(t)/\sqrt{1 + \lVert g(t) "
        r"\rVert^2 - \lVert w_0 \rVert^2}$, for all $t \ge 0$.",
        proof=r"An exponential is known by its differential equation: $dg/ds = C g$, $g(0) = w_0$. (i) Log-variance: $\lVert "
        r"g(s) \rVert^2$ grows with $s$, at the rate $2 g^\top C g$, which is positive and does not decrease, so it grows "
        r"without bound. Hence for each $t \ge 0$ exactly one $s$ satisfies the condition. Both of its sides change at the "
        r"same rate, $2 g^\top C g\, ds/dt = 2 e^{2 \lambda t}$, so with $w = e^{-\lambda t} g$ and $\sigma^2 = e^{-2 \lambda "
        r"t} g^\top C g$, $ds/dt = 1/\sigma^2$. Therefore $dw/dt = -\lambda w + e^{-\lambda t} C g/\sigma^2 = F(w)$. (ii) "
        r"Oja: let $m = 1 + \lVert g \rVert^2 - \lVert w_0 \rVert^2$, which is $1$ at $t = 0$ and grows at the rate $2 g^\top "
        r"C g$. Then $w = g/\sqrt{m}$ has $dw/dt = C g/\sqrt{m} - g\, (g^\top C g)/m^{3/2} = C w - (w^\top C w) w = O(w)$. "
        r"(iii) Both begin at $w_0$ and keep $\sigma^2 > 0$, where the fields are smooth; so they are the only solutions.",
        argued=True,
        holds=(
            Equation(in_time(w[q]), F[q], log_flow, inputs),
            Equation(in_time(growth), in_time(1 / (decay * T**2)), log_flow, inputs),
            Equation(Sigma(D(w[q], g[l]) * Cg[l], l), O[q], oja_flow, inputs),
            Equation(At(w[q], g[j], start[j]), start[q], from_start, inputs),
        ),
        fails=(Equation(in_time(w[q]), O[q], log_flow, inputs),),
        evidence=(
            Autodiff(losses.log_variance_solution, F[q], log_flow, now, target="time"),
            Autodiff(losses.oja_solution, O[q], oja_flow, now, target="time"),
            Numbers(independent.closed_forms_by_autodiff),
        ),
        assumptions=("$C$ positive semidefinite", r"$\sigma^2 > 0$ at $w_0$", r"$\lambda > 0$"),
        rests_on=("oja.mean-field",),
        source="beyond the note; Oja 1982, for Oja's rule",
    ),
    Claim(
        id="oja.orbits",
        title="The two flows run along the same orbits",
        statement=r"For $\lambda = 1$ the two flows have the same trajectories at different speeds: at Oja's time $s$, $ds/dt "
        r"= 1/\sigma^2$, both are at $g(s)/\sqrt{1 + \lVert g(s) \rVert^2 - \lVert w_0 \rVert^2}$. For any $\lambda > 0$ the "
        r"same holds after $w \to \sqrt{\lambda} w$, with $\sigma^2$ still that of $w$: $\sqrt{\lambda} F(w) = "
        r"O(\sqrt{\lambda} w)/\sigma^2$.",
        proof=r"By oja.closed-form the log-variance flow is $e^{-\lambda t} g(s)$ with $e^{2 \lambda t} = 1 + \lambda (\lVert "
        r"g(s) \rVert^2 - \lVert w_0 \rVert^2)$ and $ds/dt = 1/\sigma^2$; multiplied by $\sqrt{\lambda}$ that is Oja's closed "
        r"form from $\sqrt{\lambda} w_0$ at the time $s$. For the fields, $O(\sqrt{\lambda} w) = \sqrt{\lambda} C w - \lambda "
        r"\sigma^2 \sqrt{\lambda} w$, and divided by $\sigma^2$ this is $\sqrt{\lambda} (C w/\sigma^2 - \lambda w)$.",
        argued=True,
        holds=(
            Equation(O[r] * F[q], O[q] * F[r], unit_decay, inputs),
            Equation(sqrt(decay) * at_v.expand(s) * at_v.expand(F[q]), in_root_decay.expand(O[q]), sizes=inputs),
            Equation(
                sqrt(decay) * g[q] / sqrt(rest + decay * growth),
                At(oja_flow.expand(w[q]), g[j], sqrt(decay) * g[j]),
                sizes=inputs,
            ),
        ),
        fails=(Equation(O[r] * F[q], O[q] * F[r], unit, inputs),),
        evidence=(
            Numbers(independent.orbits_by_autodiff),
            Polynomials(polynomials.orbits),
            theorems(
                "flows.same_orbits",
                "proportional.proportional",
                part=r"for $\lambda = 1$, a curve that follows log-variance, run at the speed $\sigma^2$, follows Oja's rule",
            ),
        ),
        assumptions=(r"$\sigma^2 > 0$", r"$\lambda > 0$"),
        rests_on=("oja.proportional", "oja.closed-form", "oja.decay-scale"),
        source="beyond the note",
    ),
    Claim(
        id="oja.lyapunov",
        title="One loss falls along both flows",
        statement=r"$F = -\nabla L$ with $L = -\frac{1}{2} \log(w^\top C w) + \frac{\lambda}{2} \lVert w \rVert^2$, so $L$ "
        r"decreases along the log-variance flow. For $\lambda = 1$ it decreases along Oja's too, $\langle \nabla L, O \rangle "
        r"= -\sigma^2 \lVert \nabla L \rVert^2$, strictly away from fixed points. Oja's own field is the gradient of a "
        r"function only if $C$ is a multiple of the identity: its Jacobian $J$ has $J - J^\top = 2 (C w w^\top - w (C "
        r"w)^\top)$.",
        proof=r"The gradient of $w^\top C w$ is $2 C w$, so $\nabla L = -C w/\sigma^2 + \lambda w = -F$. Along the "
        r"log-variance flow $dL/dt = \langle \nabla L, F \rangle = -\lVert F \rVert^2$. For $\lambda = 1$, $O = \sigma^2 F$ "
        r"(oja.proportional), so along Oja's flow $dL/dt = \langle \nabla L, O \rangle = -\sigma^2 \lVert \nabla L \rVert^2$, "
        r"which is negative unless $F = 0$. Differentiating $O = C w - (w^\top C w) w$ gives $J = C - 2 w (C w)^\top - "
        r"\sigma^2 1$, with the unit matrix $1$, and so $J - J^\top$ as stated. The Jacobian of a gradient is symmetric. At "
        r"$w = e_k$, the $k$-th unit vector, the antisymmetric part has the entries $C_{kr}$, $r \neq k$, so a symmetric one "
        "means that $C$ is diagonal; at $w = e_k + e_l$ it has then the entry $C_{ll} - C_{kk}$, so all are equal.",
        argued=True,
        holds=(
            Equation(along(lyapunov, F), -Sigma(F[q] ** 2, q), unit, inputs),
            Equation(along(lyapunov, O).xreplace({decay: S.One}), -s * Sigma(F[q] ** 2, q), unit_decay, inputs),
            Equation(D(F[r], w[q]), D(F[q], w[r]), unit, inputs),
            Equation(D(O[r], w[q]) - D(O[q], w[r]), 2 * curl, unit, inputs),
            Equation(At(curl, w[j], Delta(j, k)), C[k, r] * Delta(k, q) - Delta(k, r) * C[k, q], unit, inputs),
            Equation(
                At(curl, w[j], Delta(j, k) + Delta(j, l)),
                (C[k, r] + C[l, r]) * (Delta(k, q) + Delta(l, q)) - (Delta(k, r) + Delta(l, r)) * (C[k, q] + C[l, q]),
                unit,
                inputs,
            ),
            Equation(curl, 0, isotropic, inputs),
        ),
        fails=(
            Equation(along(lyapunov, O), s * along(lyapunov, F), unit, inputs),
            Equation(D(O[r], w[q]), D(O[q], w[r]), unit, inputs),
        ),
        evidence=(
            Autodiff(losses.loss_along_log_variance, -Sigma(F[q] ** 2, q), unit, now, target="time"),
            Autodiff(losses.loss_along_oja, -s * Sigma(F[q] ** 2, q), unit_decay, now, target="time"),
            Numbers(independent.lyapunov_by_autodiff),
            Polynomials(polynomials.lyapunov),
            Solver(independent.gradient_by_solver),
            theorems(
                "lyapunov.gradient",
                "lyapunov.decrease_rate",
                "lyapunov.strict_decrease",
                "lyapunov.decreases_along_flow",
                "stability.not_a_gradient",
                part=r"$F = -\nabla L$; for $\lambda = 1$, the rate of $L$ along $O$, and that $L$ falls along Oja's flow "
                r"while $O \neq 0$; the Jacobian of $O$ is symmetric everywhere only if $C$ is a multiple of the identity",
            ),
        ),
        assumptions=(r"$\sigma^2 > 0$", r"$\lambda > 0$"),
        rests_on=("oja.mean-field", "oja.proportional"),
        source="beyond the note",
    ),
    Claim(
        id="oja.convergence",
        title="Both flows find the leading principal component",
        statement=r"If $\mu_1 > 0$ is simple and $\langle w_0, v_1 \rangle \neq 0$, Oja's flow tends to $v_1$ and the "
        r"log-variance flow to $v_1/\sqrt{\lambda}$, with the sign of $\langle w_0, v_1 \rangle$. For a repeated $\mu_1$ it "
        "is the normalised projection of $w_0$ on its eigenspace in the place of $v_1$.",
        proof="Let $w_k$ be the component along $v_k$; by oja.rotation $C$ may be taken diagonal. Both flows exist for all "
        r"$t \ge 0$ (oja.closed-form). In Oja's time $s$ the ratio $w_k/w_1$ is multiplied by $e^{(\mu_k - \mu_1) s}$ in both "
        r"flows, and stays as it is where $\mu_k = \mu_1$; and $w_1$ keeps its sign, since its rate is a multiple of it. For "
        r"log-variance $ds/dt = 1/\sigma^2$, and $\sigma^2 \le \mu_1 \lVert w \rVert^2$ is bounded by the law of the norm "
        r"(oja.norm-law), so $s \to \infty$; and $\lVert w \rVert^2 \to 1/\lambda$. For Oja $s = t$, and $d\lVert w "
        r"\rVert^2/dt = 2 \sigma^2 (1 - \lVert w \rVert^2)$: $\lVert w \rVert$ moves monotonically towards $1$, so with the "
        r"ratios it keeps $|w_1|$, and $\sigma^2 \ge \mu_1 w_1^2$, away from $0$, and $\lVert w \rVert^2 \to 1$. In both the "
        r"direction tends to that of the components with $\mu_k = \mu_1$, as they were at the start.",
        argued=True,
        holds=(
            Equation(along(w[k] / w[m], O), gap * w[k] / w[m], eigenbasis, inputs),
            Equation(along(w[k] / w[m], F), gap / s * w[k] / w[m], eigenbasis, inputs),
            Equation(along(w[k], F), (spectrum[k] / s - decay) * w[k], eigenbasis, inputs),
            Equation(along(w[k], O), (spectrum[k] - s) * w[k], eigenbasis, inputs),
        ),
        evidence=(
            Autodiff(losses.ratios_along_log_variance, gap / s * w[k] / w[m], eigenbasis, now, target="time", axes=(k, m)),
            Autodiff(losses.ratios_along_oja, gap * w[k] / w[m], eigenbasis, now, target="time", axes=(k, m)),
            Numbers(independent.limits_by_autodiff),
            Solver(independent.bounds_by_solver),
        ),
        assumptions=(
            r"$C$ positive semidefinite, $\mu_1 > 0$",
            "the projection of $w_0$ on the leading eigenspace is not $0$",
            r"$\lambda > 0$",
        ),
        rests_on=("oja.norm-law", "oja.closed-form", "oja.rotation"),
        source="beyond the note; Oja 1982, for Oja's rule",
    ),
)
