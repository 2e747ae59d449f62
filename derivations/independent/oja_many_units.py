"""Independent checks of many units: frames, and the Hessian of the penalised loss by autograd."""

from typing import Any

from . import Formulas, Pairs


def _rotation(np, rng, n):
    return np.linalg.qr(rng.normal(size=(n, n)))[0]


def frames_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """None of 50 random frames does better than the leading eigenvectors, where autograd's tangential gradient vanishes."""
    np = ad.numpy
    spectrum = np.asarray([3.0, 2.0, 1.1, 0.6, 0.2])
    basis = _rotation(np, rng, 5)
    inverse = basis @ np.diag(1 / spectrum) @ basis.T
    cost = lambda frame: np.sum(np.log(np.einsum("ij,jk,ik->i", frame, inverse, frame))) / 2  # noqa: E731
    for n in (1, 2, 3):
        best = basis[:, :n].T
        least = -np.sum(np.log(spectrum[:n])) / 2
        yield cost(best), least
        gradient = ad.grad(cost)(best)
        tangential = gradient - (gradient @ best.T + best @ gradient.T) / 2 @ best
        yield 1 + tangential, np.ones((n, 5))
        costs = [cost(_rotation(np, rng, 5)[:n]) for _ in range(50)]
        yield np.minimum(np.min(np.asarray(costs)), least), least
    rate = 0.4

    def loss(weights):  # the loss of decorrelated units is the sum over single ones
        variance = np.einsum("ij,jk,ik->i", weights, basis @ np.diag(spectrum) @ basis.T, weights)
        return np.sum(-np.log(variance) / 2 + rate / 2 * np.sum(weights**2, axis=1))

    yield 1 + ad.grad(loss)(basis[:, :3].T / rate**0.5), np.ones((3, 5))


def threshold_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """The least eigenvalue of autograd's Hessian at the components is that of the pairs' blocks, and 0 at the threshold."""
    np = ad.numpy
    spectrum, rate = np.asarray([3.0, 2.0, 1.1, 0.6, 0.2]), 0.7
    basis = _rotation(np, rng, 5)
    covariance = basis @ np.diag(spectrum) @ basis.T
    weights = basis[:, :3].T / rate**0.5

    loss = _penalised(np, covariance, rate, (3, 5))
    threshold = rate**2 / (4 * spectrum[1] * spectrum[2])
    for beta in (0.0, 0.9, 1.0, 1.5):
        yield 1 + ad.grad(loss)(weights.ravel(), beta * threshold), np.ones(15)
        hessian = ad.hessian(loss)(weights.ravel(), beta * threshold)
        expected = [2 * rate] * 3 + [rate * (1 - spectrum[b] / spectrum[a]) for a in range(3) for b in (3, 4)]
        g = 4 * beta * threshold / rate
        for a, b in ((0, 1), (0, 2), (1, 2)):
            first, second = spectrum[a], spectrum[b]
            block = [
                [rate * (1 - second / first) + g * second**2, g * first * second],
                [g * first * second, rate * (1 - first / second) + g * first**2],
            ]
            expected += list(np.linalg.eigvalsh(np.asarray(block)))
        yield np.linalg.eigvalsh(hessian), np.sort(np.asarray(expected))
        yield np.sign(np.round(np.linalg.eigvalsh(hessian)[0], 9)), np.sign(beta - 1.0)


def _penalised(np, covariance, rate, shape):
    """The loss of a flat array of weights, and β."""

    def loss(flat, beta):
        rows = flat.reshape(shape)
        K = rows @ covariance @ rows.T
        off = K - np.diag(np.diag(K))
        return np.sum(-np.log(np.diag(K)) / 2) + rate / 2 * np.sum(rows**2) + beta * np.sum(off**2)

    return loss


def identical_by_autodiff(ad: Any, rng: Any) -> Pairs:
    """Autograd's gradient vanishes at identical units; its Hessian is positive definite below the limit, and not above."""
    np = ad.numpy
    rate = 0.7
    for spectrum, n in (((3.0, 0.3, 0.1), 2), ((3.0, 2.0, 0.5), 2), ((5.0, 1.0, 0.9, 0.2), 3)):
        basis, (first, second) = _rotation(np, rng, len(spectrum)), spectrum[:2]
        covariance = basis @ np.diag(np.asarray(spectrum)) @ basis.T
        loss = _penalised(np, covariance, rate, (n, len(spectrum)))
        limit = rate**2 * (first - second) * ((n - 1) * first + second) / (4 * n**2 * first**2 * second**2)
        for share in (0.97, 1.0, 1.03):
            a = 4 * share * limit * (n - 1) * first**2
            size = ((rate**2 + 4 * a) ** 0.5 - rate) / (2 * a)
            weights = np.tile(basis[:, 0] * size**0.5, n)
            yield 1 + ad.grad(loss)(weights, share * limit), np.ones(len(weights))
            least = np.linalg.eigvalsh(ad.hessian(loss)(weights, share * limit))[0]
            yield np.sign(np.round(least, 9)), np.sign(1.0 - share)


def frames_by_solver(z3: Any) -> Formulas:
    """Rotating two units of an orthonormal frame away from the eigenvectors makes the product of their costs larger."""
    c, s, a, b = z3.Reals("c s a b")
    frame = c + s == 1  # c = cos²θ, s = sin²θ
    given = z3.And(frame, a != b)
    product = (c * a + s * b) * (s * a + c * b)
    at_least = (product >= a * b) == z3.And(c >= 0, s >= 0)
    strictly = (product > a * b) == z3.And(c > 0, s > 0)
    valid = {
        "at least": z3.Implies(given, at_least),
        "strictly": z3.Implies(given, strictly),
    }
    return valid, {"where the costs are equal too": z3.Implies(frame, strictly)}


def threshold_by_solver(z3: Any) -> Formulas:
    """A pair's block is positive definite iff β > λ²/(4 μ_i μ_k), and the last pair asks for most; in units λ = μ_i = 1."""
    beta, ratio, inverse = z3.Reals("beta ratio inverse")  # of μ_k/μ_i
    given = ratio * inverse == 1
    g = 4 * beta
    own = 1 - ratio + g * ratio**2
    other = 1 - inverse + g
    definite = z3.And(own > 0, own * other > (g * ratio) ** 2)
    threshold = definite == (4 * beta > inverse)
    i, k = z3.Reals("i k")  # μ_i/μ_{N−1} and μ_k/μ_N
    any_pair = z3.And(i >= 1, k >= 1)
    valid = {
        "the threshold": z3.Implies(z3.And(given, ratio != 1), threshold),
        "the last pair": z3.Implies(any_pair, i * k >= 1),
    }
    return valid, {
        "for equal eigenvalues too": z3.Implies(given, threshold),
        "any other pair": z3.Implies(any_pair, i * k > 1),
    }


def identical_by_solver(z3: Any) -> Formulas:
    """Differences between identical units along v_2 cost iff β is below the limit, at every N, in units λ = μ_1 = 1.

    The limit is at most ``1/(16 μ_2²)``, and for ``N ≥ 3`` the threshold, ``1/(4 μ_{N−1} μ_N)``, is at least ``1/(4 μ_2²)``.
    """
    n, beta, size, ratio = z3.Reals("n beta size ratio")
    critical = 4 * beta * (n - 1) * size**2 + size == 1
    given = z3.And(n >= 1, size > 0, ratio > 0, ratio < 1, critical)
    apart = size - ratio - 4 * beta * ratio * size**2  # times n
    reach = (1 - ratio) * (n - 1 + ratio)  # the limit times 4 N² μ_2²
    below = 4 * beta * n**2 * ratio**2 < reach
    valid = {
        "the limit": z3.Implies(given, (apart > 0) == below),
        "below the threshold for N ≥ 3": 4 * reach <= n**2,
        "above it for N = 2": z3.Implies(n == 2, (reach > 4 * ratio) == ((ratio + 2) ** 2 < 5)),
    }
    return valid, {
        "always": z3.Implies(given, below),
        "a unit alone is shorter too": z3.Implies(z3.And(given, beta > 0), size < 1),
    }
