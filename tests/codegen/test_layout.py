"""Where broadcasting would take an axis for another one, there is no code."""

import pytest

from lvicreg.calculus import Sigma, distinct
from lvicreg.calculus.layer import b, c, i, k, l, p, t, x, z
from tests.codegen.small import (
    GRADIENT,
    LOSS,
    UPDATE,
    A,
    K,
    V,
    assert_refused,
    from_loss,
    from_post,
    mean,
    of,
    v,
    y,
)

CASES = {
    "transposed": (
        from_post(y[t, p], {K[i, k]: V[i, k] - V[k, i], y[b, i]: Sigma(K[i, k] * z[b, k], k)}, (x, z, V)),
        of("K[i, k]") + "V[k, i] does not fit into an array over (i, k)",
        "bring its indices into that order",
    ),
    "transposed without diagonal": (
        from_post(y[t, p], {V[i, k]: distinct(i, k) * A[k, i], y[b, i]: Sigma(V[i, k] * z[b, k], k)}, (x, z, A)),
        of("V[i, k]") + "A[k, i] does not fit",
        "bring its indices into that order",
    ),
    "row as a column": (
        from_post(y[t, p], {A[i, k]: V[i, k] - v[i], y[b, i]: Sigma(A[i, k] * z[b, k], k)} | mean, (x, z, V)),
        of("A[i, k]") + "v[i] does not fit into an array over (i, k)",
        "bring its indices into that order",
    ),
    "coefficient on another axis": (
        from_post(y[t, p], {A[i, k]: v[i] * Sigma(z[b, i] * z[b, k], b), y[b, i]: Sigma(A[k, i] * z[b, k], k)} | mean),
        of("A[i, k]") + "v[i] does not fit into an array over (i, k)",
        "bring its indices into that order",
    ),
    "diagonal over samples": (
        from_post(y[t, p], {y[b, i]: A[b, b] * z[b, i], A[b, c]: Sigma(z[b, i] * z[c, i], i)}),
        of("y[b, i]") + "A[b, b] does not fit into an array over (b, i)",
        "bring its indices into that order",
    ),
    "three axes": (
        from_loss(Sigma(z[b, i] * z[b, k] * V[k, l], b, i, k, l), arguments=(z, V)),
        LOSS + "an array over (b, i, k, l)",
        "matrices",
    ),
    "definition with three axes": (
        from_post(y[t, p], {A[i, k, l]: v[i] * v[k] * v[l], y[b, i]: A[i, i, i] * z[b, i]} | mean),
        of("A[i, k, l]") + "an array over (i, k, l)",
        "sum of products of matrices",
    ),
    "constant over samples": (from_post(v[p], mean), UPDATE + "v[p] does not depend on t", "leave it out"),
    "constant gradient": (from_loss(Sigma(z[b, i], b, i)), GRADIENT + "1 does not depend on d", "leave it out"),
    "definition without its index": (
        from_post(y[t, p], {y[b, i]: v[i]} | mean),
        of("y[b, i]") + "v[i] does not depend on b",
        "leave it out",
    ),
    "sum over an index that is not there": (
        from_loss(Sigma(v[i] ** 2, b, i), mean),
        LOSS + "v[i]**2 does not depend on b",
        "leave it out",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_says_what_and_where_and_what_to_do(case):
    assert_refused(*CASES[case])
