"""Independent checks of Oja's rule: mean fields, fixed points, domain and normalisation."""

from typing import Any

from . import Formulas, Pairs


def scene(np, rng):
    """A data set with its second moments, and weights."""
    data = np.asarray(rng.normal(size=(9, 4)))
    return data, data.T @ data / 9, np.asarray(rng.normal(size=4))


def log_variance_loss(np, covariance, rate):
    """−½ log wᵀCw + (λ/2)‖w‖²."""
    return lambda v: -np.log(v @ covariance @ v) / 2 + rate / 2 * np.sum(v**2)


def oja_field(covariance):
    """The mean of Oja's updates."""
    return lambda v: covariance @ v - (v @ covariance @ v) * v


def fields_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Minus the gradient of −½ log E[y²] + (λ/2)‖w‖² by autograd, and the mean of the one-sample updates."""
    np = ad.numpy
    data, _, weights = scene(np, rng)
    rate = 0.7

    def loss(v):
        return -np.log(np.mean((data @ v) ** 2)) / 2 + rate / 2 * np.sum(v**2)

    activity = data @ weights
    update = activity[:, None] * data / np.mean(activity**2) - rate * weights
    yield np.mean(update, axis=0), -ad.grad(loss)(weights)
    hebb = ad.grad(lambda v: np.mean((data @ v) ** 2) / 2)(weights)
    yield np.mean(activity[:, None] * data - activity[:, None] ** 2 * weights, axis=0), hebb - np.mean(activity**2) * weights


def rotation_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Autograd's gradient of the loss in rotated data is the rotated gradient, for a rotation that is not a reflection."""
    np = ad.numpy
    data, covariance, weights = scene(np, rng)
    antisymmetric = np.triu(data.T @ data, 1) - np.triu(data.T @ data, 1).T
    turn = np.linalg.solve(np.eye(4) + antisymmetric, np.eye(4) - antisymmetric)  # Cayley's transform
    yield turn + antisymmetric @ turn, np.eye(4) - antisymmetric
    turned = turn @ covariance @ turn.T
    gradient = ad.grad(log_variance_loss(np, covariance, 0.5))(weights)
    yield ad.grad(log_variance_loss(np, turned, 0.5))(turn @ weights), turn @ gradient
    yield oja_field(turned)(turn @ weights), turn @ oja_field(covariance)(weights)


def proportional_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Oja's mean update against σ² times minus autograd's gradient, at three sizes of the weights."""
    np = ad.numpy
    data, covariance, weights = scene(np, rng)
    loss = log_variance_loss(np, covariance, 1.0)
    for size in (0.01, 1.0, 30.0):
        v = size * weights
        activity = data @ v
        oja = np.mean(activity[:, None] * data - activity[:, None] ** 2 * v, axis=0)
        yield oja, -(v @ covariance @ v) * ad.grad(loss)(v)


def residual_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Batches in pairs with residuals r and −r: the mean of autograd's batch gradients is the population's."""
    np = ad.numpy
    weights = np.asarray([1.0, 0.5, -0.3])
    mixing = np.asarray(rng.normal(size=(3, 3)))
    covariance = mixing @ mixing.T
    slope = covariance @ weights / (weights @ covariance @ weights)
    activity = np.asarray(rng.normal(size=6))
    residual = np.asarray(rng.normal(size=(6, 3)))
    residual = residual - (residual @ weights)[:, None] * slope  # w·r = 0 and w·slope = 1
    mean = sum(
        ad.grad(lambda v, r=sign * residual: np.log(np.var((activity[:, None] * slope + r) @ v, ddof=1)) / 2)(weights)
        for sign in (1, -1)
    )
    yield mean / 2, slope


def fixed_points_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """At ±v/√λ autograd's gradient is 0 for every eigenvector v; at any other length its part along v is (1 − λ‖w‖²)/‖w‖."""
    np = ad.numpy
    _, covariance, _ = scene(np, rng)
    _, vectors = np.linalg.eigh(covariance)
    for rate in (1.0, 0.25):
        loss = log_variance_loss(np, covariance, rate)
        for vector in vectors.T:
            point = vector / rate**0.5
            yield 1 + ad.grad(loss)(point), np.ones(4)
            yield vector @ ad.grad(loss)(1.5 * point), 1.5 * rate**0.5 - rate**0.5 / 1.5


def decay_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Autograd's gradient vanishes at norm √(c/λ) along the first eigenvector, for c = 1, 2 and 0.2."""
    np = ad.numpy
    _, covariance, weights = scene(np, rng)
    rate = 0.4
    for c in (1.0, 2.0, 0.2):
        vector = np.linalg.eigh(covariance)[1][:, -1]
        loss = lambda v, c=c: -c * np.log(v @ covariance @ v) / 2 + rate / 2 * np.sum(v**2)  # noqa: E731
        yield 1 + ad.grad(loss)(vector * (c / rate) ** 0.5), np.ones(4)
        yield weights @ ad.grad(loss)(weights), rate * np.sum(weights**2) - c


def kernel_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """On the kernel of a singular C Oja's mean update is 0 and its Jacobian C; at εu from it log-variance has −Cu/(εuᵀCu)."""
    np = ad.numpy
    mixing = np.asarray(rng.normal(size=(2, 3)))
    covariance = mixing.T @ mixing
    null = np.cross(mixing[0], mixing[1])
    activity2 = lambda v: np.sum((mixing @ v) ** 2)  # noqa: E731
    field = lambda v: ad.grad(activity2)(v) / 2 - activity2(v) * v  # noqa: E731
    yield 1 + field(null), np.ones(3)
    yield ad.jacobian(field)(null), covariance
    loss = lambda v: -np.log(activity2(v)) / 2  # noqa: E731
    away = np.asarray(rng.normal(size=3))
    for distance in (1e-1, 1e-3):
        yield ad.grad(loss)(null + distance * away), -covariance @ away / (distance * (away @ covariance @ away))


def normalisation_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """The gradient of a batch's log-variance does not depend on α; mixing mean and ddof = 1 scales it by (B − 1)/B."""
    np = ad.numpy
    data, _, weights = scene(np, rng)
    for alpha_value in (1 / 9, 1 / 8, 5.0):
        gradient = ad.grad(lambda v, a=alpha_value: np.log(a * np.sum((data @ v) ** 2)) / 2)(weights)
        activity = data @ weights
        yield gradient, activity @ data / np.sum(activity**2)
        yield np.mean(activity[:, None] * data, axis=0) / (np.sum(activity**2) / 8), gradient * 8 / 9


def _all_zero(z3, vector):
    return z3.And(*(v == 0 for v in vector))


def fixed_points_by_solver(z3: Any) -> Formulas:
    """F = 0 ⇔ O = 0 ⇔ C w = σ² w and ‖w‖² = 1, where σ² ≠ 0; the image C w may be any vector."""
    valid: dict[str, Any] = {}
    invalid: dict[str, Any] = {}
    variance, inverse = z3.Reals("variance inverse")
    for n in (2, 3):
        v, image = ([z3.Real(f"{name}{r}") for r in range(n)] for name in ("w", "Cw"))
        norm = sum(entry * entry for entry in v)
        defined = z3.And(inverse * variance == 1, variance == sum(a * e for a, e in zip(image, v, strict=True)))
        log_field = _all_zero(z3, [a * inverse - e for a, e in zip(image, v, strict=True)])
        oja_field = _all_zero(z3, [a - variance * e for a, e in zip(image, v, strict=True)])
        valid |= {
            f"an Oja zero is a zero of F, n = {n}": z3.Implies(z3.And(defined, oja_field), log_field),
            f"a zero of F is an Oja zero, n = {n}": z3.Implies(z3.And(defined, log_field), oja_field),
            f"it has norm 1, n = {n}": z3.Implies(z3.And(defined, oja_field), norm == 1),
        }
        doubled = _all_zero(z3, [a - 2 * variance * e for a, e in zip(image, v, strict=True)])
        invalid |= {
            f"it has norm 2, n = {n}": z3.Implies(z3.And(defined, oja_field), norm == 2),
            f"norm 1 where σ² = 0 too, n = {n}": z3.Implies(oja_field, norm == 1),
            f"twice Oja's decay, n = {n}": z3.Implies(z3.And(defined, doubled), log_field),
        }
    return valid, invalid


def decay_by_solver(z3: Any) -> Formulas:
    """At an eigenvector, C w = σ² w, σ² ≠ 0, as at fixed points of Oja's, the field c C w/σ² − λ w vanishes iff λ = c."""
    valid: dict[str, Any] = {}
    invalid: dict[str, Any] = {}
    rate, c_, variance, inverse = z3.Reals("rate c variance inverse")
    for n in (2, 3):
        v = [z3.Real(f"w{r}") for r in range(n)]
        image = [variance * entry for entry in v]
        zero = _all_zero(z3, [c_ * a * inverse - rate * entry for a, entry in zip(image, v, strict=True)])
        defined, only_for_c = inverse * variance == 1, zero == (rate == c_)
        valid[f"λ = c, n = {n}"] = z3.Implies(z3.And(defined, z3.Not(_all_zero(z3, v))), only_for_c)
        invalid[f"at w = 0 too, n = {n}"] = z3.Implies(defined, only_for_c)
    return valid, invalid


def domain_by_solver(z3: Any) -> Formulas:
    """For positive semidefinite C, σ² = 0 exactly on its kernel, by its minors and as AᵀA; not so for an indefinite one."""
    v = z3.Reals("w0 w1")
    c00, c01, c11 = z3.Reals("c00 c01 c11")
    image = [a * v[0] + b * v[1] for a, b in ((c00, c01), (c01, c11))]
    variance = image[0] * v[0] + image[1] * v[1]
    semidefinite = c00 * c11 >= c01 * c01  # or the same of −C
    kernel_ = _all_zero(z3, image)
    only_there = (variance == 0) == kernel_
    oja_zero = _all_zero(z3, [a - variance * b_ for a, b_ in zip(image, v, strict=True)])
    valid = {
        "σ² = 0 iff Cw = 0": z3.Implies(semidefinite, only_there),
        "Oja is at rest on the kernel": z3.Implies(kernel_, oja_zero),
    }
    for n in (2, 3):
        rows = [[z3.Real(f"a{r}{c}") for c in range(n)] for r in range(n)]
        weights, outputs = ([z3.Real(f"{name}{r}") for r in range(n)] for name in ("w", "y"))
        product = [outputs[r] == sum(a * e for a, e in zip(rows[r], weights, strict=True)) for r in range(n)]
        image = [sum(rows[r][c] * outputs[r] for r in range(n)) for c in range(n)]  # C w = Aᵀ (A w)
        square = sum(e * e for e in outputs)
        valid |= {
            f"σ² = 0 suffices for C = AᵀA, n = {n}": z3.Implies(square == 0, _all_zero(z3, image)),
            f"σ² = wᵀ(C w) for C = AᵀA, n = {n}": z3.Implies(
                z3.And(*product), square == sum(a * e for a, e in zip(image, weights, strict=True))
            ),
        }
    return valid, {
        "σ² = 0 iff Cw = 0 for any C": only_there,
        "σ² = 0 only at w = 0": z3.Implies(semidefinite, (variance == 0) == _all_zero(z3, v)),
        "at rest only there": z3.Implies(oja_zero, kernel_),
    }
