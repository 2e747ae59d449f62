"""Independent checks of many units: frames, and the Hessian of the penalised loss by JAX."""

from typing import Any

from . import Formulas, Pairs


def _rotation(jax, rng, n):
    matrix = jax.numpy.asarray(rng.normal(size=(n, n)))
    return jax.numpy.linalg.qr(matrix)[0]


def frames_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """None of 50 random frames does better than the leading eigenvectors, where JAX's tangential gradient vanishes."""
    np = jax.numpy
    spectrum = np.asarray([3.0, 2.0, 1.1, 0.6, 0.2])
    basis = _rotation(jax, rng, 5)
    inverse = basis @ np.diag(1 / spectrum) @ basis.T
    cost = lambda frame: np.sum(np.log(np.einsum("ij,jk,ik->i", frame, inverse, frame))) / 2  # noqa: E731
    for n in (1, 2, 3):
        best = basis[:, :n].T
        least = -np.sum(np.log(spectrum[:n])) / 2
        yield cost(best), least
        gradient = jax.grad(cost)(best)
        tangential = gradient - (gradient @ best.T + best @ gradient.T) / 2 @ best
        yield 1 + tangential, np.ones((n, 5))
        frames = np.stack([_rotation(jax, rng, 5)[:n] for _ in range(50)])
        yield np.minimum(np.min(jax.vmap(cost)(frames)), least), least
    rate = 0.4

    def loss(weights):  # the loss of decorrelated units is the sum over single ones
        variance = np.einsum("ij,jk,ik->i", weights, basis @ np.diag(spectrum) @ basis.T, weights)
        return np.sum(-np.log(variance) / 2 + rate / 2 * np.sum(weights**2, axis=1))

    yield 1 + jax.grad(loss)(basis[:, :3].T / rate**0.5), np.ones((3, 5))


def threshold_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """The least eigenvalue of JAX's Hessian at the components is that of the pairs' blocks, and 0 at the threshold."""
    np = jax.numpy
    spectrum, rate = np.asarray([3.0, 2.0, 1.1, 0.6, 0.2]), 0.7
    basis = _rotation(jax, rng, 5)
    covariance = basis @ np.diag(spectrum) @ basis.T
    weights = basis[:, :3].T / rate**0.5

    loss = _penalised(np, covariance, rate, (3, 5))
    threshold = rate**2 / (4 * spectrum[1] * spectrum[2])
    for beta in (0.0, 0.9, 1.0, 1.5):
        yield 1 + jax.grad(loss)(weights.ravel(), beta * threshold), np.ones(15)
        hessian = jax.hessian(loss)(weights.ravel(), beta * threshold)
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


def identical_by_autodiff(jax: Any, rng: Any) -> Pairs:
    """JAX's gradient vanishes at identical units; its Hessian is positive definite below the limit, and not above."""
    np = jax.numpy
    rate = 0.7
    for spectrum, n in (((3.0, 0.3, 0.1), 2), ((3.0, 2.0, 0.5), 2), ((5.0, 1.0, 0.9, 0.2), 3)):
        basis, (first, second) = _rotation(jax, rng, len(spectrum)), spectrum[:2]
        covariance = basis @ np.diag(np.asarray(spectrum)) @ basis.T
        loss = _penalised(np, covariance, rate, (n, len(spectrum)))
        limit = rate**2 * (first - second) * ((n - 1) * first + second) / (4 * n**2 * first**2 * second**2)
        for share in (0.97, 1.0, 1.03):
            a = 4 * share * limit * (n - 1) * first**2
            size = ((rate**2 + 4 * a) ** 0.5 - rate) / (2 * a)
            weights = np.tile(basis[:, 0] * size**0.5, n)
            yield 1 + jax.grad(loss)(weights, share * limit), np.ones(len(weights))
            least = np.linalg.eigvalsh(jax.hessian(loss)(weights, share * limit))[0]
            yield np.sign(np.round(least, 9)), np.sign(1.0 - share)


def frames_by_solver(z3: Any) -> Formulas:
    """Rotating two units of an orthonormal frame away from the eigenvectors makes the product of their costs larger."""
    c, s, a, b = z3.Reals("c s a b")
    given = z3.And(a > 0, b > a, c + s == 1, c >= 0, s >= 0)  # c = cos²θ, s = sin²θ
    product = (c * a + s * b) * (s * a + c * b)
    valid = {
        "at least": z3.Implies(given, product >= a * b),
        "strictly": z3.Implies(z3.And(given, c > 0, s > 0), product > a * b),
    }
    return valid, {
        "at most": z3.Implies(given, product <= a * b),
        "strictly everywhere": z3.Implies(given, product > a * b),
    }


def threshold_by_solver(z3: Any) -> Formulas:
    """A pair's block is positive definite iff β > λ²/(4 μ_i μ_k), and the last pair asks for most; g is 4β/λ."""
    rate, beta, g, first, second = z3.Reals("rate beta g first second")
    given = z3.And(rate > 0, beta > 0, first > second, second > 0, g * rate == 4 * beta)
    own = rate * (first - second) + g * second**2 * first  # times μ_i
    other = rate * (second - first) + g * first**2 * second  # times μ_k
    definite = z3.And(own > 0, own * other > (g * first * second) ** 2 * first * second)
    above = 4 * beta * first * second > rate**2
    above_g = g * first * second > rate
    i, k, last, before = z3.Reals("mu_i mu_k mu_N mu_N1")
    ordered = z3.And(last > 0, before > last, k >= last, i >= before)
    valid = {
        "the threshold": z3.Implies(given, definite == above_g),
        "in terms of β": z3.Implies(given, above_g == above),
        "the last pair": z3.Implies(ordered, i * k >= before * last),
    }
    return valid, {
        "half the threshold": z3.Implies(z3.And(given, 2 * g * first * second > rate), definite),
        "λ in the place of λ²": z3.Implies(z3.And(given, 4 * beta * first * second > rate), definite),
    }


def identical_by_solver(z3: Any) -> Formulas:
    """Differences between identical units along v_2 cost iff β is below the limit, for two, three and eight units."""
    rate, beta, size, first, second = z3.Reals("rate beta size first second")
    valid: dict[str, Any] = {}
    invalid: dict[str, Any] = {}
    for n in (2, 3, 8):
        critical = 4 * beta * (n - 1) * first**2 * size**2 + rate * size == 1
        given = z3.And(rate > 0, beta > 0, size > 0, first > second, second > 0, critical)
        apart = rate * first * size - second - 4 * beta * first**2 * second * size**2  # times μ_1 n
        below = 4 * beta * n**2 * first**2 * second**2 < rate**2 * (first - second) * ((n - 1) * first + second)
        valid[f"the limit, N = {n}"] = z3.Implies(given, (apart > 0) == below)
        invalid[f"always, N = {n}"] = z3.Implies(given, apart > 0)
    given = z3.And(rate > 0, first > second, second > 0)
    before, last = z3.Reals("mu_N1 mu_N")  # the two least of N leading eigenvalues; for N = 2 the same as μ_1 and μ_2
    ordered = z3.And(given, second >= before, before >= last, last > 0)
    for n in (3, 4, 8):
        limit = (first - second) * ((n - 1) * first + second) * before * last
        valid[f"below the threshold, N = {n}"] = z3.Implies(ordered, limit < n**2 * first**2 * second**2)
    invalid["below the threshold, N = 2"] = z3.Implies(
        given, (first - second) * (first + second) * first * second < 4 * first**2 * second**2
    )
    valid["beyond the threshold"] = z3.Implies(
        given,
        (rate**2 * (first**2 - second**2) * 4 * first * second > rate**2 * 16 * first**2 * second**2)
        == ((second + 2 * first) ** 2 < 5 * first**2),
    )
    return valid, invalid
