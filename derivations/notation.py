"""How the note's symbols are written, and what the arguments of the generated functions mean."""

from collections.abc import Mapping
from typing import Any

from sympy import Expr, S

from lvicreg.calculus import Definitions, Descent, Sigma, Synapse, layer
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.layer import W, b, p, q, synapse, t
from lvicreg.codegen.rule import Parameter, Rule

TEXT = layer.TEXT | {
    "decay": "λ", "lambda_inv": "λ_inv", "lambda_var": "λ_var", "lambda_cov": "λ_cov", "z_prev": "z'",
    "K_diagonal": "diag(K)", "Ku": "(K u)", "K_off": "K°", "K_off_u": "(K° u)",
    "u_loud": "û", "K_loud": "K̂", "K_loud_off": "K̂°", "Ku_loud": "(K̂° û)", "G_loud": "Ĝ", "Gu_loud": "(G̃ û)",
    "u_rest": "ũ", "var_rest": "ṽ", "G_rest": "G̃", "Gu_rest": "(G ũ)",
}  # fmt: skip

LATEX = layer.LATEX | {
    "decay": r"\lambda", "K_diagonal": r"\mathrm{diag}(K)", "Ku": "(K u)",
    "K_off": r"K^{\circ}·", "K_off_u": r"(K^{\circ} u)",
    "z_loud": r"\hat{z}", "mean_loud": r"\hat{m}", "u_loud": r"\hat{u}", "K_loud": r"\hat{K}", "G_loud": r"\hat{G}",
    "K_loud_off": r"\hat{K}^{\circ}·", "Ku_loud": r"(\hat{K}^{\circ} \hat{u})", "Gu_loud": r"(\tilde{G} \hat{u})",
    "z_rest": r"\tilde{z}", "mean_rest": r"\tilde{m}", "u_rest": r"\tilde{u}", "var_rest": r"\tilde{v}",
    "G_rest": r"\tilde{G}", "Gu_rest": r"(G \tilde{u})", "eigenvalue": r"\chi",
    "lambda_inv": r"\lambda_{\mathrm{inv}}", "lambda_var": r"\lambda_{\mathrm{var}}", "lambda_cov": r"\lambda_{\mathrm{cov}}",
    "epsilon_2": r"\varepsilon_2", "gamma_2": r"\gamma_2",
    # one time step before
    "x_prev": "{x'}", "a_prev": "{a'}", "z_prev": "{z'}", "slope_prev": "f'({a'}·)", "u_prev": "{u'}", "var_prev": "{v'}",
    "mean_prev": r"{\bar{z}'}",
    "C_prev": "{C'}", "sigma_prev": r"{\sigma'}·", "K_prev": "{K'}", "v_prev": "{v'}", "y_prev": "{y'}",
    # products with a covariance matrix, and covariances of several kinds
    "Cw": "(C w)", "Ch": "(C h)", "Cg": "(C g)", "CW": "(W C)", "C_1": "(C_1)",
    "KK": "K^{*}·", "linear_K": "K^{*}·", "true_K": "K^{*}·",
    # inputs and weights, changed
    "xi": "x", "residual": "r", "x_unscaled": r"\tilde{x}", "x_prev_unscaled": r"{\tilde{x}'}", "direction": "d",
    "reflected_w": "{w'}", "reflected_C": "{C'}", "averaging": r"\alpha'", "n0": "n_0",
    "start": "(w_0)·", "share": r"\rho", "ratio": r"\rho", "size": "n", "u_unscaled": r"\tilde{u}",
    "c_inv": r"c_{\mathrm{inv}}", "c_var": r"c_{\mathrm{var}}", "c_cov": r"c_{\mathrm{cov}}",
    "B_nominal": r"B_{\mathrm{nominal}}", "c_right": "c_{+}", "c_left": "c_{-}",
    # one linear unit, and several
    "s": r"\sigma^2", "batch_s": r"\sigma^2_{\mathrm{batch}}", "mixed_s": r"\sigma^2_{\mathrm{mixed}}",
    "X": "x", "Y": "y", "U": "u", "rest": r"(1 - \lVert w_0 \rVert^2)", "shrink": "T^2", "radius": r"\ell",
    "length": r"\ell", "least": r"\chi_1", "next_least": r"\chi_2", "first": r"\mu_i", "second": r"\mu_k",
    "cosine": r"(\cos\theta)", "sine": r"(\sin\theta)", "cosine2": r"\cos^2\theta", "sine2": r"\sin^2\theta",
    "slope_W": r"(\nabla_W L)", "slope_V": r"(\nabla_V L)",
    "common": "K", "step": "h",
}  # fmt: skip

PARAMETERS = {name: Parameter(meaning) for name, meaning in layer.MEANINGS.items()} | {
    "slope": Parameter(layer.MEANINGS["slope"], formerly="df"),
    "z_prev": Parameter("activity in the previous time step."),
    "gamma": Parameter("target standard deviation.", 1.0, nonnegative=True),
    "epsilon": Parameter("added to the variance, in its units.", 1e-4, nonnegative=True),
    "beta": Parameter("scale of the loss, a sum over pairs of units.", 1.0),
    "decay": Parameter("weight decay, from the loss (λ/2)‖W‖².", 1.0),
    "lambda_inv": Parameter("coefficient of the invariance term.", 1.0),
    "lambda_var": Parameter("coefficient of the variance term.", 1.0),
    "lambda_cov": Parameter("coefficient of the covariance term.", 1.0),
}


def over_minibatch(loss: Expr) -> Expr:
    """``Σ_b`` of the loss of a sample ``t``."""
    return Sigma(rename(loss, {t: b}), b)


def in_primitives(expr: Expr, definitions: Definitions, values: Mapping[Expr, Any] | None = None) -> Expr:
    """``expr`` with its names expanded, so that it can meet expressions in which the same names stand for something else."""
    return definitions.expand(expr).xreplace({symbol: S(value) for symbol, value in (values or {}).items()})


def rule(
    name: str, summary: str, update: Expr | Descent, definitions: Definitions, reads: Synapse = synapse, /, **about: Any
) -> Rule:
    """A rule for ``W``, from its update or from a loss that it descends: in the note's notation."""
    update, descent = (update.update, update) if isinstance(update, Descent) else (update, None)
    written: dict[str, Any] = {"parameters": PARAMETERS, "notation": TEXT, "latex": LATEX}
    derived = {"update": update, "target": W[p, q], "synapse": reads, "descent": descent}
    return Rule(name=name, summary=summary, definitions=definitions, **derived, **written, **about)
