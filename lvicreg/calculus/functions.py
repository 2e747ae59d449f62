"""The elementwise functions of a layer, in one table: each one's derivative, and how it is written.

The activation function ``f`` is arbitrary, and so are its derivatives. ``relu`` and ``H``, ``Abs`` and ``sign`` have a kink or
a step at 0, and there the slope 0: a choice, the same in every backend of the generated code. SymPy's own ``Heaviside`` is ½ at
0 and its undefined functions differentiate to ``Subs``; these do neither. ``StopGradient`` has the value of its argument and
the derivative 0. ``exp``, ``log``, ``tanh``, ``sin``, ``cos``, ``Abs`` and ``sign`` are SymPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Abs, Expr, Function, Indexed, Mul, S, cos, exp, log, sign, sin, tanh


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


class f_second(Function):
    """The second derivative ``f''`` of the activation function.

    >>> from lvicreg.calculus import derivative
    >>> from sympy import Symbol
    >>> derivative(f_prime(Symbol("y")), Symbol("y"))
    f_second(y)
    """


class sigmoid(Function):
    """The logistic function ``1/(1 + e^{−·})``.

    >>> from lvicreg.calculus import is_zero
    >>> from sympy import Symbol, exp
    >>> y = Symbol("y")
    >>> is_zero(sigmoid(y) - 1 / (1 + exp(-y)))
    True
    """


class softplus(Function):
    """``log(1 + e^·)``, a hinge without a kink.

    >>> from lvicreg.calculus import derivative
    >>> from sympy import Symbol
    >>> derivative(softplus(Symbol("y")), Symbol("y"))
    sigmoid(y)
    """


class Exponential(Function):
    """``e^·`` as the normal form has it: SymPy would make ``e^{a + b}`` of its own ``e^a e^b`` again."""

    def _eval_is_positive(self) -> bool:
        return True


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
    >>> H(Symbol("beta", positive=True)), H(-2), H(2 * Symbol("y")), H(var[i])
    (1, 0, H(y), H(var[i]))
    """

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        if not argument.has(Indexed):  # a quantity that was declared positive may be 0 where its unit is silent
            if argument.is_positive:
                return S.One
            if argument.is_nonpositive:
                return S.Zero
        scale, rest = _positive_factor(argument)
        kept = Mul(*(factor for factor in Mul.make_args(scale) if factor.has(Indexed)))
        return cls(kept * rest) if scale != kept else None


class StopGradient(Function):
    """The value of the argument, held constant when differentiating.

    >>> from lvicreg.calculus import derivative
    >>> from sympy import Symbol
    >>> y = Symbol("y")
    >>> derivative(y * SG(y), y)
    StopGradient(y)
    """


SG = StopGradient


@dataclass(frozen=True)
class Elementwise:
    """What is known of a function of one number: its derivative, and how it is written in text, LaTeX and array code.

    The argument stands where ``{}`` does. A function without array code cannot be generated; ``H`` and ``relu`` are written by
    their kink, beside what they multiply.
    """

    derivative: Callable[[Expr], Expr] | None
    text: str
    latex: str
    code: str = ""


def _standard(derivative: Callable[[Expr], Expr], name: str, latex: str) -> Elementwise:
    """A function that array libraries have."""
    return Elementwise(derivative, f"{name}({{}})", latex, f"xp.{name}({{}})")


ELEMENTWISE: dict[type[Function], Elementwise] = {
    f: Elementwise(f_prime, "f({})", r"f\!\left({}\right)"),
    f_prime: Elementwise(f_second, "f'({})", r"f'\!\left({}\right)"),
    f_second: Elementwise(None, "f''({})", r"f''\!\left({}\right)"),
    relu: Elementwise(H, "max(0, {})", r"\max\!\left(0, {}\right)"),
    H: Elementwise(lambda argument: S.Zero, "H({})", r"H\!\left({}\right)"),
    Abs: Elementwise(sign, "|{}|", r"\left|{}\right|", "xp.abs({})"),
    sign: _standard(lambda argument: S.Zero, "sign", r"\mathrm{{sign}}\!\left({}\right)"),
    StopGradient: Elementwise(lambda argument: S.Zero, "SG({})", r"\mathrm{{SG}}\!\left({}\right)"),
    exp: _standard(exp, "exp", r"e^{{{}}}"),
    Exponential: _standard(Exponential, "exp", r"e^{{{}}}"),
    log: _standard(lambda argument: 1 / argument, "log", r"\log{{\left({} \right)}}"),
    tanh: _standard(lambda argument: 1 - tanh(argument) ** 2, "tanh", r"\tanh\!\left({}\right)"),
    sin: _standard(cos, "sin", r"\sin\!\left({}\right)"),
    cos: _standard(lambda argument: -sin(argument), "cos", r"\cos\!\left({}\right)"),
    # neither overflows, nor loses digits where it is small
    sigmoid: Elementwise(
        lambda argument: sigmoid(argument) * (1 - sigmoid(argument)),
        "sigmoid({})",
        r"\mathrm{{sigmoid}}\!\left({}\right)",
        "(xp.exp((({0}) - xp.abs({0})) / 2) / (1 + xp.exp(-xp.abs({0}))))",
    ),
    softplus: Elementwise(
        sigmoid,
        "softplus({})",
        r"\mathrm{{softplus}}\!\left({}\right)",
        "((({0}) + xp.abs({0})) / 2 + xp.log1p(xp.exp(-xp.abs({0}))))",
    ),
}
