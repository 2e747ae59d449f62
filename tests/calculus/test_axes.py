"""What an index counts decides how it is written and laid out; what its size is called does not."""

import pickle

import pytest
from sympy import Idx, IndexedBase, Symbol

from lvicreg.calculus import Sigma, axis, normal
from lvicreg.calculus.axes import ROLES, is_sample, role, role_of, size_of
from lvicreg.calculus.layer import B, M, N, b, i, j
from lvicreg.calculus.notation import latex, text

T, U, P, Z = axis("T", "sample"), axis("U", "unit"), axis("P", "input"), Symbol("Z", integer=True, positive=True)
t, s = Idx("t", T), Idx("s", T)
z = IndexedBase("z")


def test_the_layer_has_one_axis_of_each_role() -> None:
    assert [role(size) for size in (B, N, M)] == list(ROLES) == [role_of(index) for index in (b, i, j)]
    assert [is_sample(index) for index in (b, i, j, t)] == [True, False, False, True]


def test_a_size_without_a_role() -> None:
    assert role(Z) is None
    assert role_of(Idx("h", Z)) is None
    assert role_of(Idx("n", 3)) is None
    assert size_of(Idx("n", (2, 5))) == 4


def test_a_size_is_a_positive_whole_number() -> None:
    for size in (T, U, P):
        assert size.is_integer
        assert size.is_positive
        assert pickle.loads(pickle.dumps(size)) == size
    assert T != Symbol("T", integer=True, positive=True)


def test_there_are_three_roles() -> None:
    with pytest.raises(ValueError, match="T was given the role 'time'; expected one of sample, unit, input"):
        axis("T", "time")  # type: ignore[arg-type]


def test_samples_are_superscripts_and_bound_indices_have_the_letters_of_their_role() -> None:
    entry = z[t, Idx("i", U)]
    assert text(entry, {}) == "z_i^t"
    assert latex(entry, {}) == "z_{i}^{t}"
    units, inputs, knots = (Idx("h", size) for size in (U, P, Z))
    found = [text(normal(Sigma(z[index] ** 2, index)), {}) for index in (t, units, inputs, knots)]
    assert found == ["Σ_b (z^b)²", "Σ_k z_k²", "Σ_m z_m²", "Σ_g z_g²"]


def test_a_new_axis_has_a_length() -> None:
    """Called here, not when this file is read."""
    assert axis("Q", "sample").is_positive
