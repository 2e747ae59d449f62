"""What a page prints is read again: every equation's LaTeX, parsed by a reader of its own, has the value of its expression."""

from __future__ import annotations

from itertools import chain

import pytest
from sympy import Expr, Idx, IndexedBase, Mul, Rational, Symbol, sqrt

from derivations import NOTE, covariance
from derivations.notation import LATEX
from lvicreg.calculus import (
    SG,
    At,
    Before,
    D,
    Delta,
    Descent,
    Gaussian,
    Mean,
    Sigma,
    Symmetric,
    distinct,
    f,
    f_prime,
    normal,
    relu,
)
from lvicreg.calculus.definitions import indices_of
from lvicreg.calculus.indexed import rename
from lvicreg.calculus.layer import K, N, W, alpha, b, c, epsilon, i, j, k, l, m, network, p, q, sigma, u, x
from lvicreg.calculus.notation import LETTERS, latex, positive_first, text, tidy
from lvicreg.codegen.equation import as_latex
from tests.calculus.latex_reader import of_known_size, parts, read_again

CLAIMS = {claim.id: claim for claim in NOTE.claims}
RULES = {rule.name: rule for rules in NOTE.rules_of(NOTE.sections).values() for rule in rules}
# an index runs over the components beyond the N-th, or over the eigenvalues that are not zero
BEYOND = {"oja.many-units-threshold", "oja.many-units-identical", "covariance.digits"}


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_the_equations_of_a_claim_say_what_was_checked(claim_id: str) -> None:
    claim, written = CLAIMS[claim_id], NOTE.printed(NOTE.of_section[claim_id])
    for equation in (*claim.holds, *claim.fails):
        meanings = [equation.definitions[name][1] for name in equation.definitions]
        for part in chain.from_iterable(map(parts, (equation.left, equation.right, *meanings))):
            if of_known_size(part, equation.definitions):
                read_again(part, latex(part, written), equation.definitions, written=written)
            else:
                assert claim_id in BEYOND, "an index runs over something else than samples, units or inputs"


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.descent])
def test_every_step_of_a_derivation_says_what_was_done(name: str) -> None:
    descent = RULES[name].descent
    for step in descent.steps:
        for part in parts(step.result):
            read_again(part, latex(part, LATEX), descent.definitions)


@pytest.mark.parametrize("name", RULES)
def test_the_equation_of_a_function_is_its_update(name: str) -> None:
    rule = RULES[name]
    unit, source = indices_of(rule.target)
    letters = {index: Idx(Symbol(letter, integer=True), index.args[1]) for index, letter in ((unit, "i"), (source, "j"))}
    bound = {letter: Idx(Symbol(f"{letter}_", integer=True), letter.args[1]) for letter in letters.values()}
    update = rename(rule.update.xreplace(bound), letters)
    names = [rule.definitions[name][0] for name in rule.definitions]
    read_again(update, as_latex(rule).removeprefix(r"\text{update}_{ij} = "), rule.definitions, names)
    for defined in rule.definitions:
        meaning = rule.definitions[defined][1]
        read_again(meaning, latex(meaning, LATEX), rule.definitions)


w, v, y, C = IndexedBase("w"), IndexedBase("v"), Symbol("y"), Symmetric("C")
NAMES = {"w": "w·′", "y": "Y"}
other = Idx("l", Symbol("A", integer=True, positive=True))
PRINTED = [
    (u[b, i] ** 2 * K[i, k] ** 2, "K_ik² (u_i^b)²", r"\left(K_{ik}\right)^{2} \left(u_{i}^{b}\right)^{2}"),
    (u[b, i] ** -2, None, r"\frac{1}{\left(u_{i}^{b}\right)^{2}}"),
    (2 * y**10 * w[j], "2 Y¹⁰ w_j′", r"2 Y^{10} w_{j}′"),
    (sqrt(y) / 2 + 1 / alpha, "1/alpha + sqrt(Y)/2", r"\frac{1}{\alpha} + \frac{\sqrt{Y}}{2}"),
    (2**y / alpha**2, "2**Y/alpha²", r"\frac{2^{Y}}{\alpha^{2}}"),
    ((y**alpha) ** y, "(Y**alpha)**Y", r"\left(Y^{\alpha}\right)^{Y}"),
    (alpha - 1 - y, "alpha - 1 - Y", r"\alpha - 1 - Y"),
    (epsilon * Symbol("h_t") * Symbol("rate"), "epsilon h_t rate", r"\epsilon h_{t} \mathrm{rate}"),
    ((y + 1) * Sigma(1 + w[j], j), "(1 + Y) Σ_j (1 + w_j′)", r"\left(1 + Y\right) \sum_{j} \left(1 + w_{j}′\right)"),
    (Sigma(u[b, i], b) * Sigma(x[b, j], b), "Σ_b u_i^b Σ_b x_j^b", r"\left(\sum_{b} u_{i}^{b}\right) \sum_{b} x_{j}^{b}"),
    (Sigma(w[j], j) ** 2, "(Σ_j w_j′)²", r"\left(\sum_{j} w_{j}′\right)^{2}"),
    (-y * Sigma(-w[j], j) / 2, "-Y Σ_j (-w_j′)/2", r"- \frac{Y}{2} \sum_{j} \left(- w_{j}′\right)"),
    (1 - Sigma(w[j], j), "1 - Σ_j w_j′", r"1 - \sum_{j} w_{j}′"),
    (Sigma(distinct(i, k) * w[k], k), "Σ_k (1 - δ_ik) w_k′", r"\sum_{k \neq i} w_{k}′"),
    (Sigma(distinct(i, l) * w[k], k), "Σ_k (1 - δ_il) w_k′", r"\sum_{k} \left(1 - \delta_{il}\right) w_{k}′"),
    (Sigma(distinct(i, k) * distinct(k, l), k), "Σ_k (1 - δ_ik) (1 - δ_kl)", r"\sum_{k \neq i} \left(1 - \delta_{kl}\right)"),
    (y * Delta(i, k) ** 2, "Y (δ_ik)²", r"Y \delta_{ik}"),
    (relu(1 - w[j]), "max(0, 1 - w_j′)", r"\max\!\left(0, 1 - w_{j}′\right)"),
    (SG(y) * f_prime(y) ** 2, "SG(Y) (f'(Y))²", r"\mathrm{SG}\!\left(Y\right) f'\!\left(Y\right)^{2}"),
    (
        normal(Sigma(u[b, i] * f(u[b, i] + u[c, i]), b, c)),
        "Σ_b Σ_c f(u_i^b + u_i^c) u_i^b",
        r"\sum_{b} \sum_{c} f\!\left(u_{i}^{b} + u_{i}^{c}\right) u_{i}^{b}",
    ),
    (Sigma(f(Sigma(W[i, j], j)) * x[b, j], j), "Σ_j f(Σ_m W_im) x_j^b", r"\sum_{j} f\!\left(\sum_{m} W_{im}\right) x_{j}^{b}"),
    (normal(Sigma(v[other], other)), "Σ_g v_g", r"\sum_{g} v_{g}"),
    (D(sigma[i], y) / 2, "D(sigma_i, Y)/2", r"\frac{1}{2} \frac{\partial \sigma_{i}}{\partial Y}"),
    (
        D(f(y), w[m]) * Sigma(v[j], j),
        "D(f(Y), w_m′) Σ_j v_j",
        r"\frac{\partial}{\partial w_{m}′} \left[f\!\left(Y\right)\right] \sum_{j} v_{j}",
    ),
    (Mul(u[b, i], 2 * y + 2 * alpha, evaluate=False), None, r"2 \left(\alpha + Y\right) u_{i}^{b}"),
    (Mul(Rational(1, 2), 2 * y - 2 * alpha, evaluate=False) * w[j], None, r"\left(Y - \alpha\right) w_{j}′"),
    (Mul(-1, y - alpha, w[j], evaluate=False), None, r"\left(\alpha - Y\right) w_{j}′"),
    ((y - alpha) * w[j] / 2, None, r"\frac{\left(Y - \alpha\right) w_{j}′}{2}"),
    (-(y - alpha) * Sigma(w[j], j), None, r"\left(\alpha - Y\right) \sum_{j} w_{j}′"),
    (-2 * y * (y - alpha) * Sigma(w[j], j), None, r"2 Y \left(\alpha - Y\right) \sum_{j} w_{j}′"),
    (-Sigma(w[j], j), "-Σ_j w_j′", r"- \sum_{j} w_{j}′"),
    (-3 * y * Sigma(w[j], j), "-3 Y Σ_j w_j′", r"- 3 Y \sum_{j} w_{j}′"),
    (
        Sigma(Before(k, i) * Before(k, l) * w[k], k),
        "Σ_k [k < i] [k < l] w_k′",
        r"\sum_{k < i} \left[k < l\right] w_{k}′",
    ),
    (Mean(y**2, Gaussian(w[j], C)), None, r"\mathbb{E} \left[Y^{2}\right]"),
    (At(v[j], w[j], Delta(j, m)), None, r"\left. v_{j} \right|_{w_{r}′ = \delta_{mr}}"),
    (At(y**2, y, 1), None, r"\left. Y^{2} \right|_{Y = 1}"),
    (At(y**2, y, 2 * y), None, r"\left. Y^{2} \right|_{Y \to 2 Y}"),
    (At(v[j], w[j], 2 * w[j]), None, r"\left. v_{j} \right|_{w_{m}′ \to 2 w_{m}′}"),
]


@pytest.mark.parametrize(("expr", "in_text", "in_latex"), PRINTED, ids=[printed[2] for printed in PRINTED])
def test_what_is_printed(expr: Expr, in_text: str | None, in_latex: str) -> None:
    assert in_text is None or text(expr, NAMES) == in_text
    assert latex(expr, NAMES) == in_latex


def test_terms_that_have_one_symbol_and_no_other_are_marked_for_it() -> None:
    one, two, other = Symbol("one"), Symbol("two"), Symbol("other")
    marks = {one: r"\first", two: r"\second"}
    printed = latex(one * y - two * y + one * two + other, {"one": "p", "two": "q", "other": "r"}, marks)
    assert sorted(printed.replace(" + ", "|").replace(" - ", "|-").split("|")) == [
        "-\\second{q y}", "\\first{p y}", "p q", "r"
    ]  # fmt: skip


def test_what_terms_share_is_taken_out() -> None:
    assert tidy(y * w[j] + y * v[j]) == y * (w[j] + v[j])
    in_two = alpha * y * w[j] + alpha * y * v[j] + epsilon * y * v[j]
    assert tidy(in_two, (alpha, epsilon)) == y * (alpha * (w[j] + v[j]) + epsilon * v[j])
    assert tidy(alpha * f(y * (1 + v[j])), (alpha,)) == alpha * f(y * (1 + v[j]))
    assert positive_first(v[j] - y - 1) == [v[j], -1, -y]


MISPRINTS = {
    "a sign": ("-", "+"),
    "a factor": (r"\alpha", r"2 \alpha"),
    "an index": ("u_{k}^{b}", "u_{p}^{b}"),
    "a dropped sum": (r"\sum_{k}", ""),
}


@pytest.mark.parametrize("kind", MISPRINTS)
def test_a_misprint_is_noticed(kind: str) -> None:
    descent = Descent(covariance.loss, W[p, q], network)
    *_, last = descent.steps
    printed, (right, wrong) = latex(last.result, LATEX), MISPRINTS[kind]
    assert right in printed
    with pytest.raises((AssertionError, KeyError)):
        read_again(last.result, printed.replace(right, wrong, 1), descent.definitions)


@pytest.mark.parametrize("exponent", [-2, Rational(3, 2), -Rational(1, 2), Symbol("a")], ids=str)
def test_a_power_of_a_sum_is_no_sum_of_powers(exponent):
    v = IndexedBase("v")
    outside, inside = Sigma(v[i], i) ** exponent, Sigma(v[i] ** exponent, i)
    for write in (text, latex):
        assert write(outside, {}) != write(inside, {})
    assert text(outside, {}).startswith(("(", "1/", "1/("))


def test_no_index_above_stands_beside_an_exponent():
    """Which LaTeX refuses, and which a reader takes for one number."""
    z = IndexedBase("z")
    for exponent in (Rational(3, 2), Symbol("a"), -2, -Rational(3, 2)):
        assert "}^{b}^" not in latex(z[b, i] ** exponent, {})
        assert r"\left(z_{i}^{b}\right)^{" in latex(z[b, i] ** exponent, {})
        assert "(z_i^b)" in text(z[b, i] ** exponent, {})
    assert text(w[j] ** Rational(3, 2), {}) == "w_j**(3/2)"  # without an index above it needs no brackets


def test_an_order_is_printed_as_it_runs():
    z = IndexedBase("z")
    assert text(Before(k, i) * z[b, k], {}) == "[k < i] z_k^b"
    assert latex(Before(k, i), {}) == r"\left[k < i\right]"
    assert latex(Sigma(Before(k, i) * z[b, k], k), {}) == r"\sum_{k < i} z_{k}^{b}"
    assert latex(Sigma(Before(i, k) * z[b, k], k), {}) == r"\sum_{k} \left[i < k\right] z_{k}^{b}"
    both = latex(Sigma(distinct(i, k) * Before(k, l) * z[b, k], k), {})
    assert "neq i" in both or "delta_{ik}" in both
    assert "k < l" in both


def test_an_index_is_not_summed_over_where_it_is_free():
    deviation = x[b, j] - Sigma(x[b, j], b)
    assert latex(deviation, {}) == r"x_{j}^{b} - \sum_{c} x_{j}^{c}"
    assert latex(Sigma(x[b, j], b), {}) == r"\sum_{b} x_{j}^{b}"


def test_letters_do_not_end():
    """Where all usual ones are taken, numbers follow from 1."""
    w, bound = IndexedBase("w"), Idx("_0", N)
    taken = Mul(*(w[Idx(letter, N)] for letter in LETTERS["unit"]))
    assert f"Σ_{LETTERS['unit'][0]}1 " in text(Sigma(w[bound] ** 2, bound) + taken, {})
