"""The engines: independent ways to be told that a claim is wrong.

===============  ==========================================================================  ================
kind             what it does                                                                 engine
===============  ==========================================================================  ================
symbolic         normal form of ``left − right``, sizes symbolic                              SymPy
exact            both sides evaluated in exact numbers at concrete sizes, no tolerance        dual numbers
autodiff         a loss written separately, differentiated by a machine, in float64           JAX
polynomial       identities of polynomials in every entry, at several sizes                   python-flint
solver           validity over the real numbers, and refutation of wrong variants             z3
counterexample   a few lines of NumPy that anyone can run                                     NumPy
kernel           theorems stated again, with their proofs (``kernel``)                        Coq
===============  ==========================================================================  ================

``run`` returns what was found and raises ``Contradiction`` where the claim is wrong. An engine that is not installed raises
``EngineMissing``; the ledger then says *not run*.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from sympy import Expr, Idx, Indexed

from lvicreg.calculus import Definitions, H, Mean, NotLocal, factor, is_zero, relu, resolve
from lvicreg.calculus.indexed import free_indices, size_of

from .arrays import sample, value
from .distributions import outcomes
from .exact import Evaluator
from .points import Point
from .surds import ZERO, Surd

if TYPE_CHECKING:
    from .claim import Equation


class Contradiction(AssertionError):
    """An engine found that a claim is wrong, or that a check could not have failed."""


class EngineMissing(Exception):
    """An engine is not installed, so its check was not run."""


def _engine(name: str) -> ModuleType:
    """The engine's module; an import that fails anywhere else is a broken check, not a missing engine."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise EngineMissing(f"{name} is not installed") from missing


class Evidence(Protocol):
    """What a claim needs of an engine."""

    kind: ClassVar[str]
    engine: ClassVar[str]

    def run(self) -> str:
        """Check, and say in a few words what was found."""
        ...


@dataclass(frozen=True)
class Symbolic:
    """Equations decided by normal form at symbolic sizes."""

    holds: tuple[Equation, ...]
    fails: tuple[Equation, ...] = ()
    kind: ClassVar[str] = "symbolic"
    engine: ClassVar[str] = "SymPy"

    def run(self) -> str:
        for equation in self.holds:
            if not _is_identity(equation):
                raise Contradiction(f"the normal form of the difference is not zero: {equation.left} = {equation.right}")
        for equation in self.fails:
            if _is_identity(equation):
                raise Contradiction(f"was to fail, but the difference is zero: {equation.left} = {equation.right}")
        return f"{len(self.holds)} hold, {len(self.fails)} fail"


def _is_identity(equation: Equation) -> bool:
    left, right = (resolve(side, equation.definitions) for side in (equation.left, equation.right))
    return is_zero(left - right, equation.definitions)


@dataclass(frozen=True)
class Exact:
    """Equations evaluated in exact numbers, for small and for large values.

    At each point at values of the free indices among which every pattern of coincidences occurs, and ``entries`` others.
    What stands inside a hinge or a step matters only where it decides between 0 and 1: there, at one entry
    of each of ``hinged`` more points, with values of the order of thresholds and less.
    """

    holds: tuple[Equation, ...]
    fails: tuple[Equation, ...] = ()
    kind: ClassVar[str] = "exact"
    engine: ClassVar[str] = "dual numbers"
    scales: ClassVar[tuple[Fraction, ...]] = (Fraction(1, 8), Fraction(4))
    entries: ClassVar[int] = 4
    hinged: ClassVar[int] = 128

    def run(self) -> str:
        evaluated = sum(map(self._verified, self.holds))
        found = [self._counterexample(equation) for equation in self.fails]
        return "; ".join([f"equal at {evaluated} entries"] * bool(evaluated) + found)

    def _verified(self, equation: Equation) -> int:
        """The number of entries at which both sides were found equal, not all of them zero."""
        evaluated = 0
        for seed in range(10):
            vacuous = equation.right != 0
            for where, left, right in self.values(equation, seed):
                if left != right:
                    raise Contradiction(f"{left} ≠ {right} at {where}: {equation.left} = {equation.right}")
                evaluated += 1
                vacuous = vacuous and left == ZERO
            if not vacuous:
                return evaluated
        raise Contradiction(f"both sides are 0 wherever evaluated: {equation.left} = {equation.right}")

    def _counterexample(self, equation: Equation) -> str:
        for where, left, right in self.values(equation, seed=0):
            if left != right:
                return f"{left} ≠ {right} at {where}"
        raise Contradiction(f"was to fail, but no counterexample was found: {equation.left} = {equation.right}")

    def values(self, equation: Equation, seed: int) -> Iterator[tuple[str, Surd, Surd]]:
        """Both sides at several points, each at a few values of the free indices."""
        sides = equation.left, equation.right
        indices = sorted(free_indices(equation.left) | free_indices(equation.right), key=str)
        means = set().union(*(side.atoms(Mean) for side in sides))
        scales = self.scales[-1:] if means else self.scales  # a mean is of a polynomial, the same on every scale
        points = [Point(sizes, scale, seed) for sizes, scale in product(equation.sizes, scales)]
        if any(side.has(H, relu) for side in sides):
            points += [Point(equation.sizes[0], Fraction(1, 2 ** (more % 4)), seed + more) for more in range(self.hinged)]
        for number, point in enumerate(points):
            for mean in means:
                outcomes(mean.args[1], point)  # the law fixes its parameters before either side is evaluated
            evaluator = Evaluator(point, equation.definitions)
            places = self._places(indices, [evaluator.length(index) for index in indices])
            extra = number >= len(equation.sizes) * len(scales)
            for place in [places[number % len(places)]] if extra else places:
                at = dict(zip(indices, place, strict=True))
                try:
                    left, right = (evaluator.value(side, at) for side in sides)
                except ZeroDivisionError:
                    if not extra:
                        raise
                    continue  # a unit that is constant, or inactive: among many points some are not in the claim's domain
                yield f"{point}, {at}", left, right

    def _places(self, indices: list[Idx], lengths: list[int]) -> list[tuple[int, ...]]:
        """Values of the indices: one for each way in which some of the same range coincide, and a few more."""
        places = list(product(*map(range, lengths)))
        random.Random(0).shuffle(places)
        sizes = [size_of(index) for index in indices]
        patterns = {}
        for place in reversed(places):
            at = list(zip(sizes, place, strict=True))
            patterns[tuple(map(at.index, at))] = place
        return list(dict.fromkeys([*patterns.values(), *places[: self.entries]]))


def _close(left: Any, right: Any, what: str) -> None:
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if left.shape != right.shape:
        raise Contradiction(f"{what}: shapes {left.shape} and {right.shape}")
    scale = max(np.max(np.abs(left)), np.max(np.abs(right)), 1e-300)
    error = np.max(np.abs(left - right)) / scale
    if not error <= 1e-10:
        raise Contradiction(f"{what}: relative difference {error:.1e}")


def _jax() -> ModuleType:
    jax = _engine("jax")
    jax.config.update("jax_enable_x64", True)
    return jax


Loss = Callable[[ModuleType, Any, Any], Any]


@dataclass(frozen=True)
class Autodiff:
    """A claimed derivative against JAX's derivative of a loss that was written separately.

    ``loss(np, W, data)`` is given ``jax.numpy``, the weights, and the other primitive quantities by name; the activation
    function is tanh. ``claimed`` may have, beside the weight's two indices, that of a sample; then ``loss`` returns one
    value a sample.
    """

    loss: Loss
    claimed: Expr
    definitions: Definitions
    values: Mapping[str, float] = field(default_factory=dict)  # of scalars that are not to be drawn at random
    sizes: Mapping[str, int] = field(default_factory=lambda: {"N": 3, "M": 4, "B": 5})
    kind: ClassVar[str] = "autodiff"
    engine: ClassVar[str] = "JAX"

    def run(self) -> str:
        return self.compared(self.claimed, self.definitions)

    def compared(self, claimed: Expr, definitions: Definitions) -> str:
        """What comes of a claim, this one or another, about the same loss."""
        for scale, data, found in self._derivatives:
            _close(found, value(claimed, definitions, data), f"JAX and the claim differ at scale {scale}")
        if not any(np.any(found) for _, _, found in self._derivatives):
            raise Contradiction("the derivative is 0 at every point tried")
        return f"{len(self._derivatives)} points, relative 1e-10"

    @cached_property
    def _derivatives(self) -> list[tuple[float, SimpleNamespace, np.ndarray]]:
        """The points, small values and large ones, and JAX's derivative there."""
        jax, found = _jax(), []
        # compiled once for both scales: the data are arguments, and JAX compiles a whole program faster than its pieces
        derivative = jax.jit(jax.jacobian(lambda weights, data: self.loss(jax.numpy, weights, SimpleNamespace(**data))))
        for scale in (0.2, 2.0):
            data = sample(self.claimed, self.definitions, self.sizes, scale)
            vars(data).update(self.values)
            found.append((scale, data, np.asarray(derivative(data.W, vars(data)))))
        return found


@dataclass(frozen=True)
class Numbers:
    """Pairs of arrays that must agree, computed with JAX by a function written separately from the calculus."""

    pairs: Callable[[ModuleType, np.random.Generator], Iterable[tuple[Any, Any]]]
    kind: ClassVar[str] = "autodiff"
    engine: ClassVar[str] = "JAX"

    def run(self) -> str:
        compared = 0
        jax = _jax()
        pairs = jax.jit(lambda: list(self.pairs(jax, np.random.default_rng(0))))()
        for number, (left, right) in enumerate(pairs, start=1):
            _close(left, right, f"pair {number}")
            compared = number
        if not compared:
            raise Contradiction("nothing was compared")
        return f"{compared} pairs, relative 1e-10"


@dataclass(frozen=True)
class Fractions:
    """Pairs of exact numbers that must be equal, computed in plain Python by a function of its own."""

    pairs: Callable[[], Iterable[tuple[Any, Any]]]
    kind: ClassVar[str] = "exact"
    engine: ClassVar[str] = "fractions"

    def run(self) -> str:
        compared = list(self.pairs())
        for left, right in compared:
            if left != right:
                raise Contradiction(f"{left} ≠ {right}")
        if not any(left for left, _ in compared):
            raise Contradiction("nothing but zeros was compared")
        return f"{len(compared)} equal"


@dataclass(frozen=True)
class Polynomials:
    """Pairs of polynomials that must be equal, built by python-flint from the entries of matrices and vectors.

    ``pairs(flint, n)`` is asked for them at every size ``n`` up to six.
    """

    pairs: Callable[[ModuleType, int], Iterable[tuple[Any, Any]]]
    kind: ClassVar[str] = "polynomial"
    engine: ClassVar[str] = "python-flint"
    sizes: ClassVar[range] = range(2, 7)

    def run(self) -> str:
        flint, compared = _engine("flint"), 0
        for n in self.sizes:
            pairs = list(self.pairs(flint, n))
            for number, (left, right) in enumerate(pairs, start=1):
                if left != right:
                    raise Contradiction(f"identity {number} fails at n = {n}")
            if not any(left != 0 for left, _ in pairs):
                raise Contradiction(f"nothing but zeros was compared at n = {n}")
            compared += len(pairs)
        return f"{compared} identities, n = {self.sizes[0]} to {self.sizes[-1]}"


@dataclass(frozen=True)
class Locality:
    """Updates that factor into presynaptic × postsynaptic × population parts, and updates that do not."""

    local: tuple[tuple[Expr, Definitions], ...]
    nonlocal_: tuple[tuple[Expr, Definitions], ...]
    target: Indexed
    sample: Idx
    kind: ClassVar[str] = "symbolic"
    engine: ClassVar[str] = "factoring"

    def run(self) -> str:
        found = []
        for update, definitions in self.local:
            try:
                found.append(f"{len(factor(update, self.target, self.sample, definitions))} local terms")
            except NotLocal as reason:
                raise Contradiction(f"was to be local, but {reason}") from reason
        for update, definitions in self.nonlocal_:
            try:
                terms = factor(update, self.target, self.sample, definitions)
            except NotLocal as reason:
                found.append(f"not local: {reason}")
            else:
                raise Contradiction(f"was not to be local, but factors into {terms}")
        return "; ".join(found)


def _satisfiable(z3: ModuleType, formula: Any) -> Any:
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.add(formula)
    return solver.check()


@dataclass(frozen=True)
class Solver:
    """Formulas over the real numbers that must be valid, and wrong ones for which a counterexample must exist."""

    formulas: Callable[[ModuleType], tuple[Mapping[str, Any], Mapping[str, Any]]]
    kind: ClassVar[str] = "solver"
    engine: ClassVar[str] = "z3"

    def run(self) -> str:
        z3 = _engine("z3")
        valid, invalid = self.formulas(z3)
        for expected, formulas in ((z3.unsat, valid), (z3.sat, invalid)):
            for name, formula in formulas.items():
                answer = _satisfiable(z3, z3.Not(formula))
                if answer != expected:
                    raise Contradiction(f"{name}: the negation is {answer}, expected {expected}")
                if z3.is_implies(formula) and _satisfiable(z3, formula.arg(0)) == z3.unsat:
                    raise Contradiction(f"{name}: nothing satisfies its hypotheses")
        return f"{len(valid)} valid, {len(invalid)} refuted"


@dataclass(frozen=True)
class Counterexample:
    """Code of a few lines, with ``np`` at hand, that sets ``left`` and ``right`` to two numbers that differ."""

    code: str
    kind: ClassVar[str] = "counterexample"
    engine: ClassVar[str] = "NumPy"

    def run(self) -> str:
        names: dict[str, Any] = {"np": np}
        exec(self.code, names)
        left, right = np.asarray(names["left"]), np.asarray(names["right"])
        if np.allclose(left, right):
            raise Contradiction(f"the two sides agree: {left} and {right}")
        return f"{np.array2string(left, precision=4)} ≠ {np.array2string(right, precision=4)}"
