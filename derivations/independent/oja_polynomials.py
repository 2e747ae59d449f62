"""The identities of Oja's rule as polynomials in every entry of C and w, for python-flint, at up to six inputs.

Both fields are multiplied by what makes them polynomials: ``P = σ² F = C w − λ σ² w`` and ``O = C w − σ² w``.
"""

from types import SimpleNamespace
from typing import Any

from . import Pairs


def _scene(flint, n):
    """Indeterminates for the entries of C and w, λ, η and ε, and the polynomials made of them."""
    entries = [f"c{r}{c}" for r in range(n) for c in range(r + 1)]
    names = (*entries, *(f"w{r}" for r in range(n)), "rate", "eta", "epsilon")
    context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)
    named = dict(zip(names, context.gens(), strict=True))
    w = [named[f"w{r}"] for r in range(n)]
    c = [[named[f"c{max(r, k)}{min(r, k)}"] for k in range(n)] for r in range(n)]
    image = [_dot(row, w) for row in c]
    variance, norm = _dot(w, image), _dot(w, w)
    rate = named["rate"]
    return SimpleNamespace(
        inputs=range(n), c=c, w=w, image=image, variance=variance, norm=norm,
        rate=rate, eta=named["eta"], epsilon=named["epsilon"],
        log_field=[a - rate * variance * v for a, v in zip(image, w, strict=True)],  # times σ²
        oja_field=[a - variance * v for a, v in zip(image, w, strict=True)],
        one=context.constant(1), context=context, named=named,
    )  # fmt: skip


def _dot(a, b):
    return sum((x * y for x, y in zip(a[1:], b[1:], strict=True)), a[0] * b[0])


def _slope(polynomial, r):
    return polynomial.derivative(f"w{r}")


def _along(scene, polynomial, field):
    return _dot([_slope(polynomial, r) for r in scene.inputs], field)


def _along_w(scene, polynomial):
    return _dot([_slope(polynomial, r) for r in scene.inputs], scene.w)


def mean_field(flint: Any, n: int) -> Pairs:
    """σ² times minus the gradient of L, and Oja's field as ½∇σ² − σ² w."""
    scene = _scene(flint, n)
    for r in scene.inputs:
        descent = _slope(scene.variance, r) / 2 - scene.variance * scene.rate / 2 * _slope(scene.norm, r)
        yield descent, scene.log_field[r]
        yield _slope(scene.variance, r) / 2 - scene.variance * scene.w[r], scene.oja_field[r]


def fixed_points(flint: Any, n: int) -> Pairs:
    """w·F = 1 − λ‖w‖² and w·O = σ² (1 − ‖w‖²)."""
    scene = _scene(flint, n)
    yield _dot(scene.w, scene.log_field), scene.variance * (scene.one - scene.rate * scene.norm)
    yield _dot(scene.w, scene.oja_field), scene.variance * (scene.one - scene.norm)


def norm_law(flint: Any, n: int) -> Pairs:
    """The rate of ‖w‖² along both fields."""
    scene = _scene(flint, n)
    yield _along(scene, scene.norm, scene.log_field), scene.variance * (2 - 2 * scene.rate * scene.norm)
    yield _along(scene, scene.norm, scene.oja_field), 2 * scene.variance * (scene.one - scene.norm)


def orbits(flint: Any, n: int) -> Pairs:
    """For λ = 1 the fields are parallel; and F_λ at w/√λ is √λ F_1 at w, both sides times σ² and a power of λ."""
    scene = _scene(flint, n)
    unit = [p.compose(*_values(scene, {"rate": scene.one}), ctx=scene.context) for p in scene.log_field]
    for r in scene.inputs:
        yield unit[r], scene.oja_field[r]
        scaled = {f"w{k}": scene.rate * scene.w[k] for k in scene.inputs}  # w ↦ μ w with λ ↦ 1/μ²: no roots needed
        moved = (scene.image[r] * scene.rate**2 - scene.variance * scene.w[r]).compose(
            *_values(scene, scaled), ctx=scene.context
        )
        yield moved, scene.rate**3 * unit[r]


def lyapunov(flint: Any, n: int) -> Pairs:
    """⟨∇L, O⟩ = −σ²‖∇L‖² at λ = 1, times σ²; J − Jᵀ of Oja's field; and the Jacobian of F, times σ⁴, is symmetric."""
    scene = _scene(flint, n)
    descent = [_slope(scene.variance, r) / 2 - scene.variance / 2 * _slope(scene.norm, r) for r in scene.inputs]  # −σ²∇L
    yield _dot(descent, scene.oja_field), _dot(descent, descent)
    for r in scene.inputs:
        for k in range(r):
            curl = _slope(scene.oja_field[k], r) - _slope(scene.oja_field[r], k)
            yield curl, 2 * (scene.image[k] * scene.w[r] - scene.w[k] * scene.image[r])
            yield _jacobian(scene, k, r), _jacobian(scene, r, k)


def _jacobian(scene, row, column):
    """σ⁴ ∂F_row/∂w_column, by the quotient rule."""
    numerator, variance = scene.log_field[row], scene.variance
    return _slope(numerator, column) * variance - numerator * _slope(variance, column)


def stability(flint: Any, n: int) -> Pairs:
    """Every entry of both Jacobians at e_k for diagonal C, with λ = 1, times μ_k² for the first."""
    scene = _scene(flint, n)
    diagonal = {f"c{r}{c}": 0 * scene.one for r in scene.inputs for c in range(r)} | {"rate": scene.one}
    for k in scene.inputs:
        at = _values(scene, diagonal | {f"w{r}": (scene.one if r == k else 0 * scene.one) for r in scene.inputs})
        for row in scene.inputs:
            for column in scene.inputs:
                mu, mu_k = scene.c[row][row], scene.c[k][k]
                expected = (mu - mu_k - (2 * mu_k if row == k else 0)) * (1 if row == column else 0)
                yield _slope(scene.oja_field[row], column).compose(*at, ctx=scene.context), expected
                yield _jacobian(scene, row, column).compose(*at, ctx=scene.context), mu_k * expected


def _values(scene, changes):
    return [changes.get(name, generator) for name, generator in scene.named.items()]


def steps(flint: Any, n: int) -> Pairs:
    """One discrete step w' = w + ηF, times σ²: wᵀw', ‖w'‖² and wᵀC w'."""
    scene = _scene(flint, n)
    left = scene.one - scene.eta * scene.rate
    after = [scene.variance * v + scene.eta * field for v, field in zip(scene.w, scene.log_field, strict=True)]
    image2 = _dot(scene.image, scene.image)
    yield _dot(scene.w, after), scene.variance * (left * scene.norm + scene.eta)
    yield _dot(scene.image, after), left * scene.variance**2 + scene.eta * image2
    squares = left**2 * scene.norm * scene.variance**2 + 2 * scene.eta * left * scene.variance**2 + scene.eta**2 * image2
    yield _dot(after, after), squares


def epsilon(flint: Any, n: int) -> Pairs:
    """With ε: w·F, the gradient of L and the radial part of the Jacobian, times powers of σ² + ε."""
    scene = _scene(flint, n)
    larger = scene.variance + scene.epsilon
    field = [a - scene.rate * larger * v for a, v in zip(scene.image, scene.w, strict=True)]
    yield _dot(scene.w, field), scene.variance - scene.rate * scene.norm * larger
    for r in scene.inputs:
        yield _slope(larger, r) / 2 - larger * scene.rate / 2 * _slope(scene.norm, r), field[r]
        # along w the slope of C w/(σ² + ε) is C w (ε − σ²)/(σ² + ε)²
        radial = _along_w(scene, scene.image[r]) * larger - scene.image[r] * _along_w(scene, larger)
        yield radial, scene.image[r] * (scene.epsilon - scene.variance)
