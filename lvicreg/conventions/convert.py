"""Coefficients from one convention to another, exactly or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

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
    _check_sizes(N, B, nominal)
    given, wanted = (_terms(coefficients, convention, B, nominal) for convention in (source, target))
    converted = {}
    for name, coefficient in coefficients.items():
        old, new = given[name], wanted[name]
        _check_ratio(name, (old, _label(source)), (new, _label(target)), B)
        ratio = _size(old, N, B, nominal) / _size(new, N, B, nominal)
        converted[name] = exact(coefficient, name) * ratio
    return converted


def for_rules(
    coefficients: Coefficients, source: str | Convention, *, N: int, B: int, nominal: int | None = None
) -> dict[str, Fraction]:
    """The coefficients by which to multiply the updates of ``lvicreg.rules``, by the rules' names.

    Call each rule for every view that learns, with the other view as ``z_prev``, and with the convention's γ and ε:

    >>> for_rules({"variance": 25, "covariance": 1}, "lightly", N=2048, B=256)
    {'variance': Fraction(25, 4096), 'covariance': Fraction(1, 2048)}

    Args and errors are those of ``convert``. The rules take variances with ddof = 1, inside the root.

    Raises:
        NoRatio: the convention has another ddof in the variance, ε outside the root, or differentiates the one-sample
            covariance through the mean.
    """
    _check_sizes(N, B, nominal)
    terms = _terms(coefficients, source, B, nominal)
    found = {}
    for name, coefficient in coefficients.items():
        term = terms[name]
        unlike = term.unlike_the_rule(B)
        if unlike:
            raise NoRatio(f"{name}: {unlike} in {_label(source)}")
        found[term.rule] = exact(coefficient, name) * term.weight(N, B, nominal or B)
    return found


def _label(convention: str | Convention) -> str:
    return convention if isinstance(convention, str) else convention.source


def _terms(coefficients: Coefficients, convention: str | Convention, B: int, nominal: int | None) -> Mapping[str, Term]:
    """The convention's terms, after checking that it has one for every coefficient, and for these sizes."""
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
        convention.terms[name].check_sizes(B, B if nominal is None else nominal)
    return convention.terms


def _check_sizes(N: int, B: int, nominal: int | None) -> None:
    for name, size in {"N": N, "B": B, "nominal": B if nominal is None else nominal}.items():
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"{name} must be a whole number; got {size!r}")
        if size < 2:
            raise ValueError(f"{name} must be at least 2, for variances and covariances to exist; got {size}")


def _check_ratio(name: str, old: tuple[Term, str], new: tuple[Term, str], B: int) -> None:
    """Raise if no constant turns the gradient of one term into that of the other; each comes with its convention's name."""
    present = [label for term, label in (old, new) if term.views == "present"]
    both = [label for term, label in (old, new) if term.views != "present"]
    if present and both:
        raise NoRatio(
            f"{name}: in {present[0]} the present view alone learns, in {both[0]} both do; no factor makes up for that"
        )
    before, after = (term.shape(B) for term, _ in (old, new))
    unlike = [f"{key} is {before.get(key)} and {after.get(key)}" for key in before if before[key] != after.get(key)]
    if unlike:
        raise NoRatio(f"{name}: no factor turns the gradient in {old[1]} into that in {new[1]}: {unlike[0]}")


def _size(term: Term, N: int, B: int, nominal: int | None) -> Fraction:
    return Fraction(term.weight(N, B, nominal or B) * term.scale)
