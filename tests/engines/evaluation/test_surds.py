"""Exact numbers: the laws of a field, roots and signs."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lvicreg.engines.evaluation.surds import ONE, ZERO, Surd

fuzz = settings(max_examples=100, deadline=None, derandomize=True)

fractions = st.fractions(-20, 20, max_denominator=12)
roots = st.sampled_from([1, 2, 3, 5, 6, 7, 10, 14, 15, 30, 210])


def surd(terms):
    return sum((Surd(c) * Surd(n).sqrt() for n, c in terms.items()), start=ZERO)


surds = st.dictionaries(roots, fractions, max_size=4).map(surd)
single = st.tuples(roots, fractions.filter(bool)).map(lambda pair: surd(dict([pair])))
few = st.dictionaries(roots, fractions, max_size=2).map(surd)


def as_float(surd):
    return sum(float(c) * math.sqrt(n) for n, c in surd.terms.items())


@fuzz
@given(surds, surds, surds)
def test_ring(r, s, t):
    assert r + s == s + r
    assert r * s == s * r
    assert (r + s) + t == r + (s + t)
    assert (r * s) * t == r * (s * t)
    assert r * (s + t) == r * s + r * t
    assert r + ZERO == r * ONE == r
    assert r - r == r * ZERO == ZERO
    assert (r - s) + s == r
    assert -r + r == ZERO


@fuzz
@given(surds, surds)
def test_values_are_those_of_floats(r, s):
    one, other = as_float(r), as_float(s)
    for exact, close in ((r + s, one + other), (r * s, one * other), (r - s, one - other)):
        assert math.isclose(as_float(exact), close, rel_tol=1e-9, abs_tol=1e-7)


@fuzz
@given(single)
def test_inverse(r):
    assert r * r.inverse() == ONE
    assert r.inverse().inverse() == r
    assert math.isclose(as_float(r.inverse()), 1 / as_float(r))


@fuzz
@given(st.fractions(0, 10**6, max_denominator=10**6))
def test_root(q):
    root = Surd(q).sqrt()
    assert root * root == Surd(q)
    assert root.sign() == (q > 0)
    assert math.isclose(as_float(root), math.sqrt(q), rel_tol=1e-9)
    assert all(n % square for n in root.terms for square in (4, 9, 25, 49, 121))


def test_known_roots():
    assert Surd(Fraction(8, 9)).sqrt() == surd({2: Fraction(2, 3)})
    assert Surd(2).sqrt() * Surd(6).sqrt() == surd({3: Fraction(2)})
    assert Surd(2).sqrt() + Surd(8).sqrt() == Surd(18).sqrt()
    assert Surd(2).sqrt() != Surd(3).sqrt()
    prime = 10**9 + 7
    root = Surd(prime**3).sqrt()
    assert root.terms == {prime: prime}
    assert {type(n) for n in root.terms} == {int}


@fuzz
@given(few)
def test_sign(r):
    value = as_float(r)
    assert (-r).sign() == -r.sign()
    assert (r.sign() == 0) == (r == ZERO)
    assume(abs(value) > 1e-9)
    assert r.sign() == math.copysign(1, value)


def test_sign_where_floats_cannot_tell():
    p, q = 1, 1
    for _ in range(60):
        p, q = p + 2 * q, p + q  # the continued fraction of √2, from alternate sides
    assert p / q == math.sqrt(2)
    assert surd({1: Fraction(p), 2: Fraction(-q)}).sign() == (1 if p * p > 2 * q * q else -1)
    p, q = p + 2 * q, p + q
    assert surd({1: Fraction(p), 2: Fraction(-q)}).sign() == (1 if p * p > 2 * q * q else -1)


def test_the_sign_of_many_roots():
    roots = [Surd(n).sqrt() for n in (2, 3, 5)]
    close = roots[0] + roots[1] + -roots[2]  # 0.91…
    number = sum(map(math.sqrt, (2, 3))) - math.sqrt(5)
    for digits in (3, 6, 9, 12):
        below = Surd(Fraction(math.floor(number * 10**digits), 10**digits))
        assert (close - below).sign() == 1
        assert (close - below - Surd(Fraction(1, 10**digits))).sign() == -1
    assert (close - close).sign() == 0
    assert surd({2: Fraction(-1, 1000)}).sign() == -1


def test_what_is_undefined_raises():
    with pytest.raises(ZeroDivisionError):
        ZERO.inverse()
    with pytest.raises(ValueError, match="not a single root"):
        (ONE + Surd(2).sqrt()).inverse()
    for negative in (Surd(-2), Surd(Fraction(-1, 2))):
        with pytest.raises(ValueError, match="the root of the negative number"):
            negative.sqrt()
    with pytest.raises(ValueError, match="not rational"):
        Surd(2).sqrt().sqrt()


def test_equality_hash_and_text():
    r = surd({1: Fraction(1, 2), 3: Fraction(0), 5: Fraction(-2)})
    assert r == surd({5: Fraction(-2), 1: Fraction(1, 2)})
    assert hash(r) == hash(surd(dict(reversed(r.terms.items()))))
    assert r != Fraction(1, 2)
    assert Surd(3).rational() == 3
    assert ZERO.rational() == 0
    assert (str(r), str(ZERO)) == ("1/2 + -2*sqrt(5)", "0")
