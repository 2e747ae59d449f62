"""The converter of the page and ``lvicreg.conventions.convert`` give the same fractions, and the same reasons."""

import re
from fractions import Fraction
from itertools import product

from lvicreg.conventions import PRESETS, NoRatio, convert

COEFFICIENTS = {"invariance": "25", "variance": "0.1", "covariance": "-1/3"}
CONVERTED = """([sizes, names]) => {
    const form = document.getElementById("converter"), found = {}
    for (const [N, B] of sizes) for (const source of names) for (const target of names) {
        Object.assign(form.elements.source, {value: source}); Object.assign(form.elements.target, {value: target})
        form.elements.N.value = N; form.elements.B.value = B
        form.dispatchEvent(new Event("input"))
        found[[N, B, source, target]] = [...document.querySelectorAll("#converter-says li")].map(line => line.textContent)
    }
    return found
}"""


def expected(name: str, source: str, target: str, N: int, B: int) -> str:
    """The answer in Python: a fraction, or the reason why there is none."""
    try:
        return str(convert({name: COEFFICIENTS[name]}, source, target, N=N, B=B)[name])
    except NoRatio as reason:
        return str(reason).removeprefix(f"{name}: ")


def test_all_pairs_of_conventions_are_converted_as_in_python(figure) -> None:
    converter, names = figure("converter"), list(PRESETS)
    converter.says(**COEFFICIENTS)
    sizes = [(2, 2), (2, 3), (3, 2), (5, 64), (2048, 256), (999_999_937, 999_999_929)]
    found = converter.page.evaluate(CONVERTED, [sizes, names])
    assert len(found) == len(sizes) * len(names) ** 2
    for (N, B), source, target in product(sizes, names, names):
        lines = found[f"{N},{B},{source},{target}"]
        told = [re.sub(r"( [=≈] \S+)? \(factor .*\)$", "", line.partition(": ")[2]) for line in lines]
        assert told == [expected(name, source, target, N, B) for name in COEFFICIENTS], (N, B, source, target)
    assert converter.problems == []


def test_a_fraction_has_its_decimal_and_its_factor(figure) -> None:
    told = figure("converter").says(source="lightly", target="vicreg-paper", N=2048, B=256, covariance="0")
    assert told.splitlines() == [
        "invariance: 25/2048 ≈ 0.012207 (factor 1/2048)",
        "variance: 25/2 = 12.5 (factor 1/2)",
        "covariance: 0",
    ]


def test_coefficients_are_read_as_python_reads_them(figure) -> None:
    converter = figure("converter")
    for written in ("0.5", "1e-4", "-.25", "3.", "1/3", " 25 ", "+7", "2E3", "10/4"):
        told = converter.says(source="lightly", target="solo-learn", variance=written).splitlines()[1]
        found = convert({"variance": written}, "lightly", "solo-learn", N=2048, B=256)["variance"]
        assert Fraction(re.match(r"variance: (\S+)", told)[1]) == found


def test_a_coefficient_that_is_no_number_is_refused_and_the_others_are_converted(figure) -> None:
    converter = figure("converter")
    before = converter.says().splitlines()
    for written in ("", "many", "1/0", "1e999999999", "0x10", "1,5", "--1", ".", "NaN", "1/2/3", "<b>1</b>", "9" * 41):
        told = converter.says(variance=written).splitlines()
        assert told[1] == "variance: the coefficient must be a number, such as 25, 0.5 or 1/3", written
        assert [told[0], told[2]] == [before[0], before[2]]
    assert converter.says(variance="25").splitlines() == before
    assert converter.problems == []


def test_a_size_that_is_none_is_refused(figure) -> None:
    converter = figure("converter")
    for size in ("-3", "1", "0", "", "2.5", "many", "1e3", "99999999999"):
        assert converter.says(B=size) == "B must be a whole number of at least 2, of no more than nine digits", size
    assert len(converter.says(N="many", B="few").splitlines()) == 2
    assert converter.says(B=64, N=5).startswith("invariance: ")
    assert converter.problems == []


def test_no_convention_leaves_a_term_out() -> None:
    assert {tuple(sorted(convention.terms)) for convention in PRESETS.values()} == {("covariance", "invariance", "variance")}
