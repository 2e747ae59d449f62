"""Independent checks of stability: Jacobians by autograd, discrete runs, and the inequalities by a solver."""

from typing import Any

from . import Formulas, Pairs
from .oja import log_variance_loss, oja_field


def _eigensystem(np, rng):
    """A covariance with a known spectrum, the leading eigenvalue first."""
    spectrum = np.asarray([2.5, 1.2, 0.7, 0.1])
    basis = np.linalg.qr(np.asarray(rng.normal(size=(4, 4))))[0]
    return basis @ np.diag(spectrum) @ basis.T, spectrum, basis


def spectra_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """The eigenvalues of autograd's Jacobians at every fixed point."""
    np = ad.numpy
    covariance, spectrum, basis = _eigensystem(np, rng)
    for rate in (1.0, 0.3):
        hessian = ad.hessian(log_variance_loss(np, covariance, rate))
        for k in range(4):
            along = np.arange(4) == k
            expected = np.where(along, -2 * rate, rate * (spectrum / spectrum[k] - 1))
            yield np.linalg.eigvalsh(-hessian(basis[:, k] / rate**0.5)), np.sort(expected)
            jacobian = ad.jacobian(oja_field(covariance))(basis[:, k])
            yield np.linalg.eigvalsh(jacobian), np.sort(np.where(along, -2 * spectrum[k], spectrum - spectrum[k]))


def steps_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """The spectral radius of autograd's Jacobian of one step is |1 − 2ηλ| or more, and reaches 1 at the limit."""
    np = ad.numpy
    covariance, spectrum, basis = _eigensystem(np, rng)
    for rate in (1.0, 0.3):
        descent = ad.grad(lambda v, rate=rate: -log_variance_loss(np, covariance, rate)(v))
        step = ad.jacobian(lambda v, eta: v + eta * descent(v))(basis[:, 0] / rate**0.5, 1 / rate)  # noqa: B023
        yield np.max(np.abs(np.linalg.eigvalsh(step))), 1.0
        for x in (0.3, 0.9):  # at 0.3 the slowest direction is the second eigenvector's, at 0.9 the radial one
            short = ad.jacobian(lambda v, x=x: v + x / rate * descent(v))(basis[:, 0] / rate**0.5)  # noqa: B023
            slowest = np.maximum(np.abs(1 - 2 * x), 1 - x * (1 - spectrum[1] / spectrum[0]))
            yield np.max(np.abs(np.linalg.eigvalsh(short))), slowest
    oja = ad.jacobian(lambda v: v + oja_field(covariance)(v) / spectrum[0])(basis[:, 0])
    yield np.max(np.abs(np.linalg.eigvalsh(oja))), 1.0
    for scale in (0.01, 100.0):
        weights = np.asarray(rng.normal(size=4))
        yield (
            ad.grad(log_variance_loss(np, scale * covariance, 0.3))(weights),
            ad.grad(log_variance_loss(np, covariance, 0.3))(weights),
        )


def runs_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Descent with autograd's gradient from starts of three sizes, 1e-4, 1 and 1e4, ends at v_1/√λ."""
    np = ad.numpy
    covariance, _, basis = _eigensystem(np, rng)
    rate = 1.7
    descent = ad.grad(lambda rows: np.sum(np.log(np.sum(rows @ covariance * rows, axis=1))) / 2 - rate / 2 * np.sum(rows**2))
    x, size = (values.reshape(-1, 1) for values in np.meshgrid(np.asarray([0.1, 0.5, 0.9]), np.asarray([1e-4, 1.0, 1e4])))
    starts = size * rng.normal(size=(9, 4))  # nine runs, one a row
    ends = starts
    for _ in range(700):
        ends = ends + x / rate * descent(ends)
    yield ends, np.sign(starts @ basis[:, :1]) * basis[:, 0] / rate**0.5


def epsilon_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """With ε: autograd's gradient is 0 at the radius, its Jacobian has the spectrum, and the origin's decides what attracts."""
    np = ad.numpy
    covariance, spectrum, basis = _eigensystem(np, rng)
    rate, epsilon = 0.5, 0.9
    loss = lambda v: -np.log(v @ covariance @ v + epsilon) / 2 + rate / 2 * np.sum(v**2)  # noqa: E731
    for k in (0, 1, 2):
        point = basis[:, k] * (1 / rate - epsilon / spectrum[k]) ** 0.5
        yield 1 + ad.grad(loss)(point), np.ones(4)
        radial = -2 * rate * (1 - rate * epsilon / spectrum[k])
        expected = np.where(np.arange(4) == k, radial, rate * (spectrum / spectrum[k] - 1))
        yield np.linalg.eigvalsh(-ad.hessian(loss)(point)), np.sort(expected)
    yield np.linalg.eigvalsh(-ad.hessian(loss)(np.zeros(4))), np.sort(spectrum / epsilon - rate)
    critical = spectrum[0] / rate  # the equality μ_1 = λε
    still = lambda v: -np.log(v @ covariance @ v + critical) / 2 + rate / 2 * np.sum(v**2)  # noqa: E731
    v = 0.3 * basis[:, 0]
    yield -2 * v @ ad.grad(still)(v), -2 * rate**2 * 0.3**4 / (1 + rate * 0.3**2)


def stability_by_solver(z3: Any) -> Formulas:
    """Every eigenvalue at the k-th fixed point is negative iff μ_k is the largest, strictly, at two and three inputs."""
    rate, mu, other, third, ratio, ratio3 = z3.Reals("rate mu other third ratio ratio3")
    given = z3.And(rate > 0, mu > 0, ratio * mu == other, ratio3 * mu == third)
    along, oja_along = -2 * rate, -2 * mu
    across, oja_across = (lambda ratio: rate * (ratio - 1)), (lambda value: value - mu)
    negative = lambda *values: z3.And(*(value < 0 for value in values))  # noqa: E731
    valid = {
        "n = 2": z3.Implies(given, negative(along, across(ratio)) == (mu > other)),
        "n = 3": z3.Implies(given, negative(along, across(ratio), across(ratio3)) == z3.And(mu > other, mu > third)),
        "positive": z3.Implies(given, (across(ratio) > 0) == (other > mu)),
        "Oja's are in proportion": z3.Implies(
            given, z3.And(along * mu == rate * oja_along, across(ratio) * mu == rate * oja_across(other))
        ),
    }
    return valid, {
        "as fast as e^(−2t), whatever λ": z3.Implies(given, along <= -2),
        "Oja as fast as e^(−2t), whatever μ": z3.Implies(given, oja_along <= -2),
    }


def step_size_by_solver(z3: Any) -> Formulas:
    """Both multipliers lie between −1 and 1 iff x < 1, with x = ηλ, for Oja x = ημ_1; the one across is that of μ_j = ρ μ_1."""
    x, ratio = z3.Reals("x ratio")
    along, across = 1 - 2 * x, 1 + x * (ratio - 1)
    inside = lambda value: z3.And(-1 < value, value < 1)  # noqa: E731
    given = z3.And(x > 0, ratio >= 0, ratio < 1)
    valid = {
        "stable iff x < 1": z3.Implies(given, z3.And(inside(along), inside(across)) == (x < 1)),
        "across never binds": z3.Implies(given, 1 - x <= across),
    }
    return valid, {
        "a shared first place is stable": z3.Implies(z3.And(x < 1, ratio == 1), inside(across)),
        "no step is small enough": z3.Implies(given, z3.Not(inside(along))),
        "the kernel binds less": z3.Implies(given, 1 - x < across),
    }


def global_by_solver(z3: Any) -> Formulas:
    """The inequalities of global convergence, for one component at a time.

    ``x = ηλ``; a gain is ``ημ/σ²``; ``c`` and ``after`` are ``√λ‖w‖`` before and after a step on the line through ``v_1``.
    """
    x, gain, least, ratio, c, after, value = z3.Reals("x gain least ratio c after value")
    multiplier = lambda gain: 1 - x + gain  # noqa: E731
    alive = gain > 0  # the gain of μ_1, and μ_k = ρ μ_1
    given = z3.And(alive, ratio >= 0, ratio < 1)
    slow, fast = multiplier(ratio * gain), multiplier(gain)
    positive = slow > 0
    falls = slow * multiplier(least) <= multiplier(ratio * least) * fast
    line = z3.And(c > 0, c * after == (1 - x) * c * c + x)
    between = z3.And((after - c) * (1 - c) > 0, (after * c - 1) * (1 - c) < 0)
    valid = {
        "multipliers": z3.Implies(z3.And(given, x < 1), positive),
        "the leading one is the largest": z3.Implies(alive, (slow < fast) == (ratio < 1)),
        "σ'² ≥ 4η(1 − ηλ)μ": fast * fast >= 4 * (1 - x) * gain,  # σ'/σ is at least fast, with μ in the place of μ_1
        "ratio bounded below 1": z3.Implies(z3.And(given, x < 1), falls == (least <= gain)),
        "‖Cw‖² ≥ μσ²": (value * value >= value) == z3.Or(value <= 0, value >= 1),  # μ_k over the least positive μ
        "inwards": z3.Implies(line, between == z3.And(x > 0, x < 1, c != 1)),
    }
    return valid, {
        "multipliers for x = 1 too": z3.Implies(z3.And(given, x == 1), positive),
        "more than the decay leaves": z3.Implies(given, slow > 1 - x),
        "the leading component always grows": z3.Implies(z3.And(given, x < 1), fast > 1),
        "always shorter": z3.Implies(z3.And(line, between), after < c),
    }


def epsilon_by_solver(z3: Any) -> Formulas:
    """The flow with ε falls along v_k iff ‖w‖² is above the fixed point's, and elsewhere faster; the limits of the step.

    In units in which ``λ = μ_k = 1``: ``norm`` and ``variance`` are ``‖w‖²`` and ``σ²``. So the fixed point exists iff
    ``ε < 1``, and the origin attracts iff ``ε ≥ 1`` for ``μ_1``, then from everywhere.
    """
    eps, norm, variance, x, ratio = z3.Reals("epsilon norm variance x ratio")
    gain, elsewhere = z3.Reals("gain elsewhere")  # σ²/(σ² + ε), along v_k and not
    growth = lambda gain: gain - norm  # noqa: E731  # half the rate of the norm
    given = z3.And(eps > 0, norm > 0, gain * (norm + eps) == norm)
    anywhere = z3.And(given, variance >= 0, elsewhere * (variance + eps) == variance)
    inside = lambda value: z3.And(-1 < value, value < 1)  # noqa: E731
    radial, across = 1 - 2 * x * (1 - eps), 1 + x * (ratio - 1)
    first, second = x * (1 - eps), x * (1 - ratio)
    valid = {
        "it stands still": z3.Implies(given, (growth(gain) == 0) == (norm == 1 - eps)),
        "it falls": z3.Implies(given, (growth(gain) < 0) == (norm > 1 - eps)),
        "elsewhere it falls faster": z3.Implies(anywhere, (growth(elsewhere) <= growth(gain)) == (variance <= norm)),
        "the limits of the step": z3.And(inside(radial), inside(across))
        == z3.And(0 < first, first < 1, 0 < second, second < 2),
    }
    return valid, {
        "it always falls": z3.Implies(given, growth(gain) < 0),
        "never as fast as by the decay alone": z3.Implies(anywhere, growth(elsewhere) > -norm),
        "the radial limit suffices": z3.Implies(z3.And(inside(radial), ratio >= 0, ratio < 1, eps > 0), inside(across)),
    }
