"""Invariance term.

Consecutive activities should agree; what lies in the past is not differentiated:

    L^t = Σ_i (z_i^t − SG(z_i^{t−1}))²,        −∂L^t/∂W_ij = −2 (z_i^t − z_i^{t−1}) f'(a_i^t) x_j^t

``x_prev[t, j]`` is ``x_j^{t−1}``, and the same for the other names.
"""

from sympy import IndexedBase

from derivations.independent import invariance as independent
from derivations.independent import losses
from derivations.notation import over_minibatch, rule
from lvicreg.calculus import SG, D, Definitions, Descent, Mean, SecondMoments, Sigma, Symmetric, f, f_prime
from lvicreg.calculus.layer import B, W, b, i, j, m, network, p, q, slope, synapse, t, x, z
from lvicreg.claims import Claim
from lvicreg.conventions import Invariance
from lvicreg.engines import Autodiff, Counterexample, Equation, Numbers

TITLE = "Invariance term"

# --- the previous time step ----------------------------------------------------------------------------------------------
x_prev, a_prev, z_prev, slope_prev = map(IndexedBase, ("x_prev", "a_prev", "z_prev", "slope_prev"))
steps = network.replace(
    {
        a_prev[b, i]: Sigma(W[i, j] * x_prev[b, j], j),
        z_prev[b, i]: f(a_prev[b, i]),
        slope_prev[b, i]: f_prime(a_prev[b, i]),
    }
)
reads = synapse.also(post=(z_prev[b, i],))  # each unit remembers its activity

# --- the losses of the note -------------------------------------------------------------------------------
one_sample_loss = Sigma((z[t, i] - SG(z_prev[t, i])) ** 2, i)
loss = over_minibatch(one_sample_loss)
loss_without_stop = Sigma((z[t, i] - z_prev[t, i]) ** 2, i)

# --- and its gradient ----------------------------------------------------------------------------------------------------
one_sample_gradient = 2 * (z[t, p] - z_prev[t, p]) * slope[t, p] * x[t, q]
from_the_past = -2 * (z[t, p] - z_prev[t, p]) * slope_prev[t, p] * x_prev[t, q]  # present and past exchanged

exchanged = one_sample_gradient.xreplace(
    {z[t, p]: z_prev[t, p], z_prev[t, p]: z[t, p], slope[t, p]: slope_prev[t, p], x[t, q]: x_prev[t, q]}
)

# --- a linear unit on a stationary input: C = E[x xᵀ], C_1 = E[x_t x_{t−1}ᵀ] ------------------------------------------------
w, y, y_prev = map(IndexedBase, ("w", "y", "y_prev"))  # y and y_prev: consecutive inputs
C, C_prev, lagged = Symmetric("C"), Symmetric("C_prev"), IndexedBase("C_1")
stationary = SecondMoments((y[j], y[j], C), (y_prev[j], y_prev[j], C), (y[j], y_prev[j], lagged))
present, past = Sigma(w[j] * y[j], j), Sigma(w[j] * y_prev[j], j)
unequal = SecondMoments((y[j], y[j], C), (y_prev[j], y_prev[j], C_prev), (y[j], y_prev[j], lagged))
stopped_field = 2 * Sigma((C[q, m] - lagged[q, m]) * w[m], m)
unequal_field = 2 * Sigma((C[q, m] + C_prev[q, m] - lagged[q, m] - lagged[m, q]) * w[m], m)
moments = Definitions(
    {
        C[j, m]: Sigma(x[b, j] * x[b, m], b) / B,
        C_prev[j, m]: Sigma(x_prev[b, j] * x_prev[b, m], b) / B,
        lagged[j, m]: Sigma(x[b, j] * x_prev[b, m], b) / B,
    }
)  # of pairs of inputs that are equally likely
full_field = 4 * Sigma((C[q, m] - (lagged[q, m] + lagged[m, q]) / 2) * w[m], m)


claims = (
    Claim(
        id="invariance.stop-gradient",
        title="The invariance rule descends its one-sample loss",
        statement=r"$[[2 (z_i^t - z'^t_i) f'(a_i^t) x_j^t]]$ is the exact gradient of $[[\sum_i (z_i^t - "
        r"\mathrm{SG}(z'^t_i))^2]]$, $z'^t_i = z_i^{t-1}$ the activity one step before.",
        states=(one_sample_gradient, one_sample_loss),
        proof=r"The activity $z'^t_i$ of the step before is held, so only $z_i^t$ is differentiated, and $\partial "
        r"z_i^t/\partial W_{ij} = f'(a_i^t) x_j^t$. The square contributes the factor $2 (z_i^t - z'^t_i)$.",
        holds=(Equation(D(one_sample_loss, W[p, q]), one_sample_gradient, steps),),
        evidence=(Autodiff(losses.invariance, one_sample_gradient, steps),),
        source="note, invariance term",
    ),
    Claim(
        id="invariance.without-stop-gradient",
        title="Without the stop-gradient, one more term",
        statement="Without the stop-gradient there is one more term, $[[-2 (z_i^t - z'^t_i) f'(a'^t_i) x'^t_j]]$, in which "
        "activity and input are those of the step before.",
        states=(from_the_past,),
        proof=r"Now both activities depend on $W_{ij}$: $\partial (z_i^t - z'^t_i)/\partial W_{ij} = f'(a_i^t) x_j^t - "
        "f'(a'^t_i) x'^t_j$. Times $2 (z_i^t - z'^t_i)$, its first part is the gradient with the stop-gradient and its "
        "second the term stated.",
        holds=(Equation(D(loss_without_stop, W[p, q]), one_sample_gradient + from_the_past, steps),),
        fails=(Equation(D(loss_without_stop, W[p, q]), one_sample_gradient, steps),),
        evidence=(Autodiff(losses.invariance_both, one_sample_gradient + from_the_past, steps),),
        source="note, invariance term",
    ),
    Claim(
        id="invariance.stationary",
        title="Reversible input: the stop-gradient halves the gradient",
        statement="The full gradient is the stop-gradient one plus the same with present and past exchanged. So if $(x_t, "
        "x_{t-1})$ is exchangeable, as for a stationary and time-reversible input, the stop-gradient gradient is on average "
        "exactly half of the full one, for any $f$.",
        proof="Let $g(x, x') = 2 (z_i - z'_i) f'(a_i) x_j$. By invariance.stop-gradient and invariance.without-stop-gradient "
        "the two gradients are $g(x_t, x_{t-1})$ and $g(x_t, x_{t-1}) + g(x_{t-1}, x_t)$. Exchanging present and past leaves "
        "the distribution as it is, so both terms of the full gradient have the same average.",
        argued=True,
        holds=(
            Equation(
                D(loss_without_stop, W[p, q]),
                one_sample_gradient + exchanged,
                steps,
            ),
        ),
        evidence=(
            Autodiff(losses.invariance_both, one_sample_gradient + exchanged, steps),
            Numbers(independent.reversible_input),
        ),
        assumptions=(r"$(x_t, x_{t-1})$ exchangeable", r"the averages exist"),
        rests_on=("invariance.stop-gradient", "invariance.without-stop-gradient"),
        source="beyond the note",
    ),
    Claim(
        id="invariance.linear",
        title="An asymmetric lagged covariance: no gradient",
        statement=r"For a linear unit on an input with $\mathbb{E}[x_t x_t^\top] = \mathbb{E}[x_{t-1} x_{t-1}^\top] = C$ and "
        r"$C_1 = \mathbb{E}[x_t x_{t-1}^\top]$ the stop-gradient gradient is on average $2 (C - C_1) w$ and the full one "
        r"$4 (C - \frac{1}{2} (C_1 + C_1^\top)) w$: the first is half of the second for every $w$ iff $C_1$ is symmetric. An "
        "asymmetric $C_1$ makes the stop-gradient field rotational, the gradient of no loss.",
        proof=r"The stop-gradient gradient is $2 (w^\top x_t - w^\top x_{t-1}) x_t$, on average $2 (C - C_1) w$. The full one "
        r"is $2 (x_t - x_{t-1})(x_t - x_{t-1})^\top w$, on average $2 (2 C - C_1 - C_1^\top) w$. Twice the first minus the "
        r"second is $2 (C_1^\top - C_1) w$, which is $0$ for every $w$ iff $C_1$ is symmetric. The Jacobian of a gradient is "
        "symmetric; that of the stop-gradient field, $2 (C - C_1)$, is so only where $C_1$ is.",
        argued=True,
        holds=(
            Equation(Mean(D((present - SG(past)) ** 2, w[q]), stationary), stopped_field),
            Equation(Mean(D((present - past) ** 2, w[q]), stationary), full_field),
            Equation(Mean(D((present - past) ** 2, w[q]), unequal), unequal_field),
            Equation(2 * stopped_field - full_field, -2 * Sigma((lagged[q, m] - lagged[m, q]) * w[m], m)),
            Equation(
                D(stopped_field, w[j]) - D(2 * Sigma((C[j, m] - lagged[j, m]) * w[m], m), w[q]),
                -2 * (lagged[q, j] - lagged[j, q]),
            ),
        ),
        fails=(Equation(2 * stopped_field, full_field),),
        evidence=(
            Autodiff(independent.mean_square_step, stopped_field, moments, target="w"),
            Autodiff(independent.mean_square_difference, unequal_field, moments, target="w"),
            Numbers(independent.cycle),
            Counterexample(
                "C, C_1 = np.eye(3) / 3, np.roll(np.eye(3), 1, axis=0) / 3    # x cycles through three unit vectors\n"
                "w = np.array([1.0, 0.0, 0.0])\n"
                "left = 2 * 2 * (C - C_1) @ w                                 # twice the stop-gradient average\n"
                "right = 4 * (C - (C_1 + C_1.T) / 2) @ w                      # the full average"
            ),
        ),
        assumptions=(
            "$f(a) = a$",
            r"$\mathbb{E}[x_t x_t^\top] = \mathbb{E}[x_{t-1} x_{t-1}^\top]$: for $x_{t-1} = x_t/2$ they differ, and the full "
            "gradient is another",
            r"for the field to be rotational: $M \ge 2$",
        ),
        rests_on=("invariance.stop-gradient", "invariance.without-stop-gradient"),
        source="beyond the note",
    ),
)

rules = (
    rule(
        "invariance",
        "Invariance rule: pull the activity towards that of the previous time step.",
        Descent(loss, W[p, q], steps.primitive(z_prev)),
        steps.primitive(z_prev),
        reads,
        arguments=(x, z, z_prev, slope),
        claims=("invariance.stop-gradient", "invariance.stationary"),
        convention=str(Invariance(views="present")),
        degenerate="0 where the two activities agree; NaN in an activity stays in its unit's row.",
        source="note, invariance term; VICReg (arXiv 2105.04906), Eq. 5.",
    ),
)
