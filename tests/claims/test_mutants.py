"""Each operator on a small expression; what is never broken; the same mutants in every process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sympy import Expr, IndexedBase, S, Symbol, log, sqrt

from derivations import NOTE
from lvicreg.calculus import SG, At, D, Definitions, Delta, Gaussian, H, Mean, Sigma, distinct, f, f_prime, relu
from lvicreg.calculus.indexed import free_indices
from lvicreg.calculus.layer import B, K, N, W, a, b, c, epsilon, i, j, k, p, q, slope, t, u, x
from lvicreg.claims.mutants import OPERATORS, mutants

ROOT = Path(__file__).parents[2]
v, s = IndexedBase("v", positive=True), Symbol("s", positive=True)
G = IndexedBase("G")


def of(operator: str, expr: Expr) -> list[Expr]:
    """The mutants of one operator."""
    return [mutant for change, mutant in mutants(expr) if change.startswith(f"{operator}: ")]


@pytest.mark.parametrize(
    ("operator", "expr", "expected"),
    [
        ("sign", s - u[t, p], [u[t, p] - s, -s - u[t, p], s + u[t, p]]),
        ("sign", f(a[b, i]), [-f(a[b, i]), f(-a[b, i])]),
        ("sign", log(s), [-log(s)]),
        ("factor", s * u[t, p] / 2, [s * u[t, p]]),
        ("factor", u[t, p] + 3, [2 * u[t, p] + 6, 2 * u[t, p] + 3, u[t, p] + 6]),
        ("exponent", u[t, p] ** 2, [u[t, p] ** 3]),
        ("exponent", 1 / s, [s**-2]),
        ("exponent", sqrt(s), [s]),
        ("exponent", 1 / sqrt(s), [1 / s]),
        ("index", Sigma(u[t, i] * x[t, q], i), []),
        ("index", u[t, p] * x[b, q], [u[b, p] * x[b, q], u[t, p] * x[t, q]]),
        ("index", G[i, k], [G[k, k], G[i, i], G[k, i]]),
        ("index", Sigma(K[i, k], k), [Sigma(K[k, k], k), Sigma(K[i, i], k)]),  # symmetric: nothing to exchange
        ("dropped term", s - u[t, p], [-u[t, p], s]),
        ("dropped factor", f_prime(a[b, i]) * x[b, q], [f_prime(a[b, i]), x[b, q]]),
        ("dropped factor", Sigma(s * u[b, k], k), [Sigma(s, k), Sigma(u[b, k], k)]),
        ("dropped factor", Sigma(distinct(i, k) * u[b, k], k), [Sigma(u[b, k], k), Sigma(distinct(i, k), k), Sigma(0, k)]),
        ("size", 1 / (B - 1), [1 / B]),
        ("size", N * s, [(N - 1) * s]),
        ("epsilon", sqrt(v[i] + epsilon), [sqrt(v[i]) + epsilon, sqrt(v[i])]),
        ("epsilon", 1 / sqrt(v[i] + epsilon), [1 / (sqrt(v[i]) + epsilon), 1 / sqrt(v[i])]),
        ("epsilon", log(v[i] + epsilon), [log(v[i]) + epsilon, log(v[i])]),
        ("stop-gradient", SG(s) * s, [s**2]),
    ],
)
def test_an_operator(operator: str, expr: Expr, expected: list[Expr]) -> None:
    assert sorted(of(operator, expr), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    "inside",
    [
        lambda term: Sigma(term, b),
        lambda term: H(term),
        lambda term: relu(term),
        lambda term: log(term),
        lambda term: sqrt(term),
        lambda term: SG(term),
        lambda term: D(term, W[p, q]),
        lambda term: Mean(term, Gaussian(x[b, j], K)),
        lambda term: At(term, s, 1),
        lambda term: At(s, s, term),
        lambda term: Sigma(1 / D(H(term), W[p, q]), b),
    ],
)
def test_every_place_is_reached(inside) -> None:
    found = {str(mutant) for _, mutant in mutants(inside(u[b, i] - s))}
    assert {str(inside(u[b, i] + s)), str(inside(2 * u[b, i] - s)), str(inside(u[b, i]))} <= found


def test_a_change_is_described() -> None:
    changes = [change for change, _ in mutants(u[t, p] + epsilon)]
    assert "sign: u[t, p] -> -u[t, p]" in changes
    assert "dropped term: epsilon" in changes


def test_equal_places_are_told_apart() -> None:
    changes = [change for change, _ in mutants(f(s + u[t, p]) * f_prime(s + u[t, p]))]
    assert len(changes) == len(set(changes))
    assert {"dropped term: s", "dropped term: s (2)"} <= set(changes)


def test_the_sign_and_a_factor_of_what_is_zero_change_nothing() -> None:
    changes = dict(mutants(s * u[t, p], whole=False))
    assert -s * u[t, p] not in changes.values()
    assert 2 * s * u[t, p] not in changes.values()
    assert changes["dropped factor: s"] == u[t, p]


def test_an_index_is_replaced_only_by_one_that_has_a_meaning_there() -> None:
    expr = Sigma(u[b, i], b) * Sigma(D(x[c, j], W[p, q]) * slope[c, i], c) * At(W[p, j], W[i, j], Delta(i, p))
    found = dict(mutants(expr))
    assert len([change for change in found if change.startswith("index")]) > 5
    for change, mutant in found.items():
        assert free_indices(mutant) <= free_indices(expr), change
        assert "x[b" not in str(mutant), change
        assert "x[c, q]" not in str(mutant), change


def test_what_is_undefined_is_no_mutant() -> None:
    found = dict(mutants(1 / (2 - S(1) * Delta(i, k))))
    assert len(found) > 2
    assert [change for change, mutant in found.items() if mutant.is_finite is False] == []


EVERYTHING = [
    pytest.param(equation.left, equation.right, equation.definitions, id=f"{claim.id}-{number}")
    for name in NOTE.sections
    for claim in NOTE.section(name).claims[-1:]
    for number, equation in enumerate(claim.holds[:3])
]


@pytest.mark.parametrize(("left", "right", "definitions"), EVERYTHING)
def test_the_mutants_of_claims_are_well_formed(left: Expr, right: Expr, definitions: Definitions) -> None:
    for expr, other in ((left, right), (right, left)):
        found = dict(mutants(expr, whole=other != 0))
        for change, mutant in found.items():
            assert change.partition(": ")[0] in OPERATORS
            assert mutant != expr
            assert free_indices(mutant) <= free_indices(expr)


def test_the_same_mutants_with_every_hash_seed_and_whatever_was_made_before() -> None:
    script = (
        "import sys\n"
        "from lvicreg.calculus.indexed import fresh\n"
        "from lvicreg.calculus.layer import i\n"
        "for _ in range(int(sys.argv[1])): fresh(i)\n"
        "from derivations import NOTE\n"
        "from lvicreg.project.record import fingerprint\n"
        "from lvicreg.claims.mutants import mutants\n"
        "for claim in NOTE.section('oja_many_units').claims:\n"
        "    print(fingerprint(claim), *(change for e in claim.holds for change, _ in mutants(e.left)), sep='\\n')\n"
    )
    outputs = []
    for seed, made in (("1", "0"), ("2", "7")):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        result = subprocess.run(
            [sys.executable, "-c", script, made], env=environment, capture_output=True, text=True, check=True
        )
        outputs.append(result.stdout)
    assert outputs[0] == outputs[1]
    assert "index: Delta" in outputs[0]
