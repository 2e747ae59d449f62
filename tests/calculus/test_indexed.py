"""Sums, deltas and renaming: ranges are checked, and no free index is ever captured."""

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Idx, IndexedBase, Integer, Symbol

from lvicreg.calculus import Before, Delta, Gaussian, Mean, Sigma, Symmetric, derivative, distinct, is_zero, normal
from lvicreg.calculus.axes import size_of
from lvicreg.calculus.indexed import free_indices, fresh, rename
from lvicreg.calculus.layer import B, K, M, N, W, b, c, i, j, k, l, m, p, q, x, z
from tests.calculus.expression_trees import INDICES, Data, built, exact, index, trees

DATA = (Data(2, 3, seed=3), Data(3, 2, seed=4))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(trees(4), st.permutations("ik"), st.permutations("bc"), st.sampled_from(("i", "k")))
def test_renaming_is_evaluation_elsewhere(tree, units, samples, merged):
    """``rename`` at a place has the value of the original at the place renamed, whether names are swapped or merged."""
    for targets in ((*units, *samples), (merged, merged, *samples)):
        names = dict(zip(INDICES, targets, strict=True))
        expr = built(tree)
        after = rename(expr, {index(old): index(new) for old, new in names.items()})
        for data, places in product(DATA, ((0, 1, 1, 0), (1, 0, 0, 1))):
            at = dict(zip(INDICES, places, strict=True))
            try:
                expected = exact(expr, data, {old: at[new] for old, new in names.items()})
            except ZeroDivisionError:
                assume(False)
            assert exact(after, data, at) == expected


def test_renaming_does_not_capture():
    term = Sigma(K[i, k], k)
    assert rename(term, {i: l}) == Sigma(K[l, k], k)
    assert rename(term, {k: l}) == term
    captured = rename(term, {i: k})
    assert captured != Sigma(K[k, k], k)
    assert free_indices(captured) == {k}
    assert is_zero(captured - Sigma(K[k, l], l))
    deep = rename(Sigma(Sigma(K[i, k] * K[l, k], k), l), {i: l})
    assert is_zero(deep - Sigma(K[l, k] * K[p, k], k, p))


def test_renaming_is_simultaneous():
    assert rename(W[i, j] * z[b, k], {i: k, k: i}) == W[k, j] * z[b, i]


def test_free_indices():
    assert free_indices(Sigma(z[b, i] * W[i, j], i)) == {b, j}
    assert free_indices(z[b, i] + Sigma(z[b, i], b)) == {b, i}
    assert Sigma(z[b, i], b).free_symbols == (z[b, i].free_symbols - {b})


def test_fresh_index_is_new_and_of_the_same_range():
    assert len({i, fresh(i), fresh(i)}) == 3
    assert size_of(fresh(j)) == size_of(j) == M
    assert size_of(Idx("r", (2, 5))) == 4


def test_sigma_nests_with_the_innermost_index_last():
    assert Sigma(W[i, j], i, j) == Sigma(Sigma(W[i, j], j), i)
    assert Sigma(W[i, j], i, j).index == i
    assert Sigma(2, i).term == Integer(2)
    assert Sigma(W[i, j]) == W[i, j]


@pytest.mark.parametrize("bad", [Idx("i"), Symbol("i"), 3, N, z[b, i]], ids=str)
def test_sigma_needs_an_index_with_a_range(bad):
    with pytest.raises(TypeError, match="index with a range"):
        Sigma(z[b, i], bad)


def test_delta():
    assert Delta(i, i) == 1
    assert Delta(i, k) == Delta(k, i)
    assert Delta(i, k) != Delta(i, l)
    assert is_zero(Sigma(distinct(i, k), k) - (N - 1))
    assert normal(distinct(i, i)) == 0


def test_before():
    assert Before(i, i) == 0
    assert Before(i, k) != Before(k, i)
    assert normal(Before(i, k) ** 3) == Before(i, k)
    assert is_zero(Delta(i, k) * Before(i, k))
    assert is_zero(Sigma(Delta(i, k) * Before(l, k), k) - Before(l, i))
    assert is_zero(derivative(Sigma(Before(k, i) * W[k, j], k), W[p, q]) - Before(p, i) * Delta(j, q))
    assert not is_zero(Sigma(Before(i, k) * W[k, j], k) - Sigma(Before(k, i) * W[k, j], k))


@pytest.mark.parametrize("comparison", [Delta, Before])
@pytest.mark.parametrize("pair", [(i, b), (i, j), (b, j), (i, Idx("s", N - 1))], ids=str)
def test_a_comparison_of_different_ranges_is_refused(pair, comparison):
    with pytest.raises(TypeError, match=f"{comparison.__name__} compares indices of the same range"):
        comparison(*pair)


def test_symmetric():
    S = Symmetric("S")
    assert S[i, k] == S[k, i]
    assert W[i, k] != W[k, i]
    assert rename(S[i, k] * x[b, j], {i: k, k: i}) == S[i, k] * x[b, j]
    assert is_zero(Sigma(S[i, k] * z[b, i] * z[c, k], i, k) - Sigma(S[i, k] * z[b, k] * z[c, i], i, k))
    assert size_of(b) == B


def test_the_pattern_of_a_law_is_not_renamed() -> None:
    n, w = Idx("n", M), IndexedBase("w")
    law = Gaussian(w[j], Symmetric("C"))
    assert rename(w[j] * Mean(w[m] ** 2, law), {j: n}) == w[n] * Mean(w[m] ** 2, law)
    assert rename(w[j] * Mean(w[m] ** 2, law), {m: n}) == w[j] * Mean(w[n] ** 2, law)


def test_a_range_begins_at_0():
    """It is known by its length: sums over 1 … N - 1 and 0 … N - 2 would be taken for one."""
    v, r = IndexedBase("v"), Idx("r", (1, N))
    for refused in (lambda: Sigma(v[r], r), lambda: Delta(i, r), lambda: Before(r, i)):
        with pytest.raises(TypeError, match=r"r runs from 1 to N: let it run from 0, as Idx\('r', N\) does"):
            refused()
    below = Idx("r", (-1, N))
    with pytest.raises(TypeError, match="r runs from -1"):
        Sigma(v[below], below)
