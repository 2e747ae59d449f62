"""The seeded errors that change nothing: what is broken, how, and why it says the same mathematics."""

from __future__ import annotations

# fmt: off
_REASONS: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {
    "ε is 0 here": {
        ("variance.one-sample", "left of equation 1"): (
            "epsilon: sqrt(alpha*u[t, i]**2 + eps … [b, i]**2, b))) -> epsilon + sqrt(alpha*u[t, i … [b, i]**2, b)))",
            "epsilon: sqrt(alpha*u[t, i]**2 + eps … [b, i]**2, b))) -> sqrt(alpha*u[t, i]**2 + Sto … [b, i]**2, b)))",
            "sign: epsilon -> -epsilon", "factor: epsilon -> 2*epsilon"),
    },
    "the filter's past does not depend on the current weights": {
        ("variance.slow-filter", "left of equation 2"): (
            "stop-gradient: StopGradient((1 - alpha)*var_prev[i]) -> (1 - alpha)*var_prev[i]",),
    },
    "the previous activity does not depend on the present one": {
        ("activity.invariance", "left of equation 1"): ("stop-gradient: StopGradient(z_prev[t, i]) -> z_prev[t, i]",),
        ("activity.invariance", "right of equation 3"): ("stop-gradient: StopGradient(z_prev[t, i]) -> z_prev[t, i]",),
    },
    "the argument stays positive": {
        ("variance.kink", "left of equation 1"): ("factor: step -> 2*step",
            "factor: StopGradient(sigma[i]) -> 2*StopGradient(sigma[i])"),
    },
    "0 wherever the argument is held constant, or never positive": {
        ("variance.kink", "left of equation 2"): ("sign: StopGradient(sigma[i]) -> -StopGradient(sigma[i])",
            "factor: -step -> -2*step", "factor: -sigma[i] -> -2*sigma[i]", "dropped term: -step", "dropped term: -sigma[i]",
            "dropped term: StopGradient(sigma[i])", "dropped factor: step", "dropped factor: sigma[i]",
            "stop-gradient: StopGradient(sigma[i]) -> sigma[i]"),
        ("variance.kink", "left of equation 3"): (
            "sign: StopGradient(sigma[i]) - sigma[i] -> -StopGradient(sigma[i]) + sigma[i]",
            "sign: StopGradient(sigma[i]) -> -StopGradient(sigma[i])", "factor: -sigma[i] -> -2*sigma[i]",
            "dropped term: -sigma[i]", "dropped term: StopGradient(sigma[i])", "dropped factor: sigma[i]",
            "stop-gradient: StopGradient(sigma[i]) -> sigma[i]"),
    },
    "the update is 0, since u or f' is, whatever else it is made of": {
        ("variance.collapse", "left of equation 1"): ("dropped factor: alpha", "dropped factor: 1/sigma[p]",
            "dropped factor: H(gamma - sigma[p])", "dropped factor: df[t, p]", "dropped factor: x[t, q]", "factor: -1 -> -2",
            "exponent: 1/sigma[p] -> sigma[p]**(-2)", "sign: gamma - sigma[p] -> -gamma + sigma[p]", "sign: gamma -> -gamma",
            "factor: gamma -> 2*gamma", "factor: -sigma[p] -> -2*sigma[p]", "dropped factor: sigma[p]"),
        ("variance.collapse", "left of equation 2"): ("dropped factor: alpha", "dropped factor: 1/sigma[p]",
            "dropped factor: H(gamma - sigma[p])", "dropped factor: u[t, p]", "dropped factor: x[t, q]", "factor: -1 -> -2",
            "exponent: 1/sigma[p] -> sigma[p]**(-2)", "sign: gamma - sigma[p] -> -gamma + sigma[p]", "sign: gamma -> -gamma",
            "factor: gamma -> 2*gamma", "factor: -sigma[p] -> -2*sigma[p]", "dropped factor: sigma[p]"),
        ("variance.collapse", "left of equation 5"): ("dropped factor: sigma[p]**(-2)", "dropped factor: df[t, p]",
            "dropped factor: x[t, q]", "exponent: sigma[p]**(-2) -> sigma[p]**(-3)"),
    },
    "at w = 0 the variance and its derivative are 0": {
        ("variance.collapse", "left of equation 6"): ("epsilon: 1/sqrt(epsilon + s) -> 1/(sqrt(epsilon) + s)",
            "epsilon: 1/sqrt(epsilon + s) -> 1/sqrt(epsilon)", "sign: s -> -s", "factor: s -> 2*s",
            "epsilon: sqrt(epsilon + s) -> sqrt(epsilon) + s", "epsilon: sqrt(epsilon + s) -> sqrt(epsilon)",
            "sign: s -> -s (2)", "factor: s -> 2*s (2)"),
        ("variance.collapse", "left of equation 7"): ("sign: s -> -s", "factor: s -> 2*s", "dropped term: s"),
    },
    "a step does not see a positive factor of its argument": {
        ("log-variance.scale-invariance", "left of equation 1"): ("factor: -1 -> -2 (3)", "dropped factor: s (6)",
            "dropped factor: s (7)"),
        ("log-variance.scale-invariance", "right of equation 1"): ("factor: -1 -> -2 (3)",),
    },
    "max(0, a) and max(0, −a) are never both positive: the square does not see their relative sign": {
        ("log-variance.scale-invariance", "left of equation 2"): (
            "sign: c_right*relu(Sigma(s*W[p, j … aled[t, j], j)) -> -c_right*relu(Sigma(s*W[p,  … aled[t, j], j))",
            "sign: -c_left*relu(-Sigma(s*W[p,  … aled[t, j], j)) -> c_left*relu(-Sigma(s*W[p, j … aled[t, j], j))"),
        ("log-variance.scale-invariance", "right of equation 2"): (
            "sign: c_right*relu(Sigma(W[p, j]* … aled[t, j], j)) -> -c_right*relu(Sigma(W[p, j] … aled[t, j], j)) (2)",
            "sign: -c_left*relu(-Sigma(W[p, j] … aled[t, j], j)) -> c_left*relu(-Sigma(W[p, j]* … aled[t, j], j)) (2)"),
    },
    "every mean of an odd power is 0": {
        ("oja.mean-field-batch", "left of equation 1"): ("dropped factor: y", "dropped factor: xi[q] - y*Cw[q]/s"),
    },
    "the reflected C is symmetric": {
        ("oja.rotation", "left of equation 1"): ("index: reflected_C[q, m] -> reflected_C[m, q]",),
        ("oja.rotation", "left of equation 2"): ("index: reflected_C[q, m] -> reflected_C[m, q]",),
    },
    "no part of it depends on α": {
        ("oja.minibatch-normalisation", "left of equation 2"): ("sign: -decay*w[q] -> decay*w[q]",
            "sign: averaging*Sigma(Y[b]*x[b, q], b)/batch_s -> -averaging*Sigma(Y[b]*x[b, q], b)/batch_s",
            "factor: -decay*w[q] -> -2*decay*w[q]",
            "factor: averaging*Sigma(Y[b]*x[b, q], b)/batch_s -> 2*averaging*Sigma(Y[b]*x[b, q], b)/batch_s",
            "dropped term: -decay*w[q]", "dropped term: averaging*Sigma(Y[b]*x[b, q], b)/batch_s", "dropped factor: decay",
            "dropped factor: w[q]", "dropped factor: Sigma(Y[b]*x[b, q], b)", "dropped factor: Y[b]",
            "dropped factor: x[b, q]"),
    },
    "a constant has no derivative": {
        ("oja.norm-law", "left of equation 3"): ("sign: 1/decay -> -1/decay", "factor: 1/decay -> 2/decay",
            "dropped term: 1/decay", "exponent: 1/decay -> decay**(-2)"),
    },
    "at shrink = 1": {
        ("oja.norm-law", "left of equation 4"): ("dropped factor: shrink",),
    },
    "∂w_q/∂g_l is 0 for l ≠ q": {
        ("oja.closed-form", "left of equation 1"): ("index: Cg[l] -> Cg[q]",),
    },
    "‖g‖² does not depend on T, nor e^{2λt}/λ on g: this term is 0": {
        ("oja.closed-form", "left of equation 2"): ("sign: -T*decay*D(Sigma(g[j]**2, j), T) -> T*decay*D(Sigma(g[j]**2, j), T)",
            "factor: -T*decay*D(Sigma(g[j]**2, j), T) -> -2*T*decay*D(Sigma(g[j]**2, j), T)",
            "dropped term: -T*decay*D(Sigma(g[j]**2, j), T)", "dropped factor: T", "dropped factor: decay",
            "exponent: g[j]**2 -> g[j]**3"),
        ("oja.closed-form", "right of equation 2"): (
            "sign: Sigma(D(1/(T**2*decay), g[l])*Cg[l]/s, l) -> -Sigma(D(1/(T**2*decay), g[l])*Cg[l]/s, l)",
            "factor: Sigma(D(1/(T**2*decay), g[l])*Cg[l]/s, l) -> 2*Sigma(D(1/(T**2*decay), g[l])*Cg[l]/s, l)",
            "dropped term: Sigma(D(1/(T**2*decay), g[l])*Cg[l]/s, l)", "dropped factor: 1/s", "dropped factor: Cg[l]",
            "exponent: 1/s -> s**(-2)", "dropped factor: T**(-2) (2)", "dropped factor: 1/decay (2)",
            "exponent: T**(-2) -> T**(-3) (2)", "exponent: 1/decay -> decay**(-2) (2)"),
    },
    "times a delta: where it is not 0, the two indices are equal": {
        ("oja.lyapunov", "right of equation 5"): ("index: C[k, r] -> C[q, r]", "index: C[k, q] -> C[q, r]"),
        ("oja.stability", "right of equation 5"): ("index: mu[q] -> mu[r]", "index: Delta(k, q) -> Delta(k, r)"),
        ("oja.stability", "right of equation 6"): ("index: Delta(k, q) -> Delta(k, r)", "index: mu[k] -> mu[q] (2)",
            "index: mu[k] -> mu[r] (2)", "index: mu[q] -> mu[r]"),
        ("oja.stability", "right of equation 7"): ("index: mu[k] -> mu[q] (3)",),
        ("oja.step-size", "right of equation 1"): ("index: mu[q] -> mu[r]", "index: Delta(k, q) -> Delta(k, r)"),
        ("oja.step-size", "right of equation 2"): ("index: Delta(k, q) -> Delta(k, r)", "index: mu[k] -> mu[q] (2)",
            "index: mu[k] -> mu[r] (2)", "index: mu[q] -> mu[r]"),
        ("oja.epsilon", "right of equation 4"): ("index: mu[q] -> mu[r]", "index: mu[k] -> mu[q]", "index: mu[k] -> mu[r] (2)",
            "index: Delta(k, q) -> Delta(k, r)", "index: mu[k] -> mu[q] (2)", "index: mu[k] -> mu[r] (3)"),
        ("oja.many-units-threshold", "right of equation 5"): ("index: mu[p] -> mu[s]", "index: mu[r] -> mu[u]",
            "index: Delta(p, r) -> Delta(r, s)", "index: Delta(p, r) -> Delta(p, u)", "index: mu[r] -> mu[u] (2)",
            "index: Delta(p, r) -> Delta(r, s) (2)", "index: Delta(p, r) -> Delta(p, u) (2)",
            "index: Delta(p, s) -> Delta(s, u) (2)", "index: Delta(p, s) -> Delta(p, r) (2)", "index: mu[p] -> mu[u] (2)",
            "index: mu[r] -> mu[s] (3)"),
        ("oja.many-units-threshold", "right of equation 7"): ("index: mu[p] -> mu[s]", "index: nu[e] -> nu[o]"),
        ("oja.many-units-identical", "right of equation 1"): ("index: mu[h] -> mu[r]",),
        ("oja.many-units-identical", "right of equation 4"): ("index: mu[h] -> mu[r]", "index: mu[h] -> mu[u]",
            "index: Delta(h, r) -> Delta(h, u)", "index: mu[r] -> mu[u]", "index: Delta(h, r) -> Delta(h, u) (2)",
            "index: mu[r] -> mu[u] (2)"),
        ("oja.many-units-identical", "right of equation 6"): ("index: nu[e] -> nu[o]", "index: nu[e] -> nu[o] (2)"),
    },
    "∂w_k/∂w_l is 0 for l ≠ k": {
        ("oja.convergence", "left of equation 3"): ("index: F[l] -> F[k]",),
        ("oja.convergence", "left of equation 4"): ("index: O[l] -> O[k]",),
    },
    "every entry is 0, at every one of these points": {
        ("oja.stability", "left of equation 3"): ("index: F[q] -> F[k]", "index: Delta(_0, k) -> Delta(_0, q)"),
        ("oja.stability", "left of equation 4"): ("index: O[q] -> O[k]", "index: Delta(_0, k) -> Delta(_0, q)"),
    },
    "every entry is 0 there": {
        ("oja.epsilon", "left of equation 3"): ("index: F[q] -> F[k]",),
        ("oja.many-units-threshold", "left of equation 3"): ("index: slope_W[p, r] -> slope_W[r, r]",
            "index: slope_W[p, r] -> slope_W[p, p]", "index: slope_W[p, r] -> slope_W[r, p]"),
    },
    "entries other than the k-th are 0 whatever ε is": {
        ("oja.epsilon", "left of equation 3"): ("index: mu[k] -> mu[q]",),
    },
    "this side has no w in it": {
        ("oja.epsilon", "right of equation 4"): ("dropped factor: radius", "dropped factor: Delta(_0, k)",
            "index: Delta(_0, k) -> Delta(k, q)", "index: Delta(_0, k) -> Delta(k, r)", "index: Delta(_0, k) -> Delta(_0, q)",
            "index: Delta(_0, k) -> Delta(_0, r)"),
    },
    "what does not depend on W has no derivative with respect to it": {
        ("oja.many-units-threshold", "left of equation 1"): ("sign: Sigma(V[i, e]**2, e) -> -Sigma(V[i, e]**2, e)",
            "factor: Sigma(V[i, e]**2, e) -> 2*Sigma(V[i, e]**2, e)", "dropped term: Sigma(V[i, e]**2, e)",
            "exponent: V[i, e]**2 -> V[i, e]**3"),
    },
    "summed over both indices": {
        ("oja.many-units-threshold", "left of equation 1"): ("index: W[i, k] -> W[k, i]",),
    },
    "what does not depend on V has no derivative with respect to it": {
        ("oja.many-units-threshold", "left of equation 2"): ("sign: Sigma(W[i, k]**2, k) -> -Sigma(W[i, k]**2, k)",
            "factor: Sigma(W[i, k]**2, k) -> 2*Sigma(W[i, k]**2, k)", "dropped term: Sigma(W[i, k]**2, k)",
            "exponent: W[i, k]**2 -> W[i, k]**3", "index: W[i, k] -> W[k, k]", "index: W[i, k] -> W[i, i]",
            "index: W[i, k] -> W[k, i]"),
    },
    "0 where V is 0, whatever W is": {
        ("oja.many-units-threshold", "left of equation 4"): ("dropped factor: 1/sqrt(decay)", "dropped factor: Delta(_0, _1)",
            "exponent: 1/sqrt(decay) -> 1/decay", "index: Delta(_0, _1) -> Delta(_1, p)",
            "index: Delta(_0, _1) -> Delta(_0, p)"),
        ("oja.many-units-threshold", "left of equation 6"): ("dropped factor: 1/sqrt(decay)", "dropped factor: Delta(_0, _1)",
            "exponent: 1/sqrt(decay) -> 1/decay", "index: Delta(_0, _1) -> Delta(_1, p)",
            "index: Delta(_0, _1) -> Delta(_1, r)", "index: Delta(_0, _1) -> Delta(_1, s)",
            "index: Delta(_0, _1) -> Delta(_0, p)"),
    },
    "0 where V is 0, in every entry": {
        ("oja.many-units-threshold", "left of equation 6"): ("index: slope_W[p, r] -> slope_W[r, r]",
            "index: slope_W[p, r] -> slope_W[p, p]", "index: slope_W[p, r] -> slope_W[r, p]"),
    },
    "0 where V is 0; only the exact engine meets the units that are left without weights": {
        ("oja.many-units-threshold", "left of equation 6"): ("index: Delta(_0, _1) -> Delta(_0, r)",
            "index: Delta(_0, _1) -> Delta(_0, s)"),
        ("oja.many-units-identical", "left of equation 3"): ("index: Delta(_0, h) -> Delta(_1, h)",
            "index: Delta(_0, h) -> Delta(h, p)"),
        ("oja.many-units-identical", "left of equation 5"): ("index: Delta(_0, h) -> Delta(_1, h)",
            "index: Delta(_0, h) -> Delta(h, p)", "index: Delta(_0, h) -> Delta(h, r)", "index: Delta(_0, h) -> Delta(h, s)"),
    },
    "all units are alike": {
        ("oja.many-units-identical", "left of equation 1"): ("index: slope_W[p, r] -> slope_W[h, r]",
            "index: slope_W[p, r] -> slope_W[r, r]"),
        ("covariance.third-factor-rotation", "left of equation 5"): ("index: CW[k, q] -> CW[p, q]",
            "index: KK[p, k] -> KK[k, k]", "index: KK[p, k] -> KK[p, p]", "index: KK[p, k] -> KK[k, p]",
            "index: KK[i, i] -> KK[p, i]", "index: KK[i, i] -> KK[i, p]"),
    },
    "0 where V is 0, whatever W is, and in every entry": {
        ("oja.many-units-identical", "left of equation 3"): ("index: slope_V[p, o] -> slope_V[h, o]",
            "dropped factor: sqrt(size)", "dropped factor: Delta(_0, h)", "exponent: sqrt(size) -> size",
            "index: Delta(_0, h) -> Delta(_1, _0)", "index: Delta(_0, h) -> Delta(_0, p)"),
        ("oja.many-units-identical", "left of equation 5"): ("index: slope_W[p, r] -> slope_W[h, r]",
            "index: slope_W[p, r] -> slope_W[r, r]", "index: slope_W[p, r] -> slope_W[p, h]",
            "index: slope_W[p, r] -> slope_W[p, p]", "index: slope_W[p, r] -> slope_W[r, p]", "dropped factor: sqrt(size)",
            "dropped factor: Delta(_0, h)", "exponent: sqrt(size) -> size", "index: Delta(_0, h) -> Delta(_1, _0)",
            "index: Delta(_0, h) -> Delta(_0, p)", "index: Delta(_0, h) -> Delta(_0, r)",
            "index: Delta(_0, h) -> Delta(_0, s)"),
    },
    "for B = 2 every odd power of u sums to 0, whatever even factor stands beside it": {
        ("covariance.one-sample-mean", "left of equation 2"): ("dropped factor: beta", "dropped factor: 1/B",
            "dropped factor: Sigma(df[b, p]*x[b, q], b)", "factor: -4 -> -8", "exponent: 1/B -> B**(-2)", "size: B -> B - 1",
            "dropped factor: df[b, p]", "dropped factor: x[b, q]", "dropped factor: u[c, k]**2",
            "dropped factor: 1 - Delta(k, p)", "index: u[c, k] -> u[c, p]", "sign: 1 -> -1",
            "sign: -Delta(k, p) -> Delta(k, p)", "factor: 1 -> 2", "factor: -Delta(k, p) -> -2*Delta(k, p)", "dropped term: 1",
            "dropped factor: Delta(k, p)", "index: u[c, p] -> u[c, k]"),
    },
    "the covariance is symmetric": {
        ("what fails in covariance.one-sample-bias", "right of equation 1"): ("index: linear_K[i, k] -> linear_K[k, i]",),
        ("what fails in covariance.one-sample-bias", "right of equation 2"): ("index: linear_K[i, k] -> linear_K[k, i]",),
        ("covariance.one-sample-bias", "right of equation 2"): ("index: linear_K[i, k] -> linear_K[k, i]",),
        ("covariance.third-factor-rotation", "left of equation 4"): ("index: KK[i, k] -> KK[k, i]",),
        ("covariance.third-factor-rotation", "right of equation 4"): ("index: KK[p, k] -> KK[k, p]",),
    },
    "all units have the same variance": {
        ("covariance.third-factor", "right of equation 3"): ("index: v[k] -> v[p]",),
    },
    "any power of the norm is invariant": {
        ("covariance.third-factor-rotation", "left of equation 1"): ("exponent: Sigma(v[i]**2, i)**2 -> Sigma(v[i]**2, i)**3",),
    },
    "no rotation at all leaves everything as it is": {
        ("covariance.third-factor-rotation", "left of equation 1"): ("index: g[k, l] -> g[l, k]",),
    },
    "λ_inv is 1 here": {
        ("total.sum", "right of equation 3"): ("dropped factor: lambda_inv",),
    },
    "for every α for which the root is defined": {
        ("definition alpha = 1/(step + 1)", ""): ("exponent: 1/(step + 1) -> (step + 1)**(-2)",
            "factor: 1 -> 2", "factor: step -> 2*step", "dropped term: step"),
    },
    "a mean that is given is any number": {
        ("definition u[b, i] = (1 - share)*(-mean[i] + z[b, i])", ""): ("sign: -mean[i] -> mean[i]",
            "factor: -mean[i] -> -2*mean[i]", "dropped term: -mean[i]", "dropped factor: mean[i]"),
    },
    "the mean of the residual is 0, whatever it is multiplied by": {
        ("definition X[b, j] = residual[b, j] + Cw[j]*Y[b]/s", ""): ("sign: residual[b, j] -> -residual[b, j]",
            "factor: residual[b, j] -> 2*residual[b, j]", "dropped term: residual[b, j]"),
        ("definition U[b] = Y[b] - Sigma(Y[b], b)/B", ""): ("dropped term: -Sigma(Y[b], b)/B",),
    },
    "even in it": {
        ("definition w[j] = T*g[j]", ""): ("sign: of the whole",),
        ("definition w[i, j] = q[i, j]/sqrt(mu[j])", ""): ("sign: of the whole",),
        ("definition y[i] = Sigma(W[i, j]*xi[j], j)", ""): ("sign: of the whole",),
    },
    "for every symmetric matrix in the place of C": {
        ("definition CW[i, j] = Sigma(C[j, m]*W[i, m], m)", ""): ("sign: of the whole", "factor: 2 before the whole",
            "dropped factor: C[j, m]", "index: W[i, m] -> W[i, j]"),
    },
    "the gradient of a logarithm does not see the divisor of the variance where ε is 0": {
        ("conventions.lpl-published", "left of equation 2"): ("dropped factor: 1/(B - 1)",
            "exponent: 1/(B - 1) -> (B - 1)**(-2)", "size: B - 1 -> B", "sign: -1 -> 1",
            "sign: B -> -B", "factor: -1 -> -2 (2)", "factor: B -> 2*B", "dropped term: B"),
        ("conventions.lpl-erratum", "left of equation 2"): ("dropped factor: 1/(B - 1)",
            "exponent: 1/(B - 1) -> (B - 1)**(-2)", "size: B - 1 -> B", "sign: -1 -> 1",
            "sign: B -> -B", "factor: -1 -> -2 (2)", "factor: B -> 2*B", "dropped term: B"),
    },
    "the mean is neutral in the log-variance and in the exact covariance, which are all that it is used for": {
        ("definition v_prev[b, i] = -StopGradient(mean_prev[i]) + z_prev[b, i]", ""): (
            "stop-gradient: StopGradient(mean_prev[i]) -> mean_prev[i]",),
    },
    "even in it wherever it is used": {
        ("definition v[b, i] = -StopGradient(mean[i]) + z[b, i]", ""): ("sign: of the whole",),
        ("definition v_prev[b, i] = -StopGradient(mean_prev[i]) + z_prev[b, i]", ""): ("sign: of the whole",),
    },
    "for two samples, of which alone the equation speaks, B − 1 and α are 1": {
        ("conventions.same-shape", "left of equation 7"): ("dropped factor: alpha**2", "exponent: alpha**2 -> alpha**3"),
        ("published-error.loss", "left of equation 3"): ("dropped factor: 1/(B - 1)",
            "exponent: 1/(B - 1) -> (B - 1)**(-2)"),
        ("published-error.loss", "right of equation 3"): ("dropped factor: (B - 1)**(-2)",
            "exponent: (B - 1)**(-2) -> (B - 1)**(-3)"),
    },
}
# fmt: on

SYMBOLIC: dict[tuple[str, str], str] = {
    (where, f"{change} ({place})" if place else change): reason
    for reason, places in _REASONS.items()
    for (where, place), changes in places.items()
    for change in changes
}
"""By claim or definition, and change."""
