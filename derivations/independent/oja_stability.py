"""Independent checks of stability: Jacobians by JAX, discrete runs, and the inequalities by a solver."""

from typing import Any

from . import Formulas, Pairs
from .oja import log_variance_loss, oja_field


def _eigensystem(np, rng):
    """A covariance with a known spectrum, the leading eigenvalue first."""
    spectrum = np.asarray([2.5, 1.2, 0.7, 0.1])
    basis = np.linalg.qr(np.asarray(rng.normal(size=(4, 4))))[0]
    return basis @ np.diag(spectrum) @ basis.T, spectrum, basis


def spectra_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """The eigenvalues of JAX's Jacobians at every fixed point."""
    np = jax.numpy
    covariance, spectrum, basis = _eigensystem(np, rng)
    for rate in (1.0, 0.3):
        hessian = jax.hessian(log_variance_loss(np, covariance, rate))
        for k in range(4):
            along = np.arange(4) == k
            expected = np.where(along, -2 * rate, rate * (spectrum / spectrum[k] - 1))
            yield np.linalg.eigvalsh(-hessian(basis[:, k] / rate**0.5)), np.sort(expected)
            jacobian = jax.jacobian(oja_field(covariance))(basis[:, k])
            yield np.linalg.eigvalsh(jacobian), np.sort(np.where(along, -2 * spectrum[k], spectrum - spectrum[k]))


def steps_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """The spectral radius of JAX's Jacobian of one step is |1 − 2ηλ| or more, and reaches 1 at the limit."""
    np = jax.numpy
    covariance, spectrum, basis = _eigensystem(np, rng)
    for rate in (1.0, 0.3):
        descent = jax.grad(lambda v, rate=rate: -log_variance_loss(np, covariance, rate)(v))
        step = jax.jacobian(lambda v, eta: v + eta * descent(v))(basis[:, 0] / rate**0.5, 1 / rate)  # noqa: B023
        yield np.max(np.abs(np.linalg.eigvalsh(step))), 1.0
        for x in (0.3, 0.9):  # at 0.3 the slowest direction is the second eigenvector's, at 0.9 the radial one
            short = jax.jacobian(lambda v, x=x: v + x / rate * descent(v))(basis[:, 0] / rate**0.5)  # noqa: B023
            slowest = np.maximum(np.abs(1 - 2 * x), 1 - x * (1 - spectrum[1] / spectrum[0]))
            yield np.max(np.abs(np.linalg.eigvalsh(short))), slowest
    oja = jax.jacobian(lambda v: v + oja_field(covariance)(v) / spectrum[0])(basis[:, 0])
    yield np.max(np.abs(np.linalg.eigvalsh(oja))), 1.0
    for scale in (0.01, 100.0):
        weights = np.asarray(rng.normal(size=4))
        yield (
            jax.grad(log_variance_loss(np, scale * covariance, 0.3))(weights),
            jax.grad(log_variance_loss(np, covariance, 0.3))(weights),
        )


def runs_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """Descent with JAX's gradient from starts of three sizes, 1e-4, 1 and 1e4, ends at 1/√λ along the first eigenvector."""
    np = jax.numpy
    covariance, _, basis = _eigensystem(np, rng)
    rate = 0.7
    descent = jax.grad(lambda v: -log_variance_loss(np, covariance, rate)(v))
    for x in (0.1, 0.5, 0.9):
        for size in (1e-4, 1.0, 1e4):
            start = np.asarray(size * rng.normal(size=4))
            end = jax.lax.fori_loop(0, 1500, lambda _, v, eta=x / rate: v + eta * descent(v), start)
            yield end, np.sign(start @ basis[:, 0]) * basis[:, 0] / rate**0.5


def epsilon_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """With ε: JAX's gradient vanishes at the radius, its Jacobian has the spectrum, and the origin's decides what attracts."""
    np = jax.numpy
    covariance, spectrum, basis = _eigensystem(np, rng)
    rate, epsilon = 0.5, 0.9
    loss = lambda v: -np.log(v @ covariance @ v + epsilon) / 2 + rate / 2 * np.sum(v**2)  # noqa: E731
    for k in (0, 1, 2):
        point = basis[:, k] * (1 / rate - epsilon / spectrum[k]) ** 0.5
        yield 1 + jax.grad(loss)(point), np.ones(4)
        radial = -2 * rate * (1 - rate * epsilon / spectrum[k])
        expected = np.where(np.arange(4) == k, radial, rate * (spectrum / spectrum[k] - 1))
        yield np.linalg.eigvalsh(-jax.hessian(loss)(point)), np.sort(expected)
    yield np.linalg.eigvalsh(-jax.hessian(loss)(np.zeros(4))), np.sort(spectrum / epsilon - rate)
    critical = spectrum[0] / rate  # the equality μ_1 = λε
    still = lambda v: -np.log(v @ covariance @ v + critical) / 2 + rate / 2 * np.sum(v**2)  # noqa: E731
    v = 0.3 * basis[:, 0]
    yield -2 * v @ jax.grad(still)(v), -2 * rate**2 * 0.3**4 / (1 + rate * 0.3**2)


def stability_by_solver(z3: Any) -> Formulas:
    """Every eigenvalue at the k-th fixed point is negative iff μ_k is the largest, strictly, at two and three inputs."""
    rate, mu, other, third = z3.Reals("rate mu other third")
    given = z3.And(rate > 0, mu > 0, other >= 0, third >= 0)

    def negative(others):
        return z3.And(-2 * rate < 0, *(rate * (value - mu) < 0 for value in others))  # the latter times μ_k > 0

    valid = {
        "n = 2": z3.Implies(given, negative([other]) == (mu > other)),
        "n = 3": z3.Implies(given, negative([other, third]) == z3.And(mu > other, mu > third)),
    }
    return valid, {
        "a second place is stable": z3.Implies(z3.And(given, mu > other, mu < third), negative([other, third])),
        "a shared first place is strictly stable": z3.Implies(z3.And(given, mu == other), negative([other])),
    }


def step_size_by_solver(z3: Any) -> Formulas:
    """|multiplier| < 1 in every direction iff η < 1/λ, and iff η < 1/μ_1 for Oja; μ_j stands for any other eigenvalue."""
    eta, rate, first, other = z3.Reals("eta rate mu1 muj")
    given = z3.And(eta > 0, rate > 0, first > other, other >= 0)
    inside = lambda value, bound: z3.And(-bound < value, value < bound)  # noqa: E731
    radial = inside(1 - 2 * eta * rate, 1)
    across = inside(first + eta * rate * (other - first), first)  # times μ_1 > 0
    oja_radial, oja_across = inside(1 - 2 * eta * first, 1), inside(1 + eta * (other - first), 1)
    valid = {
        "log-variance": z3.Implies(given, z3.And(radial, across) == (eta * rate < 1)),
        "Oja": z3.Implies(given, z3.And(oja_radial, oja_across) == (eta * first < 1)),
        "across never binds": z3.Implies(
            z3.And(given, eta * rate < 1),
            z3.And(0 < first + eta * rate * (other - first), first + eta * rate * (other - first) < first),
        ),
        "nor for Oja": z3.Implies(
            z3.And(given, eta * first < 1), z3.And(0 < 1 + eta * (other - first), 1 + eta * (other - first) < 1)
        ),
    }
    return valid, {
        "η < 2/λ suffices": z3.Implies(z3.And(given, eta * rate < 2), radial),
        "η < 1/λ suffices for Oja": z3.Implies(z3.And(given, eta * rate < 1), oja_radial),
        "η ≤ 1/λ suffices": z3.Implies(z3.And(given, eta * rate <= 1), radial),
    }


def global_by_solver(z3: Any) -> Formulas:
    """The inequalities of global convergence, for one component at a time; x = ηλ, c = √λ‖w‖ on the line through v_1."""
    x, c, after, first, other, variance, eta = z3.Reals("x c after mu1 muk variance eta")
    inside, positive = z3.And(x > 0, x < 1), z3.And(variance > 0, eta > 0, first > other, other >= 0)
    line = z3.And(inside, c > 0, c * after == (1 - x) * c * c + x)
    # multipliers times σ²
    slow, fast = (1 - x) * variance + eta * other, (1 - x) * variance + eta * first
    mean = (1 - x) * variance + eta * first  # σσ' is at least this, with μ in the place of μ_1
    bound, most = z3.Reals("bound most")
    valid = {
        "inwards from below": z3.Implies(z3.And(line, c < 1), z3.And(after > c, after * c < 1)),
        "inwards from above": z3.Implies(z3.And(line, c > 1), z3.And(after < c, after * c > 1)),
        "multipliers": z3.Implies(z3.And(inside, positive), z3.And(slow > 0, slow < fast)),
        "σ'² ≥ 4η(1 − ηλ)μ": z3.Implies(z3.And(inside, positive), mean * mean >= 4 * (1 - x) * eta * first * variance),
        "ratio bounded below 1": z3.Implies(
            z3.And(inside, positive, variance <= most, bound == (1 - x) * most + eta * first),
            slow * bound <= fast * (bound - eta * (first - other)),
        ),
        "‖Cw‖² ≥ μσ²": z3.Implies(z3.And(first > 0, z3.Or(other == 0, other >= first)), other * other >= first * other),
    }
    past = z3.And(x > 1, c > 0, c * after == (1 - x) * c * c + x)
    return valid, {
        "inwards for x > 1 too": z3.Implies(z3.And(past, c < 1, after > 0), after * c < 1),
        "monotone": z3.Implies(z3.And(line, c < 1), after <= 1),
        "any x": z3.Implies(positive, slow > 0),
    }


def epsilon_by_solver(z3: Any) -> Formulas:
    """A fixed point along v_k exists iff μ_k > λε, the origin attracts from everywhere iff μ_1 ≤ λε; the limits of the step."""
    rate, eps, mu, other, norm, variance, eta = z3.Reals("rate epsilon mu muj norm variance eta")
    given = z3.And(rate > 0, eps > 0, mu > 0)
    fixed = rate * (mu * norm + eps) == mu
    inside = lambda value, bound: z3.And(-bound < value, value < bound)  # noqa: E731
    radial = inside(mu - 2 * eta * rate * (mu - rate * eps), mu)  # times μ_1 > 0
    across = inside(mu + eta * rate * (other - mu), mu)
    step = z3.And(given, eta > 0, mu > other, other >= 0, mu > rate * eps)
    limits = z3.And(eta * rate * (mu - rate * eps) < mu, eta * rate * (mu - other) < 2 * mu)
    valid = {
        "the norm": z3.Implies(given, fixed == (norm * rate * mu == mu - rate * eps)),
        "it exists": z3.Implies(z3.And(given, fixed), (norm > 0) == (mu > rate * eps)),
        "the origin attracts": z3.Implies(
            z3.And(given, mu <= rate * eps, norm > 0, 0 <= variance, variance <= mu * norm),
            variance < rate * norm * (variance + eps),
        ),
        "the origin repels along v_1": z3.Implies(
            z3.And(given, mu > rate * eps, norm > 0, norm * rate * mu < mu - rate * eps),
            mu * norm > rate * norm * (mu * norm + eps),
        ),
        "the limits of the step": z3.Implies(step, z3.And(radial, across) == limits),
    }
    return valid, {
        "it exists for any ε": z3.Implies(z3.And(given, fixed), norm > 0),
        "the origin always attracts": z3.Implies(
            z3.And(given, norm > 0, 0 <= variance, variance <= mu * norm), variance < rate * norm * (variance + eps)
        ),
        "the radial limit suffices": z3.Implies(z3.And(step, eta * rate * (mu - rate * eps) < mu), across),
    }
