"""The three terms of a loss, each with everything that its convention must say.

``weight`` is the coefficient of the rule in ``lvicreg.rules`` whose loss has the same form, for each view that learns, from a
``share`` and from ``sizes``: the functions that are called with numbers by ``convert`` are those that are called with symbols,
and proven, in ``derivations/conventions.py``. Only losses of one ``shape`` differ by a constant.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Rational, Real
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

Number: TypeAlias = Any  # an int, float, Decimal, Fraction or str such as "1/3"; kept as a Fraction

LARGEST = 400  # exponent of a number, more than a float's

UNITS: Mapping[str, Callable[[Any], Any]] = {
    "sum": lambda N: 1,
    "mean": lambda N: N,
    "others": lambda N: N - 1,
    "pairs": lambda N: N * (N - 1),
}
SAMPLES: Mapping[str, Callable[[Any], Any]] = {"sum": lambda B: 1, "mean": lambda B: B, "unbiased": lambda B: B - 1}
VIEWS = {"present": Fraction(1), "added": Fraction(1), "averaged": Fraction(1, 2)}

# in docstrings
SUMMED = {"sum": "summed over samples and {}", "mean": "summed over samples and {}, divided by N"}
SUMMED |= {"others": "summed over samples and {}, divided by N − 1", "pairs": "summed over samples, averaged over {}"}
OF_VIEWS = {"present": "", "added": "views added", "averaged": "views averaged: half of each"}


def exact(value: Number, what: str) -> Fraction:
    """The number as a fraction; a float is read as the decimal that Python prints for it.

    Raises:
        TypeError: it is not a number.
        ValueError: it is not finite, or so large or small that its fraction would fill the memory.
    """
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal, str)):
        raise TypeError(f"{what} must be a number, such as 25, 0.5 or Fraction(1, 3); got {type(value).__name__}")
    try:
        if isinstance(value, Rational):  # NumPy's integers wrap, Python's do not
            return Fraction(int(value.numerator), int(value.denominator))
        written = value if isinstance(value, (Decimal, str)) else str(value)
        if abs(_exponent(written)) > LARGEST:
            raise OverflowError("of a number with that many digits")
        return Fraction(written)
    except (ValueError, OverflowError, ZeroDivisionError) as wrong:
        limits = f"of an exponent between −{LARGEST} and {LARGEST}"
        raise ValueError(f"{what} must be a finite number, such as 25, 0.5 or '1/3', {limits}; got {value!r}") from wrong


def _exponent(number: Decimal | str) -> int:
    """Of a decimal number; 0 of a fraction, and of what is no number."""
    try:
        return Decimal(number).adjusted()
    except InvalidOperation:
        return 0


@dataclass(frozen=True, kw_only=True)
class Term(ABC):
    """What the three have in common: a positive factor, and fields that have a few choices each."""

    factor: Number = 1
    views: str = "present"

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(hint) is Literal and value not in get_args(hint):
                raise ValueError(f"{name} must be one of {', '.join(get_args(hint))}; got {value!r}")
            if name == "ddof" and (isinstance(value, bool) or not isinstance(value, int)):
                raise TypeError(f"ddof must be a whole number, 0 or 1 as a rule; got {value!r}")
            if name == "ddof" and value < 0:
                raise ValueError(f"ddof must be 0, 1 or a larger whole number; got {value}")
            if hint is Number:
                object.__setattr__(self, name, exact(value, name))
        self._positive("factor")

    @property
    def _shares(self) -> tuple[str, str]:
        """What is said of the factor, and of views."""
        factors = {Fraction(1): "", Fraction(1, 2): "with the ½"}
        return factors.get(self.factor, f"times {self.factor}"), OF_VIEWS.get(self.views, "")

    def _positive(self, name: str) -> None:
        if getattr(self, name) <= 0:
            raise ValueError(f"{name} must be positive; got {getattr(self, name)}")

    @property
    @abstractmethod
    def rule(self) -> str:
        """The rule of ``lvicreg.rules`` whose loss has this form."""

    @property
    def share(self) -> Fraction:
        """What does not depend on sizes in the weight."""
        return self.factor * VIEWS.get(self.views, Fraction(1))

    @abstractmethod
    def sizes(self, N: Any, B: Any, nominal: Any) -> tuple[Any, Any]:
        """Numerator and denominator of what does; ``nominal`` is the batch size that a code was told."""

    def weight(self, N: Any, B: Any, nominal: Any) -> Any:
        """The coefficient of that rule for each view that learns."""
        over, under = self.sizes(N, B, nominal)
        return self.share * over / under

    @abstractmethod
    def shape(self, B: Any) -> Mapping[str, Any]:
        """What it must share with another loss that is to be a multiple of it."""

    def scale(self, B: Any) -> Any:
        """How large it is among losses of its shape, the weight aside."""
        return Fraction(1)

    def unlike_the_rule(self, B: int) -> str:
        """What makes it no multiple of the rule's loss, and what to do, in words; empty where it is one."""
        return ""

    @abstractmethod
    def check_sizes(self, N: int, B: int, nominal: int) -> None:
        """Raise a ValueError where there are too few units or samples for it."""

    def _check_samples(self, ddof: int, **sizes: int) -> None:
        for name, size in sizes.items():
            if size < 2:
                raise ValueError(f"{name} must be at least 2, for a variance to exist; got {size}")
            if ddof >= size:
                raise ValueError(f"ddof must be less than the number of samples; got {ddof}, {name} = {size}")


@dataclass(frozen=True, kw_only=True)
class Variance(Term):
    """``factor · Σ_i max(0, γ − √(v_i + ε))`` (hinge) or ``−factor · Σ_i log(v_i + ε)`` (log), for each view.

    ``v_i`` is the variance over samples with ``ddof``; ``units`` says whether units are summed or averaged; ``views`` whether
    those of two views are ``added`` or ``averaged``, or the ``present`` one alone learns. ε stands in the ``root``, or is
    added to the ``deviation``. Whether the ``mean`` is held constant when differentiating makes no difference.

    Raises:
        TypeError: a number is no number, or ddof no whole one.
        ValueError: ε or ddof is negative, another number not positive, or a choice unknown.
    """

    form: Literal["hinge", "log"] = "hinge"
    units: Literal["sum", "mean"] = "sum"
    views: Literal["present", "added", "averaged"] = "present"
    ddof: int = 1
    gamma: Number = 1
    epsilon: Number = Fraction(1, 10_000)
    place: Literal["root", "deviation"] = "root"
    mean: Literal["free", "held"] = "free"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._positive("gamma")
        if self.epsilon < 0:
            raise ValueError(f"epsilon must be 0 or a positive number such as 1e-4; got {self.epsilon}")
        if self.place == "deviation" and (self.form == "log" or self.epsilon >= self.gamma):
            raise ValueError("epsilon is added to the deviation in the hinge only, and less than gamma; choose place='root'")

    @property
    def rule(self) -> str:
        return {"hinge": "variance", "log": "log_variance"}[self.form]

    @property
    def share(self) -> Fraction:
        return super().share * {"hinge": 1, "log": 2}[self.form]  # the rule's own log-variance loss has the ½

    def sizes(self, N: Any, B: Any, nominal: Any) -> tuple[Any, Any]:
        return 1, UNITS[self.units](N)

    def shape(self, B: int) -> Mapping[str, Any]:
        """What a term's shape depends on, the data entering through ``S`` alone where ``v = S/n``, ``n = B − ddof``.

        The hinge is ``γ max(0, 1 − √((S + ε n)/(γ² n)))``; ``log(v + ε)`` is ``log(S + ε n)`` and a constant.
        """
        n = B - self.ddof
        if self.form == "log":
            return {"form": self.form, "ε (B − ddof)": self.epsilon * n}
        in_root = self.epsilon if self.place == "root" else 0
        return {"form": self.form, "ε (B − ddof)": in_root * n, "γ² (B − ddof)": self.scale(B) ** 2 * n}

    def scale(self, B: Any) -> Any:
        """The hinge's threshold, less an ε on the deviation; 1 for the logarithm."""
        if self.form == "log":
            return Fraction(1)
        return self.gamma if self.place == "root" else self.gamma - self.epsilon

    def unlike_the_rule(self, B: int) -> str:
        if self.place == "deviation" and self.epsilon > 0:
            return f"ε stands outside the root: write it as a threshold, gamma={self.scale(B)}, epsilon=0"
        if self.ddof != 1 and (self.form == "hinge" or self.epsilon > 0):
            return f"ddof is {self.ddof}, and that of the rules 1: give them mean, var and alpha=1/(B − {self.ddof})"
        return ""

    def check_sizes(self, N: int, B: int, nominal: int) -> None:
        self._check_samples(self.ddof, B=B)

    def __str__(self) -> str:
        place = {"root": "ε inside the root; H(0) = 0", "deviation": "ε added to the standard deviation; H(0) = 0"}[self.place]
        if self.form == "log":
            place = "σ² = variance + ε"
        return _joined(SUMMED[self.units].format("units"), *self._shares, f"ddof = {self.ddof}", place)


@dataclass(frozen=True, kw_only=True)
class Covariance(Term):
    """``factor · Σ_i Σ_{k≠i} K_ik²`` (exact) or ``factor · Σ_b Σ_i Σ_{k≠i} (u_i^b u_k^b)²`` (one-sample), for each view.

    ``units`` divides by ``N`` (mean), ``N − 1`` (others) or ``N(N − 1)`` (pairs). ``K`` divides by ``B − ddof``, or by
    ``nominal − ddof`` in codes that divide by a batch size they were told; the one-sample form, by ``samples``, by ``B``
    (mean) or ``B − 1`` (unbiased). Whether the ``mean`` is held constant makes a difference in the one-sample form only.

    Raises:
        TypeError: the factor is no number, or ddof no whole one.
        ValueError: the factor is not positive, ddof is negative, or a choice unknown.
    """

    form: Literal["exact", "one-sample"] = "exact"
    units: Literal["sum", "mean", "others", "pairs"] = "sum"
    samples: Literal["sum", "mean", "unbiased"] = "sum"
    views: Literal["present", "added", "averaged"] = "present"
    ddof: int = 1
    batch: Literal["actual", "nominal"] = "actual"
    mean: Literal["free", "held"] = "free"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.form == "exact" and self.samples != "sum":
            raise ValueError("the exact form averages over samples inside K, by ddof; choose samples='sum'")
        if self.form == "one-sample" and (self.ddof, self.batch) != (1, "actual"):
            raise ValueError("the one-sample form has no K to divide: choose by what with samples, and leave ddof and batch")

    @property
    def rule(self) -> str:
        return {"exact": "covariance", "one-sample": "covariance_one_sample"}[self.form]

    def sizes(self, N: Any, B: Any, nominal: Any) -> tuple[Any, Any]:
        divided = UNITS[self.units](N) * SAMPLES[self.samples](B)
        if self.form == "one-sample":
            return 1, divided
        told = {"actual": B, "nominal": nominal}[self.batch]
        return (B - 1) ** 2, divided * (told - self.ddof) ** 2  # the rule's own K has ddof = 1

    def shape(self, B: int) -> Mapping[str, Any]:
        """The form, and for one sample the mean. For B = 2, where u¹ = −u², all forms are one."""
        if B == 2:
            return {"form": "any"}
        return {"form": self.form} if self.form == "exact" else {"form": self.form, "mean": self.mean}

    def scale(self, B: Any) -> Any:
        """For B = 2 the one-sample sum is half of the exact one."""
        return Fraction(1, 2) if B == 2 and self.form == "one-sample" else Fraction(1)

    def unlike_the_rule(self, B: int) -> str:
        held = self.form == "exact" or self.mean == "held" or B == 2
        return "" if held else "the one-sample rule holds the mean constant, and here it is free"

    def check_sizes(self, N: int, B: int, nominal: int) -> None:
        if N < 2:
            raise ValueError(f"N must be at least 2, for a covariance to exist; got {N}")
        self._check_samples(self.ddof, B=B, nominal=nominal)

    def __str__(self) -> str:
        samples = {"sum": "", "mean": "divided by B", "unbiased": "divided by B − 1"}[self.samples]
        mean = {"held": "the mean is held constant", "free": "differentiated through the mean"}[self.mean]
        over = SUMMED[self.units].format("over ordered pairs of units")
        return _joined(over, samples, *self._shares, f"ddof = {self.ddof}" if self.form == "exact" else mean)


@dataclass(frozen=True, kw_only=True)
class Invariance(Term):
    """``factor · Σ_b ‖z^b − z'^b‖²``, of two views; ``units`` and ``samples`` say what is averaged.

    With ``views = "both"`` the gradient flows into both, with ``"present"`` the other is held constant (stop-gradient).

    Raises:
        TypeError: the factor is no number.
        ValueError: the factor is not positive, or a choice unknown.
    """

    units: Literal["sum", "mean"] = "sum"
    samples: Literal["sum", "mean"] = "sum"
    views: Literal["present", "both"] = "present"

    @property
    def rule(self) -> str:
        return "invariance"

    def sizes(self, N: Any, B: Any, nominal: Any) -> tuple[Any, Any]:
        return 1, UNITS[self.units](N) * SAMPLES[self.samples](B)

    def shape(self, B: int) -> Mapping[str, Any]:
        return {}

    def check_sizes(self, N: int, B: int, nominal: int) -> None:
        """Any sizes will do."""

    def __str__(self) -> str:
        samples = {"sum": "", "mean": "divided by B"}[self.samples]
        held = {"present": "the previous activity is held constant (stop-gradient)", "both": "both views learn"}[self.views]
        return _joined(SUMMED[self.units].format("units"), samples, *self._shares, held)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part) + "."
