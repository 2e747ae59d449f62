"""Stability of the fixed points: of the flows, of their discrete steps, and with ε added to the variance.

The fields rotate with the coordinates (``oja.rotation``), so it is enough to look at them in the coordinates of the
eigenvectors of ``C``, where ``(C w)_j = μ_j w_j`` and the k-th fixed point has the entries ``δ_jk/√λ``. There every
Jacobian is diagonal, and its diagonal is the whole spectrum.
"""

from typing import Any

import numpy as np
from sympy import Expr, Symbol, log, sqrt

from derivations.formal import theorems
from derivations.independent import linear as losses
from derivations.independent import oja_polynomials as polynomials
from derivations.independent import oja_stability as independent
from derivations.log_variance import decay
from derivations.oja import C, Cw, F, O, along, eigenbasis, eigenvector, inputs, k, mu, norm2, r, s, spectrum, unit, w
from lvicreg.calculus import At, D, Delta, Sigma
from lvicreg.calculus.layer import epsilon, j, m, q
from lvicreg.claims import Claim
from lvicreg.engines import Autodiff, Counterexample, Equation, Numbers, Polynomials, Solver

TITLE = "Stability of the fixed points"

# --- the Jacobians -----------------------------------------------------------------------------------------------------------
jacobian = C[q, r] / s - 2 * Cw[q] * Cw[r] / s**2 - decay * Delta(q, r)
oja_jacobian = C[q, r] - 2 * w[q] * Cw[r] - s * Delta(q, r)

# --- the k-th fixed point, and the spectra there ------------------------------------------------------------------------------
fixed_point = Delta(j, k) / sqrt(decay)
oja_eigenvalue = spectrum[q] - spectrum[k] - 2 * spectrum[k] * Delta(q, k)
log_eigenvalue = decay * (spectrum[q] / spectrum[k] - 1) - 2 * decay * Delta(q, k)

# --- one step of the discrete mean updates ------------------------------------------------------------------------------------
eta = Symbol("eta", positive=True)
near: dict[str, Any] = {"values": {"shift": np.zeros(4)}, "target": "shift", "axes": (k, q, r)}
step, oja_step = w[q] + eta * F[q], w[q] + eta * O[q]
image2 = Sigma(Cw[q] ** 2, q)

# --- ε added to the variance --------------------------------------------------------------------------------------------------
with_epsilon = {F[j]: Cw[j] / (s + epsilon) - decay * w[j]}
regularised, regularised_eigenbasis = unit.replace(with_epsilon), eigenbasis.replace(with_epsilon)
regularised_loss = -log(s + epsilon) / 2 + decay / 2 * norm2
radius = Symbol("radius", positive=True)  # of the k-th fixed point, where 1/λ = radius² + ε/μ_k
decay_there = 1 / (radius**2 + epsilon / spectrum[k])


def at_radius(expr: Expr) -> Expr:
    """The value at the k-th fixed point with ε."""
    return At(At(expr, w[j], Delta(j, k) * radius), decay, decay_there)


claims = (
    Claim(
        id="oja.stability",
        title="Only a simple leading eigenvector is linearly stable",
        statement=r"At $w = v_k/\sqrt{\lambda}$, $\mu_k > 0$, the Jacobian of $F$ has the eigenvalue $-2 \lambda$ along $v_k$ "
        r"and $\lambda (\mu_j/\mu_k - 1)$ along $v_j$; Oja's at $v_k$ has $-2 \mu_k$ and $\mu_j - \mu_k$: the first are the "
        r"second times $\lambda/\mu_k$. So all eigenvalues are negative iff $\mu_k$ is simple and the largest, and one is "
        r"positive where some $\mu_j$ is larger. (For a repeated largest $\mu_k$ those along its eigenspace's sphere are "
        "$0$.)",
        proof=r"The gradient of $\sigma^2$ is $2 C w$, so $F$ has the Jacobian $C/\sigma^2 - 2 C w (C w)^\top/\sigma^4 - "
        r"\lambda$, and $O$ has $C - 2 w (C w)^\top - \sigma^2$. At $w = v_k/\sqrt{\lambda}$, $C w = \mu_k w$ and $\sigma^2 = "
        r"\mu_k/\lambda$, and the first becomes $\lambda C/\mu_k - 2 \lambda v_k v_k^\top - \lambda$; at $v_k$ the second "
        r"becomes $C - 2 \mu_k v_k v_k^\top - \mu_k$. Both are diagonal in the eigenvectors of $C$, with the eigenvalues "
        r"stated. Finally, $\mu_j/\mu_k - 1$ is negative iff $\mu_j < \mu_k$, $0$ iff they are equal, and positive iff $\mu_j "
        r"> \mu_k$.",
        argued=True,
        holds=(
            Equation(D(F[q], w[r]), jacobian, unit, inputs),
            Equation(D(O[q], w[r]), oja_jacobian, unit, inputs),
            Equation(At(F[q], w[j], fixed_point), 0, eigenbasis, inputs),
            Equation(At(O[q], w[j], Delta(j, k)), 0, eigenbasis, inputs),
            Equation(At(D(F[q], w[r]), w[j], fixed_point), Delta(q, r) * log_eigenvalue, eigenbasis, inputs),
            Equation(At(D(O[q], w[r]), w[j], Delta(j, k)), Delta(q, r) * oja_eigenvalue, eigenbasis, inputs),
            Equation(log_eigenvalue, decay / spectrum[k] * oja_eigenvalue, sizes=inputs),
        ),
        fails=(Equation(At(D(F[q], w[r]), w[j], fixed_point), At(D(O[q], w[r]), w[j], Delta(j, k)), eigenbasis, inputs),),
        evidence=(
            Autodiff(losses.log_variance_field, jacobian, unit, target="w", axes=(q, r)),
            Autodiff(losses.oja_field, oja_jacobian, unit, target="w", axes=(q, r)),
            Numbers(independent.spectra_by_autodiff),
            Polynomials(polynomials.stability),
            Solver(independent.stability_by_solver),
            theorems(
                "stability.jacobian_F",
                "stability.jacobian_O",
                "stability.eigenvalue_F_along",
                "stability.eigenvalue_F_across",
                "stability.eigenvalue_O_along",
                "stability.eigenvalue_O_across",
                "stability.only_leading_is_stable",
                "stability.oja_only_leading_is_stable",
                "stability.not_leading_is_unstable",
                part=r"the Jacobians and these eigenvalues; all real eigenvalues are negative exactly where $\mu_k$ is the "
                r"largest and simple; $F$'s has a positive one where another $\mu_j$ is larger",
            ),
        ),
        assumptions=(r"$\mu_k > 0$", r"$\lambda > 0$"),
        rests_on=("oja.fixed-points", "oja.decay-scale", "oja.rotation"),
        source="beyond the note",
    ),
    Claim(
        id="oja.step-size",
        title="How large a learning rate may be",
        statement=r"The discrete mean update $w + \eta F(w)$ is linearly stable at $v_1/\sqrt{\lambda}$ iff $\eta < "
        r"1/\lambda$, whatever the scale of the data: $F$ does not change when $C$ is multiplied by a number. Oja's is at "
        r"$v_1$ iff $\eta < 1/\mu_1$. The other directions never bind: their multipliers, $1 + \eta \lambda (\mu_j/\mu_1 - "
        r"1)$ and $1 + \eta (\mu_j - \mu_1)$, lie between $0$ and $1$ there.",
        proof=r"A step multiplies a small deviation by $1$ plus $\eta$ times the eigenvalue of oja.stability. Along $v_1$ the "
        r"multiplier is $1 - 2 \eta \lambda$, and $|1 - 2 \eta \lambda| < 1$ iff $\eta < 1/\lambda$. Across, $0 \le \mu_j < "
        r"\mu_1$, so that $1 - \eta \lambda \le 1 + \eta \lambda (\mu_j/\mu_1 - 1) < 1$. For Oja's rule the same with $\mu_1$ "
        r"in the place of $\lambda$. A factor before $C$ cancels in $C w/(w^\top C w)$.",
        argued=True,
        holds=(
            Equation(At(D(step, w[r]), w[j], fixed_point), Delta(q, r) * (1 + eta * log_eigenvalue), eigenbasis, inputs),
            Equation(At(D(oja_step, w[r]), w[j], Delta(j, k)), Delta(q, r) * (1 + eta * oja_eigenvalue), eigenbasis, inputs),
            Equation(unit.replace({Cw[j]: mu * Sigma(C[j, m] * w[m], m)}).expand(F[q]), unit.expand(F[q]), sizes=inputs),
            Equation(unit.replace({Cw[j]: mu * Sigma(C[j, m] * w[m], m)}).expand(O[q]), mu * unit.expand(O[q]), sizes=inputs),
        ),
        evidence=(
            Autodiff(losses.steps_near_fixed_points, Delta(q, r) * (1 + eta * log_eigenvalue), unit, **near),
            Autodiff(losses.oja_steps_near_fixed_points, Delta(q, r) * (1 + eta * oja_eigenvalue), unit, **near),
            Numbers(independent.steps_by_autodiff),
            Solver(independent.step_size_by_solver),
        ),
        assumptions=(r"$C$ positive semidefinite, $\mu_1 > 0$ simple", r"$\lambda > 0$", r"$\eta > 0$"),
        rests_on=("oja.stability",),
        source="beyond the note",
    ),
    Claim(
        id="oja.step-size-global",
        title="Discrete log-variance converges at any scale",
        statement=r"For $\eta < 1/\lambda$ the discrete mean update of log-variance converges to $\pm v_1/\sqrt{\lambda}$ "
        r"from every start with $\langle w_0, v_1 \rangle \neq 0$, at any scale. Oja's map has no such property: far out along "
        "an eigenvector with a positive eigenvalue a step makes the weights larger.",
        proof=r"(i) A step multiplies the component along $v_k$ by $1 - \eta \lambda + \eta \mu_k/\sigma^2 > 0$, the leading "
        r"one by most, so signs stay and the ratios $w_k/w_1$ shrink. (ii) Primes mark what a step makes of $w$ and $\sigma$. "
        r"By the Cauchy–Schwarz inequality $\sigma \sigma' \ge w^\top C w' = (1 - \eta \lambda) \sigma^2 + \eta \lVert C w "
        r"\rVert^2/\sigma^2$, and $\lVert C w \rVert^2 \ge \mu \sigma^2$ with $\mu$ the smallest positive eigenvalue; so "
        r"$\sigma' \ge (1 - \eta \lambda) \sigma + \eta \mu/\sigma$, and $\sigma'^2 \ge 4 \eta (1 - \eta \lambda) \mu$ after "
        r"any step. Then $\lVert w' \rVert^2 = (1 - \eta \lambda)^2 \lVert w \rVert^2 + 2 \eta (1 - \eta \lambda) + \eta^2 "
        r"\lVert C w \rVert^2/\sigma^4$, with $\lVert C w \rVert^2 \le \mu_1 \sigma^2$, stays bounded, and with it "
        r"$\sigma^2$; so the ratios shrink by a factor bounded below $1$, to $0$. The orbit's limit points lie on the line "
        r"through $v_1$, on one side of the origin and away from it. (iii) On that line $\lambda \langle w, w' \rangle - 1 = "
        r"(1 - \eta \lambda)(\lambda \lVert w \rVert^2 - 1)$, so that $\sqrt{\lambda} \lVert w' \rVert$ lies strictly between "
        r"$\sqrt{\lambda} \lVert w \rVert$ and its inverse, unless both are $1$: $|\log(\sqrt{\lambda} \lVert w \rVert)|$ "
        "decreases. The set of limit points is compact, and each is the image of another; so the largest "
        r"$|\log(\sqrt{\lambda} \lVert w \rVert)|$ on it is $0$. (iv) Along an eigenvector with the eigenvalue $\mu > 0$ "
        r"Oja's map multiplies $w$ by $1 + \eta \mu (1 - \lVert w \rVert^2)$, which is below $-1$ where $\lVert w \rVert$ is "
        "large.",
        argued=True,
        holds=(
            Equation(step, w[q] * (1 - eta * decay + eta * spectrum[q] / s), eigenbasis, inputs),
            Equation(Sigma(Cw[q] * step, q), (1 - eta * decay) * s + eta * image2 / s, unit, inputs),
            Equation(
                Sigma(step**2, q),
                (1 - eta * decay) ** 2 * norm2 + 2 * eta * (1 - eta * decay) + eta**2 * image2 / s**2,
                unit,
                inputs,
            ),
            Equation(decay * Sigma(w[q] * step, q) - 1, (1 - eta * decay) * (decay * norm2 - 1), unit, inputs),
            Equation(oja_step, w[q] * (1 + eta * (mu - mu * norm2)), eigenvector, inputs),
        ),
        evidence=(
            Numbers(independent.runs_by_autodiff),
            Polynomials(polynomials.steps),
            Solver(independent.global_by_solver),
        ),
        assumptions=(
            r"$C$ positive semidefinite, $\mu_1 > 0$ simple",
            r"$\langle w_0, v_1 \rangle \neq 0$",
            r"$\lambda > 0$",
            r"$0 < \eta < 1/\lambda$",
        ),
        rests_on=("oja.step-size", "oja.rotation"),
        source="beyond the note",
    ),
    Claim(
        id="oja.epsilon",
        title="What ε changes at the fixed points",
        statement=r"With $\sigma^2 + \varepsilon$ in the place of $\sigma^2$: (i) The fixed points along $v_k$ have $\lVert w "
        r"\rVert^2 = 1/\lambda - \varepsilon/\mu_k$, and exist iff $\mu_k > \lambda \varepsilon$. (ii) The eigenvalue along "
        r"$v_k$ becomes $-2 \lambda (1 - \lambda \varepsilon/\mu_k)$, those across stay $\lambda (\mu_j/\mu_k - 1)$; so the "
        "limit of the step size may come from other directions. (iii) The origin is a fixed point with the eigenvalues "
        r"$\mu_j/\varepsilon - \lambda$; it attracts iff $\mu_1 \le \lambda \varepsilon$, and then the flow from everywhere. "
        r"(iv) At equality the approach along $v_1$ is algebraic: $d\lVert w \rVert^2/dt = -2 \lambda^2 \lVert w \rVert^4/(1 "
        r"+ \lambda \lVert w \rVert^2)$, so $\lVert w \rVert$ falls like $t^{-1/2}$.",
        proof=r"(i) Where $F = C w/(\sigma^2 + \varepsilon) - \lambda w = 0$, $C w = \lambda (\sigma^2 + \varepsilon) w$: any "
        r"fixed point but the origin is an eigenvector with a positive eigenvalue. Along $v_k$, $\mu_k = \lambda (\mu_k "
        r"\lVert w \rVert^2 + \varepsilon)$, which is the length stated, and positive iff $\mu_k > \lambda \varepsilon$. (ii) "
        r"The Jacobian is $C/(\sigma^2 + \varepsilon) - 2 C w (C w)^\top/(\sigma^2 + \varepsilon)^2 - \lambda$; with "
        r"$\sigma^2 + \varepsilon = \mu_k/\lambda$ it is $\lambda C/\mu_k - 2 \lambda^2 w w^\top - \lambda$. Along $v_k$ the "
        r"step must stay below $1/(\lambda (1 - \lambda \varepsilon/\mu_k))$, across below $2/(\lambda (1 - \mu_j/\mu_k))$, "
        r"and either may be the smaller. (iii) At the origin the Jacobian is $C/\varepsilon - \lambda$; where $\mu_1 > "
        r"\lambda \varepsilon$ its eigenvalue along $v_1$ is positive. Along the flow $d\lVert w \rVert^2/dt = 2 "
        r"\sigma^2/(\sigma^2 + \varepsilon) - 2 \lambda \lVert w \rVert^2$. Since $\sigma^2 \le \mu_1 \lVert w \rVert^2$, "
        r"this is negative away from the origin where $\mu_1 \le \lambda \varepsilon$, so $\lVert w \rVert$ decreases, to "
        r"$0$, since nothing else stands still. (iv) Insert $\sigma^2 = \lambda \varepsilon \lVert w \rVert^2$ into that "
        r"rate. Then $d(\lVert w \rVert^{-2})/dt = 2 \lambda^2/(1 + \lambda \lVert w \rVert^2)$ tends to $2 \lambda^2$, so "
        r"$\lVert w \rVert^2$ falls like $1/(2 \lambda^2 t)$.",
        argued=True,
        holds=(
            Equation(-D(regularised_loss, w[q]), F[q], regularised, inputs),
            Equation(Cw[q], (s + epsilon) * (F[q] + decay * w[q]), regularised, inputs),
            Equation(
                F[q] * (mu * norm2 + epsilon),
                (mu - decay * (mu * norm2 + epsilon)) * w[q],
                eigenvector.replace(with_epsilon),
                inputs,
            ),
            Equation(at_radius(F[q]), 0, regularised_eigenbasis, inputs),
            Equation(
                at_radius(D(F[q], w[r])),
                at_radius(
                    Delta(q, r)
                    * (decay * (spectrum[q] / spectrum[k] - 1) - 2 * decay * (1 - decay * epsilon / spectrum[k]) * Delta(q, k))
                ),
                regularised_eigenbasis,
                inputs,
            ),
            Equation(At(F[q], w[j], 0), 0, regularised, inputs),
            Equation(At(D(F[q], w[r]), w[j], 0), C[q, r] / epsilon - decay * Delta(q, r), regularised, inputs),
            Equation(along(norm2, F), 2 * s / (s + epsilon) - 2 * decay * norm2, regularised, inputs),
            Equation(
                At(F[q], mu, decay * epsilon),
                -(decay**2) * norm2 / (1 + decay * norm2) * w[q],
                eigenvector.replace(with_epsilon),
                inputs,
            ),
        ),
        fails=(Equation(D(regularised_loss, w[q]) + F[q], 0, unit, inputs),),
        evidence=(
            Autodiff(losses.log_variance_with_epsilon, -F[q], regularised, target="w"),
            Numbers(independent.epsilon_by_autodiff),
            Polynomials(polynomials.epsilon),
            Solver(independent.epsilon_by_solver),
            Counterexample(
                "decay, epsilon, mu = 1.0, 0.9, np.array([1.0, 0.0])  # C is diagonal; eta = 3 is below the radial limit, 10\n"
                "w = np.array([np.sqrt(1 / decay - epsilon / mu[0]), 1e-6])\n"
                "right = abs(w[1])\n"
                "w = w + 3.0 * (mu * w / (w @ (mu * w) + epsilon) - decay * w)\n"
                "left = abs(w[1])                                      # twice as large: the other direction is unstable"
            ),
        ),
        assumptions=("$C$ positive semidefinite", r"$\lambda > 0$", r"$\varepsilon > 0$"),
        rests_on=("oja.stability",),
        source="beyond the note; ε as in VICReg, arXiv 2105.04906, Eq. 1",
    ),
)
