"""The functions of a layer, and what each one's derivative is.

SymPy's own ``Heaviside`` is ½ at 0 and its undefined functions differentiate to ``Subs``; these do neither.
``H(0) = 0`` and ``relu`` has slope 0 at the kink: a choice, the same in every backend of the generated code.
``StopGradient`` has the value of its argument and the derivative 0.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Function, Mul, S, log


class f(Function):
    """The activation function: arbitrary, differentiable.

    >>> from lvicreg.calculus.layer import b, i, network, z
    >>> network.value(z[b, i])
    f(a[b, i])
    """


class f_prime(Function):
    """The derivative ``f'`` of the activation function.

    >>> from lvicreg.calculus import derivative
    >>> from sympy import Symbol
    >>> derivative(f(Symbol("y")), Symbol("y"))
    f_prime(y)
    """


def _positive_factor(argument: Expr) -> tuple[Expr, Expr]:
    """``argument`` as a product of its positive factors and the rest."""
    positive = [factor for factor in Mul.make_args(argument) if factor.is_positive]
    return Mul(*positive), Mul(*(factor for factor in Mul.make_args(argument) if factor not in positive))


class relu(Function):
    """``max(0, ·)``, the hinge; positive factors of the argument stand outside.

    >>> from lvicreg.calculus.layer import i, var
    >>> from sympy import Symbol
    >>> relu(2 * Symbol("y")), relu(var[i] * Symbol("y"))
    (2*relu(y), relu(y)*var[i])
    """

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        scale, rest = _positive_factor(argument)
        return scale * cls(rest) if scale != 1 and rest != 1 else None


class H(Function):
    """Heaviside's step: 1 for positive arguments, 0 for negative ones and at 0; positive factors do not matter.

    >>> from lvicreg.calculus.layer import i, var
    >>> from sympy import Symbol
    >>> H(var[i]), H(-var[i]), H(2 * Symbol("y"))
    (1, 0, H(y))
    """

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        if argument.is_positive:
            return S.One
        if argument.is_nonpositive:
            return S.Zero
        scale, rest = _positive_factor(argument)
        return cls(rest) if scale != 1 else None


class StopGradient(Function):
    """The value of the argument, held constant when differentiating.

    >>> from lvicreg.calculus import derivative
    >>> from sympy import Symbol
    >>> y = Symbol("y")
    >>> derivative(y * SG(y), y)
    StopGradient(y)
    """


SG = StopGradient

DERIVATIVES: dict[type[Function], Callable[[Expr], Expr]] = {
    f: f_prime,
    relu: H,
    log: lambda argument: 1 / argument,
    H: lambda argument: S.Zero,
    StopGradient: lambda argument: S.Zero,
}
