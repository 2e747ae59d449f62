"""Independent checks of the flows: matrix exponentials, and autograd's derivatives of the losses along them."""

from typing import Any

from . import Formulas, Pairs
from .oja import log_variance_loss, oja_field, scene


def _log_field(ad, covariance, rate):
    """Minus the gradient of the log-variance loss with decay."""
    return ad.grad(lambda v: -log_variance_loss(ad.numpy, covariance, rate)(v))


def _exponential(np, covariance):
    values, vectors = np.linalg.eigh(covariance)
    return lambda time, start: vectors @ (np.exp(values * time) * (vectors.T @ start))


def _log_variance_solution(np, covariance, rate, start):
    """The time and the weights of the log-variance flow at Oja's time s."""
    grown = _exponential(np, covariance)

    def time(s):
        return np.log(1 + rate * (np.sum(grown(s, start) ** 2) - np.sum(start**2))) / (2 * rate)

    return time, lambda s: np.exp(-rate * time(s)) * grown(s, start)


def norm_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """The rate of ‖w‖² along autograd's descent direction and along Oja's field; and the solution's derivative in time."""
    np = ad.numpy
    _, covariance, weights = scene(np, rng)
    rate = 0.6
    log_field, oja = _log_field(ad, covariance, rate), oja_field(covariance)
    norm2 = lambda v: np.sum(v**2)  # noqa: E731
    for size in (0.1, 3.0):
        v = size * weights
        rate_along = lambda direction, v=v: ad.grad(lambda time: norm2(v + time * direction))(0.0)  # noqa: E731
        yield rate_along(log_field(v)), 2 - 2 * rate * norm2(v)
        yield rate_along(oja(v)), 2 * (v @ covariance @ v) * (1 - norm2(v))
    time, solution = _log_variance_solution(np, covariance, rate, weights)
    for s in (0.0, 0.3, 1.0):
        yield norm2(solution(s)), 1 / rate + (norm2(weights) - 1 / rate) * np.exp(-2 * rate * time(s))


def closed_forms_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Autograd's time derivative of the closed forms, with a matrix exponential, against the fields."""
    np = ad.numpy
    _, covariance, weights = scene(np, rng)
    rate = 0.6
    log_field = _log_field(ad, covariance, rate)
    grown = _exponential(np, covariance)
    time, solution = _log_variance_solution(np, covariance, rate, weights)
    oja = lambda t: grown(t, weights) / np.sqrt(1 + np.sum(grown(t, weights) ** 2) - np.sum(weights**2))  # noqa: E731
    yield solution(0.0), weights
    yield oja(0.0), weights
    for s in (0.1, 0.8):
        yield ad.jacobian(solution)(s) / ad.grad(time)(s), log_field(solution(s))
        yield ad.jacobian(oja)(s), oja_field(covariance)(oja(s))


def orbits_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """At Oja's time s both closed forms are at the same point, after w → √λ w; and the fields there are parallel."""
    np = ad.numpy
    _, covariance, weights = scene(np, rng)
    grown = _exponential(np, covariance)
    for rate in (1.0, 0.3):
        time, solution = _log_variance_solution(np, covariance, rate, weights)
        start = rate**0.5 * weights
        for s in (0.2, 1.1):
            oja = grown(s, start) / np.sqrt(1 + np.sum(grown(s, start) ** 2) - np.sum(start**2))
            yield rate**0.5 * solution(s), oja
            variance = solution(s) @ covariance @ solution(s)
            yield 1 / ad.grad(time)(s), 1 / variance  # ds/dt


def lyapunov_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Autograd's derivative of L along both fields, and the antisymmetric part of autograd's Jacobian of Oja's field."""
    np = ad.numpy
    _, covariance, weights = scene(np, rng)
    loss = log_variance_loss(np, covariance, 1.0)
    oja = oja_field(covariance)
    for size in (0.2, 2.0):
        v = size * weights
        slope = ad.grad(loss)(v)
        yield ad.grad(lambda time, v=v: loss(v + time * oja(v)))(0.0), -(v @ covariance @ v) * np.sum(slope**2)
        jacobian, image = ad.jacobian(oja)(v), covariance @ v
        yield jacobian - jacobian.T, 2 * (np.outer(image, v) - np.outer(v, image))


def limits_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """The closed forms at a late time: the first eigenvector, or the projection on a repeated one's eigenspace."""
    np = ad.numpy
    basis = np.linalg.qr(np.asarray(rng.normal(size=(4, 4))))[0]
    start = np.asarray(rng.normal(size=4))
    for spectrum, multiplicity in (((3.0, 1.0, 0.5, 0.0), 1), ((3.0, 3.0, 1.0, 0.2), 2)):
        covariance = basis @ np.diag(np.asarray(spectrum)) @ basis.T
        projection = basis[:, :multiplicity] @ basis[:, :multiplicity].T @ start
        direction = projection / np.sqrt(np.sum(projection**2))
        for rate in (1.0, 4.0):
            _, solution = _log_variance_solution(np, covariance, rate, start)
            yield solution(20.0), direction / rate**0.5
        late = _exponential(np, covariance)(20.0, start)
        yield late / np.sqrt(1 + np.sum(late**2) - np.sum(start**2)), direction


def gradient_by_solver(z3: Any) -> Formulas:
    """L decreases strictly along Oja's field iff that is not zero; and it is a gradient iff C is a multiple of the identity.

    At two and three inputs; in the first the image C w may be any vector.
    """
    valid: dict[str, Any] = {}
    invalid: dict[str, Any] = {}
    for n in (2, 3):
        entry = {(r, c): z3.Real(f"c{min(r, c)}{max(r, c)}") for r in range(n) for c in range(n)}

        def symmetric_at(vector, entry=entry, n=n):
            image = [sum(entry[r, c] * vector[c] for c in range(n)) for r in range(n)]
            return z3.And(*(image[r] * vector[c] == vector[r] * image[c] for r in range(n) for c in range(r)))

        unit_vectors = [[int(r == c) for c in range(n)] for r in range(n)]
        sums = [[a + b for a, b in zip(unit_vectors[0], unit_vectors[c], strict=True)] for c in range(1, n)]
        multiple = z3.And(*(entry[r, c] == (entry[0, 0] if r == c else 0) for r in range(n) for c in range(n)))
        anywhere = [z3.Real(f"w{r}") for r in range(n)]
        valid |= {
            f"needed, n = {n}": z3.Implies(z3.And(*map(symmetric_at, unit_vectors + sums)), multiple),
            f"suffices, n = {n}": z3.Implies(multiple, symmetric_at(anywhere)),
        }
        image = [z3.Real(f"Cw{r}") for r in range(n)]
        variance, inverse = z3.Reals("variance inverse")
        defined = z3.And(variance > 0, inverse * variance == 1)
        oja = [a - variance * v for a, v in zip(image, anywhere, strict=True)]
        change = -sum((a * inverse - v) * o for a, v, o in zip(image, anywhere, oja, strict=True))  # ⟨∇L, O⟩
        still = z3.And(*(o == 0 for o in oja))
        decreases = change < 0
        valid[f"L decreases, n = {n}"] = z3.Implies(defined, decreases == z3.Not(still))
        invalid[f"L decreases everywhere, n = {n}"] = z3.Implies(defined, decreases)
        invalid[f"no faster than ‖O‖², n = {n}"] = z3.Implies(defined, change >= -sum(o * o for o in oja))
        invalid[f"diagonal suffices, n = {n}"] = z3.Implies(z3.And(*map(symmetric_at, unit_vectors)), multiple)
    return valid, invalid


def bounds_by_solver(z3: Any) -> Formulas:
    """What convergence rests on: σ² ≤ μ_1 ‖w‖², and the other components' share falls at least at the gap's rate.

    In units in which ``μ_1 = 1``. The first and the last are for one other component; what they say of more is the sum.
    """
    second, third, w1, w2, w3 = z3.Reals("mu2 mu3 w1 w2 w3")
    variance, norm = w1**2 + second * w2**2, w1**2 + w2**2
    rest = (second - 1) * w2**2 + (third - 1) * w3**2  # half the rate of w2² + w3² at fixed w1
    semidefinite = second >= 0
    valid = {
        "σ² ≤ μ_1 ‖w‖²": (variance <= norm) == z3.Or(second <= 1, w2 == 0),
        "the gap": (rest <= -(1 - second) * (w2**2 + w3**2)) == z3.Or(third <= second, w3 == 0),
        "σ² > 0 stays": z3.Implies(semidefinite, (variance > 0) == z3.Or(w1 != 0, z3.And(second > 0, w2 != 0))),
    }
    return valid, {"σ² > 0 off the origin": z3.Implies(semidefinite, (variance > 0) == (norm > 0))}
