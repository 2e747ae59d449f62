"""Stability of the fixed points: of the flows, of their discrete steps, and with ε added to the variance.

The fields rotate with the coordinates (``oja.rotation``), so it is enough to look at them in the coordinates of the
eigenvectors of ``C``, where ``(C w)_j = μ_j w_j`` and the k-th fixed point has the entries ``δ_jk/√λ``. There every
Jacobian is diagonal, and its diagonal is the whole spectrum.
"""

from sympy import Expr, Symbol, log, sqrt

from derivations.formal import theorems
from derivations.independent import oja_polynomials as polynomials
from derivations.independent import oja_stability as independent
from derivations.log_variance import decay
from derivations.oja import C, Cw, F, O, along, eigenbasis, eigenvector, inputs, k, mu, norm2, r, s, spectrum, unit, w
from lvicreg.calculus import At, D, Delta, Sigma
from lvicreg.calculus.layer import epsilon, j, m, q
from lvicreg.claims import Claim
from lvicreg.engines import Counterexample, Equation, Numbers, Polynomials, Solver

TITLE = "Stability of the fixed points"

# --- the k-th fixed point, and the spectra there ------------------------------------------------------------------------------
fixed_point = Delta(j, k) / sqrt(decay)
oja_eigenvalue = spectrum[q] - spectrum[k] - 2 * spectrum[k] * Delta(q, k)
log_eigenvalue = decay * (spectrum[q] / spectrum[k] - 1) - 2 * decay * Delta(q, k)

# --- one step of the discrete mean updates ------------------------------------------------------------------------------------
eta = Symbol("eta", positive=True)
step, oja_step = w[q] + eta * F[q], w[q] + eta * O[q]
image2 = Sigma(Cw[q] ** 2, q)

# --- ε added to the variance --------------------------------------------------------------------------------------------------
with_epsilon = {F[j]: Cw[j] / (s + epsilon) - decay * w[j]}
regularised, regularised_eigenbasis = unit.but(with_epsilon), eigenbasis.but(with_epsilon)
regularised_loss = -log(s + epsilon) / 2 + decay / 2 * norm2
radius = Symbol("radius", positive=True)  # of the k-th fixed point: ε = μ_k (1/λ − radius²)
epsilon_there = spectrum[k] * (1 / decay - radius**2)


def at_radius(expr: Expr) -> Expr:
    """The value at the k-th fixed point with ε."""
    return At(At(expr, w[j], Delta(j, k) * radius), epsilon, epsilon_there)


claims = (
    Claim(
        id="oja.stability",
        statement="At w* = v_k/√λ, μ_k > 0, the Jacobian of F has the eigenvalue −2λ along v_k and λ(μ_j/μ_k − 1) along v_j; "
        "Oja's at v_k has −2μ_k and μ_j − μ_k: the first are the second times λ/μ_k. So only the leading eigenvector is "
        "stable, strictly if μ_1 is simple.",
        holds=(
            Equation(D(F[q], w[r]), C[q, r] / s - 2 * Cw[q] * Cw[r] / s**2 - decay * Delta(q, r), unit, inputs),
            Equation(D(O[q], w[r]), C[q, r] - 2 * w[q] * Cw[r] - s * Delta(q, r), unit, inputs),
            Equation(At(F[q], w[j], fixed_point), 0, eigenbasis, inputs),
            Equation(At(O[q], w[j], Delta(j, k)), 0, eigenbasis, inputs),
            Equation(At(D(F[q], w[r]), w[j], fixed_point), Delta(q, r) * log_eigenvalue, eigenbasis, inputs),
            Equation(At(D(O[q], w[r]), w[j], Delta(j, k)), Delta(q, r) * oja_eigenvalue, eigenbasis, inputs),
            Equation(log_eigenvalue, decay / spectrum[k] * oja_eigenvalue, sizes=inputs),
        ),
        fails=(Equation(At(D(F[q], w[r]), w[j], fixed_point), At(D(O[q], w[r]), w[j], Delta(j, k)), eigenbasis, inputs),),
        evidence=(
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
            ),
        ),
        assumptions=("μ_k > 0", "λ > 0"),
        rests_on=("oja.fixed-points", "oja.decay-scale", "oja.rotation"),
        source="beyond the note",
    ),
    Claim(
        id="oja.step-size",
        statement="The discrete mean update w + η F(w) is linearly stable at v_1/√λ iff η < 1/λ, whatever the scale of the "
        "data: F does not change when C is multiplied by a number. Oja's is at v_1 iff η < 1/μ_1. The other directions never "
        "bind: their multipliers, 1 + ηλ(μ_j/μ_1 − 1) and 1 + η(μ_j − μ_1), lie between 0 and 1 there.",
        holds=(
            Equation(At(D(step, w[r]), w[j], fixed_point), Delta(q, r) * (1 + eta * log_eigenvalue), eigenbasis, inputs),
            Equation(At(D(oja_step, w[r]), w[j], Delta(j, k)), Delta(q, r) * (1 + eta * oja_eigenvalue), eigenbasis, inputs),
            Equation(unit.but({Cw[j]: mu * Sigma(C[j, m] * w[m], m)}).expand(F[q]), unit.expand(F[q]), sizes=inputs),
            Equation(unit.but({Cw[j]: mu * Sigma(C[j, m] * w[m], m)}).expand(O[q]), mu * unit.expand(O[q]), sizes=inputs),
        ),
        evidence=(Numbers(independent.steps_by_autodiff), Solver(independent.step_size_by_solver)),
        assumptions=("C positive semidefinite, μ_1 > 0 simple", "λ > 0", "η > 0"),
        rests_on=("oja.stability",),
        source="beyond the note",
    ),
    Claim(
        id="oja.step-size-global",
        statement="For η < 1/λ the discrete mean update of log-variance converges to ±v_1/√λ from every start with ⟨w_0, v_1⟩ "
        "≠ 0, at any scale. Oja's map has no such property: far out a step makes the weights larger.",
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
        assumptions=("C positive semidefinite, μ_1 > 0 simple", "⟨w_0, v_1⟩ ≠ 0", "λ > 0", "0 < η < 1/λ"),
        rests_on=("oja.step-size", "oja.rotation"),
        source="beyond the note",
        proof="(1) A step multiplies the component along v_k by 1 − ηλ + ημ_k/σ² > 0, the leading one by most, so signs "
        "stay and the ratios w_k/w_1 shrink. (2) By the Cauchy–Schwarz inequality σσ' ≥ wᵀC w' = (1 − ηλ)σ² + η‖C w‖²/σ², and "
        "‖C w‖² ≥ μσ² with μ the smallest positive eigenvalue; so σ'² ≥ 4η(1 − ηλ)μ after any step. Then ‖w'‖² = (1 − "
        "ηλ)²‖w‖² + 2η(1 − ηλ) + η²‖C w‖²/σ⁴, with ‖C w‖² ≤ μ_1σ², stays bounded, and with it σ²; so the ratios shrink by a "
        "factor bounded below 1, to 0. The orbit's limit points lie on the line through v_1, on one side of the origin and "
        "away from it. (3) On that line λ⟨w, w'⟩ − 1 = (1 − ηλ)(λ‖w‖² − 1), so that √λ‖w'‖ lies strictly between √λ‖w‖ and "
        "its inverse, unless both are 1: |log √λ‖w‖| decreases. The set of limit points is compact, and each is the image of "
        "another; so the largest |log √λ‖w‖| on it is 0.",
    ),
    Claim(
        id="oja.epsilon",
        statement="With σ² + ε in the place of σ², the fixed points along v_k have ‖w‖² = 1/λ − ε/μ_k, and exist iff μ_k > "
        "λε. The eigenvalue along v_k becomes −2λ(1 − λε/μ_k), those across stay λ(μ_j/μ_k − 1); so the limit of the step "
        "size may come from other directions. The origin is a fixed point with the eigenvalues μ_j/ε − λ; it attracts iff μ_1 "
        "≤ λε, and then from everywhere, at equality algebraically: along v_1, d‖w‖²/dt = −2λ²‖w‖⁴/(1 + λ‖w‖²), so ‖w‖ falls "
        "like t^{−1/2}.",
        holds=(
            Equation(-D(regularised_loss, w[q]), F[q], regularised, inputs),
            Equation(
                F[q] * (mu * norm2 + epsilon),
                (mu - decay * (mu * norm2 + epsilon)) * w[q],
                eigenvector.but(with_epsilon),
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
                eigenvector.but(with_epsilon),
                inputs,
            ),
        ),
        fails=(Equation(D(regularised_loss, w[q]) + F[q], 0, unit, inputs),),
        evidence=(
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
        assumptions=("C positive semidefinite", "λ > 0", "ε > 0"),
        rests_on=("oja.stability",),
        source="beyond the note; ε as in VICReg, arXiv 2105.04906, Eq. 1",
    ),
)

rules = ()
