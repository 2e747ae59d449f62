"""Where log-variance with weight decay comes to rest on your data: the fixed points, and which of them are stable.

For a linear unit on zero-mean input with covariance ``C`` the mean update is

    F(w) = C w/(wᵀ C w + ε) − λ w

Its fixed points are the eigenvectors ``v_k`` of ``C`` with ``μ_k > λε``, of norm ``√(1/λ − ε/μ_k)``, and the origin where
``ε > 0``. Proven in ``derivations/oja_stability.py``: claims oja.stability, oja.step-size, oja.epsilon. With ``λ = 1`` and
``ε = 0`` these are the fixed points of Oja's rule where its variance is positive (claim oja.fixed-points).
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.floating[Any]]

__all__ = ["FixedPoint", "fixed_points"]


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """The fixed points that belong to one eigenvalue of ``C``: every vector of norm ``norm`` in the span of ``basis``.

    ``eigenvalue``
        ``μ_k``, in units of the input squared; NaN for the origin.
    ``basis``
        Orthonormal eigenvectors, shape ``(m, M)``, one a row; ``m`` is the multiplicity, 0 for the origin.
    ``norm``
        ``√(1/λ − ε/μ_k)``.
    ``rates``
        The eigenvalues of the Jacobian of ``F``, shape ``(M,)``: ``−2λ(1 − λε/μ_k)`` along the fixed point, then
        ``λ(μ_j/μ_k − 1)`` for every other eigenvector; for the origin ``μ_j/ε − λ``.
    ``stable``
        Whether weights nearby return to this set: ``μ_k`` is the largest eigenvalue. For the origin, whether
        ``μ_1 ≤ λε``; at equality the return is algebraic, like ``t^{−1/2}``.
    ``largest_step``
        The learning rate below which steps ``w + η F(w)`` converge to it from nearby; 0 where it is not stable.
    """

    eigenvalue: float
    basis: Array
    norm: float
    rates: Array
    stable: bool
    largest_step: float

    @property
    def weights(self) -> Array:
        """One fixed point for each row of ``basis``, shape ``(m, M)``; minus each of them is one too."""
        return self.norm * self.basis

    @property
    def dimension(self) -> int:
        """The dimension of the sphere that the fixed points form: 0 for the two points ``±v_k``; −1 for the origin."""
        return len(self.basis) - 1

    def __str__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        if self.dimension < 0:
            return f"origin, {kind}"
        shape = "two points" if self.dimension == 0 else f"a sphere of dimension {self.dimension}"
        return f"eigenvalue {self.eigenvalue:.6g}: {shape} of norm {self.norm:.6g}, {kind}"


def fixed_points(C: ArrayLike, decay: float = 1.0, epsilon: float = 0.0) -> tuple[FixedPoint, ...]:
    """The fixed points of the mean log-variance update with weight decay, and their stability.

    ``C``
        Covariance of the input, shape ``(M, M)``, symmetric and positive semidefinite.
    ``decay``
        ``λ > 0``, from the loss ``(λ/2)‖w‖²``.
    ``epsilon``
        ``ε ≥ 0``, added to the variance, in its units.

    Returns one ``FixedPoint`` for each eigenvalue ``μ_k > λε``, in descending order, and then the origin where ``ε > 0``.
    Only the first is stable, which is the origin where it is the only one. Eigenvalues that differ by rounding,
    ``max(M, 10)`` times the machine's precision relative to the largest, count as one that is repeated: its fixed points
    form a sphere. With ``ε = 0`` the update is undefined where ``C w = 0``, so that ``C = 0`` has no fixed point.

    Raises ``ValueError`` where ``C`` is not a finite square matrix, not symmetric or not positive semidefinite (beyond
    rounding), ``λ`` is not positive or ``ε`` is negative, or ``C`` or ``ε`` so small that its rounding errors would underflow;
    the message says by how much. Raises ``TypeError`` where they are not
    real numbers.

    Source: note, log-variance loss; Oja 1982, J. Math. Biol. 15, 267; claims oja.fixed-points, oja.decay-scale,
    oja.stability, oja.step-size, oja.epsilon.
    """
    C, decay, epsilon = _checked(C, decay, epsilon)
    with np.errstate(over="ignore"):  # seen below
        spectrum, vectors = np.linalg.eigh(C)
    spectrum, vectors = spectrum[::-1].astype(np.float64), vectors[:, ::-1].T
    rounding = max(len(C), 10) * np.finfo(C.dtype).eps * np.abs(spectrum).max()
    if not np.isfinite(rounding):
        raise ValueError(f"the eigenvalues of C are beyond the range of {C.dtype}; its entries go up to {np.abs(C).max():.6g}")
    if spectrum[-1] < -rounding:
        raise ValueError(f"C must be positive semidefinite; its smallest eigenvalue is {spectrum[-1]:.6g}")
    spectrum = np.where(np.abs(spectrum) <= rounding, 0.0, spectrum)
    ends = np.append(np.flatnonzero(-np.diff(spectrum) > rounding) + 1, len(C))
    points: list[FixedPoint] = []
    for start, end in zip(np.append(0, ends[:-1]), ends, strict=True):
        spectrum[start:end] = mu = float(spectrum[start])
        if mu > decay * epsilon:
            share = decay * epsilon / mu
            radial, across = -2 * decay * (1 - share), np.delete(spectrum, start) / mu - 1
            rates, stable = np.append(radial, decay * across), not points
            norm = float(np.sqrt((1 - share) / decay))
            points.append(FixedPoint(mu, vectors[start:end], norm, rates, stable, _largest_step(rates, stable)))
    if epsilon > 0:
        with np.errstate(over="ignore"):  # a rate beyond all numbers is infinite, and no step is small enough for it
            rates, stable = spectrum / epsilon - decay, not points
        points.append(FixedPoint(float("nan"), vectors[:0], 0.0, rates, stable, _largest_step(rates, stable)))
    return tuple(points)


def _largest_step(rates: Array, stable: bool) -> float:
    """The multiplier ``1 + η·rate`` of every direction stays above −1 for steps below this."""
    if not stable:
        return 0.0
    return float(2 / -rates.min()) if rates.min() < 0 else float("inf")


def _least(dtype: Any) -> float:
    """The least number whose rounding error is a normal number too."""
    about = np.finfo(dtype)
    return float(about.tiny / about.eps)


def _checked(C: ArrayLike, decay: float, epsilon: float) -> tuple[Array, float, float]:
    matrix = np.asarray(C)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"C must be a square matrix, shape (M, M); got shape {matrix.shape}")
    if not (np.issubdtype(matrix.dtype, np.floating) or np.issubdtype(matrix.dtype, np.integer)):
        raise TypeError(f"C must be an array of real numbers; got dtype {matrix.dtype}")
    precision = np.result_type(matrix.dtype, np.float32)
    matrix = matrix.astype(min(precision, np.dtype(np.float64), key=lambda dtype: dtype.itemsize), copy=False)
    if not np.isfinite(matrix).all():
        raise ValueError(f"C must be finite; {np.count_nonzero(~np.isfinite(matrix))} of its entries are not")
    skew = float(np.abs(matrix - matrix.T).max())
    if skew > len(matrix) * np.finfo(matrix.dtype).eps * np.abs(matrix).max():
        raise ValueError(f"C must be symmetric; C and its transpose differ by up to {skew:.6g}")
    for name, number in (("decay", decay), ("epsilon", epsilon)):
        if not isinstance(number, Real):
            raise TypeError(f"{name} must be a real number; got {number!r}")
    decay, epsilon = float(decay), float(epsilon)
    if not (decay > 0 and np.isfinite(decay)):
        raise ValueError(f"decay must be a positive number; got {decay}")
    if not (epsilon >= 0 and np.isfinite(epsilon)):
        raise ValueError(f"epsilon must be a number that is not negative; got {epsilon}")
    for name, size, least in (
        ("C", float(np.abs(matrix).max()), _least(matrix.dtype)),
        ("epsilon", epsilon, _least(np.float64)),
    ):
        if 0 < size < least:
            raise ValueError(
                f"{name} is too small for its rounding errors to be known: scale it above {least:.3g}; got {size:.3g}"
            )
    return matrix / 2 + matrix.T / 2, decay, epsilon
