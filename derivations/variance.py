"""Variance term (hinge).

Each unit is asked for a standard deviation of at least ``γ``. In the note's one-sample form, ``S_i`` is what the other
samples contribute to the variance; it is held constant, as is the mean:

    L^t = Σ_i max(0, γ − √(α (z_i^t − z̄_i)² + S_i + ε)),        S_i = SG(α Σ_{b≠t} (z_i^b − z̄_i)²)
    −∂L^t/∂W_ij = α H(γ − σ_i) (z_i − z̄_i)/σ_i · f'(a_i) x_j

The note has γ = 1 and ε = 0; VICReg has ε = 1e-4 inside the root.
"""

from sympy import Idx, IndexedBase, S, Symbol, log, sqrt

from derivations.independent import linear as linear_losses
from derivations.independent import losses
from derivations.independent import variance as independent
from derivations.notation import rule
from lvicreg.calculus import SG, At, D, Definitions, Descent, H, Sigma, Symmetric, distinct, relu
from lvicreg.calculus.layer import M, W, alpha, b, epsilon, i, j, m, mean, network, p, q, sigma, slope, t, u, var, x, z
from lvicreg.claims import Claim, Said
from lvicreg.conventions import Variance
from lvicreg.engines import Autodiff, Counterexample, Equation, Numbers, Solver

TITLE = "Variance term (hinge)"
LAYERS = {"layer": network}
gamma = Symbol("gamma", positive=True)

# --- the losses of the note -------------------------------------------------------------------------------
S_i = SG(alpha * Sigma(distinct(t, b) * u[b, i] ** 2, b))
one_sample_loss = Sigma(relu(gamma - sqrt(alpha * u[t, i] ** 2 + S_i + epsilon)), i)
loss = Sigma(relu(gamma - sigma[i]), i)

# --- and its gradient for one sample -------------------------------------------------------------------------------------
one_sample_gradient = -alpha * H(gamma - sigma[p]) * u[t, p] / sigma[p] * slope[t, p] * x[t, q]

# --- what the names stand for --------------------------------------------------------------------------------------------
mean_held = network.holding(mean)
slow = network.primitive(mean, var, alpha)  # long-term statistics, whatever they are
note = {gamma: S.One, epsilon: S.Zero}
either_side = {"N": 12, "M": 4, "B": 3}  # at which tanh gives some units more than the standard deviation 1, and some less

# --- slow filters --------------------------------------------------------------------------------------------------------
step = Symbol("step", positive=True)
slow_loss = Sigma(relu(gamma - sqrt(alpha * u[t, i] ** 2 + SG(var[i] - alpha * u[t, i] ** 2) + epsilon)), i)
previous = IndexedBase("var_prev", positive=True)
filtered = sqrt((1 - alpha) * previous[p] + alpha * u[t, p] ** 2 + epsilon)  # an exponential filter's σ
exponential_loss = Sigma(relu(gamma - sqrt(alpha * u[t, i] ** 2 + SG((1 - alpha) * previous[i]) + epsilon)), i)
share = Symbol("share", positive=True)  # of the sample in a mean that has taken it in
after_the_sample = slow.replace({u[b, i]: (1 - share) * (z[b, i] - mean[i])})
alone = sqrt(alpha * u[t, p] ** 2)  # the root where S_i = 0
alone_loss = Sigma(relu(gamma - sqrt(alpha * u[t, i] ** 2)), i)

# --- collapse: a single linear unit and its mean field, C the covariance of the input -------------------------------------
w, C = IndexedBase("w"), Symmetric("C")
s = Symbol("s")  # the variance of its activity
r = Idx("r", M)
A = IndexedBase("A")
linear = Definitions({s: Sigma(w[j] * C[j, m] * w[m], j, m)})
gram_input = linear.replace({C[j, m]: Sigma(A[i, j] * A[i, m], i)})  # C = AᵀA: any positive semidefinite matrix
open_field = Sigma(C[q, m] * w[m], m) / sqrt(s + epsilon)
field = open_field * H(gamma - sqrt(s + epsilon))
log_field = Sigma(C[q, m] * w[m], m) / (s + epsilon)


# --- the kink ------------------------------------------------------------------------------------------------------------
held = SG(sigma[i])
of_sigma = D(Sigma(sigma[i], i), W[p, q])


claims = (
    Claim(
        id="variance.one-sample",
        title="The hinge rule descends its one-sample loss",
        statement=r"With $\gamma = 1$ and $\varepsilon = 0$ the note's rule descends its one-sample hinge loss exactly: the "
        r"gradient of $[[\sum_i \max(0, \gamma - \sqrt{\alpha (u_i^t)^2 + \mathrm{SG}(\alpha \sum_{b \neq t} (u_i^b)^2) + "
        r"\varepsilon})]]$, the mean held constant, is $[[-\alpha H(\gamma - \sigma_i) \frac{u_i^t}{\sigma_i} f'(a_i^t) "
        "x_j^t]]$.",
        states=(one_sample_loss, one_sample_gradient),
        proof=r"Only the $i$-th term of the sum depends on $W_{ij}$, and $\partial u_i^t/\partial W_{ij} = f'(a_i^t) x_j^t$, "
        r"since the mean is held. What stands under the root adds up to $v_i + \varepsilon = \sigma_i^2$, but only $\alpha "
        r"(u_i^t)^2$ in it is differentiated, so the root has the derivative $\alpha u_i^t f'(a_i^t) x_j^t/\sigma_i$. As "
        r"$\sigma_i \neq \gamma$, the hinge multiplies it by $-H(\gamma - \sigma_i)$.",
        holds=(Equation(D(one_sample_loss, W[p, q]), one_sample_gradient, mean_held.replace(note)),),
        evidence=(
            Autodiff(losses.hinge_one_sample, one_sample_gradient, network, {"gamma": 1.0, "epsilon": 0.0}, either_side),
        ),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq 1$", r"$B \ge 2$"),
        source="note, variance term",
    ),
    Claim(
        id="variance.minibatch",
        title="One-sample hinge gradients sum to the minibatch's",
        statement=r"Summed over a minibatch, the gradient of the one-sample losses is the exact gradient of $[[\sum_i \max(0, "
        r"\gamma - \sigma_i)]]$, here with $\gamma = 1$ and $\varepsilon = 0$, although the mean depends on the weights: its "
        r"contribution cancels because $[[\sum_b z_i^b]] = [[\sum_b \bar{z}_i]]$.",
        states=(loss, Sigma(z[b, i], b), Sigma(mean[i], b)),
        proof=r"The $i$-th term has the derivative $-H(\gamma - \sigma_i)\, \partial\sigma_i/\partial W_{ij}$, with "
        r"$\partial\sigma_i/\partial W_{ij} = \frac{\alpha}{\sigma_i} \sum_b u_i^b (f'(a_i^b) x_j^b - "
        r"\partial\bar{z}_i/\partial W_{ij})$. The mean's derivative is the same in every term of this sum, so it is "
        r"multiplied by $\sum_b u_i^b = \sum_b z_i^b - \sum_b \bar{z}_i = 0$. What is left is the sum over samples of the "
        "one-sample gradients.",
        holds=(
            Equation(D(loss, W[p, q]), Sigma(one_sample_gradient, t), network.replace(note)),
            Equation(Sigma(z[b, i], b), Sigma(mean[i], b), network),
        ),
        evidence=(Autodiff(losses.hinge, Sigma(one_sample_gradient, t), network, {"gamma": 1.0, "epsilon": 0.0}, either_side),),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq 1$", r"$B \ge 2$"),
        source="note, variance term",
    ),
    Claim(
        id="variance.slow-filter",
        title="With slow filters the hinge rule stays exact",
        statement="With a mean and a variance from slow filters the rule descends the same loss exactly, with $S_i = "
        r"\mathrm{SG}(v_i - \alpha (u_i^t)^2)$; an exponential filter's variance is the case $S_i = \mathrm{SG}((1 - \alpha) "
        r"v_i')$ with the variance $v_i'$ before the sample. Only the factor $\alpha$ differs from the minibatch. The mean is "
        r"the one before the sample: if it has already taken in the share $\rho$ of it, $u_i^t = (1 - \rho)(z_i^t - "
        r"\bar{z}_i)$, the exact gradient is $1 - \rho$ times the rule's.",
        proof=r"In both cases the value under the root is $v_i + \varepsilon = \sigma_i^2$: with $S_i = \mathrm{SG}(v_i - "
        r"\alpha (u_i^t)^2)$ by construction, and for an exponential filter because its variance after the sample is $v_i = "
        r"(1 - \alpha) v_i' + \alpha (u_i^t)^2$. Only $\alpha (u_i^t)^2$ is differentiated, so the root has the derivative "
        r"$\frac{\alpha u_i^t}{\sigma_i}\, \partial u_i^t/\partial W_{ij}$, and the hinge multiplies it by $-H(\gamma - "
        r"\sigma_i)$. With a mean from before the sample, $\partial u_i^t/\partial W_{ij} = f'(a_i^t) x_j^t$; with one that "
        r"contains the share $\rho$ of it, $(1 - \rho) f'(a_i^t) x_j^t$.",
        holds=(
            Equation(D(slow_loss, W[p, q]), one_sample_gradient, slow),
            Equation(
                D(exponential_loss, W[p, q]),
                -alpha * H(gamma - filtered) * u[t, p] / filtered * slope[t, p] * x[t, q],
                slow.replace({alpha: 1 / (1 + step)}),
            ),
            Equation(D(slow_loss, W[p, q]), (1 - share) * one_sample_gradient, after_the_sample),
        ),
        fails=(Equation(D(slow_loss, W[p, q]), one_sample_gradient, after_the_sample),),
        evidence=(
            Autodiff(losses.hinge_slow_filter, one_sample_gradient, slow, {"gamma": 0.9, "epsilon": 0.01, "alpha": 0.1}),
        ),
        assumptions=(
            r"$\sigma_i > 0$",
            r"$\sigma_i \neq \gamma$",
            r"mean and variance do not depend on the current weights, but for $\alpha (u_i^t)^2$ and the share $\rho$",
        ),
        source="note, variance term; its definition of S_i is lost",
    ),
    Claim(
        id="variance.slow-filter-alone",
        title="Leaving out the other samples changes the gradient",
        statement=r"With $S_i = 0$, the sample's own contribution alone under the root, the gradient of $[[\sum_i \max(0, "
        r"\gamma - \sqrt{\alpha (u_i^t)^2})]]$ is the rule's $-\alpha \frac{u_i^t}{\sigma_i} f'(a_i^t) x_j^t$ times "
        r"$\sigma_i/(\sqrt{\alpha} |u_i^t|)$, with the gate $H(\gamma - \sqrt{\alpha} |u_i^t|)$ in the place of $H(\gamma - "
        r"\sigma_i)$.",
        states=(alone_loss,),
        said=Said(
            "The rule is the gradient of the loss in which $S_i = 0$.",
            "one reading of the note, whose formula for $S_i$ is lost",
        ),
        proof=r"With the mean given, $\sqrt{\alpha (u_i^t)^2} = \sqrt{\alpha} |u_i^t|$ has the derivative $\frac{\alpha "
        r"u_i^t}{\sqrt{\alpha} |u_i^t|} f'(a_i^t) x_j^t$ where $u_i^t \neq 0$. The hinge multiplies it by $-H(\gamma - "
        r"\sqrt{\alpha} |u_i^t|)$. Multiplied and divided by $\sigma_i$ this is the form stated. The factor "
        r"$\sigma_i/(\sqrt{\alpha} |u_i^t|)$ depends on the sample, so no constant turns it into the rule.",
        holds=(
            Equation(
                D(alone_loss, W[p, q]),
                -alpha * H(gamma - alone) * u[t, p] / sigma[p] * slope[t, p] * x[t, q] * (sigma[p] / alone),
                slow,
            ),
        ),
        fails=(Equation(D(alone_loss, W[p, q]), one_sample_gradient, slow.replace({epsilon: S.Zero})),),
        evidence=(
            Autodiff(
                losses.hinge_alone,
                -alpha * H(gamma - alone) * u[t, p] / alone * slope[t, p] * x[t, q],
                slow,
                {"gamma": 0.2, "alpha": 0.1},
            ),
            Counterexample(
                "alpha, sigma, u = 0.1, 0.5, 0.3          # one linear unit, x = 1, gate open\n"
                "loss = lambda u: max(0, 1 - np.sqrt(alpha * u**2))\n"
                "left = (loss(u + 1e-6) - loss(u - 1e-6)) / 2e-6\n"
                "right = -alpha * u / sigma"
            ),
        ),
        assumptions=(r"$u_i^t \neq 0$", r"$\sqrt{\alpha} |u_i^t| \neq \gamma$", r"$\sigma_i > 0$"),
        rests_on=("variance.slow-filter",),
        source="one reading of the note's lost definition of S_i",
    ),
    Claim(
        id="variance.general-threshold",
        title="The hinge rule holds for every threshold",
        statement=r"With any threshold $\gamma > 0$ and any $\varepsilon \ge 0$ inside the root, $\sigma_i = \sqrt{v_i + "
        r"\varepsilon}$, the expression $[[-\alpha H(\gamma - \sigma_i) \frac{u_i^t}{\sigma_i} f'(a_i^t) x_j^t]]$ is the "
        r"exact gradient of the one-sample loss, the mean held constant, and summed over a minibatch that of $[[\sum_i "
        r"\max(0, \gamma - \sigma_i)]]$.",
        states=(one_sample_gradient, loss),
        proof=r"For one sample only $\alpha (u_i^t)^2$ under the root is differentiated, so $\partial\sigma_i/\partial W_{ij} "
        r"= \alpha u_i^t f'(a_i^t) x_j^t/\sigma_i$. For a minibatch $\partial\sigma_i/\partial W_{ij} = "
        r"\frac{\alpha}{\sigma_i} \sum_b u_i^b (f'(a_i^b) x_j^b - \partial\bar{z}_i/\partial W_{ij})$, in which the mean's "
        r"derivative is multiplied by $\sum_b u_i^b = 0$. In both cases $\max(0, \gamma - \sigma_i)$ multiplies it by "
        r"$-H(\gamma - \sigma_i)$, since $\sigma_i \neq \gamma$. No step uses the values of $\gamma$ and $\varepsilon$.",
        holds=(
            Equation(D(one_sample_loss, W[p, q]), one_sample_gradient, mean_held),
            Equation(D(loss, W[p, q]), Sigma(one_sample_gradient, t), network),
        ),
        evidence=(Autodiff(losses.hinge, Sigma(one_sample_gradient, t), network, {"gamma": 0.8, "epsilon": 0.01}),),
        assumptions=(r"$\sigma_i > 0$", r"$\sigma_i \neq \gamma$", r"$B \ge 2$"),
        source="VICReg, arXiv 2105.04906, Eq. 1 and 2",
    ),
    Claim(
        id="variance.kink",
        title="At its threshold the hinge has a kink",
        statement=r"At $\sigma_i = \gamma$ the loss has the one-sided derivatives $\max(0, -\partial\sigma_i/\partial W)$ "
        r"from above and $-\max(0, \partial\sigma_i/\partial W)$ from below, so none unless $\partial\sigma_i/\partial W = "
        "0$. The choice here is $0$, $H(0) = 0$; autograd's maximum takes half the one-sided slope.",
        proof=r"By the equations the loss has the derivative $-\partial\sigma_i/\partial W$ where the unit is below its "
        r"threshold and $0$ where it is above. At the threshold, a step $h$ of the weight gives $\sigma_i = \gamma + h\, "
        r"\partial\sigma_i/\partial W$ to first order, so that $\max(0, \gamma - \sigma_i)$ is $\max(0, -h\, "
        r"\partial\sigma_i/\partial W)$ to first order. Its quotients by $h$ for $h > 0$ and for $h < 0$ are the two "
        r"one-sided derivatives. They differ by $|\partial\sigma_i/\partial W|$.",
        argued=True,
        holds=(
            Equation(D(Sigma(relu(held + step - sigma[i]), i), W[p, q]), -of_sigma, network),
            Equation(D(Sigma(relu(held - step - sigma[i]), i), W[p, q]), S.Zero, network),
            Equation(D(Sigma(relu(held - sigma[i]), i), W[p, q]), S.Zero, network),
        ),
        fails=(Equation(-of_sigma, S.Zero, network),),
        evidence=(
            Autodiff(
                losses.hinge_below_threshold,
                Sigma(-alpha * u[t, p] / sigma[p] * slope[t, p] * x[t, q], t),
                network,
                {"epsilon": 0.0},
            ),
            Numbers(independent.kink_in_frameworks),
            Solver(independent.kink_is_real),
        ),
        assumptions=(r"$\sigma_i > 0$", r"$B \ge 2$"),
        source="PyTorch's relu has H(0) = 0 too",
    ),
    Claim(
        id="variance.collapse",
        title="Collapse stands still, but small weights grow",
        statement=r"With $\varepsilon > 0$ a unit of constant activity has update $0$, as has a dead one ($f' = 0$ on all "
        r"samples). But at zero weights a linear unit's collapse is unstable: under the mean update, without its $\alpha$, "
        r"small weights grow at the rate $\mu/\sqrt{\varepsilon}$ along an eigenvector of the input covariance with eigenvalue "
        r"$\mu$, for log-variance without decay at $\mu/\varepsilon$. Without $\varepsilon$ the update there is $0/0$.",
        proof="The update of a unit of constant activity has the factor $u_i^t = 0$ in every term, that of a dead unit the "
        r"factor $f'(a_i^t) = 0$, and $\sigma_i \ge \sqrt{\varepsilon} > 0$. For a linear unit with the weights $w$, on an "
        r"input of covariance $C$, the mean update is $C w/\sqrt{w^\top C w + \varepsilon}$ where the gate $H$ is open, $1$, "
        r"and it is open near $w = 0$ since $\sqrt{\varepsilon} < \gamma$. It is $0$ at $w = 0$, and its Jacobian there is "
        r"$C/\sqrt{\varepsilon}$, because the derivative of the denominator is multiplied by $C w = 0$. To first order a step "
        r"of learning rate $\eta$ multiplies weights along an eigenvector with the eigenvalue $\mu$ by $1 + \eta "
        r"\mu/\sqrt{\varepsilon}$; and $C \neq 0$, a covariance, has some $\mu > 0$. For log-variance the denominator is "
        r"$w^\top C w + \varepsilon$, and the Jacobian $C/\varepsilon$. With $\varepsilon = 0$ numerator and denominator are "
        "both $0$ there.",
        argued=True,
        holds=(
            Equation(Sigma(one_sample_gradient, t), S.Zero, network.replace({z[b, i]: mean[i]}).primitive(mean)),
            Equation(Sigma(one_sample_gradient, t), S.Zero, network.replace({slope[b, i]: S.Zero})),
            Equation(-D(relu(gamma - sqrt(s + epsilon)), w[q]), field, gram_input, ({"M": 2, "N": 2}, {"M": 3, "N": 2})),
            Equation(-D(-log(s + epsilon) / 2, w[q]), log_field, gram_input, ({"M": 2, "N": 2}, {"M": 3, "N": 2})),
            Equation(
                Sigma(u[t, p] / sigma[p] ** 2 * slope[t, p] * x[t, q], t),
                0,
                network.replace({z[b, i]: mean[i]}).primitive(mean),
            ),
            Equation(At(D(field, w[r]), w[j], 0), H(gamma - sqrt(epsilon)) * C[q, r] / sqrt(epsilon), linear),
            Equation(At(D(log_field, w[r]), w[j], 0), C[q, r] / epsilon, linear),
        ),
        evidence=(
            Autodiff(linear_losses.hinge_near_collapse, -open_field, gram_input, {"gamma": 50.0}, target="w"),
            Autodiff(linear_losses.log_variance_near_collapse, -log_field, gram_input, target="w"),
            Numbers(independent.collapse_by_autodiff),
        ),
        assumptions=(
            r"$\varepsilon > 0$; for growth, $\sqrt{\varepsilon} < \gamma$ and an input covariance $C \neq 0$",
            "zero-mean input",
            r"$B \ge 2$",
        ),
        source="beyond the note",
    ),
)

rules = (
    rule(
        "variance",
        "Hinge variance rule: push a unit's standard deviation up where it is below γ.",
        Descent(loss, W[p, q], network),
        network,
        arguments=(x, z, slope),
        statistics=(mean, var, alpha),
        options=(gamma, epsilon),
        claims=tuple(f"variance.{name}" for name in ("one-sample", "minibatch", "slow-filter", "general-threshold", "kink")),
        convention=str(Variance(form="hinge")),
        degenerate="with the minibatch's statistics, a unit of constant activity gets 0, up to the rounding of its mean, "
        "if ε > 0, and NaN or rounding errors of any size if ε = 0. NaN in a unit's activity stays in its row.",
        source="note, variance term; VICReg (arXiv 2105.04906), Eq. 1 and 2.",
    ),
)
