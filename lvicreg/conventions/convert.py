"""Coefficients from one convention to another, exactly or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from numbers import Integral
from typing import Any

from .presets import PRESETS, Convention
from .terms import Number, Term, exact

Coefficients = Mapping[str, Number]


class NoRatio(ValueError):
    """A coefficient that cannot be moved: no constant turns the gradient of one term into that of the other."""


def convert(
    coefficients: Coefficients,
    source: str | Convention,
    target: str | Convention,
    *,
    N: int,
    B: int,
    nominal: int | None = None,
) -> dict[str, Fraction]:
    """The coefficients with which ``target`` has, term by term, the gradient that ``source`` has with ``coefficients``.

    Args:
        coefficients: some or all of ``invariance``, ``variance``, ``covariance``. A float is read as the decimal that Python
            prints for it, so that 0.1 is 1/10.
        source: a name in ``PRESETS``, or a ``Convention``.
        target: likewise.
        N: number of units.
        B: number of samples of the minibatch.
        nominal: the batch size that a code with ``batch="nominal"`` was told; by default ``B``.

    Returns:
        The coefficients as fractions, by the same names. Nothing is rounded.

    Raises:
        TypeError: a coefficient or a size is not a number of its kind.
        ValueError: the name of a preset or of a coefficient is unknown, a term is not stated by a convention, a size is too
            small, or ddof ≥ B.
        NoRatio: the terms differ by more than a factor; the message says in what.
    """
    sizes = _sizes(N, B, nominal)
    given, wanted = (_terms(coefficients, convention, sizes) for convention in (source, target))
    converted = {}
    for name, coefficient in coefficients.items():
        try:
            value = exact(coefficient, name)
            converted[name] = value * ratio(given[name], wanted[name], *sizes) if value else value
        except NoRatio as unlike:
            raise NoRatio(f"{name}: no factor turns {_label(source)} into {_label(target)}: {unlike}") from None
    return converted


def for_rules(
    coefficients: Coefficients, source: str | Convention, *, N: int, B: int, nominal: int | None = None
) -> dict[str, Fraction]:
    """The coefficients by which to multiply the updates of ``lvicreg.rules``, by the rules' names.

    Call each rule for every view that learns, with the other view as ``z_prev`` and with the convention's own γ and ε:

    >>> weights = for_rules({"variance": 25, "covariance": 1}, "lightly", N=2048, B=256)
    >>> weights
    {'variance': Fraction(25, 4096), 'covariance': Fraction(1, 2048)}
    >>> epsilon = float(PRESETS["lightly"].variance.epsilon)

    and then ``float(weights["variance"]) * rules.variance(x, z, slope, epsilon=epsilon)`` for either view.

    Args:
        coefficients: as for ``convert``.
        source: as for ``convert``.
        N: number of units.
        B: samples in a minibatch.
        nominal: as for ``convert``.

    Returns:
        The coefficients as fractions, by the names of the rules. Nothing is rounded.

    Raises:
        TypeError, ValueError: as for ``convert``.
        NoRatio: the convention has another ddof in the variance than the rules, ε outside the root, or differentiates the
            one-sample covariance through the mean.
    """
    sizes = _sizes(N, B, nominal)
    terms = _terms(coefficients, source, sizes)
    found = {}
    for name, coefficient in coefficients.items():
        term = terms[name]
        unlike = term.unlike_the_rule(sizes[1])
        if unlike:
            raise NoRatio(f"{name} of {_label(source)}: {unlike}")
        found[term.rule] = exact(coefficient, name) * term.weight(*sizes)
    return found


def _label(convention: str | Convention) -> str:
    return convention if isinstance(convention, str) else convention.source


def _terms(coefficients: Coefficients, convention: str | Convention, sizes: tuple[int, int, int]) -> Mapping[str, Term]:
    """The convention's terms, after checking that it has one for every coefficient, and for these sizes."""
    if not isinstance(convention, (str, Convention)):
        raise TypeError(f"a convention is a name or a Convention; got {type(convention).__name__}")
    label = _label(convention)
    if isinstance(convention, str):
        if convention not in PRESETS:
            raise ValueError(f"unknown convention {convention!r}; choose from {', '.join(PRESETS)}, or make a Convention")
        convention = PRESETS[convention]
    for name in coefficients:
        if name not in ("invariance", "variance", "covariance"):
            raise ValueError(f"unknown coefficient {name!r}; choose from invariance, variance, covariance")
        if name not in convention.terms:
            raise ValueError(f"{label} does not state its {name} term; it has {', '.join(convention.terms)}")
        convention.terms[name].check_sizes(*sizes)
    return convention.terms


def _sizes(N: int, B: int, nominal: int | None) -> tuple[int, int, int]:
    """The sizes as Python's own integers; the nominal batch size is by default the actual one."""
    found: list[int] = []
    for name, size in {"N": N, "B": B, "nominal": B if nominal is None else nominal}.items():
        if isinstance(size, bool) or not isinstance(size, Integral):
            raise TypeError(f"{name} must be a whole number; got {size!r}")
        if size < 1:
            raise ValueError(f"{name} must be a positive number; got {size}")
        found.append(int(size))
    return found[0], found[1], found[2]


def ratio(old: Term, new: Term, N: Any, B: Any, nominal: Any) -> Any:
    """The factor by which a coefficient moves from one term to another: fractions for numbers, expressions for symbols.

    Raises:
        NoRatio: there is none.
    """
    before, after = old.shape(B), new.shape(B)
    for name in before:
        if before[name] != after.get(name):
            raise NoRatio(f"{name} is {before[name]} in the one, {after.get(name)} in the other")
    if old.views != new.views and "present" in (old.views, new.views):
        raise NoRatio("in one the present view alone learns, in the other both do")
    return old.weight(N, B, nominal) * old.scale(B) / (new.weight(N, B, nominal) * new.scale(B))
